"""Looking at a file tells everything that is wrong with it, each with features, places and a remedy."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import LineString, MultiPolygon, Point, Polygon, box

from gis_service.analysis.checks.findings import Repair, Severity
from gis_service.catalogue.user_layer import body_of, check_user_layer
from gis_service.errors import ErrorCode, GisError, RefusedInput
from gis_service.services.ingest_inspect import Inspection, inspect, inspect_rows
from gis_service.services.ingest_seen import SAMPLE_FEATURES
from gis_service.services.ingest_source import LoadOptions
from tests.layer_files import BOW, SQUARE, frame, write_gdal
from tests.row_source import Given, rows_of_shapes
from tests.small_city import city_with, field, layer, places

FIELDS = [
    field("code", required=True),
    field("name"),
    field("size", "number"),
    field("kind", values=("a", "b")),
]
CITY = city_with(
    layer("clinic", fields=FIELDS),
    layer("area", "MultiPolygon", FIELDS),
    layer("tiles", "Polygon", [field("name")], key=None, coverage=True),
)
HERE, THERE = Point(106.3, 20.4), Point(106.4, 20.4)
LINE = LineString([HERE, THERE])


def look(
    shapes: Sequence[Given] | None,
    columns: dict[str, Any] | None = None,
    target: str | None = "clinic",
    *,
    crs: str | None = "EPSG:4326",
    rows_now: int | None = None,
    batch: int = 65_536,
    **options: object,
) -> Inspection:
    count = len(shapes) if shapes is not None else 2
    columns = {"code": [f"c{at}" for at in range(count)]} if columns is None else columns
    definition = next((entry for name, entry in CITY.layers.items() if name == target), None)
    repairs: Any = options.pop("repairs", ())
    given_options = LoadOptions(repairs=frozenset(repairs), **options)  # type: ignore[arg-type]
    rows = rows_of_shapes(shapes, columns, crs=crs, batch=batch)
    return inspect_rows(rows, CITY, definition, given_options, rows_now=rows_now)


def codes(found: Inspection) -> list[str]:
    return [finding.code.value for finding in found.findings]


@dataclass(frozen=True)
class Case:
    """One way to be wrong, and what has to be said of it; ``number`` is the feature."""

    shapes: list[Given]
    code: ErrorCode
    words: str
    number: int = 2
    columns: dict[str, Any] | None = None
    target: str = "clinic"
    severity: Severity = Severity.ERROR
    placed: bool = False
    remedy: str | None = None


SHIFTED = MultiPolygon([SQUARE, box(106.35, 20.4, 106.45, 20.5)])
UNCLOSED = b"\x01\x03\x00\x00\x00\x01\x00\x00\x00\x04\x00\x00\x00" + b"".join(
    shapely.to_wkb(Point(xy))[5:] for xy in [(106.3, 20.4), (106.4, 20.4), (106.4, 20.5), (106.3, 20.5)]
)
ZERO = Polygon([(106.3, 20.4), (106.4, 20.4), (106.35, 20.4)])
ARCS = bytes.fromhex("010a000000010000000108000000030000") + b"\x00" + UNCLOSED[13:61]
W, N = Severity.WARNING, Severity.NOTE
CODE = ErrorCode
# By the number of the bad input in the list of those that a service must survive.
BAD: dict[str, Case] = {
    "8 swapped axes": Case(
        [HERE, Point(20.4, 106.3)], CODE.AXES_SWAPPED, "x 20.4", placed=True, remedy="axes"
    ),
    "10 mixed types": Case([HERE, LINE], CODE.GEOMETRY_TYPE_WRONG, "LineString", placed=True, remedy="kinds"),
    "11 null": Case([HERE, None], CODE.GEOMETRY_MISSING, "null", remedy="empty"),
    "11 empty": Case([HERE, Point()], CODE.GEOMETRY_MISSING, "empty", remedy="empty"),
    "12 bow tie": Case(
        [SQUARE, BOW], CODE.GEOMETRY_INVALID, "Self-", target="area", placed=True, remedy="geometry"
    ),
    "12 unclosed": Case(
        [SQUARE, UNCLOSED], CODE.GEOMETRY_INVALID, "Ring", target="area", placed=True, remedy="geometry"
    ),
    "12 no area": Case(
        [SQUARE, ZERO], CODE.GEOMETRY_INVALID, "Self", target="area", placed=True, remedy="geometry"
    ),
    "13 infinite": Case([HERE, Point(float("inf"), 2)], CODE.COORDINATE_NOT_FINITE, "NaN / inf"),
    "14 arcs": Case(
        [SQUARE, ARCS], CODE.GEOMETRY_CURVED, "Polygon", target="area", placed=True, remedy="linear"
    ),
    "15 double key": Case(
        [HERE, THERE], CODE.DUPLICATE_KEY, "code = 'a'", number=1, columns={"code": ["a", "a"]}
    ),
    "15 no key": Case([HERE, THERE], CODE.VALUE_MISSING, "code", columns={"code": ["a", None]}),
    "domain": Case([HERE], CODE.VALUE_NOT_ALLOWED, "'c'", number=1, columns={"code": ["a"], "kind": ["c"]}),
    "type": Case([HERE], CODE.VALUE_WRONG_TYPE, "'x'", number=1, columns={"code": ["a"], "size": ["x"]}),
    "outside": Case([HERE, Point(2, 48)], CODE.OUTSIDE_CITY, "x 2, y 48", placed=True, remedy="outside"),
    "unreadable": Case([HERE, b"\x01\x02"], CODE.GEOMETRY_UNREADABLE, "WKB"),
    "equal": Case(
        [HERE, HERE],
        CODE.DUPLICATE_FEATURES,
        "= 1",
        columns={"code": ["a", "a"]},
        severity=W,
        remedy="duplicates",
    ),
    "30 script": Case(
        [HERE], CODE.MARKUP_IN_TEXT, "<script>", number=1, columns={"code": ["<script>"]}, severity=N
    ),
    "32 personal": Case(
        [HERE],
        CODE.PERSONAL_COLUMN,
        "03***",
        number=1,
        columns={"code": ["034087001234"]},
        severity=W,
        remedy="hide_column",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_wrong_is_told_with_feature_place_and_remedy(name: str) -> None:
    case = BAD[name]
    found = look(case.shapes, case.columns, case.target).findings
    (finding,) = [entry for entry in found if entry.code == case.code]
    assert (finding.severity, finding.remedy) == (case.severity, case.remedy)
    feature = finding.features[0]
    assert feature.number == case.number
    assert case.words in feature.said("en")
    assert (feature.lon is not None) == case.placed
    told = finding.document()
    assert all(told[part][language] for part in ("title", "detail", "advice") for language in ("vi", "en"))
    assert "{" not in told["detail"]["vi"] + told["advice"]["vi"]


def test_everything_is_told_at_once_errors_apart_from_warnings() -> None:
    found = look(
        [HERE, None, Point(20.4, 106.3)],
        {"code": ["a", "b", "b"], "sdt": ["0912345678"] * 3, "name": ["<b>", "x", "y"]},
        "clinic",
    )
    assert {entry.code for entry in found.of(Severity.ERROR)} == {
        ErrorCode.GEOMETRY_MISSING,
        ErrorCode.AXES_SWAPPED,
        ErrorCode.DUPLICATE_KEY,
    }
    assert [entry.code for entry in found.of(Severity.NOTE)] == [ErrorCode.MARKUP_IN_TEXT]
    document = found.document()
    assert json.loads(json.dumps(document)) == document
    assert [len(document[part]) for part in ("errors", "warnings", "notes")] == [3, 0, 1]


def test_a_repair_that_is_chosen_shows_what_it_would_do() -> None:
    found = look([HERE, None, Point(20.4, 106.3)], repairs=[Repair.EMPTY, Repair.AXES])
    assert (found.features, found.kept, codes(found)) == (3, 2, [])
    assert [notice["code"] for notice in found.notices] == ["repaired_axes", "repaired_empty"]


def test_a_file_without_a_system_is_looked_at_all_the_same() -> None:
    found = look([Point(587_095.9, 2_261_880.3), None], crs=None)
    assert codes(found) == ["geometry_missing", "needs_crs"]
    assert (found.crs, found.box) == (None, None)
    assert found.findings[1].remedy == "crs"
    guess = found.document()["guesses"]["crs"][0]
    assert (guess["crs"], guess["share_inside"]) == ("EPSG:9209", 1)


def test_a_system_that_puts_a_file_elsewhere_is_doubted_with_those_that_fit() -> None:
    # Written as UTM zone 49, measured in the zone of the province.
    found = look([Point(587_095.9, 2_261_880.3)], crs="EPSG:32649")
    assert codes(found) == ["outside_city", "crs_suspect"]
    (doubt,) = found.of(Severity.WARNING)
    assert (doubt.remedy, doubt.detail("en")[:26]) == ("crs", "Read as EPSG:32649 the dat")
    assert "EPSG:9209" in doubt.detail("vi")


def test_a_system_without_its_shift_is_recognised_and_told() -> None:
    bare = "+proj=tmerc +lat_0=0 +lon_0=105.5 +k=0.9999 +x_0=500000 +y_0=0 +ellps=WGS84 +units=m +no_defs"
    found = look([Point(587_095.876, 2_261_880.297)], crs=pyproj.CRS.from_proj4(bare).to_wkt())
    assert found.crs == "EPSG:9209"
    (notice,) = found.notices
    assert notice["code"] == "vn2000_recognised"
    assert found.box == pytest.approx((106.3366, 20.4463, 106.3366, 20.4463), abs=1e-4)


def test_a_chosen_system_places_the_file() -> None:
    rows = rows_of_shapes([Point(587_095.876, 2_261_880.297)], {"code": ["a"]}, crs=None)
    found = inspect_rows(rows, CITY, CITY.layers["clinic"], LoadOptions(crs="EPSG:9209"))
    assert found.crs == "EPSG:9209"
    assert found.box == pytest.approx((106.3366, 20.4463, 106.3366, 20.4463), abs=1e-4)
    assert codes(found) == []


def test_a_missing_column_and_a_missing_place_are_told_and_not_raised() -> None:
    found = look(None, {"name": ["x", "y"]})
    assert codes(found) == ["coordinates_missing", "field_missing"]


def test_far_fewer_features_than_the_layer_has_need_a_yes() -> None:
    (finding,) = look([HERE, THERE], rows_now=20).findings
    assert (finding.code, finding.remedy) == (ErrorCode.ROWS_FEWER, "fewer")
    assert codes(look([HERE, THERE], rows_now=20, repairs=[Repair.FEWER])) == []
    assert codes(look([HERE] * 14, rows_now=20)) == []


def test_overlaps_and_gaps_of_a_layer_that_tiles_the_ground_are_warned_of() -> None:
    west = box(106.30, 20.40, 106.310004, 20.41)
    east, north = box(106.31, 20.40, 106.32, 20.41), box(106.30, 20.410004, 106.32, 20.42)
    found = look([west, east, north], {"name": ["a", "b", "c"]}, "tiles", batch=1)
    assert codes(found) == ["coverage_overlap", "coverage_gap"]
    gap = found.findings[1].features[0]
    assert gap.said("en").startswith("1 | 2 | 3: 0.4")
    assert gap.lat == pytest.approx(20.410002, abs=1e-6)


def test_mixed_types_of_a_new_layer_are_told_with_their_counts() -> None:
    found = look([HERE, LINE, LINE], None, None)
    (finding,) = found.findings
    assert (finding.code, found.kinds) == (ErrorCode.KINDS_MIXED, {"LineString": 2, "Point": 1})
    assert "LineString 2, Point 1" in finding.detail("en")
    assert look([SQUARE, SHIFTED], None, None, repairs=[Repair.GEOMETRY, Repair.AREA]).findings == ()


def test_columns_are_shown_with_samples_types_and_the_field_suggested() -> None:
    found = look(
        [HERE] * 4,
        {
            "CODE": ["1", "2", "3", "4"],
            "Thử": ["a", "a", None, "b"],
            "dien_tich": ["12,5", "3", None, "3"],
            "ghi_chu": ["x"] * 4,
            "fid": [1, 2, 3, 4],
        },
        "clinic",
    )
    told = {
        column.name: (column.kind, column.unique, column.nulls, suggestion.field, suggestion.reason)
        for column, suggestion in zip(found.columns, found.suggestions, strict=True)
    }
    assert told == {
        "CODE": ("integer", True, 0, "code", "folded"),
        "Thử": ("text", False, 1, None, None),
        "dien_tich": ("number", False, 1, "size", "kind"),
        "ghi_chu": ("text", False, 0, None, None),
        "fid": ("integer", True, 0, None, None),
    }
    assert found.columns[1].samples == ["a", "b"]


def test_a_column_whose_name_is_the_label_of_a_field_is_suggested_for_it() -> None:
    definition = layer("one", fields=[field("code", required=True)])
    rows = rows_of_shapes([HERE], {"TEST": ["a"]})
    (suggestion,) = inspect_rows(rows, CITY, definition, LoadOptions()).suggestions
    assert (suggestion.field, suggestion.reason, suggestion.taken) == ("code", "label", False)


def test_a_new_layer_gets_a_definition_that_the_catalogue_takes() -> None:
    found = look(
        [SQUARE, SQUARE],
        {
            "Mã thửa": ["a", "b"],
            "geom": ["x", "y"],
            "ten_phuong_xa_day_du_cua_thua_dat_theo_ho_so_dia_chinh": ["x", "y"],
            "Ngày cấp": ["31/12/2025", None],
            "Diện tích": ["12,5", "3"],
            "'; DROP TABLE layer.roads; --": [1, 2],
            "2024": [True, False],
        },
        None,
    )
    assert [entry.field for entry in found.renamed] == [
        "ma_thua",
        "geom_2",
        "ten_phuong_xa_day_du_cua_thua_dat_theo_ho_so_dia",
        "ngay_cap",
        "dien_tich",
        "drop_table_layer_roads",
        "c_2024",
    ]
    assert found.definition is not None
    types = [entry["type"] for entry in found.definition["fields"]]
    assert types == ["text", "text", "text", "date", "number", "integer", "boolean"]
    assert (found.definition["key"], found.definition["geometry"]) == ("ma_thua", "MultiPolygon")
    assert found.definition["fields"][5]["label"]["vi"] == "'; DROP TABLE layer.roads; --"
    assert check_user_layer(body_of(found.definition), CITY) == []


def test_the_sample_has_what_is_at_fault_first_and_the_rest_spread_over_the_file() -> None:
    shapes: list[Given] = [*(Point(*xy) for xy in places(3_000)), None, Point(20.4, 106.3)]
    found = look(shapes, batch=700)
    features = found.sample["features"]
    assert len(features) <= SAMPLE_FEATURES
    assert [entry["id"] for entry in features[:2]] == [3001, 3002]
    assert [entry["properties"]["faults"] for entry in features[:2]] == [
        ["geometry_missing"],
        ["axes_swapped"],
    ]
    assert [entry["geometry"] for entry in features[:2]] == [None, None]
    numbers = [entry["id"] for entry in features[2:]]
    assert len(numbers) > SAMPLE_FEATURES // 5
    assert numbers[-1] > 2_900
    json.dumps(found.sample, allow_nan=False)


def test_legacy_text_is_guessed_with_samples_and_repaired_when_chosen() -> None:
    columns = {"code": ["a", "b"], "name": ["X· Th¸i B×nh", "Ph­êng TrÇn L·m"]}
    found = look([HERE, THERE], columns)
    (guess, *_) = found.document()["guesses"]["text"]
    assert guess["encoding"] == "tcvn3"
    assert ("X· Th¸i B×nh", "Xã Thái Bình") in [(one["before"], one["after"]) for one in guess["samples"]]
    (warning,) = found.of(Severity.WARNING)
    assert (warning.code, warning.remedy, warning.count) == (ErrorCode.TEXT_LEGACY, "text", 2)
    assert "name: X· Th¸i B×nh ⟶ Xã Thái Bình" in [feature.words for feature in warning.features]
    choice = {entry["column"]: entry["choice"] for entry in guess["columns"]}
    repaired = look([HERE, THERE], columns, text=choice)
    assert repaired.columns[1].samples == ["Xã Thái Bình", "Phường Trần Lãm"]
    assert repaired.document()["guesses"]["text"] == []


def test_a_file_without_features_is_refused() -> None:
    with pytest.raises(RefusedInput) as caught:
        look([])
    assert caught.value.code == ErrorCode.NO_FEATURES


def test_a_real_file_is_looked_at_through_the_reader(tmp_path: Path) -> None:
    path = write_gdal(frame(), tmp_path / "a.gpkg")
    found = inspect(path, CITY, CITY.layers["clinic"])
    assert (found.features, found.crs, codes(found)) == (5, "EPSG:4326", [])
    assert found.kinds == {"Point": 5}


@pytest.mark.slow
def test_every_ugly_file_ends_in_a_report_or_in_a_clear_refusal(shared_data: Path) -> None:
    paths = [path for path in sorted((shared_data / "ugly").rglob("*.*")) if path.is_file()]
    assert paths
    refused: list[GisError] = []
    for path in paths:
        try:
            told = inspect(path, CITY, None)
        except GisError as error:
            refused.append(error)
        else:
            assert told.features > 0
            json.dumps(told.document() | {"sample": told.sample}, allow_nan=False)
    assert 0 < len(refused) < len(paths)
    assert all(error.detail("vi") != error.detail("en") for error in refused)
    assert {error.status for error in refused} <= {413, 422}


MESS: list[Given] = [HERE, THERE, None, Point(), LINE, b"\x01\x02"]


ROWS = st.tuples(st.sampled_from(MESS), st.sampled_from(["a", "b", None]), st.sampled_from(["1", "2,5", "x"]))


@given(st.lists(ROWS, max_size=6), st.integers(1, 9), st.randoms(use_true_random=False))
def test_findings_depend_neither_on_batches_nor_on_the_order_of_rows(
    rows: list[tuple[Given, str | None, str]],
    batch: int,
    shuffle: Any,  # noqa: ANN401  hypothesis' own
) -> None:
    rows = [*rows, (HERE, "z", "1")]

    def counts(made: list[tuple[Given, str | None, str]], size: int) -> dict[str, int]:
        shapes, codes_, sizes = zip(*made, strict=True)
        found = look(shapes, {"code": list(codes_), "size": list(sizes)}, "clinic", batch=size)
        return {f"{entry.code} {entry.column}": entry.count for entry in found.findings}

    whole = counts(rows, 65_536)
    shuffled = list(rows)
    shuffle.shuffle(shuffled)
    assert counts(rows, batch) == whole == counts(shuffled, 65_536)
