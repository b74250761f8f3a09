"""What the gap analysis refuses, and what it warns of: each message says what is wrong and what to do."""

from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pytest
import rasterio
from affine import Affine

from tests.scripts.gap_town import EAST, NORTH, Town, at, box, line, write

Case = Callable[[Town], dict[str, str]]


def empty(town: Town) -> dict[str, str]:
    frame = gpd.read_file(town.options["facilities"])[:0]
    frame.to_file(town.folder / "none.gpkg", geometry_type="Point")
    return {"facilities": str(town.folder / "none.gpkg")}


def mislabelled(town: Town) -> dict[str, str]:
    frame = gpd.read_file(town.options["facilities"]).set_crs("EPSG:32650", allow_override=True)
    frame.to_file(town.folder / "elsewhere.gpkg")
    return {"facilities": str(town.folder / "elsewhere.gpkg")}


def swapped(town: Town) -> dict[str, str]:
    (town.folder / "swapped.csv").write_text("lon,lat,people\n20.43,106.77,5\n", "utf-8")
    return {"population": str(town.folder / "swapped.csv")}


def far_raster(town: Town) -> dict[str, str]:
    path = town.folder / "far.tif"
    with rasterio.open(
        path, "w", driver="GTiff", height=1, width=1, count=1, dtype="float32",
        crs="EPSG:9209", transform=Affine(100, 0, EAST + 90_000, 0, -100, NORTH),
    ) as raster:  # fmt: skip
        raster.write(np.array([[5]], dtype=np.float32), 1)
    return {"population": str(path)}


def without_system(town: Town) -> dict[str, str]:
    gpd.read_file(town.options["roads"]).to_file(town.folder / "bare.shp")
    (town.folder / "bare.prj").unlink()
    return {"roads": str(town.folder / "bare.shp")}


def shapes(option: str, name: str, *geometry: object, **columns: list[object]) -> Case:
    def make(town: Town) -> dict[str, str]:
        return {option: write(town.folder / name, list(geometry), **columns)}

    return make


def text(option: str, name: str, content: str) -> Case:
    def make(town: Town) -> dict[str, str]:
        (town.folder / name).write_text(content, "utf-8")
        return {option: str(town.folder / name)}

    return make


def said(**options: str) -> Case:
    return lambda _town: options


ONE = at(0, 0)
REFUSALS: dict[str, tuple[Case, int, tuple[str, ...]]] = {
    "no limit": (said(limit_m=""), 2, ("0 limits were given", "--limit-min 15")),
    "both limits": (said(limit_min="5"), 2, ("2 limits were given", "drop one")),
    "limit of nothing": (said(limit_m="0"), 2, ("above zero",)),
    "limit that is no number": (said(limit_m="far"), 2, ("--limit-m", "far")),
    "minutes for a distance": (said(measure="network_time"), 2, ("--measure network_time", "--limit-m")),
    "unknown mode": (said(mode="boat"), 2, ("boat", "walk", "motorbike")),
    "unknown option": (said(speedy="1"), 2, ("--speedy",)),
    "no such time": (said(at="25:00"), 2, ("25:00", "Tuesday 10:00")),
    "no such day": (said(at="Someday 10:00"), 2, ("Someday",)),
    "speed of nothing": (said(speed_kmh="0"), 2, ("km/h",)),
    "speed in words": (text("speeds", "s.yaml", "commune: fast"), 2, ("'fast'", "km/h")),
    "speed of no class": (text("speeds", "s.yaml", "lane: 3"), 3, ("lane", "village_lane")),
    "study with a slip": (text("study", "s.yaml", "limit: 3"), 3, ("unknown: limit", "limit_min")),
    "study that is no YAML": (text("study", "s.yaml", "a: [1"), 3, ("s.yaml",)),
    "study that is a list": (text("study", "s.yaml", "- a"), 3, ("list",)),
    "no study file": (said(study="nowhere.yaml"), 4, ("nowhere.yaml",)),
    "no file": (said(roads="nowhere.gpkg"), 4, ("nowhere.gpkg", "Check the path")),
    "degrees to measure in": (said(crs="EPSG:4326"), 3, ("EPSG:4326", "degree", "--crs EPSG:9209")),
    "Web Mercator to measure in": (said(crs="EPSG:3857"), 3, ("EPSG:3857",)),
    "no such system": (said(crs="EPSG:1"), 3, ("EPSG:1",)),
    "empty file": (empty, 3, ("none.gpkg", "no feature", "filter")),
    "no system": (without_system, 3, ("bare.shp", "coordinate system")),
    "another place": (mislabelled, 3, ("EPSG:32650", "EPSG:9209", "wrong coordinate system")),
    "longitude and latitude swapped": (swapped, 3, ("swapped.csv",)),
    "raster of another place": (far_raster, 3, ("far.tif", "not over 10 km apart")),
    "no people column": (shapes("population", "p.gpkg", ONE, nguoi=[5]), 3, ("people | population", "nguoi")),
    "no such people column": (said(people_column="peeple"), 3, ("peeple", "--people-column people")),
    "people missing": (
        shapes("population", "p.gpkg", ONE, at(5, 0), people=[None, 2.0]), 3, ("row 1", "nan"),
    ),
    "people negative": (shapes("population", "p.gpkg", ONE, people=[-3]), 3, ("-3", "zero or more")),
    "nobody": (shapes("population", "p.gpkg", ONE, people=[0]), 3, ("Nobody of",)),
    "people elsewhere": (
        shapes("population", "p.gpkg", at(5000, 0), people=[7]), 3, ("7 people are beyond",),
    ),
    "population of lines": (
        shapes("population", "p.gpkg", line((0, 0), (1, 1)), people=[7]), 3, ("LineString",),
    ),
    "roads of points": (shapes("roads", "r.gpkg", ONE), 3, ("row 1 is a Point", "LineString")),
    "roads far off": (
        shapes("roads", "r.gpkg", line((0, 5000), (90, 5000))), 3, ("over 1,000 m from every road",),
    ),
    "no such class column": (said(class_column="loai"), 3, ("loai", "the columns there are: class")),
    "no such one-way column": (said(oneway_column="chieu"), 3, ("chieu",)),
    "no such zone column": (said(zone_id="ma"), 3, ("ma", "code, name")),
    "zone ids twice": (
        shapes("zones", "z.gpkg", box(0, 0, 9, 9), box(9, 0, 19, 9), ma=["1", "1"]),
        3,
        ("z.gpkg", "--zone-id"),
    ),
    "named zone ids twice": (
        lambda town: {
            "zone_id": "ma",
            "zones": write(town.folder / "z.gpkg", [box(0, 0, 9, 9), box(9, 0, 19, 9)], ma=["7", "7"]),
        },
        3,
        ("7", "several rows"),
    ),
    "zones of points": (shapes("zones", "z.gpkg", ONE, ma=["1"]), 3, ("Point", "Polygon")),
    "barrier of points": (shapes("barriers", "b.gpkg", ONE), 3, ("b.gpkg",)),
    "settlements without names": (shapes("settlements", "s.gpkg", ONE, a=["1"]), 3, ("name",)),
    "a program for a map": (text("facilities", "f.gpkg", "#!/bin/sh"), 3, ("f.gpkg", "QGIS")),
    "a file as the folder": (text("out", "out.txt", "x"), 3, ("out.txt", "--out")),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSALS)
def test_it_is_refused_with_what_to_do(name: str, town: Town) -> None:
    case, code, words = REFUSALS[name]
    options = case(town)
    without = tuple(option for option, value in options.items() if not value)
    run = town.run(without=without, **{option: value for option, value in options.items() if value})
    assert run.exit_code == code, run.output + run.errors
    assert [word for word in words if word not in run.errors] == []
    assert "Traceback" not in run.errors
    assert not (run.out / "summary.json").exists()


@pytest.mark.parametrize("option", ["facilities", "roads", "population", "zones", "out"])
def test_the_four_files_and_the_folder_are_needed(option: str, town: Town) -> None:
    run = town.run(without=(option,))
    assert run.exit_code == 2
    assert f"--{option}" in run.errors


def test_a_refusal_speaks_the_language_of_the_terminal(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(town.script, "language_of", lambda: "vi")
    assert "Không thấy tệp nowhere.gpkg" in town.run(roads="nowhere.gpkg").errors


def test_units_that_overlap_are_told_and_the_lower_code_wins(town: Town) -> None:
    units = [box(-500, -500, 1000, 500), box(0, -500, 2500, 500)]
    zones = write(town.folder / "over.gpkg", units, code=["2", "1"])
    run = town.run(zones=zones)
    assert run.notices["zones_overlap"]["pairs"] == 1
    assert run.notices["zones_overlap"]["area_m2"] == 1_000_000
    assert [(row["id"], row["total"]) for row in run.summary["zones"]] == [("1", 100), ("2", 0)]


def test_people_far_from_the_roads_are_a_strong_warning(town: Town) -> None:
    people = write(town.folder / "wide.gpkg", [at(100, 0), at(100, 480)], people=[100, 900])
    run = town.run(population=people)
    assert run.notices["roads_cover_small_part"] == {
        "people": 1000, "inside": 100, "share": 10.0, "near_share": 100.0,
    }  # fmt: skip
    assert "The roads reach only a small part of the people: 10% (100 of 1,000)" in run.output


def test_people_a_little_beyond_the_roads_are_a_warning(town: Town) -> None:
    people = write(town.folder / "wide.gpkg", [at(100, 0), at(100, 480)], people=[800, 200])
    notices = town.run(population=people).notices
    assert "roads_cover_few" in notices
    assert "roads_cover_small_part" not in notices


def test_people_along_the_roads_are_no_warning(town: Town) -> None:
    assert not {"roads_cover_few", "roads_cover_small_part"} & town.run().notices.keys()


def test_unknown_classes_are_counted(town: Town) -> None:
    roads = write(
        town.folder / "r.gpkg", [line((0, 0), (900, 0)), line((900, 0), (2000, 0))], highway=["a", None]
    )
    assert town.run(roads=roads).notices["road_class_unknown"] == {"lines": 2, "classes": "(-) (1), a (1)"}


def test_a_facility_far_from_roads_is_told(town: Town) -> None:
    both = write(town.folder / "two.gpkg", [at(0, 0), at(0, 1400)], name=["Gần", "Xa"])
    params = town.run(facilities=both).notices["facilities_off_roads"]
    assert params == {"count": 1, "facilities": 2, "names": "Xa"}


def test_a_study_without_a_halo_is_told(town: Town) -> None:
    assert town.run().notices["border_without_halo"] == {"people": 100, "km": 10}
    roads = write(town.folder / "far.gpkg", [line((0, 0), (2000, 0)), line((2000, 0), (2000, 9000))])
    assert "border_without_halo" not in town.run(roads=roads).notices


def test_a_coarse_lattice_is_told(town: Town) -> None:
    people = write(town.folder / "area.gpkg", [box(0, -200, 400, 200)], people=[64])
    assert town.run(population=people).notices["lattice_step"] == {"step_m": 50, "limit": "300 m"}
    assert "lattice_step" not in town.run(population=people, limit_m="500").notices


def test_rows_without_a_place_are_told(town: Town) -> None:
    frame = gpd.read_file(town.options["facilities"])
    frame.loc[1] = ["Không đâu", None]
    frame.to_file(town.folder / "lost.gpkg")
    run = town.run(facilities=str(town.folder / "lost.gpkg"))
    assert run.notices["rows_without_geometry"] == {"input": "facilities", "rows": 1}


def test_people_beyond_the_units_count_nowhere_and_are_told(town: Town) -> None:
    people = write(town.folder / "p.gpkg", [at(100, 0), at(100, 700)], people=[5, 6])
    run = town.run(population=people)
    assert run.summary["residents_total"] == 5
    assert run.notices["people_beyond_study_area"] == {"people": 6}


def test_the_map_says_every_notice_in_both_languages(town: Town) -> None:
    run = town.run()
    page = (run.out / "map.html").read_text("utf-8")
    assert page.count('class="notice"') == len(run.notices)
    assert "sống cách phần ranh giới ấy không quá 10 km" in page
    assert "people live within 10 km of that part of the edge" in page
