"""Files and tables as other programs read them: what fits is kept, what does not is told."""

import csv
import io
import json
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import settings as budget
from hypothesis import strategies as st

from gis_service.errors import ErrorCode, GisError, RefusedInput
from gis_service.files.readers.tables import read_csv
from gis_service.files.readers.workbook import Workbook
from gis_service.files.writers import GEOMETRY, SUFFIXES, Note, Table, shapefile, spreadsheet, write_table
from gis_service.files.writers.shapefile import NAME_SIGNS, short_names
from gis_service.types import Text

KINDS = {
    "text": pa.string(),
    "whole": pa.int64(),
    "number": pa.float64(),
    "open": pa.bool_(),
    "day": pa.date32(),
    "seen": pa.timestamp("us", tz="UTC"),
}
NOON = datetime(2025, 7, 1, 12, 30, 15, 250_000, tzinfo=UTC)
ABOUT = {"TITLE": "Trạm / Stations", "LICENCE": "CC0-1.0", "GENERATED": "true"}
POINT = shapely.Point(106.123456789, 20.5)


def table_of(
    *shapes: shapely.Geometry | None,
    geometry: str | None = "Point",
    placed: bool = True,
    **columns: list[Any],
) -> tuple[Table, Iterator[pa.RecordBatch]]:
    """Give rows with these columns (type by name before ``_``), and what they are."""
    kinds = {name: KINDS[name.partition("_")[0]] for name in columns}
    place = [(GEOMETRY, pa.binary())] if geometry else []
    schema = pa.schema([("fid", pa.int64()), *place, *kinds.items()])
    count = len(next(iter(columns.values()), shapes))
    rows: list[Any] = [list(range(1, count + 1))]
    if geometry:
        rows.append(shapely.to_wkb(list(shapes) or [POINT] * count).tolist())
    rows += columns.values()
    arrays = [pa.array(values, one.type) for values, one in zip(rows, schema, strict=True)]
    labels = {name: Text(f"nhãn {name}", f"label {name}") for name in columns}
    made = Table("well", schema, geometry, pyproj.CRS(4326), ABOUT, labels, "vi", placed)
    return made, iter([pa.RecordBatch.from_arrays(arrays, schema=schema)] if count else [])


def written(
    folder: Path,
    ending: str,
    *shapes: shapely.Geometry | None,
    **told: Any,  # noqa: ANN401  columns and what else a table is made of
) -> tuple[Path, list[Note]]:
    out = folder / f"out{ending}"
    return out, write_table(out, *table_of(*shapes, **told), overwrite=True)


def column(path: Path, name: str) -> list[Any]:
    _, table = pyogrio.read_arrow(path)
    values: list[Any] = table.column(name).to_pylist()
    return values


def sheet_of(path: Path, name: str = "well") -> list[list[Any]]:
    book = openpyxl.load_workbook(path)
    return [[cell.value for cell in row] for row in book[name].rows]


@pytest.mark.parametrize("ending", SUFFIXES)
def test_a_table_without_rows_is_a_file_with_columns(tmp_path: Path, ending: str) -> None:
    out, _ = written(tmp_path, ending, text=[])
    if ending == ".xlsx":
        assert sheet_of(out) == [["fid", "nhãn text", "lon", "lat"]]
    elif ending == ".csv":
        assert out.read_text("utf-8-sig").strip() == '"fid","text","lon","lat"'
    elif ending == ".parquet":
        assert pq.read_table(out).num_rows == 0
    else:
        assert pyogrio.read_arrow(out)[1].num_rows == 0
    assert [path.name for path in tmp_path.iterdir()] == [out.name]


@pytest.mark.parametrize("ending", SUFFIXES)
def test_an_error_of_the_rows_comes_out_as_it_went_in_and_leaves_nothing(tmp_path: Path, ending: str) -> None:
    table, rows = table_of(text=["a"])

    def failing() -> Iterator[pa.RecordBatch]:
        yield from rows
        raise RefusedInput(ErrorCode.NO_FEATURES, path="a", rows=1)

    with pytest.raises(GisError) as caught:
        write_table(tmp_path / f"out{ending}", table, failing())
    assert caught.value.code == ErrorCode.NO_FEATURES
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("ending", [".fgb", ".geojson", ".gpkg", ".parquet", ".shp.zip"])
def test_a_row_without_a_place_is_written_too(tmp_path: Path, ending: str) -> None:
    out, _ = written(tmp_path, ending, POINT, None, text=["a", "b"], placed=False)
    if ending == ".parquet":
        assert pq.read_table(out).column(GEOMETRY).null_count == 1
    else:
        assert sorted(column(out, "text")) == ["a", "b"]


def test_what_is_told_about_the_data_stands_in_the_file(tmp_path: Path) -> None:
    geojson, _ = written(tmp_path, ".geojson", text=["a"])
    assert json.loads(geojson.read_text("utf-8"))["about"] == ABOUT
    parquet, _ = written(tmp_path, ".parquet", text=["a"])
    assert pq.read_schema(parquet).metadata[b"gis:licence"] == b"CC0-1.0"
    flat, _ = written(tmp_path, ".fgb", text=["a"])
    assert "GENERATED: true" in pyogrio.read_info(flat)["layer_metadata"]["DESCRIPTION"]
    archive, _ = written(tmp_path, ".shp.zip", text=["a"])
    with zipfile.ZipFile(archive) as opened:
        assert "LICENCE: CC0-1.0" in opened.read("about.txt").decode()
    package, _ = written(tmp_path, ".gpkg", text=["a"])
    with sqlite3.connect(package) as opened_package:
        assert opened_package.execute("SELECT identifier FROM gpkg_contents").fetchone() == (ABOUT["TITLE"],)
    opened_package.close()
    sheet, _ = written(tmp_path, ".xlsx", text=["a"])
    told = sheet_of(sheet, "about")
    assert [row[:2] for row in told[:3]] == [[name, value] for name, value in ABOUT.items()]
    assert told[-1] == ["text", "nhãn text", "string"]


# --- Shapefile


@given(
    st.lists(st.text("ab1", min_size=1, max_size=12).map(lambda tail: f"ab_{tail}"), unique=True, max_size=30)
)
def test_short_names_fit_are_apart_and_leave_alone_what_fits(names: list[str]) -> None:
    short = short_names(names)
    assert list(short) == names
    assert all(0 < len(name) <= NAME_SIGNS for name in short.values())
    assert len({name.casefold() for name in short.values()}) == len(names)
    assert all(short[name] == name for name in names if len(name) <= NAME_SIGNS)


def test_a_shapefile_tells_what_its_short_names_stand_for(tmp_path: Path) -> None:
    out, _ = written(tmp_path, ".shp.zip", text_of_nothing=["a"], text_of_nobody=["b"])
    with zipfile.ZipFile(out) as archive:
        names = {Path(name).suffix for name in archive.namelist()}
        assert {".shp", ".shx", ".dbf", ".prj", ".cpg"} <= names
        assert archive.read("well.cpg") == b"UTF-8"
        rows = list(csv.DictReader(io.StringIO(archive.read("fields.csv").decode("utf-8-sig"))))
    assert [(row["column"], row["field"]) for row in rows] == [
        ("fid", "fid"),
        ("text_of_no", "text_of_nothing"),
        ("text_of__1", "text_of_nobody"),
    ]
    assert rows[1]["en"] == "label text_of_nothing"
    assert column(out, "text_of__1") == ["b"]


def test_long_texts_are_cut_between_letters_and_counted(tmp_path: Path) -> None:
    out, notes = written(tmp_path, ".shp.zip", text=["Đ" * 127, "Đ" * 128, "a" + "ế" * 100, "ngắn", None])
    assert column(out, "text") == ["Đ" * 127, "Đ" * 127, "a" + "ế" * 84, "ngắn", None]
    assert notes == [Note("export_texts_cut", {"count": 2})]


def test_a_shapefile_keeps_every_number_that_fits_and_counts_the_others(tmp_path: Path) -> None:
    whole = [2**53 + 1, 10**18 - 1, 1 - 10**17, -(2**63), 2**63 - 1, None]
    number = [0.1, -1e-9, 1e21, 1e300, float("nan"), None]
    out, notes = written(tmp_path, ".shp.zip", whole=whole, number=number)
    assert column(out, "whole") == [*whole[:3], None, None, None]
    assert column(out, "number") == [*number[:3], None, None, None]
    assert notes == [Note("export_numbers_left_out", {"count": 4})]


def test_a_shapefile_has_days_yes_and_no_and_times_as_text(tmp_path: Path) -> None:
    out, _ = written(
        tmp_path, ".shp.zip", open=[True, None], day=[date(1954, 7, 20), None], seen=[NOON, None]
    )
    assert column(out, "open") == [True, None]
    assert column(out, "day") == [date(1954, 7, 20), None]
    assert column(out, "seen") == ["2025-07-01T12:30:15.250000Z", None]


def test_kinds_of_geometry_become_shapefiles_of_their_own(tmp_path: Path) -> None:
    shapes = [
        POINT,
        shapely.box(106, 20, 107, 21),
        shapely.MultiPolygon([shapely.box(106, 20, 107, 21)]),
        shapely.LineString([(106, 20), (107, 21)]),
        None,
        shapely.GeometryCollection([POINT]),
    ]
    out, notes = written(tmp_path, ".shp.zip", *shapes, geometry="Geometry", text=list("abcdef"))
    with zipfile.ZipFile(out) as archive:
        archive.extractall(tmp_path / "all")
    found = {path.name: column(path, "text") for path in (tmp_path / "all").glob("*.dbf")}
    assert found == {
        "well_point.dbf": ["a"],
        "well_polygon.dbf": ["b", "c"],
        "well_line.dbf": ["d"],
        "well_no_place.dbf": ["e"],
    }
    assert notes == [Note("export_shapes_left_out", {"count": 1})]
    alone, _ = written(tmp_path, ".shp.zip", shapes[1], geometry="Geometry", text=["b"])
    with zipfile.ZipFile(alone) as archive:
        assert "well.shp" in archive.namelist()


@pytest.mark.parametrize("limit", [300, 120])
def test_a_shapefile_that_would_pass_its_limit_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: int
) -> None:
    monkeypatch.setattr(shapefile, "LARGEST", limit)
    with pytest.raises(GisError) as caught:
        written(tmp_path, ".shp.zip", text=["a"] * 10)
    assert caught.value.code == ErrorCode.EXPORT_SHAPEFILE_TOO_LARGE
    assert list(tmp_path.iterdir()) == []


# --- spreadsheets and CSV


def test_cells_of_a_spreadsheet_have_their_types(tmp_path: Path) -> None:
    out, notes = written(
        tmp_path,
        ".xlsx",
        text=["Trạm y tế", "", None],
        whole=[7, 10**15, None],
        number=[0.1, -1e-9, None],
        open=[True, False, None],
        day=[date(2025, 7, 1), date(1899, 12, 31), None],
        seen=[NOON, datetime(1880, 1, 1, tzinfo=UTC), None],
    )
    heading, *rows = sheet_of(out)
    assert heading == ["fid", *(f"nhãn {name}" for name in KINDS), "lon", "lat"]
    first = [1, "Trạm y tế", 7, 0.1, True, datetime(2025, 7, 1), NOON.replace(tzinfo=None), POINT.x, POINT.y]  # noqa: DTZ001
    assert rows[0] == first
    assert rows[1][2:7] == [str(10**15), -1e-9, False, "1899-12-31", "1880-01-01T00:00:00+00:00"]
    assert rows[2] == [3, None, None, None, None, None, None, POINT.x, POINT.y]
    assert notes == []


FORMULAS = ["=1+1", "+84 91", "-cmd()", "@sum", "\tx", '=HYPERLINK("http://x")', "-12.5", "đê"]


def test_no_text_becomes_a_formula(tmp_path: Path) -> None:
    out, _ = written(tmp_path, ".xlsx", text=FORMULAS)
    book = openpyxl.load_workbook(out)
    cells = [row[1] for row in list(book["well"].rows)[1:]]
    assert [cell.value for cell in cells] == FORMULAS
    assert {cell.data_type for cell in cells} <= {"s", "inlineStr"}
    assert [bool(cell.quotePrefix) for cell in cells] == [True] * 6 + [False] * 2
    plain, notes = written(tmp_path, ".csv", text=FORMULAS)
    rows = csv.DictReader(io.StringIO(plain.read_bytes().decode("utf-8-sig")))
    assert [row["text"] for row in rows] == [f"'{text}" for text in FORMULAS[:6]] + FORMULAS[6:]
    assert notes == [Note("export_formulas_marked", {"count": 6})]


SIGNS = st.text("'=+-@1.eđ Ổ,\"", min_size=1, max_size=6)
TEXTS = st.lists(SIGNS.filter(lambda text: text.strip() == text), min_size=1, max_size=5)


@budget(max_examples=25)
@given(TEXTS, st.sampled_from([None, "Point", "Geometry"]))
def test_texts_of_a_table_that_we_wrote_are_read_as_they_were(texts: list[str], geometry: str | None) -> None:
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        for suffix in (".csv", ".xlsx"):
            made, batches = table_of(geometry=geometry, text=texts)
            out = Path(folder) / f"out{suffix}"
            write_table(out, made, batches)
            name = "text" if suffix == ".csv" else "nhãn text"
            opened = (
                read_csv(out, out.name, None)
                if suffix == ".csv"
                else Workbook(out, out.name, stack).open("well")
            )
            assert [text for batch in opened.batches for text in batch[name].to_pylist()] == texts


FOREIGN = {
    "without a mark": b"fid,text,lon,lat\n1,'=x,106,20\n",
    "without our ids": b"\xef\xbb\xbfid,text,lon,lat\n1,'=x,106,20\n",
    "with other places": b"\xef\xbb\xbffid,lon,lat,text\n1,106,20,'=x\n",
    "with places of other names": b"\xef\xbb\xbffid,text,longitude,latitude\n1,'=x,106,20\n",
}


@pytest.mark.parametrize("how", FOREIGN)
def test_an_apostrophe_of_a_foreign_table_stays(tmp_path: Path, how: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(FOREIGN[how])
    opened = read_csv(path, path.name, None)
    assert next(opened.batches)["text"].to_pylist() == ["'=x"]
    assert "marks_taken_off" not in opened.found.about


def test_of_a_table_of_ours_only_what_marks_a_formula_is_taken_off(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"\xef\xbb\xbffid,text,lon,lat\n1,'=x,106,20\n2,'t Hooft,106,20\n3,'-12.5,106,20\n")
    opened = read_csv(path, path.name, None)
    assert next(opened.batches)["text"].to_pylist() == ["=x", "'t Hooft", "'-12.5"]
    assert opened.found.about["marks_taken_off"] == "yes"


def test_what_no_cell_holds_is_cut_or_left_out_and_counted(tmp_path: Path) -> None:
    ring = shapely.Point(106, 20).buffer(1, quad_segs=400)
    out, notes = written(
        tmp_path, ".xlsx", ring, POINT, geometry="Geometry", text=["x" * 40_000, "a\x01b\uffff"]
    )
    rows = sheet_of(out)[1:]
    assert (len(rows[0][1]), rows[0][2]) == (32_767, None)
    assert rows[1][1:] == ["a_x0001_b", "POINT (106.123456789 20.5)"]
    assert {note.code: note.params["count"] for note in notes} == {
        "export_texts_cut": 1,
        "export_shapes_left_out": 1,
    }


def test_more_rows_than_a_sheet_has_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreadsheet, "MOST_ROWS", 3)
    written(tmp_path, ".xlsx", text=["a", "b"])
    with pytest.raises(GisError) as caught:
        written(tmp_path, ".xlsx", text=["a", "b", "c"])
    assert (caught.value.code, caught.value.params["most"]) == (ErrorCode.EXPORT_ROWS_TOO_MANY, 2)
    assert [path.name for path in tmp_path.iterdir()] == ["out.xlsx"]


def test_fields_that_are_called_alike_or_as_a_place_are_told_apart(tmp_path: Path) -> None:
    table, _ = table_of(text_a=["x"], text_b=["y"])
    same = dict.fromkeys(("text_a", "text_b"), Text("Tên", "Name"))
    named = Table("well", table.schema, "Point", table.crs, {}, same, "en")
    assert [named.heading(name) for name in ("fid", "text_a", "text_b")] == [
        "fid",
        "Name (text_a)",
        "Name (text_b)",
    ]
    schema = pa.schema([("fid", pa.int64()), (GEOMETRY, pa.binary()), ("lon", pa.string())])
    batch = pa.RecordBatch.from_arrays([[1], [shapely.to_wkb(POINT)], ["a field"]], schema=schema)
    out = tmp_path / "out.csv"
    write_table(out, Table("well", schema, "Point", table.crs), iter([batch]))
    row = next(csv.DictReader(io.StringIO(out.read_text("utf-8-sig"))))
    assert (row["lon"], row["place_lon"]) == ("a field", str(POINT.x))
