"""A file that holds a part of a layer never replaces the whole without a yes."""

from pathlib import Path

import pytest

from gis_service.analysis.checks.findings import Severity
from gis_service.db.engine import Connection
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.services.export import Wanted, export_layer
from gis_service.services.ingest import LoadOptions, LoadReport, Repair, load_file, load_rows, rows_of
from gis_service.services.ingest_inspect import inspect
from tests.small_city import city_with, layer, places

CITY = city_with(layer("clinic"), layer("other"))
CODES = [f"c{number}" for number in range(12)]


def fill(connection: Connection, codes: list[str], layer_id: str = "clinic") -> None:
    load_rows(
        connection, CITY, rows_of({"code": codes}, places(len(codes)), name="made"), layer_id, author="lan"
    )


def part(connection: Connection, folder: Path, wanted: Wanted, ending: str = "gpkg") -> Path:
    out = folder / f"part.{ending}"
    export_layer(connection, CITY, "clinic", out, wanted, overwrite=True)
    return out


def load(
    connection: Connection, path: Path, layer_id: str = "clinic", *, confirm_fewer: bool = False
) -> LoadReport:
    chosen = LoadOptions(any_base=True, confirm_fewer=confirm_fewer)
    return load_file(connection, CITY, path, layer_id, author="minh", options=chosen)


PARTS = {
    "gpkg": Wanted(filter="code <> 'c3'"),
    "parquet": Wanted(filter="code <> 'c3'", bbox=(106, 20, 107, 21)),
    "fgb": Wanted(filter="code <> 'c3'"),
    "geojson": Wanted(filter="code <> 'c3'"),
    "zip": Wanted(filter="code <> 'c3'"),
}


@pytest.mark.parametrize("ending", PARTS)
def test_a_part_that_would_remove_features_needs_a_yes(
    connection: Connection, tmp_path: Path, ending: str
) -> None:
    fill(connection, CODES)
    path = part(connection, tmp_path, PARTS[ending], ending)
    with pytest.raises(RefusedInput) as caught:
        load(connection, path)
    assert (caught.value.code, caught.value.params["removed"]) == (ErrorCode.PART_REMOVES_ROWS, 1)
    assert "filter=code <> 'c3'" in caught.value.detail("vi")
    assert ("bbox=" in caught.value.detail("en")) is (PARTS[ending].bbox is not None)
    report = load(connection, path, confirm_fewer=True)
    assert [finding.code for finding in report.findings] == [ErrorCode.FILE_IS_A_PART]
    assert report.features == 11


def test_a_csv_tells_by_its_name_that_it_is_a_part(connection: Connection, tmp_path: Path) -> None:
    fill(connection, CODES)
    wanted = Wanted(filter="code <> 'c3'")
    untold = export_layer(connection, CITY, "clinic", tmp_path / "a.csv", wanted).notes
    called = next(str(note.params["name"]) for note in untold if note.code == "export_version_untold")
    told = export_layer(connection, CITY, "clinic", tmp_path / called, wanted).notes
    assert "export_version_untold" not in [note.code for note in told]
    with pytest.raises(RefusedInput) as caught:
        load(connection, tmp_path / called)
    assert (caught.value.code, caught.value.params["part"]) == (ErrorCode.PART_REMOVES_ROWS, "filter / bbox")


def test_a_part_that_removes_nothing_is_loaded_with_a_warning(connection: Connection, tmp_path: Path) -> None:
    fill(connection, CODES)
    path = part(connection, tmp_path, Wanted(filter="fid > 0"))
    report = load(connection, path)
    assert [(one.code, one.severity) for one in report.findings] == [
        (ErrorCode.FILE_IS_A_PART, Severity.WARNING)
    ]
    assert report.changes.removed == 0


def test_a_part_of_as_many_features_as_the_layer_has_is_no_less_a_part(
    connection: Connection, tmp_path: Path
) -> None:
    fill(connection, CODES)
    path = part(connection, tmp_path, Wanted(filter="code <> 'c3'"))
    fill(connection, CODES[:11])
    with pytest.raises(RefusedInput) as caught:
        load(connection, path)
    assert (caught.value.code, caught.value.params["removed"]) == (ErrorCode.PART_REMOVES_ROWS, 1)
    assert load(connection, path, confirm_fewer=True).changes.removed == 1


def test_a_whole_export_and_a_part_of_another_layer_are_nothing_special(
    connection: Connection, tmp_path: Path
) -> None:
    fill(connection, CODES)
    fill(connection, CODES, "other")
    assert load(connection, part(connection, tmp_path, Wanted())).findings == ()
    cut = part(connection, tmp_path, Wanted(filter="code <> 'c3'"))
    assert load(connection, cut, "other").findings == ()


def test_an_inspection_tells_of_a_part_before_anything_is_loaded(
    connection: Connection, tmp_path: Path
) -> None:
    fill(connection, CODES)
    path = part(connection, tmp_path, Wanted(filter="code <> 'c3'"))
    target = CITY.layers[next(iter(CITY.layers))]
    look = {
        rows_now: [finding.code for finding in inspect(path, CITY, target, rows_now=rows_now).findings]
        for rows_now in (None, 12, 20)
    }
    warning = ErrorCode.FILE_IS_A_PART
    assert look[None] == [warning]
    assert look[12] == [ErrorCode.PART_REMOVES_ROWS, warning]
    # Far fewer: one yes is asked for, not two.
    assert look[20] == [ErrorCode.ROWS_FEWER, warning]
    yes = LoadOptions(repairs=frozenset({Repair.FEWER}))
    assert [one.code for one in inspect(path, CITY, target, yes, rows_now=12).findings] == [warning]
