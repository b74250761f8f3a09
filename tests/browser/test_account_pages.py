"""Signing in and the account page in a real browser; the forms need no script."""

import subprocess
import sys

import pytest
from playwright.sync_api import Browser, Page, expect

from gis_service.settings import ROOT
from tests.browser.barriers import barriers
from tests.browser.conftest import Service

pytestmark = pytest.mark.browser

PASSWORD = "con trâu ăn cỏ ngoài đê"  # noqa: S105 of the tests
SIZES = [(1440, 900), pytest.param(390, 844, marks=pytest.mark.slow)]


def invitation(service: Service, login: str) -> str:
    """Make an account as the operator does, and give the one-time code of its owner."""
    command = [sys.executable, "-m", "gis_service", "users", "add", login, "--role", "planner", "--invite"]
    made = subprocess.run(
        command, env=service.environment, cwd=ROOT, capture_output=True, text=True, check=True
    )
    return made.stdout.split()[-1]


def fill_in(page: Page, **fields: str) -> None:
    for name, value in fields.items():
        page.locator(f"#{name}").fill(value)
    page.locator("button.main").last.click()


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_from_the_invitation_to_a_token_without_any_script(
    service: Service, browser: Browser, width: int, height: int
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": height}, java_script_enabled=False, locale="vi-VN"
    )
    page, login = context.new_page(), f"lan.{width}"
    page.goto(service.url + "/welcome")
    fill_in(page, code=invitation(service, login), password=PASSWORD, again=PASSWORD)
    expect(page).to_have_title("Đăng nhập · Thái Bình")
    fill_in(page, login=login, password="something else")  # noqa: S106 of the tests
    expect(page.get_by_role("alert")).to_contain_text("Không đăng nhập được")
    expect(page.locator("#login")).to_have_value(login)
    fill_in(page, password=PASSWORD)
    page.goto(service.url + "/account")
    page.locator("#label").fill("QGIS ở văn phòng")
    page.get_by_text("đọc lớp nội bộ").click()
    page.locator("#present").fill(PASSWORD)
    page.get_by_role("button", name="Tạo mã").click()
    expect(page.locator("code")).to_contain_text("gis_")
    expect(page.locator("body")).to_have_css("font-family", '"Be Vietnam Pro", system-ui, sans-serif')
    page.get_by_role("button", name="Đăng xuất").click()
    page.goto(service.url + "/account")
    expect(page).to_have_title("Đăng nhập · Thái Bình")
    context.close()


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.slow)])
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_the_pages_have_no_serious_barrier_and_ask_no_other_host(
    service: Service, browser: Browser, width: int, height: int, scheme: str
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
        locale="vi-VN",
    )
    page, login = context.new_page(), f"minh.{width}.{scheme}"
    complaints: list[str] = []
    asked: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    context.on("request", lambda request: asked.append(request.url))
    page.goto(service.url + "/welcome")
    serious = barriers(page)
    fill_in(page, code=invitation(service, login), password=PASSWORD, again=PASSWORD)
    serious += barriers(page)
    fill_in(page, login=login, password=PASSWORD)
    page.goto(service.url + "/account")
    serious += barriers(page)
    assert serious == []
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    assert [url for url in asked if not url.startswith(service.url + "/")] == []
    assert complaints == []
    context.close()
