"""Lists without coordinates find their place by units of a vintage, as it was chosen; nothing is guessed."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import shapely
from sqlalchemy import text

from gis_service.analysis.checks.findings import Repair
from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import Connection
from gis_service.errors import RefusedInput
from gis_service.services import ingest, ingest_placing
from gis_service.services.ingest_inspect import Inspection, inspect, inspect_rows
from gis_service.services.ingest_load import Load
from gis_service.services.ingest_placed import Placing, placing_of
from gis_service.services.ingest_placing import lists_for, place_rows
from gis_service.services.ingest_source import Rows
from gis_service.types import LayerId
from tests.row_source import rows_of_shapes
from tests.small_city import field, layer

FIELDS = (field("code", required=True), field("name"))
LIST = "mã,xã,huyện\n1,XA A,d1\n2,xã b,d2\n3,C,d2\n"
BY_NAME = Placing("communes_2024", "xã", "name")
NAMED = {"mã": "code"}


@pytest.fixture(scope="module")
def town_url(make_town_database: Callable[[str], str]) -> str:
    return make_town_database("merged_town")


@pytest.fixture(scope="module")
def city(catalogue: Catalogue) -> Catalogue:
    made = [
        layer("clinic", fields=FIELDS),
        layer("zone", "MultiPolygon", FIELDS),
        layer("table", "None", FIELDS),
        layer("way", "LineString", FIELDS),
    ]
    return replace(catalogue, layers={**catalogue.layers, **{LayerId(one.id): one for one in made}})


def rows_of_text(told: str) -> Rows:
    """Give the rows of a table as the reader of CSV does: all of it text, the empty ones left out."""
    head, *lines = (line.split(",") for line in told.strip().splitlines())
    columns = {name: [line[at] or None for line in lines] for at, name in enumerate(head)}
    return rows_of_shapes(None, {name: pa.array(values, pa.string()) for name, values in columns.items()})


def load(
    town: Connection,
    city: Catalogue,
    told: str,
    placing: Placing,
    target: str = "clinic",
    **options: Any,  # noqa: ANN401  members of LoadOptions
) -> ingest.LoadReport:
    chosen = ingest.LoadOptions(columns=NAMED, placing=placing, **options)
    definition = city.layers[LayerId(target)]
    rows = place_rows(town, city, definition, rows_of_text(told), chosen)
    return Load(city, definition, rows, chosen).run(town, author="g", message="m", progress=lambda *_: None)


def refused(
    town: Connection, city: Catalogue, told: str, placing: Placing, target: str = "clinic"
) -> RefusedInput:
    with pytest.raises(RefusedInput) as caught:
        load(town, city, told, placing, target)
    return caught.value


def notices(report: ingest.LoadReport) -> dict[str, object]:
    return {str(one["code"]): one["params"]["count"] for one in report.notices if "count" in one["params"]}  # type: ignore[index,operator]


def inside(town: Connection) -> list[tuple[str, str]]:
    query = (
        "SELECT p.code, u.code FROM layer.clinic p JOIN layer.commune_2024 u ON ST_Contains(u.geom, p.geom)"
    )
    return [(str(row[0]), str(row[1])) for row in town.execute(text(f"{query} ORDER BY p.code"))]


def look(town: Connection, city: Catalogue, told: str, placing: Placing | None = None) -> Inspection:
    chosen = ingest.LoadOptions(columns=NAMED, placing=placing)
    definition = city.layers[LayerId("clinic")]
    rows = place_rows(town, city, definition, rows_of_text(told), chosen)
    return inspect_rows(rows, city, definition, chosen, lists=lists_for(town, city, rows))


def test_rows_stand_inside_the_unit_that_they_name(town: Connection, city: Catalogue) -> None:
    report = load(town, city, LIST, BY_NAME)
    assert inside(town) == [("1", "a"), ("2", "b"), ("3", "c")]
    assert notices(report) == {"placing_points": 3}


def test_rows_take_the_area_of_their_unit_where_the_layer_takes_areas(
    town: Connection, city: Catalogue
) -> None:
    report = load(town, city, LIST, BY_NAME, "zone")
    query = (
        "SELECT count(*) FROM layer.zone z JOIN layer.commune_2024 u ON ST_Equals(u.geom, z.geom)"
        " WHERE (z.code, u.code) IN (('1','a'), ('2','b'), ('3','c'))"
    )
    assert town.execute(text(query)).scalar_one() == 3
    assert notices(report) == {"placing_areas": 3}


def test_a_table_without_geometry_has_its_units_checked(town: Connection, city: Catalogue) -> None:
    assert notices(load(town, city, LIST, BY_NAME, "table")) == {"placing_checked": 3}
    told = LIST + "4,Xã Đ,d2\n"
    error = refused(town, city, told, BY_NAME, "table")
    assert (error.code.value, [one.place("en") for one in error.faults]) == (
        "row_unit_unknown",
        ["feature 4"],
    )


def test_rows_of_a_table_without_a_unit_are_left_out_by_choice(town: Connection, city: Catalogue) -> None:
    told = LIST + "4,Xã Đ,d2\n"
    report = load(town, city, told, BY_NAME, "table", repairs=frozenset({Repair.EMPTY}))
    assert (report.features, notices(report)) == (3, {"placing_checked": 3, "placing_left_out": 1})


def test_several_rows_of_one_unit_are_told(town: Connection, city: Catalogue) -> None:
    told = "mã,xã\n1,a\n2,A\n3,B\n"
    assert notices(load(town, city, told, BY_NAME)) == {"placing_points": 3, "placing_shared": 2}


def test_a_row_that_names_no_unit_refuses_the_list_with_what_it_looks_like(
    town: Connection, city: Catalogue
) -> None:
    town.execute(
        text("UPDATE layer.commune_2024 SET full_name = 'Xã Vũ Tiên', name = 'Vũ Tiên' WHERE code = 'b'")
    )
    told = "mã,xã\n1,Xã A\n2,Xã Vũ Tiến\n3,\n"
    error = refused(town, city, told, BY_NAME)
    assert error.code.value == "row_unit_unknown"
    assert [(one.place("en"), one.words("en")) for one in error.faults] == [
        ("feature 2", "No such unit: Xã Vũ Tiến ⟶ b Xã Vũ Tiên?"),
        ("feature 3", "No such unit: –"),
    ]
    assert "2 dòng không nêu" in error.detail("vi")
    assert town.execute(text("SELECT to_regclass('layer.clinic')")).scalar_one() is None


def test_a_name_of_several_units_is_told_apart_by_the_district_alone(
    town: Connection, city: Catalogue
) -> None:
    town.execute(
        text(
            "UPDATE layer.commune_2024 SET full_name = 'Xã Minh Tân', name = 'Minh Tân',"
            " district = CASE code WHEN 'a' THEN 'Huyện Một' ELSE 'Huyện Hai' END WHERE code IN ('a', 'b')"
        )
    )
    told = "mã,xã,huyện\n1,Xã Minh Tân,Một\n2,minh tân,H. HAI\n"
    error = refused(town, city, told, BY_NAME)
    assert error.code.value == "row_unit_ambiguous"
    assert error.faults[0].words("en").endswith("⟶ a Xã Minh Tân, Huyện Một; b Xã Minh Tân, Huyện Hai?")
    load(town, city, told, replace(BY_NAME, within="huyện"))
    assert inside(town) == [("1", "a"), ("2", "b")]


def test_rows_are_placed_by_hand_by_a_code_or_by_a_point(town: Connection, city: Catalogue) -> None:
    told = "mã,xã\n1,đâu đó\n2,A\n3,A\n"
    centre = "SELECT ST_X(p), ST_Y(p) FROM (SELECT ST_Centroid(geom) AS p FROM layer.commune_2024"
    centre += " WHERE code = 'c') AS middle"
    x, y = town.execute(text(centre)).one()
    report = load(town, city, told, replace(BY_NAME, given={1: "b", 2: (x, y)}))
    assert inside(town) == [("1", "b"), ("2", "c"), ("3", "a")]
    assert notices(report) == {"placing_points": 2, "placing_by_hand": 2}


def test_rows_without_a_unit_are_left_out_by_choice(town: Connection, city: Catalogue) -> None:
    told = "mã,xã\n1,đâu đó\n2,A\n"
    report = load(town, city, told, BY_NAME, repairs=frozenset({Repair.EMPTY}))
    assert (report.features, notices(report)) == (1, {"placing_points": 1, "placing_left_out": 1})


def test_what_was_chosen_stays_with_the_version(town: Connection, city: Catalogue) -> None:
    told = "mã,đv\n1,c2\n"
    report = load(town, city, told, Placing("communes_2025", "đv", "code"))
    message = town.execute(
        text("SELECT message FROM gis.version WHERE id = :id"), {"id": report.version}
    ).scalar_one()
    assert "Đặt theo đơn vị của communes_2025, cột đv (code)." in message
    assert "1 row stands at a point inside the unit" in message


def test_units_known_by_figures_alone_lend_the_place_of_the_one_that_took_them_in(
    town: Connection, city: Catalogue
) -> None:
    _tell_of_2019(town, city)
    told = "mã,xã\n1,Xã Cũ\n"
    chosen = Placing("communes_2019", "xã", "name")
    assert notices(load(town, city, told, chosen)) == {"placing_points": 1, "placing_later": 1}
    assert inside(town) == [("1", "b")]
    error = refused(town, city, told, chosen, "zone")
    assert (error.code.value, error.params["name"]) == ("placing_refused", "vintage")


def test_a_unit_that_was_split_has_no_place_to_lend(town: Connection, city: Catalogue) -> None:
    _tell_of_2019(town, city, kind="part")
    told = "mã,xã\n1,Xã Cũ\n"
    error = refused(town, city, told, Placing("communes_2019", "xã", "name"))
    assert (error.code.value, error.faults[0].words("en")) == (
        "geometry_missing",
        "Missing geometry: old Xã Cũ",
    )


def _tell_of_2019(town: Connection, city: Catalogue, kind: str = "whole") -> None:
    units: dict[str, list[Any]] = {
        "code": ["old"],
        "name": ["Cũ"],
        "full_name": ["Xã Cũ"],
        "unit_type": ["commune"],
        "people": [1],
    }
    units |= {"code_2024": ["b"], "code_2025": ["ab"]}
    ingest.load_rows(town, city, ingest.rows_of(units, None, name="x"), "commune_2019", author="g")
    town.execute(
        text(
            "INSERT INTO layer.unit_change (code, from_vintage, old_code, to_vintage, new_code, kind)"
            " VALUES ('old:b', 'communes_2019', 'old', 'communes_2024', 'b', :kind)"
        ),
        {"kind": kind},
    )


@pytest.mark.parametrize(
    ("placing", "target", "name", "value"),
    [
        (Placing("communes_1990", "xã", "name"), "clinic", "vintage", "communes_1990"),
        (Placing("communes_2019", "xã", "name"), "clinic", "vintage", "communes_2019"),
        (Placing("communes_2024", "thôn", "name"), "clinic", "column", "thôn"),
        (replace(BY_NAME, within="tỉnh"), "clinic", "within", "tỉnh"),
        (replace(BY_NAME, given={4: "a"}), "clinic", "given 4", "4"),
        (replace(BY_NAME, given={1: "zz"}), "clinic", "given 1", "zz"),
        (replace(BY_NAME, given={1: (106.3, 20.4)}), "table", "given 1", "106.3, 20.4"),
        (BY_NAME, "way", "layer", "LineString"),
    ],
)
def test_a_choice_that_does_not_fit_is_refused(
    town: Connection, city: Catalogue, placing: Placing, target: str, name: str, value: object
) -> None:
    error = refused(town, city, LIST, placing, target)
    assert (error.code.value, error.params["name"], error.params["value"]) == ("placing_refused", name, value)


def test_all_wrong_places_are_told_at_once_and_the_rows_still_wait(town: Connection, city: Catalogue) -> None:
    told = "mã,xã\n1,đâu đó\n2,A\n3,ở đâu\n"
    wrong = replace(BY_NAME, given={1: "zz", 3: "b", 9: "a"})
    found = look(town, city, told, wrong)
    assert {one.code.value: [feature.number for feature in one.features] for one in found.findings} == {
        "placing_refused": [1, 9],
        "row_unit_unknown": [1],
    }
    placing = found.document()["placing"]
    assert ([one["number"] for one in placing["to_place"]], placing["by_hand"]) == ([1], 1)
    error = refused(town, city, told, wrong)
    assert error.code.value == "features_refused"
    assert {one.place("en") for one in error.faults} == {"feature 1", "feature 9"}


def test_a_list_too_long_to_be_held_is_refused(
    town: Connection, city: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest_placing, "_MOST_ROWS", 2)
    error = refused(town, city, LIST, BY_NAME)
    assert error.expected("en").startswith("at most 2 rows")


def test_a_list_with_coordinates_is_not_placed_by_units(
    town: Connection, city: Catalogue, tmp_path: Path
) -> None:
    path = tmp_path / "có toạ độ.csv"
    path.write_text("mã,xã,lon,lat\n1,A,106.3,20.4\n", "utf-8")
    options = ingest.LoadOptions(columns=NAMED, placing=BY_NAME)
    with pytest.raises(RefusedInput) as caught:
        ingest.load_file(town, city, path, "clinic", author="g", options=options)
    assert (caught.value.code.value, caught.value.params["name"]) == ("placing_refused", "placing")


def test_a_file_is_looked_at_and_loaded_as_was_chosen(
    town: Connection, city: Catalogue, tmp_path: Path
) -> None:
    path = tmp_path / "danh sách.csv"
    path.write_text(LIST, "utf-8")
    guess = inspect(path, city, None, connection=town).unit_guesses[0]
    placing = Placing(guess.vintage, guess.column, guess.by)
    options = ingest.LoadOptions(columns=NAMED, placing=placing, crs="EPSG:9209")
    ingest.load_file(town, city, path, "clinic", author="g", options=options)
    assert inside(town) == [("1", "a"), ("2", "b"), ("3", "c")]


def test_old_letters_are_mended_before_units_are_looked_for(town: Connection, city: Catalogue) -> None:
    town.execute(text("UPDATE layer.commune_2024 SET full_name = 'Xã Đông Hưng' WHERE code = 'b'"))
    old = "mã,xã\n1,X· §«ng H\xadng\n"
    assert refused(town, city, old, BY_NAME).code.value == "row_unit_unknown"
    load(town, city, old, BY_NAME, text={"*": "tcvn3"})
    assert inside(town) == [("1", "b")]


def test_a_look_at_a_list_guesses_its_units_and_decides_nothing(town: Connection, city: Catalogue) -> None:
    found = look(town, city, LIST)
    best = found.document()["guesses"]["units"][0]
    assert {name: best[name] for name in ("vintage", "column", "by", "share")} == {
        "vintage": "communes_2024",
        "column": "xã",
        "by": "name",
        "share": 1.0,
    }
    assert [one.code.value for one in found.findings] == ["coordinates_missing"]
    assert found.document()["placing"] is None


def test_a_look_with_units_chosen_lists_the_rows_to_be_placed(town: Connection, city: Catalogue) -> None:
    town.execute(text("UPDATE layer.commune_2024 SET full_name = 'Xã A' WHERE code = 'b'"))
    told = "mã,xã\n1,Xã A\n2,C\n3,Xã Đ\n"
    found = look(town, city, told, placing=BY_NAME)
    placing = found.document()["placing"]
    assert (placing["rows"], placing["placed"], placing["unplaced"]) == (3, 1, 2)
    assert [(one["number"], one["reason"]) for one in placing["to_place"]] == [
        (1, "ambiguous"),
        (3, "unknown"),
    ]
    assert [one["code"] for one in placing["to_place"][0]["candidates"]] == ["a", "b"]
    assert {one.code.value: one.remedy for one in found.findings} == {
        "row_unit_ambiguous": Repair.EMPTY,
        "row_unit_unknown": Repair.EMPTY,
    }
    assert [one["properties"] for one in found.sample["features"]] != []


def test_a_choice_is_read_as_json_has_it() -> None:
    given: dict[str, Any] = {"3": "a", "7": [106.3, 20.4]}
    chosen = placing_of({"vintage": "v", "column": "c", "by": "code", "given": given})
    assert chosen == Placing("v", "c", "code", None, {3: "a", 7: (106.3, 20.4)})


def test_the_order_of_rows_changes_no_place(town: Connection, city: Catalogue) -> None:
    head, *rows = LIST.splitlines()
    load(town, city, LIST, BY_NAME)
    before = _places(town)
    assert load(town, city, "\n".join([head, *reversed(rows)]), BY_NAME).changes.changed == 0
    assert _places(town) == before


def _places(town: Connection) -> dict[str, bytes]:
    rows = town.execute(text("SELECT code, ST_AsBinary(geom) FROM layer.clinic")).all()
    return {str(code): shapely.to_wkb(shapely.from_wkb(bytes(geom))) for code, geom in rows}
