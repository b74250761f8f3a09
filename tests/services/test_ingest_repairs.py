"""Chosen repairs on their way into a real table: done, told with counts, kept with the version."""

from typing import Any

import pyproj
import pytest
import shapely
from shapely.geometry import MultiPoint, Point, Polygon, box
from sqlalchemy import text

from gis_service.analysis.checks.findings import Repair
from gis_service.catalogue.layer_definition import LayerDefinition
from gis_service.db.engine import Connection
from gis_service.errors import ErrorCode, GisError, RefusedInput
from gis_service.services.ingest import LoadOptions, LoadReport, Rows
from gis_service.services.ingest_load import Load
from tests.layer_files import BOW
from tests.row_source import Given, rows_of_shapes
from tests.small_city import city_with, field, layer

FIELDS = [field("code", required=True), field("name"), field("size", "number")]
TILES = layer("tiles", "MultiPolygon", [field("name")], key=None, coverage=True)
CITY = city_with(
    layer("clinic", fields=FIELDS),
    layer("area", "MultiPolygon", FIELDS),
    layer("loose", "Point", [field("name")], key=None),
    TILES,
)
HERE, THERE, FAR, SWAPPED = Point(106.3, 20.4), Point(106.4, 20.4), Point(2.35, 48.85), Point(20.4, 106.3)


def run(connection: Connection, rows: Rows, layer_id: str = "clinic", **options: object) -> LoadReport:
    repairs: Any = options.pop("repairs", ())
    load = Load(CITY, CITY.layers[layer_id], rows, LoadOptions(repairs=frozenset(repairs), **options))  # type: ignore[arg-type]
    return load.run(connection, author="lan", message="lần đầu", progress=lambda _done, _total: None)


def refused(connection: Connection, rows: Rows, layer_id: str = "clinic", **options: object) -> GisError:
    with pytest.raises(RefusedInput) as caught:
        run(connection, rows, layer_id, **options)
    return caught.value


def points(*shapes: Given, **columns: list[Any]) -> Rows:
    return rows_of_shapes(shapes, {"code": [f"c{at}" for at in range(len(shapes))]} | columns)


def told(connection: Connection) -> str:
    return str(
        connection.execute(text("SELECT message FROM gis.version ORDER BY id DESC LIMIT 1")).scalar_one()
    )


LEFT_OUT: list[tuple[Given, Repair, ErrorCode, str]] = [
    (None, Repair.EMPTY, ErrorCode.GEOMETRY_MISSING, "repaired_empty"),
    (Point(), Repair.EMPTY, ErrorCode.GEOMETRY_MISSING, "repaired_empty"),
    (FAR, Repair.OUTSIDE, ErrorCode.OUTSIDE_CITY, "repaired_outside"),
]


@pytest.mark.parametrize(("shape", "repair", "code", "notice"), LEFT_OUT)
def test_features_are_left_out_only_on_consent(
    connection: Connection, shape: Given, repair: Repair, code: ErrorCode, notice: str
) -> None:
    assert refused(connection, points(HERE, shape, THERE)).code == code
    report = run(connection, points(HERE, shape, THERE), repairs=[repair])
    assert report.features == 2
    assert {"code": notice, "params": {"count": 1}} in report.notices
    codes = connection.execute(text("SELECT code FROM layer.clinic ORDER BY code")).scalars().all()
    assert codes == ["c0", "c2"]


def test_what_a_feature_left_out_has_in_its_columns_does_not_matter(connection: Connection) -> None:
    rows = points(HERE, None, size=["1", "viele"])
    assert run(connection, rows, repairs=[Repair.EMPTY]).features == 1


def test_what_was_chosen_is_the_second_line_of_the_message_in_both_languages(connection: Connection) -> None:
    rows = rows_of_shapes([HERE, SWAPPED, None], {"ma": ["a", "b", "c"], "ten": ["x", "y", "z"]})
    run(
        connection,
        rows,
        repairs=[Repair.EMPTY, Repair.AXES],
        columns={"ma": "code", "ten": None},
        crs="EPSG:4326",
    )
    first, second = told(connection).split("\n")
    assert first == "lần đầu"
    vietnamese, english = second.split(" / ")
    assert vietnamese.startswith("Khi nạp: Hệ toạ độ theo lựa chọn: EPSG:4326.")
    assert "Columns matched as chosen: ma → code, ten → –." in english
    assert "x and y of 1 feature were exchanged." in english
    assert "1 feature without a geometry was left out." in english


def test_a_load_without_a_choice_has_the_message_alone(connection: Connection) -> None:
    run(connection, points(HERE))
    assert told(connection) == "lần đầu"


def test_parts_become_features_with_the_values_of_the_whole(connection: Connection) -> None:
    rows = rows_of_shapes([MultiPoint([HERE, THERE]), HERE], {"name": ["hai", "một"]})
    assert refused(connection, rows, "loose").code == ErrorCode.GEOMETRY_TYPE_WRONG
    report = run(connection, rows, "loose", repairs=[Repair.PARTS])
    assert report.features == 3
    names = connection.execute(text("SELECT name FROM layer.loose ORDER BY name")).scalars().all()
    assert names == ["hai", "hai", "một"]


def test_parts_with_one_key_are_refused(connection: Connection) -> None:
    error = refused(connection, points(MultiPoint([HERE, THERE])), repairs=[Repair.PARTS])
    assert error.code == ErrorCode.DUPLICATE_KEY
    assert [fault.place("en") for fault in error.faults] == ["feature 1", "feature 1"]


def test_of_equal_features_the_first_is_kept_and_a_key_with_other_values_is_refused(
    connection: Connection,
) -> None:
    rows = points(HERE, HERE, THERE, code=["a", "a", "b"], name=["x", "x", "y"])
    assert refused(connection, rows).code == ErrorCode.DUPLICATE_KEY
    report = run(connection, rows, repairs=[Repair.DUPLICATES])
    assert report.features == 2
    assert {"code": "repaired_duplicates", "params": {"count": 1}} in report.notices
    others = points(HERE, HERE, code=["a", "a"], name=["x", "y"])
    assert refused(connection, others, repairs=[Repair.DUPLICATES]).code == ErrorCode.DUPLICATE_KEY


def test_equal_features_of_a_layer_without_key_are_loaded_and_warned_of(connection: Connection) -> None:
    report = run(connection, rows_of_shapes([HERE, HERE], {"name": ["x", "x"]}), "loose")
    (finding,) = report.findings
    assert (report.features, finding.code, finding.count) == (2, ErrorCode.DUPLICATE_FEATURES, 1)
    assert (finding.features[0].number, finding.features[0].words) == (2, "= 1")


def test_repairs_of_geometry_tell_what_they_change(connection: Connection) -> None:
    overlapping = shapely.MultiPolygon([box(106.3, 20.4, 106.4, 20.5), box(106.35, 20.4, 106.45, 20.5)])
    rows = points(BOW, overlapping)
    error = refused(connection, rows, "area", repairs=[Repair.GEOMETRY])
    assert (error.code, error.faults[0].place("en")) == (ErrorCode.AREA_CHANGED, "feature 2")
    report = run(connection, rows, "area", repairs=[Repair.GEOMETRY, Repair.AREA])
    codes = {str(notice["code"]) for notice in report.notices}
    assert {"geometries_repaired", "repaired_area"} <= codes


EAST = box(106.31, 20.4, 106.32, 20.41)
WEST = Polygon([(106.3, 20.4), (106.310004, 20.4), (106.310004, 20.41), (106.3, 20.41)])


def test_overlaps_are_warned_of_and_closed_across_batches_when_chosen(connection: Connection) -> None:
    rows = rows_of_shapes([WEST, EAST], {"name": ["tây", "đông"]}, batch=1)
    (warning,) = run(connection, rows, "tiles").findings
    assert warning.code == ErrorCode.COVERAGE_OVERLAP
    assert warning.features[0].said("en").startswith("1 ∩ 2: ")
    rows = rows_of_shapes([WEST, EAST], {"name": ["tây", "đông"]}, batch=1)
    report = run(connection, rows, "tiles", repairs=[Repair.SLIVERS])
    assert not report.findings
    (notice,) = [entry for entry in report.notices if entry["code"] == "repaired_slivers"]
    assert notice["params"]["count"] >= 1  # type: ignore[index]
    pairs = "layer.tiles AS a JOIN layer.tiles AS b ON a.fid < b.fid"
    overlap = f"SELECT ST_Area(ST_Intersection(a.geom, b.geom)) FROM {pairs}"  # noqa: S608
    assert connection.execute(text(overlap)).scalar_one() == 0


def test_an_area_that_would_lose_all_of_its_ground_stays_and_is_told(connection: Connection) -> None:
    rows = rows_of_shapes([EAST, EAST], {"name": ["một", "hai"]})
    report = run(connection, rows, "tiles", repairs=[Repair.SLIVERS])
    assert report.features == 2
    assert [finding.code for finding in report.findings] == [ErrorCode.COVERAGE_OVERLAP]
    sizes = connection.execute(text("SELECT ST_Area(geom) FROM layer.tiles")).scalars().all()
    assert min(sizes) > 0


def test_areas_that_closing_would_change_much_are_published_only_on_consent(connection: Connection) -> None:
    wide = box(106.3, 20.4, 106.3105, 20.41)
    rows = rows_of_shapes([wide, EAST], {"name": ["tây", "đông"]})
    error = refused(connection, rows, "tiles", repairs=[Repair.SLIVERS])
    assert (error.code, error.params["count"]) == (ErrorCode.AREA_CHANGED, 1)
    report = run(connection, rows, "tiles", repairs=[Repair.SLIVERS, Repair.AREA])
    assert (report.features, report.findings) == (2, ())


def test_a_layer_that_does_not_tile_the_ground_is_left_as_it_is(connection: Connection) -> None:
    rows = rows_of_shapes([WEST, EAST], {"code": ["a", "b"]})
    report = run(connection, rows, "area", repairs=[Repair.SLIVERS])
    assert (report.findings, report.notices) == ((), ())


def test_far_fewer_features_need_a_yes(connection: Connection) -> None:
    ten = points(*[HERE] * 10)
    run(connection, ten)
    error = refused(connection, points(*[HERE] * 6))
    assert (error.code, error.status) == (ErrorCode.ROWS_FEWER, 422)
    assert "6" in error.detail("en")
    assert "10" in error.detail("vi")
    report = run(connection, points(*[HERE] * 6), confirm_fewer=True)
    assert {"code": "repaired_fewer", "params": {"rows": 6, "now": 10}} in report.notices
    assert run(connection, points(*[HERE] * 5), repairs=[Repair.FEWER]).features == 5
    run(connection, ten)
    assert run(connection, points(*[HERE] * 7)).features == 7


def test_text_in_an_old_encoding_is_repaired_as_chosen(connection: Connection) -> None:
    raw = "X· Th¸i B×nh"
    rows = rows_of_shapes([HERE], {"code": ["a"], "name": [raw]})
    report = run(connection, rows, text={"name": "tcvn3"})
    name = connection.execute(text("SELECT name FROM layer.clinic")).scalar_one()
    assert name == "Xã Thái Bình"
    assert {
        "code": "repaired_text",
        "params": {"count": 1, "column": "name", "encoding": "tcvn3"},
    } in report.notices
    error = refused(connection, rows, text={"*": "klingon"})
    assert (error.code, error.params["encoding"]) == (ErrorCode.TEXT_REPAIR_UNKNOWN, "klingon")


def test_html_and_decimal_commas_are_noted_and_kept(connection: Connection) -> None:
    script = "<script>alert(1)</script>"
    rows = points(HERE, THERE, name=[script, "a < b"], size=["12,5", "3"])
    report = run(connection, rows)
    notes = {finding.code: (finding.count, finding.column) for finding in report.findings}
    assert notes == {ErrorCode.MARKUP_IN_TEXT: (1, "name"), ErrorCode.DECIMAL_COMMA: (1, "size")}
    row = connection.execute(text("SELECT name, size FROM layer.clinic WHERE code = 'c0'")).one()
    assert tuple(row) == (script, 12.5)


@pytest.mark.parametrize(
    ("columns", "choice"),
    [
        ({"none": "code"}, "none ⟶ code"),
        ({"ma": "kode"}, "ma ⟶ kode"),
        ({"ma": "code", "code": "code"}, "ma ⟶ code, code ⟶ code"),
    ],
)
def test_a_choice_of_columns_that_does_not_fit_is_refused(
    connection: Connection, columns: dict[str, str | None], choice: str
) -> None:
    rows = rows_of_shapes([HERE], {"code": ["a"], "ma": ["b"]})
    error = refused(connection, rows, columns=columns)
    assert (error.code, error.params["choice"]) == (ErrorCode.COLUMN_CHOICE, choice)


def test_a_chosen_column_goes_before_one_of_the_same_name(connection: Connection) -> None:
    rows = rows_of_shapes([HERE], {"code": ["a"], "ma": ["b"]})
    report = run(connection, rows, columns={"ma": "code"})
    assert connection.execute(text("SELECT code FROM layer.clinic")).scalar_one() == "b"
    assert report.dropped_columns == ("code",)


def test_personal_columns_of_a_public_layer_are_warned_of(connection: Connection) -> None:
    definition: LayerDefinition = layer("people", fields=[field("sdt"), field("note")], key=None)
    rows = rows_of_shapes([HERE, THERE], {"sdt": ["0912345678", None], "note": ["034087001234", "x"]})
    city = city_with(definition)
    load = Load(city, definition, rows, LoadOptions())
    report = load.run(connection, author="lan", message="", progress=lambda _done, _total: None)
    found = {(entry.column, str(entry.remedy)): entry.features[0].words for entry in report.findings}
    assert found == {
        ("sdt", "hide_column"): "sdt = 09******78",
        ("note", "hide_column"): "note = 03********34",
    }


def test_points_in_numbers_are_doubted_on_loading_and_read_as_chosen(connection: Connection) -> None:
    sizes = ["1.234", "12.000"]
    (doubt,) = run(connection, points(HERE, THERE, size=sizes)).findings
    assert (doubt.code, doubt.count) == (ErrorCode.THOUSANDS_SUSPECT, 2)
    asked = text("SELECT size FROM layer.clinic ORDER BY code")
    assert connection.execute(asked).scalars().all() == [1.234, 12.0]
    report = run(connection, points(HERE, THERE, size=sizes), numbers={"size": "thousands"})
    assert connection.execute(asked).scalars().all() == [1234.0, 12000.0]
    assert report.findings == ()
    message = text("SELECT message FROM gis.version WHERE id = :id")
    told = connection.execute(message, {"id": report.version}).scalar_one()
    assert "Points in numbers as chosen: size → thousands." in told


def test_a_twin_of_vn2000_on_wgs84_is_doubted_on_loading_until_one_is_chosen(connection: Connection) -> None:
    twin = "+proj=tmerc +lat_0=0 +lon_0=105.5 +k=0.9999 +x_0=500000 +y_0=0 +datum=WGS84 +units=m +title=x"
    named = pyproj.CRS(twin).to_wkt().replace('"unknown"', '"TM3_10530"', 1)
    there = {"code": ["a"]}
    rows = rows_of_shapes([Point(587_095.876, 2_261_880.297)], there, crs=named)
    (doubt,) = run(connection, rows).findings
    assert (doubt.code, doubt.params["fits"]) == (ErrorCode.DATUM_SUSPECT, "EPSG:9209")
    rows = rows_of_shapes([Point(587_095.876, 2_261_880.297)], there, crs=named)
    assert run(connection, rows, crs="EPSG:9209").findings == ()
