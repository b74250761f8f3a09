"""What is shown from afar: bands that leave no zoom out, rows that are gathered where they are too many."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis_service.analysis import generalise
from gis_service.analysis.generalise import (
    BANDS,
    FEW_POINTS,
    LAST_ZOOM,
    MOST_ROWS,
    NOTHING,
    Figures,
    Plan,
    kind_of,
    plan,
    simplify_coverage,
    tolerance_m,
)


def figures(counts: dict[tuple[int, int], int], points: int = FEW_POINTS, size: float = 1e-6) -> Figures:
    cells = np.array(list(counts), np.int64).reshape(-1, 2)
    return Figures(cells[:, 0], cells[:, 1], np.array(list(counts.values()), np.int64), points, size)


DENSE = figures({(6500, 3600): MOST_ROWS + 1})
SPARSE = figures({(6500, 3600): 3})
FOUR_TOGETHER = figures({(6500 + i, 3600 + j): MOST_ROWS // 2 for i in (0, 1) for j in (0, 1)})


def test_the_bands_follow_each_other_from_zoom_0() -> None:
    zooms = [zoom for first, last in BANDS for zoom in range(first, last + 1)]
    assert zooms == list(range(LAST_ZOOM + 1))


@pytest.mark.parametrize(
    ("found", "dimension", "may_gather", "is_coverage", "wanted"),
    [
        (DENSE, 0, True, False, Plan("none", 13)),
        (DENSE, 0, False, False, NOTHING),
        (SPARSE, 0, True, False, NOTHING),
        (FOUR_TOGETHER, 0, True, False, Plan("none", 12)),
        (DENSE, 1, True, False, Plan("lines", 13)),
        (DENSE, 1, False, False, Plan("each", -1)),
        (SPARSE, 1, True, False, Plan("each", -1)),
        (DENSE, 2, True, False, Plan("each", 13)),
        (DENSE, 2, False, False, Plan("each", -1)),
        (DENSE, 2, True, True, Plan("coverage", -1)),
        (figures({(1, 1): MOST_ROWS + 1}, size=1 / 64 / 2**9), 2, True, False, Plan("each", 9)),
        (figures({(1, 1): 3}, points=100), 2, True, True, NOTHING),
        (figures({(1, 1): MOST_ROWS + 1}, points=100), 1, True, False, NOTHING),
        (DENSE, None, True, False, Plan("each", -1)),
        (figures({}, points=0, size=0.0), 0, True, False, NOTHING),
    ],
)
def test_the_plan_follows_from_the_rows(
    *, found: Figures, dimension: int | None, may_gather: bool, is_coverage: bool, wanted: Plan
) -> None:
    assert plan(found, dimension, may_gather=may_gather, is_coverage=is_coverage) == wanted


@given(st.sampled_from(["none", "each", "coverage", "lines"]), st.integers(-1, LAST_ZOOM))
def test_every_zoom_has_the_rows_or_a_level_that_is_made(kind: str, gathered_to: int) -> None:
    made = Plan(kind_of(kind), gathered_to)
    cells = set(range(gathered_to + 1)) if made.has_cells else set()
    for zoom in range(25):
        level = made.level_of(zoom)
        if zoom > LAST_ZOOM:
            assert level is None
        elif zoom in cells:
            assert level == zoom
        elif kind == "none":
            assert level is None
        else:
            assert level in made.levels
            # Never of a coarser level than can be seen.
            assert level is not None
            assert level >= zoom
    assert not cells & set(made.levels)


def test_half_a_pixel_is_half_a_pixel() -> None:
    assert tolerance_m(0) == pytest.approx(40_075_016.7 / 512 / 2)
    assert tolerance_m(13) == pytest.approx(tolerance_m(0) / 2**13)


def test_areas_that_cross_themselves_are_simplified_all_the_same() -> None:
    bow = shapely.from_wkt("POLYGON ((0 0, 10000 10000, 10000 0, 0 10000, 0 0))")
    found = simplify_coverage(np.array([bow, shapely.box(20000, 0, 30000, 10000)]), [13, 5])
    assert set(found) == {13, 5}
    assert all(len(areas) == 2 and not shapely.is_empty(areas).any() for areas in found.values())


def test_a_border_of_two_stays_one_line_at_every_level() -> None:
    up = np.linspace(0, 30_000, 4_000)
    border = np.column_stack([500 * np.sin(up / 700) + 40 * np.sin(up / 11), up])
    left = shapely.Polygon([*border, (-20_000, 30_000), (-20_000, 0)])
    right = shapely.Polygon([*border, (20_000, 30_000), (20_000, 0)])
    assert generalise.share_borders(np.array([left, right]))
    sizes = []
    for areas in simplify_coverage(np.array([left, right]), [13, 11, 8]).values():
        assert generalise.share_borders(areas)
        sizes.append(shapely.get_num_coordinates(areas[0]))
    assert 4_000 > sizes[0] > sizes[1] > sizes[2]
