"""The map of another day: the places that were open, the units that held, for whoever opens the link, too."""

import json
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page, expect

from tests.browser.visit import Looking, wait_until

OFFICES = "one_stop_office"
OPEN_BEFORE, ALL = 16, 20


def is_named(page: Page, layer: str) -> bool:
    """Tell whether a layer of names of the base map is to be seen."""
    return bool(page.evaluate("layer => window.gisMap.isShown(layer)", layer))


def test_a_day_of_former_units_shows_what_was_open_and_which_units_held(look: Looking) -> None:
    visit = look()
    page = visit.open(f"/?lang=vi&view=layers&layers={OFFICES}")
    assert visit.rendered(OFFICES) == ALL
    assert not is_named(page, "district-name")
    assert visit.drawn("units:commune_2024:area") == 0
    # Until a day is chosen, nobody asks for another tile than all others.
    assert not any("filter=" in url for url in visit.requests)
    page.locator("select[name=time]").select_option(label="16 xã 2024–2025")
    wait_until(lambda: visit.rendered(OFFICES) == OPEN_BEFORE, "the places of then")
    wait_until(lambda: visit.drawn("units:commune_2024:area") > 0, "the units of then")
    assert visit.drawn("units:commune:area") == 0
    # Districts are named while they hold.
    assert is_named(page, "district-name")
    expect(page.locator(".legend")).to_contain_text("mở cửa ngày 30/06/2025")
    link = page.get_by_role("link", name="Lưu các lớp trên bản đồ này, xem không cần mạng").get_attribute(
        "href"
    )
    filters = json.loads(parse_qs(urlsplit(link or "").query)["filters"][0])
    assert filters == {
        OFFICES: "(open_from IS NULL OR open_from <= DATE('2025-06-30'))"
        " AND (open_to IS NULL OR open_to > DATE('2025-06-30'))"
    }
    assert parse_qs(urlsplit(page.url).query)["on"] == ["2025-06-30"]
    page.reload()
    visit.wait_for_map()
    assert visit.rendered(OFFICES) == OPEN_BEFORE
    assert page.locator("input[name=day]").input_value() == "2025-06-30"
    page.locator("select[name=time]").select_option(label="Hiện nay")
    wait_until(lambda: visit.rendered(OFFICES) == ALL, "the places of now")
    assert not is_named(page, "district-name")
    assert "on" not in parse_qs(urlsplit(page.url).query)
    assert visit.complaints == []
