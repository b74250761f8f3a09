"""What is seen before anybody moves the map, and where a unit is moved to: nothing of it is covered."""

import json
import urllib.request
from collections.abc import Sequence
from typing import Any

import pytest
from playwright.sync_api import expect
from shapely.geometry import shape

from tests.browser.gate import Gate
from tests.browser.visit import Looking, Visit, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.slow]

Corner = tuple[float, float]
WIDE = (1440, 900)
PHONE = (390, 844)
COVERING = ".on-map .legend, .on-map .states, .on-map .tools, .header .search, .header .languages, .panel"
INSET = ".on-map .inset"
"""On a phone, where room is dear, it may lie over a corner of the box."""
COVERED = """([corners, covering]) => {
    const canvas = document.querySelector('.canvas').getBoundingClientRect();
    const boxes = [...document.querySelectorAll(covering)].map(one => one.getBoundingClientRect());
    return corners.filter(([lon, lat]) => {
        const {x, y} = gisMap.pixel(lon, lat);
        if (x < 0 || y < 0 || x > canvas.width || y > canvas.height) return true;
        const [left, top] = [canvas.left + x, canvas.top + y];
        return boxes.some(box => left > box.left && left < box.right && top > box.top && top < box.bottom);
    });
}"""
"""Corners that are off the map or lie under something."""


def _read(visit: Visit, path: str) -> dict[str, Any]:
    with urllib.request.urlopen(f"{visit.service}/api{path}") as answer:  # noqa: S310 our own loopback address
        document: dict[str, Any] = json.load(answer)
        return document


def _corners(box: Sequence[float]) -> list[Corner]:
    west, south, east, north = box
    return [(west, south), (east, south), (east, north), (west, north)]


def _city_corners(visit: Visit) -> list[Corner]:
    return _corners(_read(visit, "/collections/commune")["extent"]["spatial"]["bbox"][0])


def _unit_corners(visit: Visit, name: str) -> list[Corner]:
    features = _read(visit, "/collections/commune/items?limit=100")["features"]
    unit = next(one for one in features if one["properties"]["name"] == name)
    return _corners(shape(unit["geometry"]).bounds)


def _covered(visit: Visit, corners: list[Corner]) -> list[Corner]:
    size = visit.page.viewport_size
    is_phone = size is not None and size["width"] <= PHONE[0]
    covering = COVERING if is_phone else f"{COVERING}, {INSET}"
    found: list[Corner] = visit.page.evaluate(COVERED, [corners, covering])
    return found


def _view(visit: Visit) -> list[float]:
    view = visit.page.evaluate("gisMap.view()")
    return [round(one, 4) for one in (*view["center"], view["zoom"])]


def _opened(look: Looking, size: tuple[int, int] = WIDE, path: str = "/?lang=vi") -> Visit:
    visit = look(*size)
    visit.open(path)
    visit.wait_for_answer()
    return visit


@pytest.mark.parametrize("size", [WIDE, (1024, 720), PHONE, (360, 740)])
@pytest.mark.parametrize("path", ["/?lang=vi", "/?lang=en&state=branches&vintage=communes_2024"])
def test_all_units_are_in_the_open(look: Looking, size: tuple[int, int], path: str) -> None:
    visit = _opened(look, size, path)
    corners = _city_corners(visit)
    wait_until(lambda: _covered(visit, corners) == [], "every unit in the open")


def _with_slow_list(look: Looking) -> tuple[Visit, Gate]:
    """Open the page and wait for its map, while the list of layers is still on its way."""
    visit = look(*WIDE)
    gate = Gate(visit.page, r"/api/collections\?f=json")
    visit.page.goto(f"{visit.service}/?lang=vi")
    visit.wait_for_answer()
    return visit, gate


def test_a_slow_list_of_layers_is_not_waited_for_and_makes_the_same_view_in_the_end(look: Looking) -> None:
    usual = _view(_opened(look))
    visit, gate = _with_slow_list(look)
    waiting = visit.page.locator(".map-waiting")
    expect(waiting).to_contain_text("Đang tải danh sách lớp")
    wait_until(lambda: visit.drawn("units:commune:area") > 0, "the units")
    gate.open()
    expect(waiting).to_have_count(0)
    wait_until(lambda: _view(visit) == usual, "the usual view")


def test_a_list_of_layers_that_comes_late_leaves_a_chosen_view_alone(look: Looking) -> None:
    visit, gate = _with_slow_list(look)
    visit.page.get_by_role("button", name="Phóng to").click()
    visit.wait_for_map()
    chosen = _view(visit)
    gate.open_and_hear()
    expect(visit.page.locator(".credits")).to_be_visible()
    visit.wait_for_map()
    assert _view(visit) == chosen


def test_switching_layers_on_covers_no_unit(look: Looking) -> None:
    visit = look(*WIDE)
    page = visit.open("/?lang=vi&view=layers")
    for name in ("Bộ phận một cửa", "Sông, kênh, hồ", "Phà, đò"):
        page.get_by_role("checkbox", name=name).check()
    expect(page.locator(".on-map .legend")).to_contain_text("Phà, đò")
    corners = _city_corners(visit)
    wait_until(lambda: _covered(visit, corners) == [], "every unit in the open")


def test_a_view_that_was_chosen_is_left_alone_by_a_growing_legend(look: Looking) -> None:
    visit = look(*WIDE)
    page = visit.open("/?lang=vi&view=layers")
    page.get_by_role("button", name="Phóng to").click()
    visit.wait_for_map()
    chosen = _view(visit)
    page.get_by_role("checkbox", name="Bộ phận một cửa").check()
    expect(page.locator(".on-map .legend")).to_contain_text("Bộ phận một cửa")
    visit.wait_for_map()
    assert _view(visit) == chosen


@pytest.mark.parametrize("size", [WIDE, PHONE])
@pytest.mark.parametrize("name", ["Đông Thuỵ", "Vũ Quý"])
def test_a_unit_of_the_table_is_shown_in_the_open(look: Looking, size: tuple[int, int], name: str) -> None:
    visit = _opened(look, size)
    zoom = visit.page.evaluate("gisMap.view().zoom")
    visit.page.locator(".zones").get_by_role("button", name=f"Xã {name}").click()
    wait_until(lambda: visit.page.evaluate("gisMap.view().zoom") > zoom, "a closer view")
    assert _covered(visit, _unit_corners(visit, name)) == []


def test_a_unit_is_shown_whole_though_only_a_part_of_it_has_been_seen(look: Looking) -> None:
    visit = _opened(look, path="/?lang=vi#map=15/20.45/106.29")
    visit.page.locator(".zones").get_by_role("button", name="Xã Vũ Quý").click()
    wait_until(lambda: visit.page.evaluate("gisMap.view().zoom") < 14, "the whole unit")
    assert _covered(visit, _unit_corners(visit, "Vũ Quý")) == []


@pytest.mark.parametrize("size", [WIDE, PHONE])
def test_units_are_named_from_the_zoom_at_which_a_phone_shows_a_whole_province(
    look: Looking, size: tuple[int, int]
) -> None:
    visit = _opened(look, size, "/?lang=vi#map=7.6/20.47/106.33")
    wait_until(lambda: len(visit.page.evaluate("gisMap.labels('units:commune:name')")) > 0, "a name")
