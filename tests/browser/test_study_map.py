"""The map page as a reader sees it: opened from disk in Chromium, with no network."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from gis_service.files.study_map import FACILITY, OUTSIDE, RAMP, render_study_map
from tests.files.test_study_map import EVIL, content

pytestmark = pytest.mark.browser


@pytest.fixture
def page(tmp_path: Path, browser: Browser) -> Iterator[Page]:
    """Open the page; a script error, a dialog or a request beside the page itself fails the test."""
    path = tmp_path / "map.html"
    path.write_text(render_study_map(content(name=EVIL)), "utf-8")
    asked: list[str] = []
    wrong: list[str] = []
    opened = browser.new_page(viewport={"width": 1440, "height": 900})
    opened.on("request", lambda request: asked.append(request.url))
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on("dialog", lambda dialog: wrong.append(dialog.message))
    opened.goto(path.as_uri())
    yield opened
    opened.close()
    assert asked == [path.as_uri()]
    assert wrong == []


def test_it_draws_units_gaps_and_facilities_without_any_request(page: Page) -> None:
    for colour in (RAMP[2], OUTSIDE, FACILITY):
        assert page.locator(f'path[fill="{colour}"]').count() == 1
    assert page.locator("img").count() == 0


def test_a_click_on_a_unit_tells_its_figures_with_its_name_as_text(page: Page) -> None:
    page.mouse.click(800, 300)
    popup = page.locator(".leaflet-popup-content")
    assert popup.locator("strong").inner_text() == EVIL
    assert "79,0 %" in popup.inner_text()


def test_the_language_is_changed_with_one_press(page: Page) -> None:
    assert page.locator("h1").inner_text() == "80,5 % người dân tới được 1.234 người ở ngoài."
    page.get_by_role("button", name="EN").click()
    assert page.locator("h1").inner_text() == "80.5% of the people reach 1,234 people are outside."
    assert page.evaluate("document.documentElement.lang") == "en"


def test_the_font_is_the_one_in_the_page(page: Page) -> None:
    assert page.evaluate(
        "document.fonts.ready.then(() => document.fonts.check('16px \"Be Vietnam Pro\"', 'ệ'))"
    )


def test_on_a_phone_nothing_is_wider_than_the_screen(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.locator("h1").bounding_box() is not None
