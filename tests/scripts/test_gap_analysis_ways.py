"""One-ways and barriers of an OpenStreetMap extract, each mode by itself."""

import geopandas as gpd
import pytest
import shapely

from tests.osm_file import LonLat, write_osm
from tests.scripts.gap_town import Town, line, write

PLACES = {"west": (0, 0), "post": (600, 0), "east": (1000, 0), "north_east": (1000, 300), "north": (0, 300)}


@pytest.fixture(scope="module")
def degrees() -> dict[str, LonLat]:
    """Give longitude and latitude of the places of a ring of streets, rounded as extracts are."""
    points = gpd.GeoSeries([shapely.Point(line((0, 0), place).coords[1]) for place in PLACES.values()])
    found = shapely.get_coordinates(points.set_crs("EPSG:9209").to_crs(4326).to_numpy())
    return {name: (round(x, 7), round(y, 7)) for name, (x, y) in zip(PLACES, found.tolist(), strict=True)}


def ring(degrees: dict[str, LonLat], **tags: str) -> list[tuple[list[LonLat], dict[str, str]]]:
    south = [degrees[name] for name in ("west", "post", "east")]
    others = [degrees[name] for name in ("east", "north_east", "north", "west")]
    road = {"highway": "residential"}
    return [(south, road | tags), (others, road)]


BICYCLE_BOTH = {"oneway": "yes", "oneway:bicycle": "no"}


@pytest.mark.parametrize(
    ("tags", "barrier", "mode", "metres"),
    [
        ({}, {"barrier": "bollard"}, "motorbike", 800),
        ({}, {"barrier": "bollard"}, "car", 1800),
        ({}, {"barrier": "stile"}, "bicycle", 1800),
        ({}, {"barrier": "gate", "access": "private"}, "walk", 1800),
        ({"oneway": "yes"}, {}, "walk", 800),
        (BICYCLE_BOTH, {}, "bicycle", 800),
        (BICYCLE_BOTH, {}, "motorbike", 1800),
        ({"oneway:motorcycle": "yes"}, {}, "motorbike", 1800),
        ({"oneway:motorcycle": "yes"}, {}, "car", 800),
    ],
)
def test_each_mode_takes_the_way_it_may(
    town: Town,
    degrees: dict[str, LonLat],
    tags: dict[str, str],
    barrier: dict[str, str],
    mode: str,
    metres: int,
) -> None:
    ways = ring(degrees, **tags)
    roads = write_osm(town.folder / "ring.osm.pbf", ways, {degrees["post"]: barrier} if barrier else None)
    home, office = (shapely.Point(line((0, 0), place).coords[1]) for place in ((900, 1), (100, 1)))
    people = write(town.folder / "home.gpkg", [home], people=[10])
    offices = write(town.folder / "office.gpkg", [office], name=["A"])
    run = town.run(
        roads=str(roads), population=people, facilities=offices, mode=mode, crs="EPSG:9209", limit_m="5000"
    )
    # One metre to the road at each end; places of an extract are rounded to a centimetre.
    assert run.summary["totals"]["all"]["median_m"] == pytest.approx(metres + 2, abs=0.5)
