"""The gap analysis on files: answers worked out by hand, outputs, and every option."""

import csv
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine

from gis_service.analysis.modes import MODES
from gis_service.services.coverage_parameters import CATCHMENTS, DIRECTIONS, MEASURES
from gis_service.services.gap_quota import QUOTA_OF, QUOTA_PER
from tests.scripts.conftest import SCRIPT
from tests.scripts.gap_town import EAST, NORTH, Town, at, box, line, write


def test_the_answer_is_the_one_worked_out_by_hand(town: Town) -> None:
    run = town.run()
    assert run.exit_code == 0, run.errors
    summary = run.summary
    assert (summary["residents_total"], summary["residents_covered"]) == (100, 30)
    assert (summary["residents_uncovered"], summary["residents_unreachable"]) == (70, 0)
    assert summary["coverage_share"] == 0.3
    assert summary["median_minutes"] is None
    assert "30.0% of the people reach the nearest facility within 300 m on foot. 70 people" in run.output


def test_minutes_ask_for_time_on_the_network(town: Town) -> None:
    summary = town.run("--limit-min", "6.5", without=("limit_m",)).summary
    assert summary["parameters"]["measure"] == "network_time"
    assert summary["parameters"]["limit"] == 390
    # 300 m at 4.8 km/h take 225 s, 520 m take 390 s; half of the people arrive by then.
    assert summary["residents_covered"] == 60
    assert summary["median_minutes"] == 6.5


def test_each_unit_has_its_row(town: Town) -> None:
    run = town.run()
    with (run.out / "zones.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    keys = run.summary["zones"][0].keys() - {"arrived"}  # a table has plain columns only
    assert set(rows[0]) == keys > {"median_s", "median_m"}
    assert [(row["id"], row["name"], float(row["total"]), float(row["covered"])) for row in rows] == [
        ("01", "Xã Tây", 60, 30),
        ("02", "Xã Đông", 40, 0),
    ]


def test_the_gaps_are_places_with_people_names_and_ranks(town: Town) -> None:
    settlements = write(
        town.folder / "villages.gpkg", [at(480, 30), at(1900, 50)], name=["Thôn Trung", "Thôn Hạ"]
    )
    run = town.run(settlements=settlements)
    gaps = gpd.read_file(run.out / "gaps.gpkg", layer="gaps")
    assert gaps["rank"].tolist() == [1, 2][: len(gaps)]
    assert gaps["people"].sum() == 70
    assert gaps.crs == "EPSG:9209"
    assert (gaps["name"][0], gaps["name_en"][0]) == ("Thôn Hạ, Xã Đông", "Thôn Hạ, Xã Đông")


def test_two_runs_give_the_same_summary(town: Town) -> None:
    first = (town.run().out / "summary.json").read_bytes()
    second = (town.run(out=str(town.folder / "again" / "deep")).out / "summary.json").read_bytes()
    assert first == second


def test_the_order_of_rows_changes_nothing_but_the_content_hash(town: Town) -> None:
    before = town.run().summary
    people = gpd.read_file(town.options["population"])
    people.iloc[::-1].to_file(town.folder / "turned.gpkg")
    after = town.run(population=str(town.folder / "turned.gpkg")).summary
    assert before["totals"] == after["totals"]
    assert before["zones"] == after["zones"]


def test_the_system_of_the_files_changes_nothing(town: Town) -> None:
    before = town.run().summary
    for name in ("facilities", "population", "zones"):
        frame = gpd.read_file(town.options[name]).to_crs("EPSG:4326")
        frame.to_file(town.folder / f"{name}.geojson")
    degrees = {name: str(town.folder / f"{name}.geojson") for name in ("facilities", "population", "zones")}
    after = town.run(**degrees, limit_m="300.01").summary  # GeoJSON keeps a centimetre
    assert before["totals"]["all"]["covered"] == after["totals"]["all"]["covered"]


def test_roads_in_degrees_are_measured_in_their_utm_zone(town: Town) -> None:
    gpd.read_file(town.options["roads"]).to_crs("EPSG:4326").to_file(town.folder / "roads.geojson")
    run = town.run(roads=str(town.folder / "roads.geojson"))
    assert run.summary["inputs"]["crs"] == "EPSG:32648"


def test_a_study_file_gives_defaults_that_the_command_line_overrides(town: Town) -> None:
    lines = [f"{name}: {Path(value).name}" for name, value in town.options.items() if name != "out"]
    (town.folder / "study.yaml").write_text("\n".join([*lines, "limit-m: 300", "mode: bicycle"]), "utf-8")
    filed = Town(
        town.folder, {"study": str(town.folder / "study.yaml"), "out": town.options["out"]}, town.script
    )
    assert filed.run().summary["parameters"]["limit"] == 300
    summary = filed.run(limit_m="1900").summary
    assert (summary["parameters"]["mode"], summary["parameters"]["limit"]) == ("bicycle", 1900)
    assert summary["residents_covered"] == 100
    parameters = filed.run(limit_min="5").summary["parameters"]
    assert (parameters["measure"], parameters["limit"]) == ("network_time", 300)


def test_one_ways_hold_for_vehicles_and_not_for_walkers(town: Town) -> None:
    roads = write(town.folder / "one.gpkg", [line((0, 0), (2000, 0))], oneway=["FT"])
    assert town.run(roads=roads, mode="walk").summary["residents_covered"] == 30
    assert town.run(roads=roads, mode="motorbike").summary["residents_covered"] == 0
    away = town.run(roads=roads, mode="motorbike", direction="from_facility").summary
    assert away["residents_covered"] == 30
    turned = write(town.folder / "turned.gpkg", [line((0, 0), (2000, 0))], chieu=["TF"])
    there = town.run(roads=turned, mode="motorbike", oneway_column="chieu").summary
    assert there["residents_covered"] == 30


def test_the_class_column_decides_who_may_pass(town: Town) -> None:
    roads = write(town.folder / "fast.gpkg", [line((0, 0), (2000, 0))], loai=["expressway"])
    assert town.run(roads=roads, mode="car", limit_m="1900").summary["residents_covered"] == 100
    refused = town.run(roads=roads, mode="car", class_column="loai", limit_m="1900")
    assert refused.summary["residents_covered"] == 100
    walk = town.run(roads=roads, mode="walk", class_column="loai")
    assert (walk.exit_code, "over 1,000 m from every road" in walk.errors) == (3, True)


def test_a_flat_speed_and_a_speed_file_change_the_time(town: Town) -> None:
    slow = town.run("--limit-min", "6.5", "--speed-kmh", "2.4", without=("limit_m",)).summary
    assert slow["residents_covered"] == 10
    speeds = town.folder / "speeds.yaml"
    speeds.write_text("commune: 2.4\n", "utf-8")
    filed = town.run("--limit-min", "6.5", "--speeds", str(speeds), without=("limit_m",)).summary
    assert filed["residents_covered"] == 10
    assert filed["parameters"]["speeds_kmh"]["commune"] == 2.4
    assert filed["parameters"]["access_kmh"] == 4.8


def test_a_home_across_the_water_joins_no_road_through_it(town: Town) -> None:
    river = write(town.folder / "river.gpkg", [box(450, 5, 550, 10)])
    run = town.run(barriers=river, limit_m="600")
    assert run.summary["residents_covered"] < town.run(limit_m="600").summary["residents_covered"]


def test_a_ferry_runs_by_day_only(town: Town) -> None:
    roads = write(town.folder / "banks.gpkg", [line((0, 0), (250, 0)), line((350, 0), (2000, 0))])
    ferry = write(town.folder / "ferry.gpkg", [line((250, 0), (350, 0))], headway_min=[4])
    asked = {"roads": roads, "ferries": ferry, "limit_min": "5"}
    day = town.run(**asked, without=("limit_m",)).summary
    # Home at 500 m: 20 m off, 150 m on foot, 2 min of waiting, 100 m at 8 km/h, 250 m on foot: 480 s.
    assert (day["residents_covered"], day["residents_unreachable"]) == (30, 0)
    assert town.run(**asked | {"limit_min": "8"}, without=("limit_m",)).summary["residents_covered"] == 60
    night = town.run(**asked, at="Sunday 23:00", without=("limit_m",)).summary
    assert night["residents_unreachable"] == 70
    assert night["parameters"]["at"] == "Sunday 23:00"


def test_only_the_office_of_ones_own_unit_counts(town: Town) -> None:
    everybody = town.run(limit_m="2000").summary
    own = town.run(limit_m="2000", catchment="own_unit").summary
    assert (everybody["residents_covered"], own["residents_covered"]) == (100, 60)


def test_a_straight_radius_needs_no_road(town: Town) -> None:
    run = town.run(measure="straight_radius", limit_m="500.4")
    assert run.summary["residents_covered"] == 60
    assert "straight_radius" in run.notices


def test_an_area_is_entered_where_a_road_meets_its_boundary(town: Town) -> None:
    park = write(town.folder / "park.gpkg", [box(400, -50, 600, 50)], name=["Công viên"])
    run = town.run(facilities=park, limit_m="100")
    # The homes at 300 and 500 are 100 m from a gate, the latter 20 m off the road; the centroid is at 500.
    assert run.summary["residents_covered"] == 20
    assert run.notices["polygon_entrances"] == {"count": 1, "entrances": 2}


def test_a_raster_counts_as_its_cells_would(town: Town) -> None:
    cells = [box(0, 0, 400, 400), box(400, 0, 800, 400)]
    values = np.array([[123.5, 77]], dtype=np.float32)
    with rasterio.open(
        town.folder / "people.tif", "w", driver="GTiff", height=1, width=2, count=1, dtype="float32",
        crs="EPSG:9209", transform=Affine(400, 0, EAST, 0, -400, NORTH + 400),
    ) as raster:  # fmt: skip
        raster.write(values, 1)
    polygons = write(town.folder / "cells.gpkg", cells, people=[123.5, 77.0])
    found = [
        town.run(population=source, limit_m="400").summary["totals"]
        for source in (str(town.folder / "people.tif"), polygons)
    ]
    assert found[0] == found[1]
    assert found[0]["all"]["total"] == 200.5
    assert 0 < found[0]["all"]["covered"] < 200.5


def test_generated_inputs_are_said_to_be_generated(town: Town) -> None:
    gpd.read_file(town.options["roads"]).to_file(town.folder / "roads_generated.gpkg")
    run = town.run(roads=str(town.folder / "roads_generated.gpkg"))
    assert run.summary["generated_data"] is True
    assert "generated_data" in run.notices


def test_the_program_runs_on_its_own_and_is_quiet_without_a_terminal(town: Town) -> None:
    options = [
        part for name, value in town.options.items() for part in (f"--{name.replace('_', '-')}", value)
    ]
    done = subprocess.run(
        [sys.executable, SCRIPT, *options],
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        env={"LANG": "vi_VN"},
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("30,0 % người dân tới được điểm dịch vụ gần nhất trong 300 m đi bộ.")
    assert done.stdout.rstrip().endswith("map.html")


def test_the_choices_are_those_of_the_engine(town: Town) -> None:
    choices = {
        parameter.name: tuple(parameter.type.choices)
        for parameter in town.script.main.params
        if hasattr(parameter.type, "choices")
    }
    assert choices == {
        "mode": MODES,
        "measure": MEASURES,
        "direction": DIRECTIONS,
        "catchment": CATCHMENTS,
        "quota_of": QUOTA_OF,
        "quota_per": QUOTA_PER,
    }


def test_a_repaired_unit_is_told(town: Town) -> None:
    bow = shapely.Polygon([(EAST - 500, NORTH - 500), (EAST + 2500, NORTH + 500), (EAST + 2500, NORTH - 500),
                           (EAST - 500, NORTH + 500)])  # fmt: skip
    zones = write(town.folder / "bow.gpkg", [bow], id=["1"], name=["Nơ"])
    assert town.run(zones=zones).notices["zones_repaired"] == {"count": 1, "names": "Nơ"}


def test_catchments_are_layers_that_agree_with_the_figures(town: Town) -> None:
    run = town.run("--catchments")
    path = run.out / "catchments.gpkg"
    assert str(path) in run.output
    edges, polygons, cells, lines = (
        gpd.read_file(path, layer=layer) for layer in ("reached_edges", "polygons", "surface", "allocation")
    )
    assert all(frame.crs == "EPSG:9209" for frame in (edges, polygons, cells, lines))
    # the road within 300 m of the office at its west end
    assert edges.length.sum() == pytest.approx(300, abs=0.01)
    assert edges["end_m"].max() == 300
    assert polygons["for_drawing_only"].tolist() == [True]
    assert polygons.total_bounds[2] == pytest.approx(EAST + 300, abs=0.01)
    assert lines["people"].sum() == 100
    # A hexagon 100 m wide costs what its middle costs: as far along the road, and to it.
    near = cells[cells["within"]]
    assert 0 < len(near) < len(cells)
    assert near["cost_m"].max() <= 300 < cells.loc[~cells["within"], "cost_m"].min()
    assert cells["facility"].notna().equals(cells["cost_m"].notna())
    assert lines[lines["within"]]["people"].sum() == run.summary["residents_covered"]


def test_catchments_as_the_crow_flies_have_no_roads(town: Town) -> None:
    run = town.run("--catchments", measure="straight_radius", limit_m="500")
    layers = gpd.list_layers(run.out / "catchments.gpkg")["name"].tolist()
    assert layers == ["polygons", "surface", "allocation"]


def test_catchments_of_own_units_are_refused_before_anything_is_read(town: Town) -> None:
    run = town.run("--catchments", catchment="own_unit", roads="nowhere.gpkg")
    assert run.exit_code == 2
    assert "--catchment any" in run.errors


def test_ways_between_units_and_facilities_are_a_table(town: Town) -> None:
    run = town.run("--tables", "od", limit_m="2000")
    with (run.out / "od.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["zone"], row["rank"], float(row["people"])) for row in rows] == [
        ("01", "1", 60),
        ("02", "1", 40),
    ]


def test_an_assumption_range_is_a_table_of_its_own(town: Town) -> None:
    run = town.run("--tables", "range")
    with (run.out / "range.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[0].keys() == {"unit", "name", "group", "figure", "plain", "p5", "p95"}
    covered = next(row for row in rows if (row["unit"], row["figure"]) == ("all", "covered"))
    assert float(covered["plain"]) == run.summary["residents_covered"]
    assert float(covered["p5"]) <= float(covered["p95"])
