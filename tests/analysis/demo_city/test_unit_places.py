import numpy as np
import pytest

from gis_service.analysis.demo_city.unit_places import place_units
from tests.analysis.demo_city.delta import facts, unit

MIDDLE = (590_000.0, 2_275_000.0)
DISTRICT_BOX = (576_000.0, 2_265_000.0, 598_000.0, 2_281_000.0)
SUCCESSOR = {"s": (592_000.0, 2_276_000.0)}
AREAS = {**facts().areas, "s": 0.0}


def around(x: float, y: float, half: float = 1_200.0) -> tuple[float, float, float, float]:
    return x - half, y - half, x + half, y + half


def test_a_point_in_its_place_stays() -> None:
    given = unit("1", MIDDLE, around(*MIDDLE))
    placed, moved = place_units([given], SUCCESSOR, AREAS)
    assert placed == [given]
    assert moved == []


def test_points_that_coincide_are_moved_apart() -> None:
    alike = [unit(code, MIDDLE, DISTRICT_BOX) for code in ("1", "2", "3")]
    placed, moved = place_units(alike, SUCCESSOR, {**AREAS, "s": 30.0})
    assert [one.reason for one in moved] == ["coincides"] * 3
    assert all(one.box is None for one in placed)
    between = [np.hypot(*np.subtract(a.xy, b.xy)) for a in placed for b in placed if a.code < b.code]
    assert min(between) > 1_000.0


def test_the_box_of_a_district_says_nothing_about_a_commune() -> None:
    neighbour = unit("1", (590_000.0, 2_276_000.0), around(590_000.0, 2_276_000.0))
    lost = unit("2", (592_100.0, 2_270_000.0), DISTRICT_BOX)
    placed, moved = place_units([neighbour, lost], SUCCESSOR, {**AREAS, "s": 30.0})
    assert [(one.unit.code, one.reason) for one in moved] == [("2", "district")]
    assert placed[1].box is None
    assert np.hypot(*np.subtract(placed[1].xy, SUCCESSOR["s"])) < 5_000.0


@pytest.mark.parametrize(
    ("street", "far"), [((592_500.0, 2_275_500.0), 1_000.0), ((610_000.0, 2_270_000.0), 25_000.0)]
)
def test_a_street_is_believed_only_near_its_commune(street: tuple[float, float], far: float) -> None:
    placed, moved = place_units(
        [unit("1", street, around(*street, half=100.0))], SUCCESSOR, {**AREAS, "s": 20.0}
    )
    assert [one.reason for one in moved] in ([], ["street"])
    assert np.hypot(*np.subtract(placed[0].xy, street)) < far
    assert np.hypot(*np.subtract(placed[0].xy, SUCCESSOR["s"])) < 3_000.0


def test_a_point_in_the_sea_is_brought_ashore_within_its_box() -> None:
    box = (612_000.0, 2_250_000.0, 620_000.0, 2_252_000.0)
    placed, moved = place_units([unit("1", (619_000.0, 2_251_000.0), box)], SUCCESSOR, AREAS)
    assert [one.reason for one in moved] == ["outside"]
    assert box[0] < placed[0].xy[0] < 616_000.0
    assert placed[0].xy[1] == pytest.approx(2_251_000.0, abs=1_000.0)
    assert moved[0].distance_m == pytest.approx(
        np.hypot(*np.subtract(placed[0].xy, (619_000.0, 2_251_000.0)))
    )


def test_the_order_of_the_units_changes_nothing() -> None:
    several = [unit(str(code), MIDDLE, DISTRICT_BOX) for code in range(5)]
    areas = {**AREAS, "s": 40.0}
    assert place_units(several, SUCCESSOR, areas) == place_units(several[::-1], SUCCESSOR, areas)
