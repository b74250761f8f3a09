"""Guesses stand in nobody's way: large numbers, and values that nobody thought of."""

import logging
import zipfile
from pathlib import Path

import pytest

from gis_service.services import ingest_coordinates, ingest_inspect
from tests.bad_files.made import packed
from tests.foreign_files import write_workbook
from tests.small_city import city_with, field, layer, write_text

CITY = city_with(layer("clinic", fields=[field("code", required=True)]))


@pytest.mark.parametrize("large", [2**53 + 1, 10**400])
def test_a_whole_number_that_no_float_holds_is_no_fault(tmp_path: Path, large: int) -> None:
    rows: list[list[object]] = [["code", "số thẻ", "a"], ["x", 71, 20.4], ["y", 72, 20.5]]
    path = write_workbook(tmp_path / "a.xlsx", {"a": rows})
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    # The library that writes it here would round them.
    cells = parts["xl/worksheets/sheet1.xml"].replace(b"<v>71</v>", b"<v>%d</v>" % large)
    path.write_bytes(packed(parts | {"xl/worksheets/sheet1.xml": cells}))
    found = ingest_inspect.inspect(path, CITY, None)
    assert (found.coordinate_guesses, [one.code for one in found.findings]) == ((), [])
    first, second = found.columns[1].samples
    assert (str(large).startswith(first.removesuffix("…")), second) == (True, "72")


def test_a_guess_that_fails_is_none_and_stands_in_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def failing(*_: object) -> None:
        raise OverflowError

    monkeypatch.setattr(ingest_coordinates, "guess_coordinates", failing)
    with caplog.at_level(logging.ERROR):
        found = ingest_inspect.inspect(write_text(tmp_path / "a.csv", "code,b\nx,1\n"), CITY, None)
    assert (found.features, found.coordinate_guesses) == (1, ())
    assert "no guesses about coordinates" in caplog.text
