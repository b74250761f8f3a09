"""The list of layers in a real browser: without any script, on a desk and on a phone, by day and by night."""

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.barriers import barriers
from tests.browser.conftest import Service
from tests.browser.test_account_pages import SIZES

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_a_layer_is_found_seen_and_read_about(
    service: Service, browser: Browser, width: int, height: int, scheme: str
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
        locale="vi-VN",
    )
    page = context.new_page()
    asked: list[str] = []
    complaints: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.goto(service.url + "/layers")
    page.locator("#q").fill("xa phuong hien nay")
    page.get_by_role("button", name="Tìm").click()
    picture = page.locator("#commune img")
    expect(picture).to_be_visible()
    assert picture.evaluate("async image => { await image.decode(); return image.naturalWidth; }") == 320
    page.locator("#commune summary").click()
    expect(page.locator("#commune dl")).to_contain_text("Đường ranh là giả định")
    assert barriers(page) == []
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    assert [url for url in asked if not url.startswith(service.url + "/")] == []
    assert complaints == []
    context.close()


def test_the_map_leads_to_the_list(service: Service, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="vi-VN")
    page = context.new_page()
    page.goto(service.url + "/?lang=vi&view=layers")
    link = page.get_by_role("link", name="Tìm lớp, xem nguồn, tải dữ liệu")
    link.click(timeout=30_000)
    expect(page).to_have_url(service.url + "/layers?lang=vi")
    context.close()
