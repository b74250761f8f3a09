"""What the gap analysis makes of files as people really have them: half filled, saved again, far away."""

import csv
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine

from gis_service.services.gap_question import normal_time
from tests.scripts.gap_town import EAST, NORTH, Town, at, box, line, write


def test_people_without_a_place_are_told_and_not_in_the_totals(town: Town) -> None:
    people = write(town.folder / "p.gpkg", [at(100, 0), None, None], people=[10, 2.5, 0])
    run = town.run(population=people)
    assert run.notices["people_without_place"] == {"rows": 1, "people": 2.5}
    assert run.summary["residents_total"] == 10


def test_a_file_where_most_people_have_no_place_is_refused(town: Town) -> None:
    people = write(town.folder / "p.gpkg", [at(100, 0), None], people=[10, 20])
    run = town.run(population=people)
    assert (run.exit_code, "20 of 30 people" in run.errors) == (3, True)


def test_several_points_in_one_row_are_refused(town: Town) -> None:
    several = shapely.MultiPoint([at(0, 0), at(50, 0)])
    run = town.run(population=write(town.folder / "p.gpkg", [several], people=[10]))
    assert (run.exit_code, "One point per row" in run.errors) == (3, True)


def test_roads_and_ferries_without_a_line_are_told(town: Town) -> None:
    roads = write(town.folder / "r.gpkg", [line((0, 0), (2000, 0)), None], **{"class": ["commune"] * 2})
    notices = town.run(roads=roads).notices
    assert notices["rows_without_geometry"] == {"input": "roads", "rows": 1}
    ferries = write(town.folder / "f.gpkg", [line((0, 0), (2000, 0)), None], wait_min=[1, 1])
    assert town.run(ferries=ferries).notices["rows_without_geometry"] == {"input": "ferries", "rows": 1}


def wide_raster(town: Town, far: float) -> str:
    """Write people in the town, in the 10 km around it, and farther away than is read."""
    values = np.zeros((1, 300), dtype=np.float32)
    values[0, [1, 40, 299]] = [5, 6.5, far]
    path = town.folder / f"wide_{far}.tif"
    with rasterio.open(
        path, "w", driver="GTiff", height=1, width=300, count=1, dtype="float32",
        crs="EPSG:9209", transform=Affine(100, 0, EAST, 0, -100, NORTH + 50),
    ) as raster:  # fmt: skip
        raster.write(values, 1)
    return str(path)


def test_people_of_a_raster_beyond_the_study_area_are_told_once(town: Town) -> None:
    run = town.run(population=wide_raster(town, 7))
    assert run.summary["residents_total"] == 5
    assert run.notices["people_beyond_study_area"] == {"people": 13.5}
    assert [code for code in run.notices if "beyond" in code] == ["people_beyond_study_area"]


def test_other_people_far_beyond_the_study_area_give_another_study(town: Town) -> None:
    found = [town.run(population=wide_raster(town, far)).summary for far in (7, 8)]
    assert found[0]["notices"] != found[1]["notices"]
    assert found[0]["id"] != found[1]["id"]


FAR: dict[str, list[Any]] = {
    "barriers": [box(90_000, 0, 90_100, 100)],
    "ferries": [line((90_000, 0), (90_100, 0))],
}


@pytest.mark.parametrize("option", FAR)
def test_an_input_of_another_place_is_refused(option: str, town: Town) -> None:
    path = write(town.folder / "far.gpkg", FAR[option])
    run = town.run(**{option: path})
    assert (run.exit_code, "far.gpkg" in run.errors, "not over 10 km apart" in run.errors) == (3, True, True)


def test_settlements_of_another_place_are_told(town: Town) -> None:
    names = write(town.folder / "far.gpkg", [at(90_000, 0)], name=["Xa"])
    assert town.run(settlements=names).notices["input_far_away"]["input"] == "settlements"


def test_a_unit_with_a_spike_is_repaired_and_mapped(town: Town) -> None:
    spike = [(-500, -500), (2500, -500), (2500, 500), (2500, 900), (2500, 500), (-500, 500)]
    unit = shapely.Polygon([(EAST + x, NORTH + y) for x, y in spike])
    run = town.run(zones=write(town.folder / "spike.gpkg", [unit], id=["1"], name=["Gai"]))
    assert (run.exit_code, run.summary["residents_total"]) == (0, 100)
    assert run.notices["zones_repaired"] == {"count": 1, "names": "Gai"}
    assert (run.out / "map.html").exists()


def test_a_unit_that_encloses_nothing_is_refused(town: Town) -> None:
    flat = shapely.Polygon([at(0, 0), at(100, 0), at(200, 0)])
    zones = write(town.folder / "flat.gpkg", [box(-500, -500, 2500, 500), flat], id=["1", "2"])
    run = town.run(zones=zones)
    assert (run.exit_code, "the area in row 2 encloses nothing" in run.errors) == (3, True)


def test_the_same_rows_saved_again_under_another_name_give_the_equal_summary(town: Town) -> None:
    before = (town.run().out / "summary.json").read_bytes()
    again = {}
    for role in ("facilities", "roads", "population", "zones"):
        frame = gpd.read_file(town.options[role])
        again[role] = str(town.folder / f"{role}_again.parquet")
        frame.to_parquet(again[role])
    after = (town.run(**again, out=str(town.folder / "again")).out / "summary.json").read_bytes()
    assert before == after


def test_other_content_gives_another_hash_of_that_input_only(town: Town) -> None:
    before = town.run().summary["inputs"]
    people = gpd.read_file(town.options["population"])
    people.loc[0, "people"] = 11
    people.to_file(town.folder / "more.gpkg")
    after = town.run(population=str(town.folder / "more.gpkg")).summary["inputs"]
    assert {role for role in before if before[role] != after[role]} == {"population"}
    assert before["roads"].keys() == {"sha256"}


def test_people_who_were_left_out_give_another_study(town: Town) -> None:
    found = []
    for lost in (2.5, 3.5):
        people = write(town.folder / "p.gpkg", [at(100, 0), None], people=[10, lost])
        found.append(town.run(population=people).summary)
    assert found[0]["notices"] != found[1]["notices"]
    assert found[0]["id"] != found[1]["id"]
    assert found[0]["inputs"]["population"] == found[1]["inputs"]["population"]


def test_inputs_that_are_named_as_generated_give_another_study(town: Town) -> None:
    before = town.run().summary
    path = str(town.folder / "roads_generated.gpkg")
    gpd.read_file(town.options["roads"]).to_file(path)
    after = town.run(roads=path).summary
    assert (before["generated_data"], after["generated_data"]) == (False, True)
    assert before["id"] != after["id"]
    assert after["inputs"]["roads"] == before["inputs"]["roads"] | {"generated": True}


@pytest.mark.parametrize(("road_class", "credited"), [("tertiary", True), ("commune", False)])
def test_the_map_credits_openstreetmap_for_a_table_of_its_roads(
    road_class: str, *, credited: bool, town: Town
) -> None:
    roads = write(town.folder / "r.gpkg", [line((0, 0), (2000, 0))], **{"class": [road_class]})
    page = (town.run(roads=roads).out / "map.html").read_text("utf-8")
    assert ("© OpenStreetMap contributors" in page) == credited


def test_a_limit_in_minutes_is_the_same_in_seconds(town: Town) -> None:
    parameters = town.run("--limit-min", "4.1", without=("limit_m",)).summary["parameters"]
    assert parameters["limit"] == 246


@pytest.mark.parametrize("limit", ["inf", "nan", "-1", "0.00000001"])
def test_a_limit_that_is_no_finite_number_above_zero_is_refused(limit: str, town: Town) -> None:
    run = town.run("--limit-min", limit, without=("limit_m",))
    assert (run.exit_code, "a finite number above zero" in run.errors) == (2, True)


@pytest.mark.parametrize("speed", ["inf", "nan"])
def test_a_speed_that_is_no_finite_number_is_refused(speed: str, town: Town) -> None:
    run = town.run(speed_kmh=speed)
    assert (run.exit_code, "km/h" in run.errors) == (2, True)


def test_areas_that_no_walkable_road_leads_into_are_refused(town: Town) -> None:
    roads = write(town.folder / "fast.gpkg", [line((0, 0), (2000, 0))], **{"class": ["expressway"]})
    run = town.run(
        roads=roads, facilities=write(town.folder / "park.gpkg", [box(400, -50, 600, 50)]), mode="car"
    )
    assert (run.exit_code, "over 1,000 m from every road" in run.errors) == (3, True)


TIMES = {"10:00": "Tuesday 10:00", "tuesday 9:05": "Tuesday 09:05", "2026-11-25T23:10": "Wednesday 23:10"}


@pytest.mark.parametrize("said", TIMES)
def test_equal_times_are_written_equally(said: str) -> None:
    assert normal_time(said) == TIMES[said]


def test_a_time_may_stand_in_a_study_file_and_nothing_is_not_given(town: Town) -> None:
    (town.folder / "study.yaml").write_text("at: 10:00\nbarriers: null\ncrs:\n", "utf-8")
    run = town.run(study=str(town.folder / "study.yaml"))
    assert (run.exit_code, run.summary["parameters"]["at"]) == (0, "Tuesday 10:00")
    assert "barriers" not in run.summary["inputs"]
    usual = town.run(out=str(town.folder / "usual"))
    assert (usual.out / "summary.json").read_bytes() == (run.out / "summary.json").read_bytes()


def test_codes_that_came_as_numbers_are_written_without_a_fraction(town: Town) -> None:
    units = [box(1000, -500, 2500, 500), box(-500, -500, 1000, 500)]
    run = town.run(zones=write(town.folder / "z.gpkg", units, code=[2.0, 1.0]))
    assert [row["id"] for row in run.summary["zones"]] == ["1", "2"]


def test_facilities_without_a_site_are_sites_of_their_own(town: Town) -> None:
    two = [at(0, 0), at(2000, 0)]
    found = []
    for name, sites in (("apart", [None, "1"]), ("one", ["1", "1"])):
        path = write(town.folder / f"{name}.gpkg", two, name=["A", "B"], site_id=sites)
        found.append(town.run(facilities=path).summary["inputs"]["facilities"])
    assert found[0] != found[1]


def test_the_table_of_units_has_the_keys_of_the_document(town: Town) -> None:
    for limit in ({"limit_m": "300"}, {"limit_m": "", "limit_min": "5"}):
        without = tuple(name for name, value in limit.items() if not value)
        run = town.run(without=without, **{name: value for name, value in limit.items() if value})
        with (run.out / "zones.csv").open(encoding="utf-8", newline="") as file:
            assert set(next(csv.reader(file))) == run.summary["zones"][0].keys() - {"arrived"}


def test_the_map_tells_who_can_reach_nothing_and_unknown_classes(town: Town) -> None:
    roads = write(
        town.folder / "r.gpkg", [line((0, 0), (600, 0)), line((1500, 0), (2000, 0))], highway=["a", "a"]
    )
    run = town.run(roads=roads)
    page = (run.out / "map.html").read_text("utf-8")
    assert run.summary["residents_unreachable"] == 40
    assert "40 of them cannot reach any facility" in page
    assert run.summary["totals"]["all"]["no_path"] == 40
    assert "no way leads to any facility" in page
    assert "2 roads are of an unknown class and count as village lanes: a (2)." in page
    assert "offices.gpkg" in page


def test_levels_that_keep_roads_apart_are_told(town: Town) -> None:
    over = [line((0, 0), (2000, 0)), line((1000, -400), (1000, 400))]
    flat = town.run(roads=write(town.folder / "a.gpkg", over, level=[0, 1])).notices
    assert flat["road_level_ignored"] == {"column": "level"}
    raised = town.run(roads=write(town.folder / "b.gpkg", over, level=[0, 1], bridge=[None, "yes"])).notices
    assert raised["road_levels_used"] == {"lines": 1}
    assert "road_level_ignored" not in raised


def test_a_ferry_in_pieces_is_boarded_once(town: Town) -> None:
    roads = write(town.folder / "banks.gpkg", [line((0, 0), (250, 0)), line((350, 0), (2000, 0))])
    whole = shapely.MultiLineString([line((250, 0), (300, 0)), line((300, 0), (350, 0))])
    ferry = write(town.folder / "ferry.gpkg", [whole], headway_min=[4])
    run = town.run(roads=roads, ferries=ferry, limit_min="8", without=("limit_m",))
    assert run.summary["residents_covered"] == 60


def test_a_unit_without_an_office_of_its_own_has_people_outside_but_with_a_way(town: Town) -> None:
    run = town.run(limit_m="2000", catchment="own_unit")
    assert (run.summary["residents_uncovered"], run.summary["residents_unreachable"]) == (40, 0)
    assert "60.0% of the people reach their own unit's facility within 2,000 m" in run.output
