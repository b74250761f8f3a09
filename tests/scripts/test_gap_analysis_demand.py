"""People of areas spread into buildings, onto land or by a raster: totals stay, and fall-backs are told."""

from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pytest
import rasterio
from affine import Affine

from tests.scripts.gap_town import EAST, NORTH, Town, at, box, line, write

COMMUNES = [box(-500, -500, 1000, 500), box(1000, -500, 2500, 500)]


def communes(town: Town, *people: float) -> str:
    return write(town.folder / "communes.gpkg", COMMUNES, people=list(people), code=["1", "2"])


def houses(town: Town, *places: float, crs: str = "EPSG:9209", **columns: list[object]) -> str:
    shapes = [box(x, 0, x + 10, 10) for x in places]
    frame = gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:9209").to_crs(crs)
    frame.to_file(town.folder / "houses.gpkg")
    return str(town.folder / "houses.gpkg")


def raster(town: Town, cells: list[list[float]], name: str = "w.tif", **profile: object) -> str:
    values = np.array(cells, dtype=np.float32)
    usual = {"crs": "EPSG:9209", "transform": Affine(500, 0, EAST - 500, 0, -500, NORTH + 500)}
    with rasterio.open(
        town.folder / name, "w", driver="GTiff", height=values.shape[0], width=values.shape[1], count=1,
        dtype="float32", **(usual | profile),
    ) as file:  # fmt: skip
        file.write(values, 1)
    return str(town.folder / name)


def test_people_of_areas_are_covered_where_their_houses_stand(town: Town) -> None:
    homes = houses(town, 100, 800, 1900, storeys=[1, 3, 1], building=["yes", "yes", "retail"])
    run = town.run(population=communes(town, 100, 0), buildings=homes)
    assert (run.summary["residents_total"], run.summary["residents_covered"]) == (100, 25)
    assert run.notices["people_in_buildings"] == {"zones": 1, "buildings": 2}
    assert "demand_fallback" not in run.notices


def test_houses_in_degrees_stand_where_they_stand(town: Town) -> None:
    found = [
        town.run(population=communes(town, 100, 7), buildings=houses(town, 100, 800, crs=crs)).summary
        for crs in ("EPSG:9209", "EPSG:4326")
    ]
    kept = ("residents_total", "residents_covered", "residents_unreachable")
    assert [found[0][name] for name in kept] == [found[1][name] for name in kept] == [107, 50, 0]


def test_a_commune_without_a_house_lives_on_its_land_and_both_are_told(town: Town) -> None:
    land = write(town.folder / "land.gpkg", [box(1100, 0, 1200, 100)], use=["Đất ở"])
    run = town.run(population=communes(town, 100, 60), buildings=houses(town, 100), residential_land=land)
    assert run.summary["residents_total"] == 160
    told = run.notices["demand_fallback"]
    assert (told["to"], told["zones"], told["people"], told["names"]) == ("land_use", 1, 60, "2")
    assert "1 zone with 60 people holds no home" in run.output + (run.out / "map.html").read_text("utf-8")


def test_classes_that_nobody_knows_are_told(town: Town) -> None:
    homes = houses(town, 100, 200, building=["zany", "yes"])
    notices = town.run(population=communes(town, 10, 0), buildings=homes).notices
    assert notices["building_class_unknown"] == {"buildings": 1, "classes": "zany (1)"}


def test_a_raster_of_weights_shares_out_each_commune_and_is_compared(town: Town) -> None:
    # Six columns of 500 m, two rows: the first commune has three columns, the second three.
    weights = raster(town, [[0, 1, 0, 0, 0, 2], [0, 1, 0, 0, 0, 2]])
    run = town.run(population=communes(town, 60, 90), weights=weights, limit_m="1000")
    assert [row["total"] for row in run.summary["zones"]] == [60, 90]
    assert run.notices["people_by_weights"] == {"zones": 2, "raster": 6, "counted": 150}
    assert run.summary["residents_covered"] == 60


def test_half_a_cell_counts_for_half(town: Town) -> None:
    shifted = raster(
        town, [[4.0] * 6], transform=Affine(500, 0, EAST - 250, 0, -1000, NORTH + 500), name="s.tif"
    )
    run = town.run(population=communes(town, 60, 90), weights=shifted)
    assert run.notices["people_by_weights"]["raster"] == 22  # five and a half cells of four
    assert [row["total"] for row in run.summary["zones"]] == [60, 90]


def test_a_wrong_nodata_is_refused_and_the_advice_works(town: Town) -> None:
    weights = raster(town, [[1, -99999, 1, 1, 1, 1]])
    refused = town.run(population=communes(town, 60, 90), weights=weights)
    assert (refused.exit_code, "--nodata=-99999.0" in refused.errors) == (3, True)
    run = town.run("--nodata=-99999.0", population=communes(town, 60, 90), weights=weights)
    assert (run.exit_code, run.summary["residents_total"]) == (0, 150)


def test_cells_of_people_live_in_houses_too(town: Town) -> None:
    cells = raster(town, [[0, 30, 0, 0, 0, 7], [0, 0, 0, 0, 0, 0]])
    run = town.run(population=cells, buildings=houses(town, 100, 200))
    assert run.summary["residents_total"] == 37
    assert run.summary["residents_covered"] == 30
    assert run.notices["demand_fallback"]["people"] == 7


Case = Callable[[Town], dict[str, str]]
REFUSALS: dict[str, tuple[Case, int, tuple[str, ...]]] = {
    "points with houses": (
        lambda town: {"buildings": houses(town, 100)}, 2, ("--buildings", "people of areas"),
    ),
    "points with land": (
        lambda town: {"residential_land": write(town.folder / "l.gpkg", [COMMUNES[0]], use=["residential"])},
        2,
        ("--residential-land",),
    ),
    "houses and weights": (
        lambda town: {
            "population": communes(town, 1, 1), "buildings": houses(town, 1), "weights": raster(town, [[1]]),
        },
        2,
        ("not both",),
    ),
    "houses of lines": (
        lambda town: {
            "population": communes(town, 1, 1),
            "buildings": write(town.folder / "b.gpkg", [line((0, 0), (9, 9))]),
        },
        3,
        ("LineString", "Polygon"),
    ),
    "houses elsewhere": (
        lambda town: {"population": communes(town, 1, 1), "buildings": houses(town, 90_000)},
        3,
        ("houses.gpkg", "not over 10 km apart"),
    ),
    "land without a use": (
        lambda town: {
            "population": communes(town, 1, 1),
            "residential_land": write(town.folder / "l.gpkg", COMMUNES, number=[1, 2]),
        },
        3,
        ("use | class", "number"),
    ),
    "negative people": (
        lambda town: {"population": communes(town, 1, -4), "buildings": houses(town, 1)}, 3, ("-4",),
    ),
    "people of nan": (
        lambda town: {"population": communes(town, 1, float("nan")), "buildings": houses(town, 1)},
        3,
        ("nan",),
    ),
    "nobody": (
        lambda town: {"population": communes(town, 0, 0), "buildings": houses(town, 1)}, 3, ("Nobody",),
    ),
    "nodata of points": (lambda _town: {"nodata": "-1"}, 2, ("--nodata", "raster")),
    "no raster of weights": (
        lambda town: {"population": communes(town, 1, 1), "weights": "none.tif"}, 4, ("none.tif",),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSALS)
def test_it_is_refused_with_what_to_do(name: str, town: Town) -> None:
    case, code, words = REFUSALS[name]
    run = town.run(**case(town))
    assert run.exit_code == code, run.output + run.errors
    assert [word for word in words if word not in run.errors] == []
    assert "Traceback" not in run.errors


def test_communes_that_overlap_or_have_holes_lose_and_double_nobody(town: Town) -> None:
    holed = COMMUNES[0] - box(0, -100, 300, 100)
    over = write(town.folder / "o.gpkg", [holed, COMMUNES[0]], people=[10, 20], code=["1", "2"])
    run = town.run(population=over, buildings=houses(town, 100, 800))
    assert run.summary["residents_total"] == 30


def test_people_left_beyond_the_zones_are_told(town: Town) -> None:
    beyond = write(town.folder / "far.gpkg", [at(0, 0).buffer(2900)], people=[100], code=["1"])
    run = town.run(population=beyond, buildings=houses(town, 100, 2600))
    assert run.summary["residents_total"] == 50
    assert run.notices["people_beyond_study_area"] == {"people": 50}
