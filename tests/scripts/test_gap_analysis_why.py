"""Why places are reached or not, in the gap analysis: ways by part, the rule and by how much it is failed."""

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely

from tests.scripts.gap_town import Run, Town, at, box, line, write


def lon_lat(x: float, y: float) -> str:
    """Write a place of the town as somebody types it."""
    place = gpd.GeoSeries([at(x, y)], crs="EPSG:9209").to_crs("EPSG:4326")
    return f"{place.x[0]:.9f},{place.y[0]:.9f}"


def why_of(run: Run) -> list[dict[str, Any]]:
    assert run.exit_code == 0, run.errors
    document = json.loads((run.out / "why.json").read_text("utf-8"))
    assert document["study"] == run.summary["id"]
    places: list[dict[str, Any]] = document["places"]
    return places


def test_a_typed_place_is_told_part_by_part(town: Town) -> None:
    run = town.run("--why", lon_lat(500, 20), "--limit-min", "5", without=("limit_m",))
    (told,) = why_of(run)
    # 20 m to the road and 500 m along it at 4.8 km/h; a place in degrees is a millimetre off.
    assert (told["status"], told["unit"]) == ("uncovered", "s")
    assert (told["cost"], told["over"]) == pytest.approx((390, 90), abs=0.002)
    assert told["parts"] == pytest.approx(
        {
            "access": 15, "access_home": 15, "access_facility": 0, "road": 375, "ferry": 0,
            "ferry_wait": 0, "turnout": 0,
        }, abs=0.002,
    )  # fmt: skip
    assert told["distance_m"] == 520
    assert (told["nearest"]["id"], told["nearest"]["name"]) == ("1", "Trụ sở <b>A</b>")
    assert told["zone"] == {"id": "01", "name": "Xã Tây"}
    assert "1 min 30 s beyond 5 minutes on foot" in told["sentence"]["en"]
    assert told["sentence"]["en"] in run.output
    assert str(run.out / "why.json") in run.output


def test_points_of_a_file_are_told_with_their_names_and_routes(town: Town) -> None:
    asked = write(town.folder / "asked.gpkg", [at(200, 0), at(500, 20)], name=["Nhà Lan", "Nhà Minh"])
    run = town.run(why=asked)
    near, far = why_of(run)
    assert [(told["name"], told["status"], told["over"]) for told in (near, far)] == [
        ("Nhà Lan", "covered", -100),
        ("Nhà Minh", "uncovered", 220),
    ]
    places, routes = (gpd.read_file(run.out / "why.gpkg", layer=layer) for layer in ("places", "routes"))
    assert places[["place", "name", "cost_m", "over_m"]].to_numpy().tolist() == [
        [1, "Nhà Lan", 200, -100],
        [2, "Nhà Minh", 520, 220],
    ]
    assert routes.crs == "EPSG:9209"
    lengths = routes.dissolve("place").length
    assert lengths.to_numpy().tolist() == pytest.approx([200, 520], abs=0.5)
    assert set(routes["part"]) == {"access", "road"}


def test_a_ferry_and_its_wait_stand_by_themselves(town: Town) -> None:
    roads = write(town.folder / "banks.gpkg", [line((0, 0), (250, 0)), line((350, 0), (2000, 0))])
    ferry = write(town.folder / "ferry.gpkg", [line((250, 0), (350, 0))], headway_min=[4])
    asked = {"roads": roads, "ferries": ferry, "limit_min": "5", "why": lon_lat(500, 0)}
    (told,) = why_of(town.run(**asked, without=("limit_m",)))
    assert (told["parts"]["ferry"], told["parts"]["ferry_wait"]) == (165, 120)
    assert told["cost"] == pytest.approx(465, abs=0.002)
    (lost,) = why_of(town.run(**asked, at="23:00", without=("limit_m",)))
    assert (lost["status"], lost["route"]) == ("no_path", None)


def test_the_rule_of_the_study_holds_for_a_place(town: Town) -> None:
    east = lon_lat(1900, 0)
    (own,) = why_of(town.run(why=east, catchment="own_unit"))
    assert own["status"] == "no_facility"
    (far,) = why_of(town.run(why=lon_lat(200, 490), limit_m="2000"))
    assert (far["status"], far["parts"]["access_home"]) == ("covered", 490)
    (quota,) = why_of(
        town.run(why=east, quota="1", quota_of="facilities", quota_per="unit", without=("limit_m",))
    )
    assert quota["provision"] == {
        "of": "facilities", "per": "unit", "amount": 1, "have": 0, "needed": 1, "missing": 1,
    }  # fmt: skip
    assert quota["sentence"]["en"] == "The unit here has not enough of facilities: 1 missing."


def test_a_radius_tells_the_way_along_roads_beside_it(town: Town) -> None:
    home = write(town.folder / "home.gpkg", [at(500, 20)], name=["Nhà"])
    (told,) = why_of(town.run("--measure", "straight_radius", why=home, limit_m="510"))
    (beside,) = told["beside"]
    assert (told["status"], beside["name"], beside["status"], beside["cost"]) == (
        "covered", "roads", "uncovered", 520,
    )  # fmt: skip


def test_the_nearest_of_several_are_told_when_they_are_asked_for(town: Town) -> None:
    both = write(town.folder / "two.gpkg", [at(0, 0), at(1900, 0)], name=["A", "B"])
    home = write(town.folder / "home.gpkg", [at(500, 0)])
    (told,) = why_of(town.run(facilities=both, why=home, why_nearest="2"))
    assert [(one["name"], one["cost"], one["within"]) for one in told["k_nearest"]] == [
        ("A", 500, False),
        ("B", 1400, False),
    ]
    assert (told["second"]["name"], told["second"]["cost"]) == ("B", 1400)


def test_a_place_beyond_the_units_is_told_as_that_beside_others(town: Town) -> None:
    inside, outside = lon_lat(200, 0), lon_lat(200, 900)
    run = town.run("--why", outside, "--why", inside)
    there, here = why_of(run)
    assert (there["status"], here["status"]) == ("outside", "covered")
    assert "beyond the study area" in there["sentence"]["en"]
    assert len(gpd.read_file(run.out / "why.gpkg", layer="places")) == 2
    (alone,) = why_of(town.run(why=outside))
    assert alone["status"] == "outside"
    assert len(gpd.read_file(run.out / "why.gpkg", layer="routes")) == 0


def test_a_study_file_names_places_as_text_or_list(town: Town) -> None:
    write(town.folder / "asked.gpkg", [at(200, 0)], name=["Nhà Lan"])
    lines = [f"{name}: {Path(value).name}" for name, value in town.options.items() if name != "out"]
    options = {"study": str(town.folder / "study.yaml"), "out": town.options["out"]}
    filed = Town(town.folder, options, town.script)
    for asked, names in (
        ("why: asked.gpkg", ["Nhà Lan"]),
        (f'why: [asked.gpkg, "{lon_lat(300, 0)}"]', ["Nhà Lan", None]),
    ):
        (town.folder / "study.yaml").write_text("\n".join([*lines, asked]), "utf-8")
        assert [told["name"] for told in why_of(filed.run())] == names


def test_a_run_without_places_leaves_none_of_an_earlier_one(town: Town) -> None:
    run = town.run(why=lon_lat(200, 0))
    told = run.summary
    assert town.run().summary == told
    assert not (run.out / "why.json").exists()


@pytest.mark.parametrize(
    ("asked", "code", "said"),
    [
        ({"why": "nowhere.gpkg"}, 4, "nowhere.gpkg"),
        ({"why": "190,20"}, 2, "106.34,20.45"),
        ({"why": "106.3,91"}, 2, "--why"),
        ({"why_nearest": "2"}, 2, "--why"),
        ({"why_nearest": "9", "why": "106,20"}, 2, "9"),
    ],
)
def test_what_is_no_place_is_refused(asked: dict[str, str], code: int, said: str, town: Town) -> None:
    run = town.run(**asked)
    assert (run.exit_code, said in run.errors) == (code, True), run.errors


def test_areas_and_too_many_places_are_refused(town: Town) -> None:
    area = write(town.folder / "area.gpkg", [box(0, 0, 9, 9)], name=["Vùng"])
    refused = town.run(why=area)
    assert (refused.exit_code, "Polygon" in refused.errors) == (3, True)
    many = write(town.folder / "many.gpkg", [shapely.MultiPoint([at(one, 0) for one in range(1001)])])
    refused = town.run(why=many)
    assert (refused.exit_code, "≤ 1000" in refused.errors) == (2, True)
