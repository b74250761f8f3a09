"""Coordinates in tables, as people write them."""

import math

import pyarrow as pa
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis_service.errors import ErrorCode, RefusedInput
from gis_service.files.readers.places import crs_of_columns, number, numbers, place_columns, placed

WRITTEN = {
    "106.3366": 106.3366,
    "106,3366": 106.3366,
    " 2260000 ": 2260000.0,
    "1e3": 1000.0,
    "20°26'46\"N": 20 + 26 / 60 + 46 / 3600,
    "20°26′46″": 20 + 26 / 60 + 46 / 3600,
    "20 26 46.5 N": 20 + 26 / 60 + 46.5 / 3600,
    "20 26 46,5 N": 20 + 26 / 60 + 46.5 / 3600,
    "20º26'46''B": 20 + 26 / 60 + 46 / 3600,
    "20:26:46": 20 + 26 / 60 + 46 / 3600,
    "106°20'Đ": 106 + 20 / 60,
    "E106°20'": 106 + 20 / 60,
    "106°20.5' Đông": 106 + 20.5 / 60,
    "106 độ": math.nan,
    "10°30'S": -10.5,
    "W10°30'": -10.5,
    "-10 30 0": -10.5,
    "20°61'00\"": math.nan,
    "20°26'60\"": math.nan,
    "N20°26'N": math.nan,
    "near the market": math.nan,
    "": math.nan,
    "1 " + " " * 100 + "2": math.nan,
}


@pytest.mark.parametrize("text", WRITTEN)
def test_a_coordinate_is_read_as_it_is_written(text: str) -> None:
    assert number(text) == pytest.approx(WRITTEN[text], abs=1e-9, nan_ok=True)


@given(
    st.integers(0, 179),
    st.integers(0, 59),
    st.integers(0, 59_999),
    st.sampled_from(["{}°{}'{}\"", "{} {} {}"]),
)
def test_degrees_in_sixties_are_what_they_were_made_of(
    degrees: int, minutes: int, milli: int, form: str
) -> None:
    expected = degrees + minutes / 60 + milli / 3_600_000
    assert number(form.format(degrees, minutes, milli / 1000)) == pytest.approx(expected, abs=1e-9)
    assert number(form.format(degrees, minutes, milli / 1000) + "T") == pytest.approx(-expected, abs=1e-9)


@given(st.lists(st.one_of(st.none(), st.text(max_size=12), st.floats(-180, 180).map(str)), max_size=20))
def test_a_column_is_read_as_each_of_its_values(texts: list[str | None]) -> None:
    read = numbers(pa.array(texts, pa.string())).tolist()
    single = [math.nan if text is None else number(text) for text in texts]
    assert read == pytest.approx(single, nan_ok=True)


NAMED = {
    ("Mã", "Kinh độ", "Vĩ độ"): ([1, 2], "OGC:CRS84"),
    ("Vĩ độ (N)", "Kinh độ (E)"): ([1, 0], "OGC:CRS84"),
    ("x", "lon", "lat", "y"): ([1, 2], "OGC:CRS84"),
    ("Toạ độ X (m)", "Toạ độ Y (m)"): ([0, 1], None),
    ("WKT", "name"): ([0], "OGC:CRS84"),
    ("name", "lat"): ([], None),
    ("fid", "x_9209", "y_9209"): ([1, 2], "EPSG:9209"),
    ("lat_4756", "lon_4756"): ([1, 0], "EPSG:4756"),
    ("x_2024", "y_2024"): ([], None),
    ("x_9209", "y_9210"): ([], None),
    ("lon", "lat", "place_lon", "place_lat"): ([2, 3], "OGC:CRS84"),
    ("x_9209", "y_9209", "place_x_9209", "place_y_9209"): ([2, 3], "EPSG:9209"),
    ("wkt", "place_wkt"): ([1], "OGC:CRS84"),
}


@pytest.mark.parametrize("names", NAMED)
def test_columns_of_coordinates_are_known_by_their_names(names: tuple[str, ...]) -> None:
    place, crs = NAMED[names]
    assert place_columns(list(names)) == place
    assert crs_of_columns(list(names), place) == crs


def test_a_table_whose_names_repeat_is_placed_all_the_same() -> None:
    columns = [pa.array(["a"]), pa.array(["106,5"]), pa.array(["20°30'N"]), pa.array(["b"])]
    batch = placed(pa.RecordBatch.from_arrays(columns, ["n", "lon", "lat", "n"]), [1, 2])
    assert batch.schema.names == ["geometry", "unread", "unread", "n", "n"]
    assert [column.null_count for column in batch.columns[1:3]] == [1, 1]
    assert shapely.from_wkb(batch.column(0)[0].as_py()) == shapely.Point(106.5, 20.5)


@pytest.mark.parametrize(
    ("first", "crs"),
    [
        ("POINT (1 2)", "OGC:CRS84"),
        ("SRID=9209;POINT (1 2)", "EPSG:9209"),
        (" srid = 4326 ; POINT (1 2)", "EPSG:4326"),
        ("SRID=0;POINT (1 2)", None),
        (None, "OGC:CRS84"),
    ],
)
def test_wkt_may_say_in_which_system_it_is(first: str | None, crs: str | None) -> None:
    assert crs_of_columns(["wkt"], [0], first) == crs


def test_wkt_in_another_system_than_the_first_has_no_place() -> None:
    texts = ["SRID=9209;POINT (1 2)", "srid=9209; POINT (3 4)", "SRID=9210;POINT (5 6)", "POINT (7 8)", None]
    batch = placed(pa.RecordBatch.from_arrays([pa.array(texts)], ["wkt"]), [0], 9209)
    made = shapely.from_wkb(batch.column(0).to_pylist())
    assert list(made) == [shapely.Point(1, 2), shapely.Point(3, 4), None, None, None]
    assert batch.column(1).to_pylist() == [None, None, "SRID=9210;POINT (5 6)", "POINT (7 8)", None]


def test_what_is_no_coordinate_is_told_as_it_stands() -> None:
    x = ["abc", "105°xx", "20.4, 106.3", "106,3", None, "  ", "106.3", "x" * 200]
    y = ["20.4", "20.4", "20.4", None, None, "", "20°61'", "20.4"]
    columns = [pa.array(x, pa.string()), pa.array(y, pa.string())]
    batch = placed(pa.RecordBatch.from_arrays(columns, ["x", "y"]), [0, 1])
    assert batch.column(0).null_count == len(x)
    # Half a place is told by the side that lacks; a row without any has none, and no fault of its columns.
    assert batch.column(1).to_pylist() == [*x[:3], None, None, None, None, "x" * 80]
    assert batch.column(2).to_pylist() == [None, None, None, "", None, None, "20°61'", None]


@pytest.mark.parametrize("chosen", [("b", "a"), ("a",), ()])
def test_columns_of_coordinates_are_those_that_somebody_chose(chosen: tuple[str, ...]) -> None:
    names = ["lon", "lat", "a", "b"]
    assert [names[index] for index in place_columns(names, chosen)] == list(chosen)


@pytest.mark.parametrize("chosen", [("a", "c"), ("a", "a"), ("a", "b", "lon")])
def test_columns_that_are_not_there_cannot_be_chosen(chosen: tuple[str, ...]) -> None:
    with pytest.raises(RefusedInput) as caught:
        place_columns(["lon", "lat", "a", "b"], chosen, "bảng.csv")
    assert (caught.value.code, caught.value.params["columns"]) == (
        ErrorCode.COORDINATES_CHOICE,
        "lon, lat, a, b",
    )
    assert "bảng.csv" in caught.value.detail("vi")
