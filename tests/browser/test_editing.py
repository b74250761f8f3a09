"""Values of a feature changed on the map: checked, kept as a draft, never written over what others did."""

import json
import re
import subprocess
import sys
import urllib.request
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from gis_service.settings import ROOT
from tests.browser.conftest import Service
from tests.browser.visit import Looking, Visit, wait_until

LAYER = "land_use"
PASSWORD = "con trâu ăn cỏ ngoài đê"  # noqa: S105 of the tests


def _ask(
    service: Service, token: str, method: str, body: object = None, seen: str | None = None
) -> tuple[dict[str, Any], str]:
    """Do over the API what somebody else does."""
    request = urllib.request.Request(  # noqa: S310 our own loopback address
        f"{service.url}/api/collections/{LAYER}/items/1",
        None if body is None else json.dumps(body).encode(),
        {"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        method=method,
    )
    if seen is not None:
        request.add_header("If-Match", seen)
    with urllib.request.urlopen(request, timeout=60) as response:  # noqa: S310 as above
        return json.load(response), response.headers["ETag"]


def _card(visit: Visit) -> Page:
    page = visit.open(f"/?lang=vi&view=table&layers={LAYER}")
    page.get_by_role("combobox", name="Lớp", exact=True).select_option(LAYER)
    page.locator(".features tbody tr").first.get_by_role("button").click()
    expect(page.locator(".feature h2")).to_be_visible()
    return page


@pytest.fixture(scope="module")
def staff(service: Service) -> str:
    """Make an account of GIS staff as the operator does."""
    command = [sys.executable, "-m", "gis_service", "users", "add", "lan.edits", "--role", "gis_staff"]
    subprocess.run(
        [*command, "--name", "Lan"],
        env=service.environment,
        cwd=ROOT,
        input=PASSWORD + "\n",
        text=True,
        check=True,
        capture_output=True,
    )
    return "lan.edits"


def _sign_in(visit: Visit, login: str) -> None:
    page = visit.page
    page.goto(f"{visit.service}/sign-in?lang=vi")
    page.locator("#login").fill(login)
    page.locator("#password").fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()
    expect(page.get_by_role("link", name="Tài khoản: Lan")).to_be_visible()


def _form(visit: Visit) -> Page:
    page = _card(visit)
    page.get_by_role("button", name="Sửa thông tin").click()
    expect(page.locator(".editing")).to_be_visible()
    return page


def test_readers_are_offered_no_form(look: Looking) -> None:
    page = _card(look())
    expect(page.get_by_role("button", name="Sửa thông tin")).to_have_count(0)


def test_values_are_checked_saved_and_merged_with_what_others_did(
    look: Looking, service: Service, staff: str
) -> None:
    visit, token = look(), service.token("gis_staff")
    first, _ = _ask(service, token, "GET")
    _sign_in(visit, staff)
    page = _form(visit)
    area, save = page.get_by_label("Diện tích khu đất"), page.get_by_role("button", name="Lưu", exact=True)
    expect(save).to_be_disabled()
    area.fill("mười")
    area.press("Tab")
    expect(page.locator(".editing .wrong")).to_have_text("Phải là số, ví dụ 12,5.")
    expect(save).to_be_disabled()
    page.get_by_role("button", name="Hoàn tác").click()
    expect(page.locator(".editing .wrong")).to_have_count(0)
    area.fill("1.234,5")
    area.press("Tab")
    # Somebody else is faster, with the same field.
    _ask(service, token, "PATCH", {"properties": {"site_area_m2": 99}}, "*")
    save.click()
    merge = page.locator(".merge")
    expect(merge).to_contain_text("Có người vừa sửa đối tượng này")
    expect(merge.get_by_label("99")).to_be_checked()
    assert _ask(service, token, "GET")[0]["properties"]["site_area_m2"] == 99
    merge.get_by_label("1234.5").check()
    save.click()
    expect(page.locator(".editing")).to_have_count(0)
    expect(page.locator(".feature")).to_contain_text("1.234,5")
    now, tag = _ask(service, token, "GET")
    assert now["properties"] == first["properties"] | {"site_area_m2": 1234.5}
    _ask(service, token, "PATCH", {"properties": {"site_area_m2": None}}, tag)
    # The browser itself tells of the answer 412.
    assert [one for one in visit.complaints if "412" not in one] == []


@pytest.mark.slow
def test_a_draft_outlives_the_connection_and_the_page(look: Looking, staff: str) -> None:
    visit = look()
    _sign_in(visit, staff)
    page = _form(visit)
    page.get_by_label("Diện tích khu đất").fill("77")
    page.get_by_label("Diện tích khu đất").press("Tab")
    page.route(re.compile(f"/{LAYER}/items/1"), lambda route: route.abort())
    page.get_by_role("button", name="Lưu", exact=True).click()
    expect(page.locator(".editing").get_by_role("alert")).to_contain_text("bản nháp vẫn còn ở đây")
    page.unroute(re.compile(f"/{LAYER}/items/1"))
    page = _form(visit)
    expect(page.locator(".editing .notice")).to_contain_text("Đã mở lại bản nháp")
    expect(page.get_by_label("Diện tích khu đất")).to_have_value("77")
    page.get_by_role("button", name="Bỏ bản nháp").click()
    wait_until(lambda: page.get_by_label("Diện tích khu đất").input_value() != "77", "the value that is kept")
    page.get_by_role("button", name="Thôi").click()
    expect(page.locator(".editing")).to_have_count(0)
