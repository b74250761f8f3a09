import dataclasses
from datetime import date, time
from pathlib import Path

import pytest

from gis_service.catalogue.loader import Catalogue, load_catalogue
from gis_service.types import Text

CITIES = Path(__file__).parents[1] / "cities"


@pytest.fixture(scope="module")
def ben_nho() -> Catalogue:
    return load_catalogue(CITIES, CITIES / "no-tiles-here", "ben_nho")


def test_what_a_city_leaves_out_is_empty(ben_nho: Catalogue) -> None:
    assert ben_nho.phases == ()
    assert ben_nho.tilesets == {}
    assert ben_nho.city.systems == ()


def test_a_city_brings_its_own_system_box_and_ages(ben_nho: Catalogue) -> None:
    city = ben_nho.city
    assert (city.crs, city.bbox) == ("EPSG:5897", (105.70, 19.80, 105.78, 19.86))
    assert [(group.id, group.from_age, group.to_age) for group in city.groups] == [
        ("age_0_14", 0, 14),
        ("age_15", 15, None),
    ]
    assert city.outline_layer == "town_outline"
    assert (city.vintages[0].start, city.vintages[0].end) == (date(2025, 7, 1), None)


def test_conventions_are_read_as_written(ben_nho: Catalogue) -> None:
    conventions = ben_nho.city.conventions
    assert conventions.modes["motorbike"].speeds_kmh == {"commune": 30, "village_lane": 20}
    assert conventions.modes["walk"].unpaved_factor == 1
    assert (conventions.ferry.first, conventions.ferry.wait_s) == (time(6), 300)
    assert conventions.hexagon_m == 300
    assert (conventions.study_time.weekday, conventions.study_time.time) == ("monday", time(8))


def test_a_layer_is_read_as_written(ben_nho: Catalogue) -> None:
    roads = ben_nho.layers["roads"]
    assert (roads.geometry, roads.key, roads.category, roads.generated) == (
        "LineString",
        "code",
        "transport",
        True,
    )
    oneway = roads.field("oneway")
    assert oneway is not None
    assert (oneway.values, oneway.required, oneway.unit) == ((-1, 0, 1), False, None)
    assert roads.field("nothing") is None
    assert roads.title == Text(vi="Đường", en="Roads")


def test_layers_come_in_the_order_of_their_ids(ben_nho: Catalogue) -> None:
    assert list(ben_nho.layers) == ["clinic", "commune", "residents", "roads", "town_outline"]


def test_a_standard_that_says_little_is_for_everybody_everywhere(ben_nho: Catalogue) -> None:
    standard = ben_nho.standards["clinic_walk_15min"]
    assert (standard.group, standard.catchment, standard.direction) == ("all", "any", "to_facility")
    assert (standard.unit_type, standard.turnout_s, standard.verified) == ((), 0, False)
    assert (standard.in_force_from, standard.quota) == (None, None)


def test_nothing_can_be_changed_afterwards(ben_nho: Catalogue) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        ben_nho.city.crs = "EPSG:4326"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("day", "holds"),
    [
        (date(2026, 12, 31), False),
        (date(2027, 1, 1), True),
        (date(2029, 12, 31), True),
        (date(2030, 1, 1), False),
    ],
)
def test_a_standard_is_in_force_from_its_first_day_until_before_its_last(
    ben_nho: Catalogue, day: date, *, holds: bool
) -> None:
    known = next(iter(ben_nho.standards.values()))
    bounded = dataclasses.replace(known, in_force_from=date(2027, 1, 1), in_force_to=date(2030, 1, 1))
    open_ended = dataclasses.replace(known, in_force_from=None, in_force_to=None)
    assert bounded.is_in_force(day) is holds
    assert open_ended.is_in_force(day)
