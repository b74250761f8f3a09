"""Layers into files: the same rows come out that went in."""

import csv
import sqlite3
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import openpyxl
import pyarrow.parquet as pq
import pyogrio
import pyproj
import pytest
import shapely
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as budget
from hypothesis import strategies as st
from sqlalchemy import text

from gis_service.db.engine import Connection, open_engine, transaction
from gis_service.errors import ErrorCode, GisError
from gis_service.files.readers import inspect_file, open_vector
from gis_service.services.export import Wanted, export_layer
from gis_service.services.ingest import load_file, load_rows, rows_of
from tests.small_city import FIELDS, city_with, field, layer, places

CITY = city_with(
    layer("clinic"),
    layer("made_up", generated=True),
    layer("any", "Geometry", [field("code", required=True)]),
    layer("list", "None", [field("code", required=True), field("people", "integer")]),
)
TABLE: dict[str, list[Any]] = {
    "code": ["a", "b", "c"],
    "name": ["Trạm y tế Đông Hưng", None, 'quoted "name", with comma'],
    "beds": [1, None, 2**53 + 1],
    "area_km2": [0.1, None, -1e-9],
    "open": [True, False, None],
    "built": [date(1954, 7, 20), None, date(2025, 7, 1)],
    "seen": [datetime(2025, 7, 1, 8, 30, 15, 250_000, UTC), None, datetime(1999, 12, 31, tzinfo=UTC)],
}


def fill(connection: Connection, layer_id: str = "clinic") -> None:
    load_rows(connection, CITY, rows_of(TABLE, places(3), name="made"), layer_id, author="lan")


def rows(connection: Connection, layer_id: str = "clinic") -> list[tuple[Any, ...]]:
    found = connection.execute(text(f"SELECT * FROM layer.{layer_id} ORDER BY fid"))  # noqa: S608  a test's own name
    return [tuple(row) for row in found]


@pytest.mark.parametrize("ending", ["gpkg", "geojson", "fgb", "parquet", "csv", "zip", "xlsx"])
def test_load_export_load_is_equal_in_every_format(
    connection: Connection, tmp_path: Path, ending: str
) -> None:
    fill(connection)
    before = rows(connection)
    out = tmp_path / f"out.{ending}"
    assert export_layer(connection, CITY, "clinic", out).features == 3
    report = load_file(connection, CITY, out, "clinic", author="lan")
    assert rows(connection) == before
    assert report.changes.unchanged == 3
    assert not report.dropped_columns


WORD = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)
# GDAL 3.12 rounds 59.999 s up to the next minute in times before 1970.
MOMENT = st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1))  # noqa: DTZ001  the zone is set below
ROW = st.fixed_dictionaries(
    {
        "name": st.none() | WORD,
        "beds": st.none() | st.integers(-(2**63), 2**63 - 1),
        "area_km2": st.none() | st.floats(allow_nan=False, allow_infinity=False),
        "open": st.none() | st.booleans(),
        "built": st.none() | st.dates(date(1, 1, 1), date(9999, 12, 31)),
        # GeoPackage keeps milliseconds.
        "seen": st.none()
        | MOMENT.map(lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000, tzinfo=UTC)),
        "x": st.floats(106.1, 106.7),
        "y": st.floats(20.2, 20.8),
    }
)


@given(table=st.lists(ROW, min_size=1, max_size=8))
@budget(
    max_examples=6,
    deadline=None,
    # Each try starts two processes: a failing table is shown as it was found.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_load_export_load_is_equal_for_any_table(
    connection: Connection, tmp_path: Path, table: list[dict[str, Any]]
) -> None:
    xy = np.array([[row["x"], row["y"]] for row in table])
    columns = {entry.name: [row[entry.name] for row in table] for entry in FIELDS[1:]}
    columns["code"] = [f"c{number}" for number in range(len(table))]
    load_rows(connection, CITY, rows_of(columns, xy, name="made"), "clinic", author="lan")
    before = rows(connection)
    out = tmp_path / "out.gpkg"
    export_layer(connection, CITY, "clinic", out, overwrite=True)
    load_file(connection, CITY, out, "clinic", author="lan")
    assert rows(connection) == before


LONG = "Trạm y tế xã " * 40


@pytest.mark.parametrize(
    ("ending", "notes"),
    [
        ("gpkg", []),
        ("geojson", []),
        ("fgb", []),
        ("parquet", []),
        ("zip", ["export_times_as_text", "export_texts_cut"]),
    ],
)
def test_long_texts_are_whole_where_the_format_can_and_told_where_not(
    connection: Connection, tmp_path: Path, ending: str, notes: list[str]
) -> None:
    table = TABLE | {"name": [LONG, None, ""]}
    load_rows(connection, CITY, rows_of(table, places(3), name="made"), "clinic", author="lan")
    out = tmp_path / f"out.{ending}"
    report = export_layer(connection, CITY, "clinic", out)
    frame = gpd.read_parquet(out) if ending == "parquet" else gpd.read_file(out)
    text = frame.sort_values("fid")["name"].iloc[0] if "fid" in frame else frame["name"].iloc[0]
    told = LONG.strip()
    assert (text == told) is not bool(notes)
    assert told.startswith(text)
    assert [note.code for note in report.notes] == notes


def test_a_spreadsheet_holds_the_same_rows(connection: Connection, tmp_path: Path) -> None:
    fill(connection)
    report = export_layer(connection, CITY, "clinic", tmp_path / "out.xlsx", Wanted(language="en"))
    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    heading, *found = [[cell.value for cell in row] for row in book["clinic"].rows]
    assert heading == ["fid", *(f"Test ({one.name})" for one in FIELDS), "lon", "lat"]
    for row, (fid, _, *values) in zip(found, rows(connection), strict=True):
        assert row[:8] == [fid, *map(_as_cell, values)]
    assert np.allclose(np.array([row[8:] for row in found], float), places(3), atol=1e-12)
    told = {row[0].value: row[1].value for row in book["about"].rows}
    assert (told["VERSION"], told["LICENCE"]) == (str(report.version), "CC0-1.0")


def _as_cell(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001  a cell knows no zone
    return str(value) if isinstance(value, int) and abs(value) >= 10**15 else value


@pytest.mark.parametrize(
    ("condition", "codes"),
    [
        ("beds = 1", "a"),
        ("beds > 1", "c"),
        ("beds IS NULL", "b"),
        ("name LIKE 'Trạm%' OR name LIKE '%\"%'", "ac"),
        ("name NOT LIKE 'Trạm%'", "c"),
        ("open", "a"),
        ("NOT open", "b"),
        ("built BETWEEN DATE('1954-01-01') AND DATE('1960-01-01')", "a"),
        ("seen >= TIMESTAMP('2025-07-01T08:30:15.25Z')", "a"),
        ("area_km2 < 0.0", "c"),
        ("code IN ('a', 'c') AND fid > 0", "ac"),
        ("name = 'quoted \"name\", with comma' OR code = 'x'' OR true --'", "c"),
        ("S_INTERSECTS(geom, BBOX(106.1, 20.2, 106.7, 20.8))", "abc"),
        ("S_INTERSECTS(geom, POINT(0 0))", ""),
    ],
)
def test_a_filter_lets_through_what_fulfils_it(
    connection: Connection, tmp_path: Path, condition: str, codes: str
) -> None:
    fill(connection)
    report = export_layer(connection, CITY, "clinic", tmp_path / "out.csv", Wanted(filter=condition))
    with (tmp_path / "out.csv").open(encoding="utf-8-sig") as file:
        assert "".join(row["code"] for row in csv.DictReader(file)) == codes
    assert report.features == len(codes)


def test_a_box_lets_through_what_meets_it_and_stands_in_the_file(
    connection: Connection, tmp_path: Path
) -> None:
    fill(connection)
    x, y = places(3)[1].tolist()
    box = (x - 1e-6, y - 1e-6, x + 1e-6, y + 1e-6)
    export_layer(connection, CITY, "clinic", tmp_path / "out.parquet", Wanted(bbox=box, filter="fid > 0"))
    found = pq.read_table(tmp_path / "out.parquet")
    assert found.column("code").to_pylist() == ["b"]
    assert found.schema.metadata[b"gis:bbox"].decode() == ",".join(map(repr, box))
    assert found.schema.metadata[b"gis:filter"] == b"fid > 0"


def test_the_file_of_a_version_holds_the_rows_of_that_version(
    make_database: Callable[[], str], tmp_path: Path
) -> None:
    engine = open_engine(make_database())
    held: dict[int, list[tuple[Any, ...]]] = {}
    for count in (3, 1, 2):
        table = {name: values[:count] for name, values in TABLE.items()} | {"beds": list(range(count))}
        # Each in a transaction of its own: one transaction makes one version.
        with transaction(engine) as connection:
            made = load_rows(
                connection, CITY, rows_of(table, places(count, count), name="made"), "clinic", author="lan"
            )
            held[made.version] = rows(connection)
    with transaction(engine) as connection:
        for version, wanted in held.items():
            export_layer(connection, CITY, "clinic", tmp_path, Wanted(version=version))
            out = tmp_path / f"clinic_v{version}.gpkg"
            frame = gpd.read_file(out, fid_as_index=True)
            assert frame.index.tolist() == [row[0] for row in wanted]
            assert frame["code"].tolist() == [row[2] for row in wanted]
            assert frame["beds"].tolist() == [row[4] for row in wanted]
            assert pyogrio.read_info(out)["layer_metadata"]["VERSION"] == str(version)
    engine.dispose()


def test_places_that_a_system_does_not_reach_are_refused_by_number(
    connection: Connection, tmp_path: Path
) -> None:
    fill(connection)
    connection.execute(text("UPDATE layer.clinic SET geom = ST_Point(15, 0, 4326) WHERE code = 'b'"))
    fid = next(row[0] for row in rows(connection) if row[2] == "b")
    for ending in ("gpkg", "zip", "csv"):
        with pytest.raises(GisError) as caught:
            export_layer(connection, CITY, "clinic", tmp_path / f"out.{ending}", Wanted("EPSG:9209"))
        assert caught.value.code == ErrorCode.EXPORT_OUTSIDE_SYSTEM
        assert (caught.value.params["count"], caught.value.params["features"]) == (1, str(fid))
    assert list(tmp_path.iterdir()) == []


def test_a_geopackage_bears_the_fid_and_says_what_it_is(connection: Connection, tmp_path: Path) -> None:
    fill(connection, "made_up")
    out = tmp_path / "out.gpkg"
    export_layer(connection, CITY, "made_up", out)
    info = pyogrio.read_info(out)
    assert info["fid_column"] == "fid"
    assert [row[0] for row in rows(connection, "made_up")] == pyogrio.read_dataframe(
        out, fid_as_index=True
    ).index.tolist()
    about = info["layer_metadata"]
    assert (about["LICENCE"], about["GENERATED"], about["LAYER"]) == ("CC0-1.0", "true", "made_up")
    with sqlite3.connect(out) as opened:
        identifier, description = opened.execute(
            "SELECT identifier, description FROM gpkg_contents"
        ).fetchone()
    opened.close()
    assert identifier == "Thử / Test"
    assert "Generated data" in description


def test_a_folder_gets_a_file_whose_name_tells_generated_data(connection: Connection, tmp_path: Path) -> None:
    fill(connection)
    fill(connection, "made_up")
    assert export_layer(connection, CITY, "clinic", tmp_path).out == tmp_path / "clinic.gpkg"
    assert export_layer(connection, CITY, "made_up", tmp_path).out == tmp_path / "made_up_generated.gpkg"


@pytest.mark.parametrize("ending", ["gpkg", "parquet"])
def test_another_crs_is_written_and_comes_back(connection: Connection, tmp_path: Path, ending: str) -> None:
    fill(connection)
    out = tmp_path / f"out.{ending}"
    export_layer(connection, CITY, "clinic", out, Wanted("EPSG:9209"))
    made = gpd.read_parquet(out) if ending == "parquet" else gpd.read_file(out)
    assert made.crs
    assert made.crs.to_epsg() == 9209
    assert np.allclose(shapely.get_coordinates(made.to_crs(4326).geometry), places(3), atol=1e-8)


def test_a_table_in_a_system_without_a_number_asks_for_it(connection: Connection, tmp_path: Path) -> None:
    fill(connection)
    wanted = Wanted(pyproj.CRS("+proj=utm +zone=48 +ellps=intl").to_wkt())
    export_layer(connection, CITY, "clinic", tmp_path / "out.csv", wanted)
    with pytest.raises(GisError) as caught:
        load_file(connection, CITY, tmp_path / "out.csv", "clinic", author="lan")
    assert caught.value.code is ErrorCode.NEEDS_CRS


def test_our_own_spreadsheet_is_known_again_by_layer_and_version(
    connection: Connection, tmp_path: Path
) -> None:
    fill(connection)
    out = tmp_path / "out.xlsx"
    report = export_layer(connection, CITY, "clinic", out, Wanted(filter="code = 'a'"))
    with open_vector(out) as source:
        told = source.header.about
        assert source.names[:2] == ("fid", "code")
        assert sum(batch.num_rows for batch in source.batches()) == 1
    assert (told["LAYER"], told["VERSION"]) == ("clinic", str(report.version))
    assert told["FILTER"] == "code = 'a'"
    (layer_told,) = inspect_file(out).layers
    assert layer_told.name == "clinic"


def test_a_file_says_itself_what_its_format_could_not_take(connection: Connection, tmp_path: Path) -> None:
    table = TABLE | {"name": ["x" * 40_000, None, ""]}
    load_rows(connection, CITY, rows_of(table, places(3), name="made"), "clinic", author="lan")
    export_layer(connection, CITY, "clinic", tmp_path / "out.zip")
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        assert "NOTES: 1 " in archive.read("about.txt").decode()
    export_layer(connection, CITY, "clinic", tmp_path / "out.xlsx")
    told = {row[0].value: row[1].value for row in openpyxl.load_workbook(tmp_path / "out.xlsx")["about"].rows}
    assert str(told["NOTES"]).startswith("1 ")


def test_any_kind_of_geometry_is_written_and_comes_back(connection: Connection, tmp_path: Path) -> None:
    shapes = [shapely.box(106.3, 20.4, 106.4, 20.5), shapely.Point(106.3, 20.4)]
    made = gpd.GeoDataFrame({"code": ["a", "b"]}, geometry=shapes, crs="EPSG:4326")
    made.to_parquet(tmp_path / "in.parquet")
    load_file(connection, CITY, tmp_path / "in.parquet", "any", author="lan")
    before = rows(connection, "any")
    for ending in ("gpkg", "csv"):
        export_layer(connection, CITY, "any", tmp_path / f"out.{ending}")
        load_file(connection, CITY, tmp_path / f"out.{ending}", "any", author="lan")
        assert rows(connection, "any") == before


def test_a_layer_without_geometry_is_written_and_comes_back(connection: Connection, tmp_path: Path) -> None:
    table: dict[str, list[Any]] = {"code": ["001", "002"], "people": [5, None]}
    load_rows(connection, CITY, rows_of(table, None, name="made"), "list", author="lan")
    before = rows(connection, "list")
    for ending in ("gpkg", "csv", "parquet", "xlsx", "zip"):
        export_layer(connection, CITY, "list", tmp_path / f"out.{ending}")
        load_file(connection, CITY, tmp_path / f"out.{ending}", "list", author="lan")
        assert rows(connection, "list") == before
    assert b"geo" not in (pq.read_schema(tmp_path / "out.parquet").metadata or {})


@pytest.mark.parametrize(
    ("layer_id", "name", "code"),
    [
        ("clinic", "out.shp", ErrorCode.OUTPUT_FORMAT_UNKNOWN),
        ("clinic", "there.gpkg", ErrorCode.OUTPUT_EXISTS),
        ("list", "out.gpkg", ErrorCode.LAYER_EMPTY),
        ("unheard", "out.gpkg", ErrorCode.LAYER_UNKNOWN),
    ],
)
def test_what_cannot_be_exported_is_said(
    connection: Connection, tmp_path: Path, layer_id: str, name: str, code: ErrorCode
) -> None:
    fill(connection)
    (tmp_path / "there.gpkg").write_text("mine")
    with pytest.raises(GisError) as caught:
        export_layer(connection, CITY, layer_id, tmp_path / name)
    assert caught.value.code == code
    assert (tmp_path / "there.gpkg").read_text() == "mine"


def test_an_export_that_fails_leaves_what_was_there(
    connection: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(connection)
    out = tmp_path / "there.gpkg"
    out.write_text("mine")

    def full_disk(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("gis_service.files.writers.whole_file.os.fsync", full_disk)
    with pytest.raises(OSError, match="no space"):
        export_layer(connection, CITY, "clinic", out, overwrite=True)
    assert out.read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["there.gpkg"]


def test_progress_and_time_zones_hold_over_many_batches(
    connection: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gis_service.db.export.BATCH_ROWS", 2)
    fill(connection)
    seen: list[int] = []
    export_layer(
        connection, CITY, "clinic", tmp_path / "a.gpkg", progress=lambda done, _total: seen.append(done)
    )
    assert seen == [2, 3]
    assert rows(connection)[0][-1].utcoffset() == timedelta(0)
