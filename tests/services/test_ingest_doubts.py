"""What a look at a file doubts or passes over: points in numbers, twins of VN-2000, layers beside the one."""

from pathlib import Path

import numpy as np
import pyogrio
import pyproj
import pytest
from shapely.geometry import Point

from gis_service.analysis.checks.findings import Severity
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.services.ingest_columns import match_columns
from gis_service.services.ingest_inspect import Inspection, inspect, inspect_rows
from gis_service.services.ingest_load import Load
from gis_service.services.ingest_source import LoadOptions
from tests.layer_files import frame, write_gdal
from tests.row_source import rows_of_shapes
from tests.small_city import city_with, field, layer

CITY = city_with(layer("clinic", fields=[field("code", required=True), field("name")]))
HERE, THERE = Point(106.3, 20.4), Point(106.4, 20.4)


def look(shapes: list[Point], crs: str, target: str | None = "clinic") -> Inspection:
    definition = next((entry for name, entry in CITY.layers.items() if name == target), None)
    return inspect_rows(rows_of_shapes(shapes, {"code": ["a"]}, crs=crs), CITY, definition, LoadOptions())


def codes(found: Inspection) -> list[str]:
    return [finding.code.value for finding in found.findings]


BEDS_CITY = city_with(layer("clinic", fields=[field("code", required=True), field("beds", "integer")]))


def look_at_beds(values: list[str], numbers: dict[str, str] | None = None) -> Inspection:
    rows = rows_of_shapes([HERE, THERE], {"code": ["a", "b"], "Số giường": values})
    columns: dict[str, str | None] = {"Số giường": "beds"}
    chosen = LoadOptions(columns=columns, numbers=numbers or {})
    return inspect_rows(rows, BEDS_CITY, BEDS_CITY.layers["clinic"], chosen)


def test_points_that_may_divide_thousands_are_told_with_both_readings() -> None:
    found = look_at_beds(["1.000", "12.000"])
    (doubt,) = found.of(Severity.WARNING)
    assert (doubt.code, doubt.count, doubt.remedy) == (ErrorCode.THOUSANDS_SUSPECT, 2, "numbers")
    assert [feature.words for feature in doubt.features] == [
        "beds = '1.000' ⟶ 1 | 1000",
        "beds = '12.000' ⟶ 12 | 12000",
    ]
    assert "--numbers Số giường=thousands" in doubt.advice("vi")
    assert [finding.code for finding in found.of(Severity.ERROR)] == [ErrorCode.VALUE_WRONG_TYPE]


def test_a_word_about_points_in_numbers_is_done_and_no_doubt_is_left() -> None:
    assert codes(look_at_beds(["1.000", "12.000"], numbers={"Số giường": "thousands"})) == []
    (wrong,) = look_at_beds(["1.000", "1.5"], numbers={"Số giường": "thousands"}).findings
    assert (wrong.code, wrong.features[0].words) == (
        ErrorCode.VALUE_WRONG_TYPE,
        "beds = '1.5' (integer)",
    )
    assert codes(look_at_beds(["1.000", "12.000"], numbers={"Số giường": "decimal"})) == ["value_wrong_type"]


@pytest.mark.parametrize("numbers", [{"unheard": "thousands"}, {"Số giường": "hundreds"}])
def test_a_word_about_numbers_that_fits_nothing_is_refused(numbers: dict[str, str]) -> None:
    with pytest.raises(RefusedInput) as caught:
        look_at_beds(["1", "2"], numbers=numbers)
    assert caught.value.code is ErrorCode.COLUMN_CHOICE


TM3_ON_WGS84 = "+proj=tmerc +lat_0=0 +lon_0=105.5 +k=0.9999 +x_0=500000 +y_0=0 +datum=WGS84 +units=m"


def test_a_zone_of_vn2000_on_the_datum_of_wgs84_is_doubted_with_both_guesses() -> None:
    there = [Point(587_095.876, 2_261_880.297)]
    named = pyproj.CRS(TM3_ON_WGS84).to_wkt().replace('"unknown"', '"TM3_10530"', 1)
    for target in ("clinic", None):
        found = look(there, named, target)
        (doubt,) = found.of(Severity.WARNING)
        assert (doubt.code, doubt.remedy) == (ErrorCode.DATUM_SUSPECT, "crs")
        assert "224 m" in doubt.detail("en")
        assert "EPSG:9209" in doubt.advice("vi")
        assert {"TM3_10530", "EPSG:9209"} <= {guess.crs for guess in found.crs_guesses}
    assert codes(look(there, "EPSG:9209")) == []


def test_a_preview_has_no_value_where_the_file_has_none() -> None:
    columns = {"code": ["a", "b"], "name": [None, "x"], "open": [True, False]}
    found = inspect_rows(rows_of_shapes([HERE, THERE], columns), CITY, CITY.layers["clinic"], LoadOptions())
    values = [one["properties"]["values"] for one in found.sample["features"]]
    assert [(one["name"], one["open"]) for one in values] == [(None, "true"), ("x", "false")]
    assert [column.samples for column in found.columns if column.name == "open"] == [["true", "false"]]


def test_layers_beside_the_only_one_with_places_are_told(tmp_path: Path) -> None:
    path = write_gdal(frame(), tmp_path / "a.gpkg")
    pyogrio.raw.write(
        path,
        geometry=None,
        field_data=[np.array([1, 2])],
        fields=["people"],
        geometry_type=None,
        layer="dan_so",
        driver="GPKG",
        append=True,
    )
    found = inspect(path, CITY, None)
    (note,) = found.of(Severity.NOTE)
    assert (note.code, found.layer) == (ErrorCode.LAYERS_BESIDE, "a")
    assert "dan_so" in note.detail("vi")
    assert "beside" not in found.about
    assert inspect(path, CITY, None, LoadOptions(name="dan_so")).features == 2


OFFICE_CITY = city_with(layer("clinic", fields=[field("code", required=True), field("ten")]))
ALIKE = {"code": ["a"], "tên": ["một"], "tªn": ["hai"]}
"""The last is in TCVN3: repaired it is the one before it."""


def look_at_names(columns: dict[str, str | None] | None = None) -> Inspection:
    chosen = LoadOptions(text={"*": "tcvn3"}, columns=columns or {})
    return inspect_rows(rows_of_shapes([HERE], ALIKE), OFFICE_CITY, OFFICE_CITY.layers["clinic"], chosen)


def taken(found: Inspection) -> dict[str, str | None]:
    return {entry.column: entry.field for entry in found.suggestions if entry.taken}


def test_of_columns_that_are_one_name_only_when_repaired_none_is_picked() -> None:
    found = look_at_names()
    (asked,) = found.of(Severity.ERROR)
    assert (asked.code, asked.column, asked.count) == (ErrorCode.COLUMNS_FIT_ONE_FIELD, "ten", 2)
    assert "tên, tªn" in asked.detail("en")
    assert '--columns "tên=ten"' in asked.advice("vi")
    assert taken(found) == {"code": "code"}
    assert {entry.reason for entry in found.suggestions if entry.field == "ten"} == {"several"}


def test_a_load_tells_every_field_in_doubt_and_every_one_that_is_missing() -> None:
    fields = [field(name) for name in ("ten", "loai")]
    city = city_with(layer("clinic", fields=[field("code", required=True), *fields]))

    def refusal(**columns: list[str]) -> RefusedInput:
        rows = rows_of_shapes([HERE], columns)
        with pytest.raises(RefusedInput) as caught:
            Load(city, city.layers["clinic"], rows, LoadOptions())
        return caught.value

    alike = {"Tên": ["một"], "TEN": ["hai"]}
    told = refusal(**alike, Loai=["x"], LOAI=["y"])
    assert told.code == ErrorCode.COLUMNS_FIT_ONE_FIELD
    assert [fault.place("en") for fault in told.faults] == ["field ten", "field loai", "field code"]
    assert "Loai, LOAI" in told.faults[1].words("vi")
    assert "no column code" in told.faults[2].words("en")
    alone = refusal(code=["a"], **alike)
    assert (alone.code, alone.faults) == (ErrorCode.COLUMNS_FIT_ONE_FIELD, ())
    assert "Tên, TEN" in alone.detail("en")
    assert refusal(ten=["a"]).code == ErrorCode.FIELD_MISSING


@pytest.mark.parametrize(
    ("columns", "after"),
    [
        ({"tªn": "ten"}, {"code": "code", "tªn": "ten"}),
        ({"tªn": None}, {"code": "code", "tên": "ten"}),
        ({"tên": None, "tªn": None}, {"code": "code"}),
    ],
)
def test_a_choice_among_columns_that_fit_one_field_is_done(
    columns: dict[str, str | None], after: dict[str, str | None]
) -> None:
    found = look_at_names(columns)
    assert (found.of(Severity.ERROR), taken(found)) == ((), after)


@pytest.mark.parametrize(
    ("columns", "apart", "taken", "doubtful"),
    [
        (["ten", "TEN", "tên"], (), {"ten": 0}, {}),
        (["Tên", "TEN"], (), {}, {"ten": (0, 1)}),
        (["ten", "ten (2)"], ("ten (2)",), {}, {"ten": (0, 1)}),
        (["ten", "ten (2)"], (), {"ten": 0}, {}),
        (["code", "ten (2)"], ("ten (2)",), {"code": 0, "ten": 1}, {}),
    ],
)
def test_the_closest_name_is_taken_and_the_equally_close_are_asked_about(
    columns: list[str], apart: tuple[str, ...], taken: dict[str, int], doubtful: dict[str, tuple[int, ...]]
) -> None:
    found = match_columns(columns, OFFICE_CITY.layers["clinic"], apart=apart)
    positions = dict(zip((entry.name for entry in found.fields), found.positions, strict=True))
    assert (positions, found.doubtful) == (taken, doubtful)
