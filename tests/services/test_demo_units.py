import pytest

from gis_service.messages.catalogue import notices
from gis_service.services.demo_facts import Notice
from gis_service.services.demo_units import units_of
from tests.analysis.demo_city.delta import facts, units


def found() -> dict[str, Notice]:
    return {notice.code: notice for notice in units_of(facts())[1]}


def test_every_commune_of_2024_is_there_with_its_people() -> None:
    assert [unit.code for unit in units()] == sorted(facts().units_2024)
    assert sum(unit.people for unit in units()) == facts().people
    assert len({unit.successor for unit in units()}) == 65
    assert {unit.unit_type for unit in units()} == {"ward", "township", "commune"}


def test_points_are_in_metres_and_no_two_alike() -> None:
    assert all(563_000 < unit.xy[0] < 621_000 and 2_240_000 < unit.xy[1] < 2_294_000 for unit in units())
    assert len({unit.xy for unit in units()}) == 242


def test_a_box_holds_its_point_unless_that_was_brought_ashore() -> None:
    inside = [
        unit.box[0] <= unit.xy[0] <= unit.box[2] and unit.box[1] <= unit.xy[1] <= unit.box[3]
        for unit in units()
        if unit.box is not None
    ]
    assert len(inside) == 230
    assert sum(inside) >= 228


@pytest.mark.parametrize(
    ("code", "count", "name"),
    [
        ("demo_points_coincide", 3, "Xã Liên An Đô"),
        ("demo_points_of_district", 5, "Xã Quang Trung"),
        ("demo_points_of_street", 4, "Xã Hồng Bạch"),
        ("demo_points_outside", 6, "Xã Nam Hưng"),
    ],
)
def test_every_moved_point_is_told(code: str, count: int, name: str) -> None:
    notice = found()[code]
    assert notice.params["count"] == count
    assert name in str(notice.params["names"])
    assert str(count) in notices()[code].vi.format(**notice.params)
    assert name in notices()[code].en.format(**notice.params)
