"""Which units a study is told by when nobody names any, and whose union its area is."""

from dataclasses import replace
from datetime import date

import pytest

from gis_service.catalogue.loader import Catalogue
from gis_service.services.vintages import area_of, has_place, usual_vintage
from gis_service.types import LayerId

TODAY = date(2026, 3, 3)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 3, 3), "communes_2025"),
        (date(2025, 7, 1), "communes_2025"),
        (date(2025, 6, 30), "communes_2024"),
        (date(2024, 11, 10), "communes_2024"),
        # No list with places is kept for these days: districts are no communes, and 2019 is figures only.
        (date(2022, 1, 1), "communes_2025"),
        (date(2019, 6, 1), "communes_2025"),
    ],
)
def test_a_study_is_told_by_the_communes_of_its_day(catalogue: Catalogue, day: date, expected: str) -> None:
    found = usual_vintage(catalogue, day, TODAY)
    assert found is not None
    assert found.id == expected


def test_units_that_are_to_come_are_not_those_of_today(catalogue: Catalogue) -> None:
    newest = catalogue.city.of_level()[-1]
    later = replace(newest, id="later", start=date(2030, 1, 1))
    before = tuple(one for one in catalogue.city.vintages if one != newest)
    vintages = (*before, replace(newest, end=date(2030, 1, 1)), later)
    coming = replace(catalogue, city=replace(catalogue.city, vintages=vintages))
    found = usual_vintage(coming, date(2010, 1, 1), TODAY)
    assert found is not None
    assert found.id == newest.id


@pytest.mark.parametrize(
    ("zones", "area"),
    [("commune", None), ("commune_2024", "commune"), ("district_2024", "commune"), ("protected_area", None)],
)
def test_the_newest_communes_are_the_area_of_every_vintage(
    catalogue: Catalogue, zones: str, area: str | None
) -> None:
    assert area_of(catalogue, {"zones": LayerId(zones)}) == area


def test_units_known_by_figures_have_no_place(catalogue: Catalogue) -> None:
    found = {vintage.id: has_place(catalogue, vintage) for vintage in catalogue.city.vintages}
    assert found == {
        "communes_2019": False,
        "communes_2024": True,
        "communes_2025": True,
        "districts_2024": True,
    }
