"""Faults are all counted; how many are told one by one is bounded, of a kind and of all."""

import numpy as np
import pytest

from gis_service.analysis.checks.findings import LISTED, SHOWN, Feature, Found, Lazily
from gis_service.errors import ErrorCode
from gis_service.services import ingest_faults
from gis_service.services.ingest_faults import FaultList
from gis_service.services.uploads_listed import pack, unpack
from gis_service.types import Text


def wrong(column: str, count: int) -> Found:
    rows = np.arange(count)
    return Found(ErrorCode.VALUE_WRONG_TYPE, rows, Lazily(rows, lambda row: f"{column} {row}"), column)


def test_of_a_kind_all_are_told_up_to_a_bound_and_a_refusal_tells_the_first() -> None:
    faults = FaultList()
    faults.extend([wrong("a", 5_312)], 1)
    faults.extend([wrong("a", LISTED)], 5_313)
    (found,) = faults.findings({})
    assert (found.count, len(found.features)) == (5_312 + LISTED, LISTED)
    assert (found.features[5_311].number, found.features[5_312].number) == (5_312, 5_313)
    assert len(faults.refusal({"file": "a"}).faults) == SHOWN


def test_of_many_kinds_each_has_its_first_and_all_together_are_bounded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ingest_faults, "MOST_LISTED", 1_000)
    faults = FaultList()
    faults.extend([wrong(str(at), 900) for at in range(4)], 1)
    assert [len(found.features) for found in faults.findings({})] == [900, SHOWN, SHOWN, SHOWN]


def test_words_are_made_only_when_they_are_asked_for() -> None:
    asked: list[int] = []

    def say(row: int) -> str:
        asked.append(row)
        return str(row)

    words = Lazily(np.arange(50), say)
    assert (len(words), asked) == (50, [])
    assert (words[7], words[:2], asked) == ("7", ("0", "1"), [7, 0, 1])


def test_features_are_kept_small_and_come_back_as_they_were() -> None:
    features = [
        Feature(7, "tên = 'Đề Thám'", 106.3, 20.4, "D9"),
        Feature(None, "tệp"),
        Feature(8, Text("rỗng", "empty")),
    ]
    assert unpack(pack(features)) == features
    assert (pack([]), unpack(None)) == (None, [])
