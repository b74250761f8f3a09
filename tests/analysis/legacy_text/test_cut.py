"""Cutting on bytes gives what a regular expression gives, and replacing changes nothing else."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_service.analysis.legacy_text.cut import cut, replace
from gis_service.analysis.legacy_text.words import STRETCH

TEXTS = st.lists(st.text(st.sampled_from("aZ ,-0é·ệ\x02\x07€½漢\n"), max_size=12), max_size=8)


def telling(text: str) -> list[str]:
    """Cut by a regular expression; stretches of ASCII letters say nothing."""
    found = STRETCH.findall(text)
    return [stretch for stretch in found if not (stretch.isascii() and stretch.isalpha())]


@given(TEXTS)
def test_stretches_and_their_owners_are_those_of_the_regular_expression(texts: list[str]) -> None:
    parts = cut(pa.array(texts, pa.string()))
    distinct, codes = parts.stretches()
    found = [(int(owner), distinct[code]) for owner, code in zip(parts.owners, codes, strict=True)]
    assert found == [(owner, stretch) for owner, text in enumerate(texts) for stretch in telling(text)]


@given(TEXTS)
def test_replacing_touches_the_stretches_only(texts: list[str]) -> None:
    new = {"é": "TWO", "ệ·": "", "Zé": "漢漢"}
    expected = [
        STRETCH.sub(lambda found: new.get(found[0], found[0]) if telling(found[0]) else found[0], text)
        for text in texts
    ]
    assert replace(pa.array(texts, pa.string()), new).to_pylist() == expected


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string()])
def test_a_part_of_an_array_is_cut_as_if_it_were_whole(kind: pa.DataType) -> None:
    part = pa.array(["é", "Th¸i B×nh", "à", ""], kind)[1:3]
    assert cut(part).stretches()[0] == ("Th¸i", "B×nh", "à")
    changed = replace(part, {"à": "x"})
    assert changed.to_pylist() == ["Th¸i B×nh", "x"]
    assert changed.type == kind
