"""Names as people look for them: what fits, in which order, and units of before by those of now."""

from datetime import date

import pytest

from gis_service.catalogue.city_definition import City, Vintage
from gis_service.catalogue.loader import load_catalogue
from gis_service.services.place_matches import Match, find_names
from gis_service.services.place_names import Named
from gis_service.settings import ROOT
from gis_service.text import search_form
from gis_service.types import LayerId

TODAY = date(2026, 3, 1)


@pytest.fixture(scope="module")
def city() -> City:
    return load_catalogue(ROOT / "layers", ROOT / "tiles", "thai_binh").city


def named(
    layer: str,
    fid: int,
    name: str,
    *,
    short: str = "",
    code: str | None = None,
    successor: str | None = None,
    closed_on: str | None = None,
) -> Named:
    folded = search_form(name)
    return Named(
        LayerId(layer),
        fid,
        name,
        folded,
        search_form(short) or folded,
        (106.3, 20.4),
        code,
        successor,
        closed_on,
    )


NAMES = [
    [
        named("commune", 1, "Xã Đông Thuỵ Anh", short="Đông Thuỵ Anh", code="1"),
        named("commune", 2, "Xã Thuỵ Hải", code="2"),
    ],
    [
        named("commune_2024", 1, "Xã Thuỵ Tân", code="10", successor="1"),
        named("commune_2024", 2, "Xã Thuỵ Hải", code="11", successor="2"),
        named("commune_2024", 3, "Xã Thuỵ Lạ", code="12", successor="9"),
    ],
    [named("settlement", 1, "Thôn Đông"), named("settlement", 2, "Đông Thuỵ Anh")],
    [
        named("one_stop_office", 1, "Bộ phận một cửa xã Đông Thuỵ Anh", closed_on="2025-07-01"),
        named("one_stop_office", 2, "Bộ phận một cửa xã Đông Thuỵ Anh"),
    ],
]


def shown(city: City, id_: str = "communes_2025") -> Vintage:
    return next(one for one in city.vintages if one.id == id_)


def find(city: City, asked: str, vintage: str = "communes_2025", limit: int = 8) -> list[Match]:
    return find_names(NAMES, city, shown(city, vintage), asked, TODAY, limit)


def test_units_come_first_then_settlements_then_other_places_the_closed_last(city: City) -> None:
    found = find(city, "dong thuy")
    assert [(one.named.layer, one.named.fid, one.is_closed) for one in found] == [
        ("commune", 1, False),
        ("settlement", 2, False),
        ("one_stop_office", 2, False),
        ("one_stop_office", 1, True),
    ]
    assert [one.named.fid for one in find(city, "ĐÔNG  thuỵ", limit=2)] == [1, 2]


def test_words_in_another_order_fit_last_and_blanks_find_nothing(city: City) -> None:
    assert [one.named.name for one in find(city, "anh dong")][:1] == ["Xã Đông Thuỵ Anh"]
    assert find(city, "   ") == []
    assert find(city, "không có") == []


def test_a_former_unit_is_told_by_the_one_it_is_part_of_now(city: City) -> None:
    (found,) = find(city, "thuy tan")
    assert found.heir is not None
    assert (found.named.layer, found.heir.name) == ("commune_2024", "Xã Đông Thuỵ Anh")
    (found,) = find(city, "thuy la")
    assert found.heir is None


def test_a_name_that_stayed_is_found_once(city: City) -> None:
    assert [one.named.layer for one in find(city, "thuy hai")] == ["commune"]


def test_units_of_later_lists_stay_places_while_an_earlier_one_is_shown(city: City) -> None:
    found = find(city, "xa dong", vintage="communes_2024")
    assert [(one.named.layer, one.heir) for one in found if one.vintage] == [("commune", None)]
