"""The gap analysis on a real city against the brute-force oracle: equal to the thousandth of a person.

The population grid is clipped to the cells whose centre lies in the extent of the roads; the facilities are
the pharmacies and banks that the extract holds.
"""

import json
import warnings
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely

from tests.oracle import Piece, Road, Walkers, cut, lattice, share_out
from tests.scripts.gap_town import Town

UTM = "EPSG:32635"
WALK_KMH = 4.8


def tag(text: str | None, key: str) -> str | None:
    """Look one tag up, in another way than the product: as JSON."""
    pairs: dict[str, str] = (
        json.loads("{" + text.replace('"=>"', '":"') + "}", strict=False) if isinstance(text, str) else {}
    )
    return pairs.get(key)


@dataclass
class Helsinki:
    """Files cut from the extract, and the same as the oracle needs them."""

    folder: Path
    extract: Path
    roads: list[Piece]
    cells: gpd.GeoDataFrame
    facilities: dict[str, gpd.GeoDataFrame]

    def options(self, kind: str) -> dict[str, str]:
        names = {"facilities": kind, "population": "clipped", "zones": "zones"}
        files = {name: str(self.folder / f"{file}.gpkg") for name, file in names.items()}
        return {**files, "roads": str(self.extract), "out": str(self.folder / "out")}


@pytest.fixture(scope="module")
def helsinki(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Helsinki:
    extract = shared_data / "helsinki" / "Helsinki.osm.pbf"
    grid = shared_data / "helsinki" / "helsinki_population_grid_2020.gpkg"
    if not (extract.exists() and grid.exists()):
        pytest.skip(f"no {extract} with its population grid")
    folder = tmp_path_factory.mktemp("helsinki")
    ways = pyogrio.read_dataframe(extract, layer="lines")
    ways = ways[ways["highway"].notna() & (ways["highway"] != "construction")]
    cells = gpd.read_file(grid)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # the centre of a cell of 250 m may be taken in degrees
        inside = cells.geometry.centroid.within(shapely.box(*ways.total_bounds))
    cells[inside].to_file(folder / "clipped.gpkg")
    cells.to_file(folder / "whole.gpkg")
    for name, rows in (("zones", inside), ("all_zones", inside | True)):
        outline = cells[rows].geometry.union_all()
        gpd.GeoDataFrame({"id": ["1"]}, geometry=[outline], crs=cells.crs).to_file(folder / f"{name}.gpkg")
    points = pyogrio.read_dataframe(extract, layer="points")
    kinds = points["other_tags"].map(lambda text: tag(text, "amenity"))
    facilities = {
        kind: points[kinds == kind][["osm_id", "name", "geometry"]] for kind in ("pharmacy", "bank")
    }
    for kind, places in facilities.items():
        places.to_file(folder / f"{kind}.gpkg")
    roads = [
        road_of(way, line) for way, line in zip(ways.itertuples(), ways.to_crs(UTM).geometry, strict=True)
    ]
    return Helsinki(folder, extract, cut(roads), cells[inside].to_crs(UTM), facilities)


def road_of(way: object, line: shapely.LineString) -> Road:
    def said(key: str) -> str | None:
        return tag(getattr(way, "other_tags"), key)  # noqa: B009  a row has no type of its own

    closed = said("access") in {"no", "private"} and said("foot") not in {"yes", "designated", "permissive"}
    on_foot = not closed and said("foot") not in {"no", "private"}
    is_expressway = str(getattr(way, "highway")).startswith("motorway")  # noqa: B009  as above
    if said("layer") is not None:
        level = int(str(said("layer")))
    elif said("bridge") not in {None, "no"}:
        level = 1
    else:
        level = -1 if said("tunnel") not in {None, "no", "building_passage"} else 0
    return Road(line, level, on_foot and not is_expressway)


def oracle(city: Helsinki, kind: str, limits: dict[float, int], kmh: float | None) -> dict[float, int]:
    """People within each limit, in thousandths."""
    network = Walkers(city.roads, kmh)
    homes, people = [], []
    for cell, persons in zip(city.cells.geometry, city.cells["population"], strict=True):
        places = lattice(cell)
        homes += places
        people += share_out(int(persons) * 1000, len(places))
    points = city.facilities[kind].to_crs(UTM).geometry
    facilities = list(zip(points.x, points.y, strict=True))
    costs = network.nearest(homes, facilities)
    return {
        limit: sum(n for n, cost in zip(people, costs, strict=True) if cost is not None and cost <= most)
        for limit, most in limits.items()
    }


@pytest.mark.parametrize("kind", [pytest.param("pharmacy", marks=pytest.mark.slow), "bank"])
def test_the_people_covered_are_those_of_the_oracle(kind: str, helsinki: Helsinki, town: Town) -> None:
    expected = oracle(helsinki, kind, {300.0: 300_000, 500.0: 500_000}, kmh=None)
    city = Town(helsinki.folder, helsinki.options(kind), town.script)
    for limit, thousandths in expected.items():
        covered = city.run(limit_m=f"{limit:g}").summary["residents_covered"]
        assert round(covered * 1000) == thousandths
        assert 0 < thousandths < 5_374_000


def test_the_people_within_six_minutes_are_those_of_the_oracle(helsinki: Helsinki, town: Town) -> None:
    expected = oracle(helsinki, "bank", {6.0: 360_000}, kmh=WALK_KMH)
    run = Town(helsinki.folder, helsinki.options("bank"), town.script).run(limit_min="6")
    assert round(run.summary["residents_covered"] * 1000) == expected[6.0]
    assert run.summary["residents_total"] == int(np.sum(helsinki.cells["population"]))


@pytest.mark.slow
def test_without_clipping_the_roads_reach_only_a_small_part(helsinki: Helsinki, town: Town) -> None:
    wide = {"population": "whole", "zones": "all_zones"}
    files = {name: str(helsinki.folder / f"{file}.gpkg") for name, file in wide.items()}
    run = Town(helsinki.folder, {**helsinki.options("bank"), **files}, town.script).run(limit_m="300")
    params = run.notices["roads_cover_small_part"]
    assert params["people"] == 71_724
    assert params["inside"] < 0.25 * params["people"]
    assert "clip the population to the extent of the roads, or bring more roads" in run.output


def test_with_clipping_nobody_is_warned(helsinki: Helsinki, town: Town) -> None:
    notices = Town(helsinki.folder, helsinki.options("bank"), town.script).run(limit_m="300").notices
    assert not {"roads_cover_few", "roads_cover_small_part"} & notices.keys()


def test_the_map_credits_openstreetmap(helsinki: Helsinki, town: Town) -> None:
    Town(helsinki.folder, helsinki.options("bank"), town.script).run(limit_m="300")
    page = (helsinki.folder / "out" / "map.html").read_text("utf-8")
    assert "© OpenStreetMap contributors (ODbL)" in page
