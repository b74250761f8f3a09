import numpy as np
import pytest
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gis_service.analysis.demo_city.features import Features
from gis_service.analysis.demo_city.ground import Ground
from gis_service.analysis.demo_city.pipes import SEWER, WATER, Kind, make_sewers, make_water_mains
from gis_service.analysis.demo_city.power import make_power_lines
from gis_service.types import Int64s
from tests.analysis.demo_city import paper_city


@pytest.fixture(scope="module")
def ground() -> Ground:
    return Ground(paper_city.land(), paper_city.villages(), paper_city.roads())


@pytest.fixture(scope="module")
def pipes(ground: Ground) -> dict[str, tuple[Features, Kind]]:
    return {"water": (make_water_mains(ground), WATER), "sewer": (make_sewers(ground), SEWER)}


def ends(features: Features) -> tuple[Int64s, int]:
    """Give the nodes at both ends of every line, and how many nodes there are."""
    xy = [shapely.get_coordinates(shapely.get_point(features.geometry, at)) for at in (0, -1)]
    nodes, node = np.unique(np.concatenate(xy), axis=0, return_inverse=True)
    return node.reshape(2, -1).astype(np.int64), len(nodes)


@pytest.mark.parametrize("name", ["water", "sewer"])
def test_pipes_are_trees(pipes: dict[str, tuple[Features, Kind]], name: str) -> None:
    features, _kind = pipes[name]
    (tail, head), n = ends(features)
    matrix = coo_array((np.ones(len(tail)), (tail, head)), shape=(n, n))
    parts, _ = connected_components(matrix, directed=False)
    assert len(features) == n - parts > 50


@pytest.mark.parametrize("name", ["water", "sewer"])
def test_pipes_lie_in_the_roads_of_towns_and_great_villages(
    pipes: dict[str, tuple[Features, Kind]], name: str
) -> None:
    features, kind = pipes[name]
    roads = shapely.union_all(paper_city.roads().lines)
    middles = shapely.line_interpolate_point(features.geometry, 0.5, normalized=True)
    assert shapely.distance(middles, roads).max() <= np.hypot(*kind.beside_m) + 0.02


@pytest.mark.parametrize("name", ["water", "sewer"])
def test_some_pipe_grows_towards_the_heart(pipes: dict[str, tuple[Features, Kind]], name: str) -> None:
    features, kind = pipes[name]
    sizes = np.array(features.columns["diameter_mm"])
    assert set(sizes.tolist()) <= set(kind.diameters_mm)
    hearts = paper_city.villages().xy[::3]
    middle = shapely.get_coordinates(shapely.line_interpolate_point(features.geometry, 0.5, normalized=True))
    away = np.hypot(*(middle[:, None] - hearts[None]).transpose(2, 0, 1)).min(axis=1)
    assert away[sizes >= np.quantile(sizes, 0.97)].mean() < away.mean()


def test_power_lines_join_the_districts_and_follow_the_roads(ground: Ground) -> None:
    features = make_power_lines(ground)
    voltage = np.array(features.columns["voltage_kv"])
    assert set(voltage.tolist()) == {110.0, 35.0, 22.0}
    seats = [paper_city.units()[row].xy for row in ground.seats().values()]
    backbone = features.geometry[voltage == 110.0]
    for seat in seats:
        assert shapely.distance(shapely.Point(seat), backbone).min() < 1
    assert shapely.is_simple(features.geometry).all()
    assert not any(
        flag for flag, kv in zip(features.columns["underground"], voltage, strict=True) if kv > 100
    )


def test_equal_input_gives_equal_infrastructure(
    ground: Ground, pipes: dict[str, tuple[Features, Kind]]
) -> None:
    again = make_water_mains(ground)
    assert again.columns == pipes["water"][0].columns
    assert shapely.to_wkb(again.geometry).tolist() == shapely.to_wkb(pipes["water"][0].geometry).tolist()
