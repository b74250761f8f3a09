from collections import defaultdict

import numpy as np
import pytest
import shapely
from shapely.geometry.base import BaseGeometry

from gis_service.analysis.demo_city.land import make_land
from tests.analysis.demo_city.delta import facts, land, units


def unions(field: str) -> dict[str, BaseGeometry]:
    rows: defaultdict[str, list[int]] = defaultdict(list)
    for row, unit in enumerate(land().units):
        rows[getattr(unit, field)].append(row)
    return {code: shapely.union_all(land().outlines[members]) for code, members in rows.items()}


def test_the_outlines_are_a_partition() -> None:
    outlines = land().outlines
    assert shapely.coverage_is_valid(outlines)
    assert shapely.is_valid(outlines).all()
    assert shapely.area(outlines).sum() == pytest.approx(land().province.area, rel=1e-9)


def test_every_commune_is_one_piece_without_holes() -> None:
    assert {outline.geom_type for outline in land().outlines} == {"Polygon"}
    assert shapely.get_num_interior_rings(land().outlines).sum() == 0


@pytest.mark.parametrize(("field", "count"), [("successor", 65), ("district", 8)])
def test_what_communes_join_into_is_one_piece(field: str, count: int) -> None:
    joined = unions(field)
    assert len(joined) == count
    assert {shape.geom_type for shape in joined.values()} == {"Polygon"}


def test_every_point_lies_in_its_own_outline_and_on_dry_land() -> None:
    xy = np.array([unit.xy for unit in land().units])
    assert shapely.contains_xy(land().outlines, xy[:, 0], xy[:, 1]).all()
    assert not shapely.contains_xy(land().water, xy[:, 0], xy[:, 1]).any()


def test_the_province_has_its_official_area() -> None:
    assert land().province.area / 1e6 == pytest.approx(1_584.61, abs=0.01)


def test_every_commune_of_2025_has_nearly_its_official_area() -> None:
    joined = unions("successor")
    wrong = {code: shape.area / 1e6 / facts().areas[code] - 1.0 for code, shape in joined.items()}
    assert max(map(abs, wrong.values())) < 0.07
    assert np.median(np.abs(list(wrong.values()))) < 0.02


def test_borders_are_drawn_by_hand_not_by_ruler_nor_in_steps() -> None:
    # Inner borders turn often and by little: neither long straight edges nor right angles of a grid.
    edges = [shapely.get_coordinates(outline.exterior) for outline in land().outlines]
    long = max(float(np.hypot(*np.diff(ring, axis=0).T).max()) for ring in edges)
    assert long < 1_500.0
    steps = np.concatenate([np.diff(ring, axis=0) for ring in edges])
    upright = (np.abs(steps) < 0.01).any(axis=1)
    assert upright.mean() < 0.02


@pytest.mark.slow
def test_the_order_of_the_units_changes_nothing() -> None:
    again = make_land(list(reversed(units())), facts().areas)
    assert shapely.to_wkb(again.outlines).tolist() == shapely.to_wkb(land().outlines).tolist()
    assert [water.shape.wkb for water in again.waters] == [water.shape.wkb for water in land().waters]
