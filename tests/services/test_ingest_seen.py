"""What an inspection keeps of a file, however large the file is."""

import pyarrow as pa
import pytest

from gis_service.services import ingest_seen
from gis_service.services.ingest_faults import FaultList
from gis_service.services.ingest_seen import ColumnsSeen
from gis_service.services.ingest_text import tell_legacy

LEGACY = "X· Th¸i B×nh"
ROWS = 1_000


def seen_of(texts: list[str], batches: int) -> ColumnsSeen:
    seen = ColumnsSeen()
    for _ in range(batches):
        seen.take(["ten", "plain"], [pa.array(texts), pa.array(["abc"] * len(texts))])
    return seen


def test_text_is_judged_on_what_the_budget_holds_and_rows_keep_their_numbers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ingest_seen, "_MOST_TEXT_BYTES", 50_000)
    seen = seen_of(["plain", LEGACY] * (ROWS // 2), 5)
    judged, rows = seen.judged_of() or (0, 0)
    assert 0 < judged < rows == 5 * ROWS
    (text,) = seen.texts().values()
    assert len(text) == judged
    assert sum(chunk.nbytes for chunk in text.chunks) <= 50_000
    assert text[:4].to_pylist() == [None, LEGACY, None, LEGACY]


def test_rows_beyond_the_most_that_are_judged_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingest_seen, "_MOST_TEXT_ROWS", 1_500)
    seen = seen_of([LEGACY] * ROWS, 3)
    assert seen.judged_of() == (1_500, 3_000)


def test_plain_text_beyond_the_budget_is_nothing_to_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingest_seen, "_MOST_TEXT_ROWS", 1_500)
    seen = seen_of(["abc"] * ROWS, 3)
    assert (seen.judged_of(), seen.texts()) == (None, {})


def test_an_inspection_says_on_how_many_rows_text_was_judged() -> None:
    faults = FaultList()
    tell_legacy(faults, (), (1_500, 3_000))
    (finding,) = faults.findings({})
    assert (finding.code, finding.severity) == ("text_judged_in_part", "note")
    assert finding.params == {"judged": 1_500, "rows": 3_000}
