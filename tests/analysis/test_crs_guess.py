"""The system of points is told by where the city lies; what the box cannot tell apart is all shown."""

import numpy as np
import pyproj
import pytest

from gis_service.analysis.crs_guess import LOOKED_AT, CrsGuess, doubt_of, guess_crs
from gis_service.crs import USED_IN_VIET_NAM, parse_crs
from gis_service.types import Floats

BOX = (106.10, 20.23, 106.68, 20.75)
ZONE = parse_crs("EPSG:9209")
LONLAT = np.array([[x, y] for x in np.linspace(106.12, 106.66, 12) for y in np.linspace(20.25, 20.73, 9)])


def written_in(crs: str, points: Floats = LONLAT) -> Floats:
    change = pyproj.Transformer.from_crs("EPSG:4326", crs, always_xy=True)
    return np.column_stack(change.transform(points[:, 0], points[:, 1]))


def guess_of(guesses: tuple[CrsGuess, ...], crs: str, *, swapped: bool = False) -> CrsGuess:
    return next(guess for guess in guesses if (guess.crs, guess.swapped) == (crs, swapped))


def test_the_zone_of_the_city_comes_first_and_its_neighbour_tells_that_it_fits_less() -> None:
    first, second, *_ = guess_crs(written_in("EPSG:9209"), BOX, usual=ZONE)
    assert (first.crs, first.share_inside, first.share_in_box, first.swapped) == (
        "EPSG:9209",
        1.0,
        1.0,
        False,
    )
    assert first.why == ("city_system", "all_inside")
    assert first.centre == pytest.approx((106.39, 20.49), abs=0.01)
    assert (second.crs, second.why) == ("EPSG:9210", ("some_inside",))
    assert 0.5 < second.share_inside < 1


def test_few_points_fit_on_several_meridians_and_all_of_them_are_told() -> None:
    guesses = guess_crs(written_in("EPSG:9209", LONLAT[50:52]), BOX, usual=ZONE)
    alike = [guess for guess in guesses if guess.share_inside == 1.0]
    assert [guess.crs for guess in alike[:2]] == ["EPSG:9209", "EPSG:9210"]
    assert all("neighbour" in guess.why for guess in alike)
    # 15 minutes of a degree to the east, 26 km: plausible on the map.
    first, second = (np.array(guess.centre) for guess in alike[:2])
    assert second - first == pytest.approx((0.25, 0.0), abs=1e-4)


@pytest.mark.parametrize("code", USED_IN_VIET_NAM)
@pytest.mark.parametrize("swapped", [False, True])
def test_every_system_is_found_in_its_own_country_with_its_axes_either_way(code: int, swapped: bool) -> None:  # noqa: FBT001
    # The western end of the zones of Viet Nam: a city on the meridian of its zone.
    crs = pyproj.CRS.from_epsg(code)
    west, south, east, north = crs.area_of_use.bounds if crs.area_of_use else (0, 0, 0, 0)
    middle = min(max((west + east) / 2, 103.0), 109.0), min(max((south + north) / 2, 10.0), 22.0)
    spots = np.array([middle]) + np.random.default_rng(code).uniform(-0.02, 0.02, (20, 2))
    points = written_in(f"EPSG:{code}", spots)
    box = (middle[0] - 0.05, middle[1] - 0.05, middle[0] + 0.05, middle[1] + 0.05)
    guesses = guess_crs(points[:, ::-1] if swapped else points, box, usual=crs if crs.is_projected else None)
    found = guess_of(guesses, f"EPSG:{code}", swapped=swapped)
    assert (found.share_inside, found.share_in_box) == (1.0, 1.0)
    assert ("axes_swapped" in found.why) is swapped
    assert guesses[0].share_inside == 1.0


def test_a_declared_system_that_misses_the_city_is_doubted() -> None:
    declared = parse_crs("EPSG:32648")
    guesses = guess_crs(written_in("EPSG:9209"), BOX, declared=declared, usual=ZONE)
    assert doubt_of(guesses) == "crs_suspect"
    assert guesses[0].crs == "EPSG:9209"
    assert guess_of(guesses, "EPSG:32648").why == ("declared", "some_inside")


def test_exchanged_axes_are_told_before_another_system() -> None:
    guesses = guess_crs(LONLAT[:, ::-1], BOX, declared=parse_crs("EPSG:4326"), usual=ZONE)
    assert doubt_of(guesses) == "axes_swapped"
    assert (guesses[0].crs, guesses[0].swapped) == ("EPSG:4326", True)
    assert guesses[0].why == ("declared", "all_inside", "axes_swapped")
    written = guess_of(guesses, "EPSG:4326")
    assert (written.share_inside, written.why) == (0.0, ("declared", "none_inside"))


@pytest.mark.parametrize("code", ["EPSG:9209", "EPSG:3405", "EPSG:32648", "EPSG:4326", "EPSG:3857"])
def test_a_declared_system_that_fits_is_not_doubted_and_comes_first(code: str) -> None:
    guesses = guess_crs(written_in(code), BOX, declared=parse_crs(code), usual=ZONE)
    assert doubt_of(guesses) is None
    assert guesses[0].crs == code


def test_points_that_no_system_brings_to_the_city_raise_no_doubt() -> None:
    paris = np.array([[2.35, 48.85]])
    guesses = guess_crs(paris, BOX, declared=parse_crs("EPSG:4326"), usual=ZONE)
    assert [(guess.crs, guess.why) for guess in guesses] == [("EPSG:4326", ("declared", "none_inside"))]
    assert doubt_of(guesses) is None
    assert guess_crs(paris, BOX, usual=ZONE) == ()


def test_a_declared_system_that_is_not_known_here_is_tried_too() -> None:
    declared = parse_crs("+proj=tmerc +lon_0=106.3 +k=0.9999 +x_0=500000 +ellps=WGS84 +units=m +type=crs")
    points = np.array([[500_000.0, 2_265_000.0], [510_000.0, 2_270_000.0]])
    guesses = guess_crs(points, BOX, declared=declared, usual=ZONE)
    assert (guesses[0].crs, guesses[0].why[0]) == ("unknown", "declared")
    assert guesses[0].share_inside == 1.0


def test_degrees_without_a_word_are_wgs84_before_the_others() -> None:
    guesses = guess_crs(LONLAT, BOX, usual=ZONE)
    assert [guess.crs for guess in guesses[:2]] == ["EPSG:4326", "EPSG:4756"]


def test_points_that_are_no_numbers_are_left_out_and_many_are_sampled() -> None:
    nothing = np.array([[np.nan, 1.0], [np.inf, 2.0]])
    assert guess_crs(nothing, BOX) == ()
    assert guess_crs(np.empty((0, 2)), BOX) == ()
    assert guess_crs(np.vstack([nothing, LONLAT]), BOX)[0].share_inside == 1.0
    many = np.repeat(LONLAT, 1 + 2 * LOOKED_AT // len(LONLAT), axis=0)
    assert guess_crs(many, BOX) == guess_crs(many[:: -(-len(many) // LOOKED_AT)], BOX)


def test_a_guess_tells_where_most_of_the_points_would_lie_whatever_a_few_strays_do() -> None:
    grid = np.array([[106.2 + x / 100, 20.3 + y / 100] for x in range(20) for y in range(20)])
    strays = np.vstack([grid, [[20.3, 106.2], [179.0, -80.0]]])
    box = guess_of(guess_crs(strays, BOX, usual=ZONE), "EPSG:4326").box
    assert box is not None
    west, south, east, north = box
    assert (106.2 <= west < 106.25, 106.35 < east <= 106.4) == (True, True)
    assert (20.3 <= south < 20.35, 20.45 < north <= 20.5) == (True, True)
    nowhere = guess_crs(np.array([[1e30, 1e30]]), BOX, declared=parse_crs("EPSG:9209"), usual=ZONE)
    assert [guess.box for guess in nowhere] == [None]
