"""Where next, on the map: asked, followed while it is searched, marked, asked again, and gone on with."""

import json
import re
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from gis_service.db import job_rows as rows
from gis_service.db.engine import transaction
from gis_service.services.context import Context, open_context
from gis_service.services.job_runs import run_job
from gis_service.services.siting_progress import Found, FoundSite, step_of
from gis_service.settings import Settings
from tests.browser.barriers import barriers
from tests.browser.conftest import Service
from tests.browser.test_map_page import SCHEMES
from tests.browser.visit import Looking, Visit, wait_until

pytestmark = pytest.mark.browser

VIEW = "/?lang=vi&view=siting&standard=one_stop_office_walk_15min"
AMONG_VILLAGES = f"{VIEW}&asks=n2*lsettlement"
ASKED = {
    "standard": "one_stop_office_walk_15min",
    "vintage": "communes_2025",
    "sites": 2,
    "candidates": {"layers": [{"layer": "settlement"}]},
}


@pytest.fixture(scope="module")
def planner(service: Service) -> str:
    return service.token("planner")


@pytest.fixture(scope="module")
def context(service: Service) -> Iterator[Context]:
    """Give what a worker works with, beside the service."""
    found = service.environment
    with open_context(
        Settings(database_url=found["GIS_DATABASE_URL"], data_dir=Path(found["GIS_DATA_DIR"]))
    ) as opened:
        yield opened


def _begun(page: Page, context: Context, button: str) -> str:
    """Press the button that looks for sites, and begin its job as a worker does."""
    with page.expect_response("**/api/processes/siting/execution") as asked:
        page.get_by_role("button", name=button, exact=True).click()
    job = str(asked.value.json()["jobID"])
    with transaction(context.engine) as connection:
        rows.begin_job(connection, job, "here:1")
    return job


def _api(service: str, path: str, token: str, body: object = None) -> dict[str, Any]:
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    data = None if body is None else json.dumps(body).encode()
    asked = urllib.request.Request(f"{service}/api{path}", data, headers)  # noqa: S310 loopback
    with urllib.request.urlopen(asked) as answer:  # noqa: S310 loopback
        told: dict[str, Any] = json.load(answer)
        return told


def _opened(look: Looking, path: str, token: str, **size: int) -> Visit:
    visit = look(**size)
    page = visit.open(path)
    page.get_by_role("button", name="Mã truy cập").click()
    page.get_by_label("Mã truy cập", exact=True).fill(token)
    page.get_by_role("button", name="Dùng mã này").click()
    expect(page.get_by_role("button", name="Quên mã")).to_be_visible()
    return visit


def _found(page: Page) -> str:
    """Wait for the plan of what is asked now, and give the id of its study."""
    pattern = re.compile(r"asks=[^&]*i(siting_[0-9a-f]+)")
    expect(page).to_have_url(pattern)
    expect(page.locator(".told-plan:not(.old)")).to_be_visible()
    found = pattern.search(page.url)
    assert found is not None
    return found.group(1)


def _require_no_barrier(page: Page) -> None:
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        assert barriers(page) == [], scheme


def _number(text: str) -> int:
    return int(re.sub(r"\D", "", text))


def test_best_and_bound_are_seen_while_they_converge(
    look: Looking, service: Service, planner: str, context: Context
) -> None:
    visit = _opened(look, AMONG_VILLAGES, planner)
    page = visit.page
    wait_until(lambda: visit.drawn("siting:candidate") == 16, "the villages as candidates")
    job = _begun(page, context, "Tìm")
    sites = (FoundSite("settlement.1", 106.35, 20.45), FoundSite("settlement.2", 106.37, 20.45))
    with transaction(context.engine) as connection:
        rows.note_progress(connection, job, 60, step_of(Found(800.0, 1000.0, sites)))
    key = page.locator(".running .gap-key")
    expect(key).to_contain_text("không thể hơn1.000 người")
    expect(key).to_contain_text("tốt nhất đến nay800 người")
    wait_until(lambda: visit.drawn("siting:found") == 2, "the sites so far")
    with transaction(context.engine) as connection:
        rows.note_progress(connection, job, 80, step_of(Found(900.0, 945.0, sites)))
    expect(key).to_contain_text("khoảng cách5,0\u00a0%")
    expect(page.locator(".running")).to_contain_text("còn nhiều nhất")
    with page.expect_response(lambda one: one.request.method == "DELETE"):
        page.get_by_role("button", name="Dừng, lấy phương án tốt nhất").click()
    expect(page.get_by_role("status")).to_contain_text("Đang dừng và lưu phương án tốt nhất")
    assert _api(service.url, f"/jobs/{job}", planner)["status"] == "dismissed"
    made = _api(service.url, "/processes/siting/execution", planner, {"inputs": ASKED})
    with transaction(context.engine) as connection:
        rows.note_study(connection, job, made["id"], 1)
    assert _found(page) == made["id"]
    wait_until(lambda: visit.drawn("siting:site") == 2, "the sites of the plan that was kept")
    assert visit.complaints == []


def test_a_plan_is_found_marked_found_again_and_gone_on_with(
    look: Looking, service: Service, planner: str, context: Context
) -> None:
    visit = _opened(look, f"{VIEW}&asks=n40*lsettlement", planner)
    page = visit.page
    run_job(context, _begun(page, context, "Tìm"))
    expect(page.get_by_role("alert")).to_contain_text("40")  # more than there are candidates
    count = page.get_by_label("Số điểm mới")
    count.fill("2")
    count.press("Tab")
    run_job(context, _begun(page, context, "Tìm"))
    first = _api(service.url, f"/studies/{_found(page)}", planner)
    won = first["totals"]["all"]["won"]
    assert won > 0
    told = page.locator(".told-plan h1")
    expect(told).to_contain_text("2 điểm mới đưa thêm")
    expect(told).to_contain_text("Đã chứng minh")
    assert _number(told.inner_text().split("thêm")[1].split("người")[0]) == won
    table = page.get_by_role("table", name="Các điểm của phương án")
    gains = [_number(text) for text in table.locator("tbody td:nth-child(2)").all_inner_texts()]
    assert gains == [site["gain"] for site in first["plan"]["sites"]]
    wait_until(lambda: visit.drawn("siting:site") == 2, "the sites with their numbers")
    table.get_by_role("button", name="Giữ điểm này").nth(0).click()
    table.get_by_role("button", name="Loại khỏi").nth(1).click()
    expect(page.locator(".told-plan.old")).to_contain_text("câu hỏi trước")
    run_job(context, _begun(page, context, "Tìm lại với các lựa chọn này"))
    second = _api(service.url, f"/studies/{_found(page)}", planner)
    kept, gone = [site["id"] for site in first["plan"]["sites"]]
    chosen = [site["id"] for site in second["plan"]["sites"]]
    assert (kept in chosen, gone in chosen, len(chosen)) == (True, False, 2)
    page.get_by_label("Tên kịch bản").fill("Hai điểm")
    page.get_by_role("button", name="Gửi thành kịch bản").click()
    expect(page.get_by_text("Đã lưu kịch bản “Hai điểm”.")).to_be_visible()
    table.get_by_role("checkbox").nth(0).uncheck()
    page.get_by_role("button", name="Mở trong Thử thay đổi").click()
    expect(page).to_have_url(re.compile(r"view=whatif&edits=an1_[\d._]+(&|$|#)"))
    expect(page.locator(".told-change:not(.old) .gain")).to_be_visible()
    # The browser itself speaks of the answer that was refused above.
    assert [said for said in visit.complaints if "422" not in said] == []


def test_everybody_opens_a_plan_by_its_address_and_nobody_else_has_one_computed(
    look: Looking, service: Service, planner: str
) -> None:
    made = _api(service.url, "/processes/siting/execution", planner, {"inputs": ASKED})
    visit = look()
    page = visit.open(f"{AMONG_VILLAGES}*i{made['id']}")
    expect(page.locator(".told-plan h1")).to_contain_text("2 điểm mới đưa thêm")
    expect(page.locator(".siting-ask .run")).to_be_disabled()
    expect(page.locator(".siting-ask").get_by_role("link", name="Đăng nhập")).to_be_visible()
    name = made["plan"]["sites"][1]["name"]
    page.get_by_role("button", name=re.compile(f"^2 ?{name}")).press("Enter")
    wait_until(lambda: visit.drawn("siting:chosen") == 1, "the ring around the site")
    page.locator("details.more summary").press("Enter")
    page.get_by_label("Tìm một ứng viên").fill(made["plan"]["sites"][0]["id"])
    page.get_by_label("Tìm một ứng viên").press("Tab")
    expect(page.get_by_role("table", name="Các điểm của phương án").locator("tr.chosen")).to_contain_text("1")
    _require_no_barrier(page)
    page.get_by_role("combobox", name="Chọn trong").select_option("")
    page.locator(".canvas canvas").press("Enter")
    where = page.get_by_label("Toạ độ của ứng viên")
    where.fill("20.45, 106.34")
    where.press("Tab")
    expect(page.get_by_role("list", name="Ứng viên").locator("li")).to_have_count(2)
    expect(page).to_have_url(re.compile(r"asks=n2\*l\*pn1_[\d._]+,n2_106.34_20.45"))
    expect(page.locator(".told-plan.old")).to_be_visible()
    assert visit.complaints == []


@pytest.mark.slow
def test_on_a_phone_and_in_english_the_view_has_no_faults(
    look: Looking, service: Service, planner: str
) -> None:
    made = _api(service.url, "/processes/siting/execution", planner, {"inputs": ASKED})
    visit = look(390, 844)
    page = visit.open(f"{AMONG_VILLAGES.replace('=vi', '=en', 1)}*i{made['id']}")
    expect(page.locator(".told-plan h1")).to_contain_text("more people reach one-stop offices")
    expect(page.locator(".siting")).not_to_contain_text("điểm mới")
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    assert visit.complaints == []
