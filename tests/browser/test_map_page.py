"""The map page in a real browser: what people see, with nothing asked of any other host."""

import json
import urllib.request
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from gis_service.settings import ROOT
from tests.browser.visit import Looking, Visit, wait_until

pytestmark = pytest.mark.browser

AXE = ROOT / "gis_service" / "web" / "client" / "node_modules" / "axe-core" / "axe.min.js"
PHONE = (390, 844)


def _first_commune(service: str) -> dict[str, Any]:
    with urllib.request.urlopen(f"{service}/api/collections/commune/items?limit=1") as answer:  # noqa: S310 loopback
        feature: dict[str, Any] = json.load(answer)["features"][0]
        return feature


def _click_on(page: Page, longitude: float, latitude: float) -> None:
    place = page.evaluate(
        "([lon, lat]) => { const {x, y} = gisMap.pixel(lon, lat); return {x, y}; }", [longitude, latitude]
    )
    page.locator(".canvas canvas").click(position=place)


def test_asks_no_other_host_and_has_nothing_to_complain_of(look: Looking) -> None:
    visit = look()
    visit.open()
    asked = [url for url in visit.requests if not url.startswith(("data:", "blob:"))]
    assert any("/tiles/WebMercatorQuad/" in url for url in asked)
    assert any(url.endswith(".woff2") for url in asked)
    assert [url for url in asked if not url.startswith(visit.service + "/")] == []
    assert visit.complaints == []


def test_opens_with_the_answer_and_the_layers_it_speaks_of(look: Looking) -> None:
    visit = look()
    page = visit.open()
    expect(page.locator("h1")).to_contain_text("người dân ở trong bán kính 3")
    expect(page.locator("h1 strong")).to_contain_text("người ở ngoài.")
    expect(page.locator(".zones tbody tr").first).to_contain_text("%")
    expect(page.locator(".notice").first).to_contain_text("dữ liệu minh hoạ")
    assert visit.rendered("commune") > 0
    assert visit.rendered("one_stop_office") > 0
    assert visit.rendered("commune_2024") == 0


def test_a_layer_goes_and_comes_by_its_box(look: Looking) -> None:
    visit = look()
    page = visit.open()
    box = page.get_by_role("checkbox", name="Bộ phận một cửa")
    box.uncheck()
    wait_until(lambda: visit.rendered("one_stop_office") == 0, "offices to go")
    expect(page.locator(".on-map .legend")).not_to_contain_text("Bộ phận một cửa")
    box.check()
    wait_until(lambda: visit.rendered("one_stop_office") > 0, "offices to come back")


def test_speaks_english_without_losing_the_place(look: Looking) -> None:
    visit = look()
    page = visit.open()
    before = page.evaluate("gisMap.view().center")
    page.get_by_role("link", name="English").click()
    expect(page.locator("h1")).to_contain_text("of residents live within 3")
    expect(page.get_by_role("checkbox", name="One-stop offices")).to_be_checked()
    assert page.evaluate("document.documentElement.lang") == "en"
    assert "lang=en" in page.url
    assert page.evaluate("gisMap.view().center") == before
    page.reload()
    expect(page.locator("h1")).to_contain_text("of residents live within 3")


def test_a_click_tells_what_is_there_and_escape_ends_it(look: Looking) -> None:
    visit = look()
    page = visit.open()
    page.get_by_role("checkbox", name="Bộ phận một cửa").uncheck()
    wait_until(lambda: visit.rendered("one_stop_office") == 0, "offices to go")
    commune = _first_commune(visit.service)
    _click_on(page, *commune["geometry"]["coordinates"])
    card = page.locator(".feature")
    expect(card.locator("h2")).to_have_text(commune["properties"]["name"])
    expect(card).to_contain_text("Số dân 2019")
    page.keyboard.press("Escape")
    expect(card).to_have_count(0)


def test_shows_markup_in_values_as_text(look: Looking) -> None:
    visit = look()
    commune = _first_commune(visit.service)
    commune["properties"]["name"] = "<img src=x onerror=alert(1)><b>Xã</b>"
    visit.page.route("**/collections/*/items/*", lambda route: route.fulfill(json=commune))
    page = visit.open()
    _click_on(page, *commune["geometry"]["coordinates"])
    expect(page.locator(".feature h2")).to_have_text("<img src=x onerror=alert(1)><b>Xã</b>")
    assert page.locator(".feature img, .feature b").count() == 0


def test_the_table_holds_the_features_and_leads_to_them(look: Looking) -> None:
    visit = look()
    page = visit.open()
    page.get_by_role("button", name="Bảng").click()
    page.get_by_role("combobox").select_option("commune")
    rows = page.locator(".features tbody tr")
    expect(rows).to_have_count(50)
    name = rows.first.get_by_role("button").inner_text()
    rows.first.get_by_role("button").click()
    expect(page.locator(".feature h2")).to_have_text(name)
    expect(rows.first).to_have_attribute("aria-selected", "true")


def test_says_what_failed_and_tries_again(look: Looking) -> None:
    visit = look()
    visit.page.route("**/api/collections?f=json", lambda route: route.abort())
    page = visit.open()
    failed = page.get_by_role("alert")
    expect(failed).to_contain_text("Không tải được danh sách lớp.")
    page.unroute("**/api/collections?f=json")
    failed.get_by_role("button", name="Thử lại").click()
    expect(page.get_by_role("checkbox", name="Bộ phận một cửa")).to_be_visible()


def test_names_the_archipelagos_of_viet_nam(look: Looking) -> None:
    visit = look()
    visit.page.goto(f"{visit.service}/?lang=vi#map=5/13/112")
    visit.wait_for_map()
    shown = "gisMap.places().map(place => place.name)"
    wait_until(lambda: len(visit.page.evaluate(shown)) == 2, "both names")
    assert sorted(visit.page.evaluate(shown)) == [
        "Quần đảo Hoàng Sa (Việt Nam)",
        "Quần đảo Trường Sa (Việt Nam)",
    ]


def test_fits_a_phone(look: Looking) -> None:
    visit = look(*PHONE)
    page = visit.open()
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE[0]
    handle = page.locator(".handle")
    panel = page.locator(".panel")
    expect(page.locator("h1")).to_be_in_viewport()
    handle.click()
    expect(panel).to_have_attribute("data-height", "full")
    handle.click()
    expect(panel).to_have_attribute("data-height", "low")
    assert visit.rendered("commune") > 0
    assert visit.complaints == []


@pytest.mark.parametrize("size", [(1440, 900), PHONE])
@pytest.mark.parametrize("language", ["vi", "en"])
def test_has_no_serious_barrier(look: Looking, size: tuple[int, int], language: str) -> None:
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: npm ci in gis_service/web/client")
    visit: Visit = look(*size)
    page = visit.open(f"/?lang={language}")
    # Evaluated by the debugger, which the page's policy does not bind.
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("axe.run().then(result => result.violations)")
    serious = [
        (one["id"], [node["target"] for node in one["nodes"]])
        for one in found
        if one["impact"] in {"serious", "critical"}
    ]
    assert serious == []
