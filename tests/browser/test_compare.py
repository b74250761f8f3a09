"""Two states beside each other: by a bar, on two maps, as their difference; kept, and opened again."""

import json
import re
import urllib.request
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.barriers import barriers
from tests.browser.conftest import Service
from tests.browser.visit import Looking, Visit, wait_until

pytestmark = pytest.mark.browser

STANDARD = "one_stop_office_walk_15min"
FAR = (106.32, 20.47)
"""A place that no office is near to on foot."""
VIEW = f"/?lang=vi&view=whatif&standard={STANDARD}&edits=an1_{FAR[0]}_{FAR[1]}"


def _asked(url: str, body: object = None, token: str | None = None) -> dict[str, Any]:
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    sent = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(url, sent, headers)) as answer:  # noqa: S310 loopback
        told: dict[str, Any] = json.load(answer)
        return told


def _edit() -> dict[str, Any]:
    return {"op": "add", "tmp_id": "n1", "geometry": {"type": "Point", "coordinates": list(FAR)}}


def _second(page: Page, asked: str) -> object:
    return page.evaluate(f"window.gisSecondMap?.{asked} ?? null")


def _two(visit: Visit) -> None:
    def are_drawn() -> bool:
        is_there = bool(_second(visit.page, "isIdle()"))
        return is_there and _second(visit.page, "drawn('compare:area')") != 0

    wait_until(are_drawn, "two maps")
    visit.wait_for_map()


def _people(page: Page) -> dict[str, tuple[int, int]]:
    """Read who gains and who loses from the table of the units."""
    rows = page.get_by_role("table", name="Các đơn vị khác nhau").locator("tbody tr").all_inner_texts()
    cells = [row.split("\t") for row in rows]
    return {name: (int(won.strip("+")), int(lost.strip("−"))) for name, _, _, won, lost in cells}


def test_what_is_tried_out_beside_today_by_bar_keys_and_two_maps(look: Looking) -> None:
    visit = look()
    page = visit.page
    visit.open(VIEW)
    page.get_by_role("button", name="So sánh").click()
    expect(page).to_have_url(re.compile(r"asks=compare\.today\.edits\.swipe"))
    bar = page.get_by_role("slider", name="Thanh chia hai bản đồ")
    expect(bar).to_have_attribute("aria-valuenow", "50")
    bar.press("ArrowLeft")
    expect(bar).to_have_attribute("aria-valuenow", "48")
    bar.press("Home")
    expect(bar).to_have_attribute("aria-valuenow", "0")
    frame = page.locator(".map").bounding_box()
    assert frame is not None
    x, y = frame["x"] + frame["width"] / 2, frame["y"] + frame["height"] / 3
    page.mouse.move(frame["x"] + 8, y)
    page.mouse.down()
    page.mouse.move(x, y, steps=3)
    page.mouse.up()
    expect(bar).to_have_attribute("aria-valuenow", "50")
    _two(visit)
    # The edit is on the right alone, and both maps show one place.
    assert visit.drawn("edits:new") == 0
    assert _second(page, "drawn('edits:new')") == 1
    assert barriers(page) == []
    page.get_by_role("button", name="Phóng to").click()
    wait_until(lambda: _second(page, "view()") == page.evaluate("gisMap.view()"), "both maps moved")
    told = _asked(
        f"{visit.service}/api/what-if",
        {"standard": STANDARD, "vintage": "communes_2025", "edits": [_edit()]},
    )
    counts = {zone["name"]: (zone["won"], zone["lost"]) for zone in told["zones"]}
    wait_until(lambda: _people(page) == counts, "the table of both sides")
    page.get_by_role("button", name="Hai bản đồ").click()
    widths = [one.bounding_box() for one in page.locator(".canvas").all()]
    assert [box and round(box["width"]) for box in widths] == [round(frame["width"] / 2)] * 2
    page.get_by_role("button", name="Đổi bên").click()
    expect(page).to_have_url(re.compile(r"asks=compare\.edits\.today\.halves"))
    wait_until(lambda: visit.drawn("edits:new") == 1, "the edit on the left")
    page.get_by_role("button", name="Trở lại").click()
    expect(page.locator(".canvas")).to_have_count(1)
    expect(page.locator(".edits li")).to_have_count(1)
    assert visit.complaints == []


def test_a_scenario_is_compared_kept_and_opened_by_anybody(look: Looking, service: Service) -> None:
    token = service.token("planner")
    inputs = {"standard": STANDARD, "vintage": "communes_2025"}
    body = {"title": "Thêm phía đông", "inputs": inputs, "edits": [_edit()]}
    scenario = _asked(f"{service.url}/api/scenarios", body, token)["id"]
    visit = look()
    page = visit.page
    page.goto(f"{service.url}/?lang=vi&view=whatif&standard={STANDARD}")
    page.get_by_role("button", name="Mã truy cập").click()
    page.get_by_label("Mã truy cập", exact=True).fill(token)
    page.get_by_role("button", name="Dùng mã này").click()
    page.get_by_role("button", name="So sánh").click()
    page.get_by_role("combobox", name="Bên phải").select_option(label="Thêm phía đông")
    expect(page.get_by_role("heading", level=1)).to_contain_text("người đến được bộ phận một cửa")
    page.get_by_role("button", name="Lưu so sánh").click()
    expect(page.get_by_role("status").filter(has_text="Đã lưu")).to_be_visible()
    found = re.search(rf"asks=compare\.today\.{scenario}\.change\.(compare_\w+)", page.url)
    assert found is not None
    study = _asked(f"{service.url}/api/studies/{found[1]}?f=json", token=token)
    kept = {zone["name"]: (zone["won"], zone["lost"]) for zone in study["zones"]}
    assert _people(page) == kept
    wait_until(lambda: visit.drawn("compare:cells") > 0, "cells that gain")
    # What is kept opens for whoever has the address; the scenario itself stays its owner's.
    other = look()
    other.open(page.url.removeprefix(service.url))
    expect(other.page.get_by_text("Hai bên không mở được ở đây")).to_be_visible()
    wait_until(lambda: other.drawn("compare:cells") > 0, "the same cells")
    assert list(_people(other.page)) == list(kept)
    assert visit.complaints == []
