import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis_service.analysis.zonal import outlines, windows
from gis_service.analysis.zonal_statistics import ZonalStatistics, cells_looked_at, zonal_statistics
from gis_service.types import Floats, Geometries

AFFINE = (1.0, 0.0, 0.0, 0.0, -1.0, 6.0)
SHARES = (0.1, 0.5, 0.9)


def figures(values: Floats, polygons: Geometries, most: int) -> ZonalStatistics:
    found = outlines(polygons, AFFINE, (6, 6))
    pieces = ((w, values[w.top : w.top + w.rows, w.left : w.left + w.columns]) for w in windows(found, most))
    return zonal_statistics(found, pieces, SHARES)


@given(
    st.lists(st.one_of(st.just(np.nan), st.integers(-50, 50).map(float)), min_size=36, max_size=36),
    st.tuples(st.integers(0, 20), st.integers(1, 8), st.integers(0, 20), st.integers(1, 8)),
    st.sampled_from([7, 1000]),
)
def test_figures_are_those_of_cells_cut_by_shapely(
    cells: list[float], box: tuple[int, int, int, int], most: int
) -> None:
    values = np.array(cells).reshape(6, 6)
    west, wide, south, tall = (side / 4 for side in box)
    zone = shapely.box(west, south, west + wide, south + tall)
    told = figures(values, np.array([zone], dtype=object), most)
    shares = np.array(
        [[shapely.box(x, 5 - y, x + 1, 6 - y).intersection(zone).area for x in range(6)] for y in range(6)]
    )
    held = (shares > 1e-9) & ~np.isnan(values)
    assert told.cells[0] == pytest.approx(shares.sum(), abs=1e-9)
    assert told.count[0] == pytest.approx(shares[held].sum(), abs=1e-9)
    assert told.total[0] == pytest.approx((shares * values)[held].sum(), abs=1e-6)
    if not held.any():
        assert np.isnan([told.mean[0], told.least[0], told.most[0], *told.quantiles[0]]).all()
        return
    assert (told.least[0], told.most[0]) == (values[held].min(), values[held].max())
    order = np.argsort(values[held], kind="stable")
    # In sixteenths of a cell, so that nothing is lost on the way.
    parts = np.rint(shares[held][order] * 16).astype(int)
    spread = np.repeat(values[held][order], parts)
    wanted = [np.quantile(spread, share, method="inverted_cdf") for share in SHARES]
    assert told.quantiles[0].tolist() == wanted


def test_what_it_costs_is_known_before_anything_is_read() -> None:
    zones = np.array([shapely.box(0, 0, 2, 2), shapely.box(0.5, 0.5, 2.5, 1.5), shapely.box(9, 9, 10, 10)])
    assert cells_looked_at(outlines(zones, AFFINE, (6, 6))) == 4 + 6
