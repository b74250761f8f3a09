"""One selection: where its card is read, how it ends, where the reader is then; units found by old names."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.visit import Looking, Visit, wait_until

pytestmark = pytest.mark.browser

HOME = (106.31, 20.46)
"""A place in the south-west of the small province."""
PHONE = (390, 844)


def _opened(look: Looking, path: str = "/?lang=vi", size: tuple[int, int] = (1440, 900)) -> Visit:
    visit = look(*size)
    visit.open(path)
    visit.wait_for_answer()
    return visit


def _lower(page: Page) -> None:
    handle = page.locator(".handle")
    handle.click()
    handle.click()
    expect(page.locator(".panel")).to_have_attribute("data-height", "low")


def test_a_tap_shows_its_card_though_the_sheet_of_the_phone_was_low(look: Looking) -> None:
    visit = _opened(look, size=PHONE)
    page = visit.page
    _lower(page)
    visit.click(*HOME)
    expect(page.locator(".panel")).to_have_attribute("data-height", "half")
    expect(page.locator(".panel .why h2")).to_be_in_viewport(ratio=1)


@pytest.mark.slow
def test_a_tap_shows_its_card_though_the_sheet_of_the_phone_was_scrolled(look: Looking) -> None:
    visit = _opened(look, size=PHONE)
    page = visit.page
    page.locator(".panel-body").evaluate("one => one.scrollTo(0, one.scrollHeight)")
    expect(page.locator("h1")).not_to_be_in_viewport()
    visit.click(*HOME)
    expect(page.locator(".panel .why h2")).to_be_in_viewport(ratio=1)


def test_a_feature_of_a_layer_is_told_in_the_sheet_of_a_phone(look: Looking) -> None:
    visit = look(*PHONE)
    page = visit.open("/?lang=vi&view=layers")
    page.get_by_role("checkbox", name="Xã, phường hiện nay").check()
    wait_until(lambda: visit.rendered("commune") > 0, "communes")
    _lower(page)
    visit.click(*HOME)
    expect(page.locator(".panel .feature h2")).to_be_in_viewport(ratio=1)
    assert page.locator(".maplibregl-popup").count() == 0


def test_a_feature_that_could_not_be_read_is_asked_for_again(look: Looking) -> None:
    visit = look()
    page = visit.page
    page.route("**/collections/commune/items/*", lambda route: route.abort())
    visit.open("/?lang=vi&view=layers")
    page.get_by_role("checkbox", name="Xã, phường hiện nay").check()
    wait_until(lambda: visit.rendered("commune") > 0, "communes")
    visit.click(*HOME)
    failed = page.locator(".feature").get_by_role("alert")
    expect(failed).to_contain_text("Không tải được thông tin của đối tượng này.")
    page.unroute("**/collections/commune/items/*")
    failed.get_by_role("button", name="Thử lại").click()
    expect(page.locator(".feature h2")).to_have_text("Đông Thuỵ")


def test_escape_leads_back_to_the_row_from_wherever_the_reader_went(look: Looking) -> None:
    visit = _opened(look, "/?lang=vi&state=branches&share=0.4")
    page = visit.page
    row = page.locator(".zones").get_by_role("button", name="Xã Vũ Quý")
    row.click()
    expect(page.locator(".unit-line")).to_contain_text("Xã Vũ Quý")
    page.get_by_role("slider", name="Giữ lại").focus()
    page.keyboard.press("Escape")
    expect(page.locator(".unit-line")).to_have_count(0)
    expect(row).to_be_focused()


@pytest.mark.slow
def test_escape_in_a_box_of_a_layer_closes_the_card_and_leads_back_to_the_map(look: Looking) -> None:
    visit = look()
    page = visit.open("/?lang=vi&view=layers")
    box = page.get_by_role("checkbox", name="Xã, phường hiện nay")
    box.check()
    wait_until(lambda: visit.rendered("commune") > 0, "communes")
    visit.click(*HOME)
    expect(page.locator(".feature h2")).to_be_visible()
    box.focus()
    page.keyboard.press("Escape")
    expect(page.locator(".feature")).to_have_count(0)
    expect(page.locator(".canvas canvas")).to_be_focused()
    expect(box).to_be_checked()


@pytest.mark.slow
def test_closing_a_card_leads_back_to_the_row_it_came_from(look: Looking) -> None:
    visit = look()
    page = visit.open("/?lang=vi&view=table")
    page.get_by_role("combobox", name="Lớp", exact=True).select_option("commune_2024")
    row = page.locator(".features tbody tr").first.get_by_role("button")
    row.click()
    page.locator(".feature").get_by_role("button", name="Đóng").click()
    expect(page.locator(".feature")).to_have_count(0)
    expect(row).to_be_focused()


def test_escape_clears_the_search_box_first_and_then_the_selection(look: Looking) -> None:
    visit = _opened(look)
    page = visit.page
    search = page.get_by_role("combobox", name="Tìm xã")
    search.fill("tran lam")
    search.press("Enter")
    expect(page.locator(".unit-line b")).to_have_text("Xã Trần Lãm")
    search.press("Escape")
    expect(search).to_have_value("")
    expect(page.locator(".unit-line b")).to_have_text("Xã Trần Lãm")
    search.press("Escape")
    expect(page.locator(".unit-line")).to_have_count(0)
    expect(search).to_be_focused()


@pytest.mark.slow
def test_a_phone_gives_the_focus_back_to_no_field_since_that_brings_up_its_keyboard(look: Looking) -> None:
    visit = _opened(look, size=PHONE)
    page = visit.page
    search = page.get_by_role("combobox", name="Tìm xã")
    search.fill("mot cua xa dong thuy")
    expect(page.locator("#found").get_by_role("option").first).to_contain_text("Một cửa xã Đông Thuỵ")
    search.press("Enter")
    expect(page.locator(".panel .why h2")).to_be_visible()
    page.locator(".why").get_by_role("button", name="Đóng").click()
    expect(page.locator(".why")).to_have_count(0)
    expect(page.locator(".canvas canvas")).to_be_focused()


@pytest.mark.slow
def test_only_a_new_choice_moves_the_map(look: Looking) -> None:
    visit = _opened(look)
    page = visit.page
    visit.click(*HOME)
    expect(page.locator(".why h2")).to_be_visible()
    canvas = page.locator(".canvas canvas")
    for _ in range(8):
        canvas.press("ArrowRight")
        visit.wait_for_map()
    left_behind = page.evaluate("([lon, lat]) => gisMap.pixel(lon, lat).x", HOME)
    assert left_behind < 0
    view = page.evaluate("gisMap.view()")
    page.get_by_role("button", name="Lớp dữ liệu").click()
    page.get_by_role("button", name="Phủ dịch vụ").click()
    expect(page.locator(".why h2")).to_be_attached()
    visit.wait_for_map()
    assert page.evaluate("gisMap.view()") == view


def test_coordinates_of_vn2000_are_found_by_keyboard_in_their_zone(look: Looking) -> None:
    visit = _opened(look)
    page = visit.page
    search = page.get_by_role("combobox", name="Tìm xã")
    search.fill("2262040 581000")
    found = page.locator("#found").get_by_role("option")
    expect(found).to_have_count(1)
    expect(found).to_contain_text("VN-2000, múi 3°, kinh tuyến trục 105°30′: bắc 2.262.040; đông 581.000")
    expect(found).to_contain_text("Xã Đông Thuỵ")
    search.press("Enter")
    expect(page.locator(".why h2")).to_be_visible()
    assert "place=106.27" in page.url
    # Names come from the service by the letter: nobody has to fetch a whole layer to search it.
    assert not any("/commune_2024/items" in url or "/settlement/items" in url for url in visit.requests)


def test_a_former_commune_is_found_and_opens_the_one_it_is_part_of_now(look: Looking) -> None:
    visit = _opened(look)
    page = visit.page
    search = page.get_by_role("combobox", name="Tìm xã")
    search.fill("xa cu 5")
    found = page.locator("#found").get_by_role("option").filter(has_text="Tên cũ")
    expect(found).to_contain_text("Xã Cũ 5 nay thuộc Xã Đông Thuỵ")
    search.press("Enter")
    expect(page.locator(".unit-line b")).to_have_text("Xã Đông Thuỵ")
    expect(page).to_have_url(re.compile("unit=10"))
    wait_until(lambda: visit.drawn("units:commune:chosen") > 0, "its outline")
