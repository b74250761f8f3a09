"""What leaves storage for another system comes back to where it was."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis_service.crs import STORAGE, parse_crs, transform
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.services.export_formats import offered_systems
from gis_service.services.export_places import brought_over, check_reach
from tests.demo_city import catalogue as real_catalogue

SYSTEMS = offered_systems(real_catalogue().city)
IN_VIET_NAM = st.tuples(st.floats(102.2, 109.4), st.floats(8.5, 23.3))


@given(name=st.sampled_from(SYSTEMS), places=st.lists(IN_VIET_NAM, min_size=1, max_size=20))
def test_every_place_in_viet_nam_comes_back_from_every_offered_system(
    name: str, places: list[tuple[float, float]]
) -> None:
    target, given = parse_crs(name), np.asarray(shapely.points(np.array(places)), dtype=object)
    back = transform(brought_over(given, target), target, STORAGE)
    strayed = np.abs(shapely.get_coordinates(back) - np.array(places))
    assert strayed.max() < 1e-12  # a ten-thousandth of a millimetre


def test_what_has_no_place_keeps_none_and_what_is_out_of_reach_is_refused_by_number() -> None:
    target = parse_crs("EPSG:9209")
    given = np.array([None, shapely.Point(106.3, 20.4), shapely.Point(15, 0)], dtype=object)
    moved = brought_over(given, target)
    assert moved[0] is None
    with pytest.raises(RefusedInput) as caught:
        check_reach((7, 8, 9), moved, target)
    assert caught.value.code is ErrorCode.EXPORT_OUTSIDE_SYSTEM
    assert (caught.value.params["count"], caught.value.params["features"]) == (1, "9")
