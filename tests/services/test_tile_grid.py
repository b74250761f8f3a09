"""The grid of the tiles."""

from hypothesis import given, settings
from hypothesis import strategies as st

from gis_service.services.tile_grid import tile_box, tile_of

PLACES = st.tuples(st.floats(-180, 180), st.floats(-85, 85))


@settings(deadline=None)
@given(PLACES, st.integers(0, 20))
def test_the_tile_of_a_place_holds_it(place: tuple[float, float], z: int) -> None:
    longitude, latitude = place
    west, south, east, north = tile_box(z, *tile_of(longitude, latitude, z))
    assert west - 1e-9 <= longitude <= east + 1e-9
    assert south - 1e-9 <= latitude <= north + 1e-9


@settings(deadline=None)
@given(st.integers(0, 24), st.data())
def test_a_buffer_widens_a_tile_but_never_past_the_map(z: int, data: st.DataObject) -> None:
    x, y = (data.draw(st.integers(0, (1 << z) - 1)) for _ in range(2))
    plain, wide = tile_box(z, x, y), tile_box(z, x, y, 64 / 4096)
    assert wide[0] <= plain[0] < plain[2] <= wide[2]
    assert wide[1] <= plain[1] < plain[3] <= wide[3]
    assert -180 <= wide[0] < wide[2] <= 180
    assert -85.06 < wide[1] < wide[3] < 85.06


def test_the_first_tile_is_the_whole_map() -> None:
    west, south, east, north = tile_box(0, 0, 0)
    assert (west, east) == (-180, 180)
    assert round(north, 4) == 85.0511 == round(-south, 4)


@settings(deadline=None)
@given(PLACES, st.integers(1, 20))
def test_tiles_nest(place: tuple[float, float], z: int) -> None:
    fine, coarse = tile_of(*place, z), tile_of(*place, z - 1)
    assert (fine[0] // 2, fine[1] // 2) == coarse
