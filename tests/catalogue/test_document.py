import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis_service.catalogue.document import Document, read_document
from gis_service.catalogue.words import NOTHING
from gis_service.errors import Fault


def read(tmp_path: Path, content: str) -> tuple[Document, list[Fault]]:
    path = tmp_path / "one.yaml"
    path.write_text(content, "utf-8")
    document, faults = read_document(path, tmp_path)
    return document, list(faults)


def test_every_key_and_entry_knows_its_line(tmp_path: Path) -> None:
    document, faults = read(tmp_path, "a: 1\nb:\n  - x\n  - c: 2\n    d: [3,\n        4]\n")
    assert faults == []
    assert document.value == {"a": 1, "b": ["x", {"c": 2, "d": [3, 4]}]}
    assert document.fault(NOTHING, "b", 1, "d", 1).where == "one.yaml:6"
    assert document.fault(NOTHING, "b", 0).where == "one.yaml:3"


def test_a_fault_in_something_absent_stands_at_what_is_around_it(tmp_path: Path) -> None:
    document, _ = read(tmp_path, "a: 1\nb:\n  c: 2\n")
    assert document.fault(NOTHING, "b", "nothing").where == "one.yaml:2"


def test_a_date_stays_text_and_no_is_no(tmp_path: Path) -> None:
    document, _ = read(tmp_path, "day: 2025-07-01\nverified: no\ncode: '012'\n")
    assert document.value == {"day": "2025-07-01", "verified": False, "code": "012"}


@pytest.mark.parametrize("number", ["0x_", ".nan", ".inf"])
def test_what_only_looks_like_a_number_is_text(tmp_path: Path, number: str) -> None:
    assert read(tmp_path, f"a: {number}\n")[0].value == {"a": number}


@settings(deadline=None)  # the first fault of all loads the words
@given(st.text(st.characters(codec="utf-8"), max_size=60))
def test_no_text_whatever_breaks_the_reader(content: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        document, faults = read(Path(folder), content)
    assert document.value is None or isinstance(document.value, dict | list | str | int | float)
    assert all(str(fault.where).startswith("one.yaml:") for fault in faults)
