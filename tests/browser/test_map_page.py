"""The map page in a real browser: the shell around the answer, with nothing asked of any other host."""

from typing import Literal

import pytest
from playwright.sync_api import expect

from tests.browser.barriers import barriers
from tests.browser.visit import Looking, Visit, wait_until

pytestmark = pytest.mark.browser

WHAT_IF = "/?lang=vi&view=whatif&edits=an1_106.32_20.47"
PHONE = (390, 844)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
SMALL_PHONE = (360, 740)
HOME = (106.31, 20.46)
"""A place in the south-west of the small province."""


def _opened(look: Looking, path: str = "/?lang=vi", size: tuple[int, int] = (1440, 900)) -> Visit:
    visit = look(*size)
    visit.open(path)
    visit.wait_for_answer()
    return visit


def test_asks_no_other_host_and_has_nothing_to_complain_of(look: Looking) -> None:
    visit = _opened(look)
    asked = [url for url in visit.requests if not url.startswith(("data:", "blob:"))]
    assert any("/tiles/WebMercatorQuad/" in url for url in asked)
    assert any("/api/tiles/base/" in url for url in asked)
    assert any(url.endswith(".woff2") for url in asked)
    assert [url for url in asked if not url.startswith(visit.service + "/")] == []
    assert visit.complaints == []


def test_speaks_english_without_losing_the_place(look: Looking) -> None:
    visit = _opened(look)
    page = visit.page
    before = page.evaluate("gisMap.view().center")
    page.get_by_role("link", name="English").click()
    expect(page.locator("h1")).to_contain_text("of residents reach one-stop offices within 10 minutes")
    expect(page.get_by_role("button", name="4 places + 5 branches")).to_be_visible()
    assert page.evaluate("document.documentElement.lang") == "en"
    widths = "[...document.querySelectorAll('.ramp small')].map(one => [one.scrollWidth, one.offsetWidth])"
    # The long words of English do not stand in each other.
    assert [needed for needed, there in page.evaluate(widths) if needed > there] == []
    assert page.evaluate("gisMap.view().center") == before
    page.reload()
    expect(page.locator("h1")).to_contain_text("of residents reach one-stop offices")


def test_a_layer_goes_and_comes_by_its_box(look: Looking) -> None:
    visit = look()
    page = visit.open("/?lang=vi&view=layers")
    box = page.get_by_role("checkbox", name="Bộ phận một cửa")
    box.check()
    wait_until(lambda: visit.rendered("one_stop_office") > 0, "offices to come")
    expect(page.locator(".on-map .legend")).to_contain_text("Bộ phận một cửa")
    box.uncheck()
    wait_until(lambda: visit.rendered("one_stop_office") == 0, "offices to go")


def test_a_feature_of_a_layer_is_told_with_its_values_as_text(look: Looking) -> None:
    visit = look()
    evil = "<img src=x onerror=alert(1)><b>Xã</b>"
    feature = {"type": "Feature", "geometry": None, "properties": {"name": evil, "pop_2019": 3600}}
    visit.page.route("**/collections/commune/items/*", lambda route: route.fulfill(json=feature))
    page = visit.open("/?lang=vi&view=layers")
    page.get_by_role("checkbox", name="Xã, phường hiện nay").check()
    wait_until(lambda: visit.rendered("commune") > 0, "communes")
    visit.click(*HOME)
    expect(page.locator(".feature h2")).to_have_text(evil)
    expect(page.locator(".feature")).to_contain_text("3.600")
    assert page.locator(".feature img, .feature b").count() == 0
    page.keyboard.press("Escape")
    expect(page.locator(".feature")).to_have_count(0)


def test_the_table_of_a_layer_holds_its_features_and_leads_to_them(look: Looking) -> None:
    visit = look()
    page = visit.open("/?lang=vi&view=table")
    page.get_by_role("combobox", name="Lớp", exact=True).select_option("commune_2024")
    rows = page.locator(".features tbody tr")
    expect(rows).to_have_count(16)
    name = rows.first.get_by_role("button").inner_text()
    rows.first.get_by_role("button").click()
    expect(page.locator(".feature h2")).to_have_text(name)
    expect(rows.first).to_have_attribute("aria-selected", "true")


def test_says_what_failed_and_tries_again(look: Looking) -> None:
    visit = look()
    visit.page.route("**/api/collections?f=json", lambda route: route.abort())
    page = visit.open("/?lang=vi&view=layers")
    failed = page.get_by_role("alert")
    expect(failed).to_contain_text("Không tải được danh sách lớp.")
    page.unroute("**/api/collections?f=json")
    failed.get_by_role("button", name="Thử lại").click()
    expect(page.get_by_role("checkbox", name="Bộ phận một cửa")).to_be_visible()


def test_every_view_carries_the_archipelagos_of_viet_nam(look: Looking) -> None:
    visit = _opened(look)
    inset = visit.page.locator("svg.inset")
    expect(inset).to_contain_text("Hoàng Sa (Việt Nam)")
    expect(inset).to_contain_text("Trường Sa (Việt Nam)")
    visit.page.goto(f"{visit.service}/?lang=vi#map=5/13/112")
    visit.page.reload()
    visit.wait_for_map()
    shown = "gisMap.places().map(place => place.name)"
    wait_until(lambda: len(visit.page.evaluate(shown)) == 2, "both names")
    assert sorted(visit.page.evaluate(shown)) == [
        "Quần đảo Hoàng Sa (Việt Nam)",
        "Quần đảo Trường Sa (Việt Nam)",
    ]


def test_the_map_follows_the_screen_from_light_to_dark_and_back(look: Looking) -> None:
    visit = _opened(look)
    parts = [
        ["land", "background-color"],
        ["river", "fill-color"],
        ["units:commune:name", "text-color"],
        ["route:edge", "line-color"],
    ]

    def colours() -> list[object]:
        paint = "parts => parts.map(([layer, property]) => gisMap.paint(layer, property))"
        found: list[object] = visit.page.evaluate(paint, parts)
        return found

    light = colours()
    visit.page.emulate_media(color_scheme="dark")
    wait_until(lambda: colours()[0] == "#0e1a1f", "a dark map")
    assert all(one != other for one, other in zip(colours(), light, strict=True))
    visit.page.emulate_media(color_scheme="light")
    wait_until(lambda: colours() == light, "the light map")


def test_fits_a_phone(look: Looking) -> None:
    visit = _opened(look, size=PHONE)
    page = visit.page
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE[0]
    expect(page.locator("h1")).to_be_in_viewport()
    expect(page.locator("svg.inset")).to_be_in_viewport()
    visit.click(*HOME)
    expect(page.locator(".panel .why h2")).to_be_in_viewport()
    assert page.locator(".maplibregl-popup").count() == 0
    handle, panel = page.locator(".handle"), page.locator(".panel")
    handle.click()
    expect(panel).to_have_attribute("data-height", "full")
    expect(page.locator(".panel .legend")).to_contain_text("Người trong tiêu chuẩn")
    handle.click()
    expect(panel).to_have_attribute("data-height", "low")
    assert visit.complaints == []


@pytest.mark.parametrize("path", ["/?lang=vi", WHAT_IF, "/?lang=vi&view=layers", "/?lang=en&view=table"])
def test_every_control_of_a_phone_is_large_enough_for_a_thumb(look: Looking, path: str) -> None:
    page = look(*SMALL_PHONE).open(path)
    expect(page.locator("h1, .layers legend, .features").first).to_be_visible()
    # What a label holds answers to the whole label; what is hidden from everybody is no control.
    small = """[...document.querySelectorAll('button, select, a, input, summary')].filter(one => {
        const {width, height} = (one.closest('label.layer') ?? one).getBoundingClientRect();
        const isLeftOut = one.closest('details, .credits, .notice, [aria-hidden]');
        return width > 0 && !isLeftOut && (width < 44 || height < 44);
    }).map(one => [one.className, one.textContent])"""
    # The handle's own box is narrow; the place that answers to a touch is a larger one around it.
    assert [one for one in page.evaluate(small) if one[0] != "handle"] == []


@pytest.mark.parametrize(
    "path", ["/?lang=vi", "/?lang=en&state=branches", "/?lang=vi&view=layers", "/?lang=en&view=table"]
)
def test_nothing_on_a_small_phone_lies_over_anything_else(look: Looking, path: str) -> None:
    page = look(*SMALL_PHONE).open(path)
    expect(page.locator("h1, .layers, .features").first).to_be_visible()
    expect(page.locator(".credits")).to_be_visible()
    overlaps = """names => {
        const parts = names.flatMap(name => [...document.querySelectorAll(name)].map(one => [name, one]));
        const boxes = parts.map(([name, one]) => [name, one.getBoundingClientRect()]);
        const meet = (a, b) =>
            a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
        return boxes.flatMap(([name, box], i) =>
            boxes.slice(i + 1).filter(([, other]) => meet(box, other)).map(([other]) => [name, other]));
    }"""
    parts = [".search", ".languages", ".states", ".tools", ".inset", ".maplibregl-ctrl-scale", ".credits"]
    assert page.evaluate(overlaps, [*parts, ".panel", ".rail"]) == []
    assert page.evaluate("document.documentElement.scrollWidth") == SMALL_PHONE[0]


@pytest.mark.parametrize("size", [(1440, 900), pytest.param(PHONE, marks=pytest.mark.slow)])
@pytest.mark.parametrize(
    "path", ["/?lang=vi", WHAT_IF, "/?lang=en&view=layers", "/?lang=en&place=106.31,20.46"]
)
def test_has_no_serious_barrier(look: Looking, size: tuple[int, int], path: str) -> None:
    page = look(*size).open(path)
    if "place" in path:
        expect(page.locator(".why h2")).to_be_visible()
    if "whatif" in path:
        expect(page.locator(".told-change")).to_be_visible()
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        assert barriers(page) == [], scheme
