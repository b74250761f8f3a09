"""The map of somebody who has signed in: led back, called by name, shown what the role may see."""

import re
import subprocess
import sys

import psycopg
import pytest
from playwright.sync_api import Page, expect

from gis_service.settings import ROOT
from tests.browser.conftest import Service
from tests.browser.visit import Looking

pytestmark = pytest.mark.browser

PASSWORD = "con trâu ăn cỏ ngoài đê"  # noqa: S105 of the tests
NAME = "Nguyễn Thị Lan"
HOMES = "từng điểm dân cư"


@pytest.fixture(scope="module")
def login(service: Service) -> str:
    """Make a planner's account as the operator does."""
    login = "lan.map"
    command = [
        sys.executable,
        "-m",
        "gis_service",
        "users",
        "add",
        login,
        "--role",
        "planner",
        "--name",
        NAME,
    ]
    subprocess.run(
        command,
        env=service.environment,
        cwd=ROOT,
        input=PASSWORD + "\n",
        text=True,
        check=True,
        capture_output=True,
    )
    return login


def _sign_in(page: Page, login: str) -> None:
    page.get_by_role("link", name="Đăng nhập").click()
    page.locator("#login").fill(login)
    page.locator("#password").fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()


@pytest.mark.parametrize(("width", "height"), [(1440, 900), pytest.param(390, 844, marks=pytest.mark.slow)])
def test_signing_in_leads_back_to_the_question_and_shows_homes(
    look: Looking, login: str, width: int, height: int
) -> None:
    visit = look(width, height)
    page = visit.open("/?lang=vi&limit=540")
    visit.wait_for_answer()
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    _sign_in(page, login)
    expect(page).to_have_url(re.compile("limit=540"))
    visit.wait_for_answer()
    expect(page.locator(".told:not(.old) h1")).to_contain_text("trong 9\u00a0phút")
    expect(page.get_by_role("link", name=f"Tài khoản: {NAME}")).to_be_visible()
    expect(page.locator(".legend").first).to_contain_text(HOMES)
    assert page.get_by_role("button", name="Mã truy cập").count() == 0
    page.get_by_role("link", name=f"Tài khoản: {NAME}").click()
    expect(page.locator("h1")).to_have_text(NAME)
    page.get_by_role("button", name="Đăng xuất").click()
    visit.wait_for_answer()
    expect(page.get_by_role("link", name="Đăng nhập")).to_be_visible()
    expect(page.locator(".legend").first).to_contain_text("Người ở ngoài, ô")
    assert visit.complaints == []


def test_layers_that_the_role_may_read_are_drawn_and_a_session_that_ends_takes_them_away(
    look: Looking, service: Service, login: str
) -> None:
    visit = look()
    page = visit.open()
    visit.wait_for_answer()
    _sign_in(page, login)
    visit.wait_for_answer()
    page.get_by_role("button", name="Lớp dữ liệu").click()
    expect(page.locator("input[name=residents]")).to_be_visible()
    with psycopg.connect(service.environment["GIS_DATABASE_URL"]) as operator:
        operator.execute("DELETE FROM gis.session")
    page.get_by_role("button", name="Phủ dịch vụ").click()
    page.get_by_role("slider", name="Giới hạn của tiêu chuẩn").press("ArrowLeft")
    expect(page.locator(".panel").get_by_role("alert")).to_contain_text("Phiên đăng nhập đã kết thúc")
    expect(page.locator(".on-map .legend")).to_contain_text("Người ở ngoài, ô")
    expect(page.get_by_role("link", name="Đăng nhập")).to_be_visible()
    page.get_by_role("button", name="Lớp dữ liệu").click()
    expect(page.locator("input[name=residents]")).to_have_count(0)


def test_who_has_signed_in_tries_changes_out_as_anybody_does(look: Looking, login: str) -> None:
    visit = look()
    page = visit.open()
    _sign_in(page, login)
    expect(page.get_by_role("link", name=f"Tài khoản: {NAME}")).to_be_visible()
    # The browser carries the session by itself, so the page shows that the question is its own.
    with page.expect_response(re.compile("/api/what-if")) as answered:
        page.goto(f"{visit.service}/?lang=vi&view=whatif&edits=c18")
    assert answered.value.status == 200, answered.value.text()
    expect(page.locator(".told-change")).to_be_visible()
