"""The map of another day: the places that were open, the units that held, for whoever opens the link, too."""

import json
import re
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
    expect(page.locator("input[name=day]")).to_have_value("30/06/2025")
    page.locator("select[name=time]").select_option(label="Hiện nay")
    wait_until(lambda: visit.rendered(OFFICES) == ALL, "the places of now")
    assert not is_named(page, "district-name")
    assert "on" not in parse_qs(urlsplit(page.url).query)
    assert visit.complaints == []


def test_a_day_is_typed_and_shown_as_the_language_of_the_page_writes_it(look: Looking) -> None:
    # The browser itself is an English one of the United States, and has no say.
    visit = look()
    page = visit.open(f"/?lang=vi&view=layers&layers={OFFICES}&on=2022-12-31")
    day = page.get_by_role("textbox", name="Ngày", exact=True)
    expect(day).to_have_value("31/12/2022")
    day.fill("31/02/2023")
    expect(day).to_have_attribute("aria-invalid", "true")
    expect(page.locator(".time .wrong")).to_contain_text("Không phải là ngày có trên lịch")
    expect(day).to_have_accessible_description(re.compile("ví dụ 24/07/2020"))
    day.press("Enter")
    assert parse_qs(urlsplit(page.url).query)["on"] == ["2022-12-31"]
    day.fill("28/2/2023")
    expect(page.locator(".time .wrong")).to_have_count(0)
    day.press("ArrowUp")
    expect(day).to_have_value("01/03/2023")
    day.press("Enter")
    expect(page).to_have_url(re.compile("on=2023-03-01"))
    page.get_by_role("link", name="EN, English").click()
    day = page.get_by_role("textbox", name="Day", exact=True)
    expect(day).to_have_value("1 Mar 2023")
    day.fill("24 jul 2020")
    day.press("Tab")
    expect(day).to_have_value("24 Jul 2020")
    expect(page).to_have_url(re.compile("on=2020-07-24"))
    # The browser's picker opens at the same day, and what is chosen there counts.
    native = page.locator(".time input[type=date]")
    expect(native).to_have_value("2020-07-24")
    page.get_by_role("button", name="Choose on a calendar").click()
    native.evaluate("(field) => { field.value = '2025-06-30'; field.dispatchEvent(new Event('change')); }")
    expect(day).to_have_value("30 Jun 2025")
    assert visit.complaints == []
