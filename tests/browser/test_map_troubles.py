"""What of the map could not be fetched: it is said in words, the rest is drawn, and one press asks again."""

import pytest
from playwright.sync_api import expect

from tests.browser.visit import Looking, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LIST = "**/api/collections?f=json"
UNITS = "**/api/collections/commune/tiles/**"
BASE = "**/api/tiles/base/WebMercatorQuad?f=style"


def test_without_the_list_of_layers_the_answer_and_its_units_stand(look: Looking) -> None:
    visit = look()
    page = visit.page
    page.route(LIST, lambda route: route.abort())
    visit.open("/?lang=vi")
    visit.wait_for_answer()
    failed = page.locator(".on-map").get_by_role("alert")
    expect(failed).to_contain_text("Không tải được danh sách lớp")
    wait_until(lambda: visit.drawn("units:commune:area") > 0, "the units")
    page.unroute(LIST)
    failed.get_by_role("button", name="Thử lại").click()
    expect(failed).to_have_count(0)
    expect(page.locator(".credits")).to_contain_text("Nguồn")


def test_the_table_says_that_the_list_of_layers_failed_and_tries_again(look: Looking) -> None:
    visit = look()
    page = visit.page
    page.route(LIST, lambda route: route.abort())
    visit.open("/?lang=vi&view=table")
    failed = page.get_by_role("alert")
    expect(failed).to_contain_text("Không tải được danh sách lớp.")
    page.unroute(LIST)
    failed.get_by_role("button", name="Thử lại").click()
    expect(page.locator(".features tbody tr").first).to_be_visible()


def test_units_that_could_not_be_drawn_are_asked_for_again(look: Looking) -> None:
    visit = look()
    page = visit.page
    page.route(UNITS, lambda route: route.abort())
    page.goto(f"{visit.service}/?lang=vi")
    failed = page.locator(".on-map").get_by_role("alert")
    expect(failed).to_contain_text("Không vẽ được đường ranh các đơn vị.")
    # One failed tile is enough to be told; what is still on its way would fail after the second try began.
    visit.wait_for_map()
    page.unroute(UNITS)
    failed.get_by_role("button", name="Thử lại").click()
    wait_until(lambda: visit.drawn("units:commune:area") > 0, "the units")
    expect(failed).to_have_count(0)


def test_a_base_map_that_could_not_be_read_is_asked_for_again(look: Looking) -> None:
    visit = look()
    page = visit.page
    page.route(BASE, lambda route: route.abort())
    visit.open("/?lang=en")
    failed = page.locator(".on-map").get_by_role("alert")
    expect(failed).to_contain_text("The base map could not be drawn.")
    page.unroute(BASE)
    failed.get_by_role("button", name="Try again").click()
    wait_until(
        lambda: visit.drawn("main-road") + visit.drawn("road") + visit.drawn("river") > 0, "the base map"
    )
    expect(failed).to_have_count(0)
