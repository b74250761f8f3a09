"""Tasks of a planner who is new to the page: few clicks, by keys alone too, and the service's own answers."""

import json
import re
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from gis_service.db import job_rows
from gis_service.db.engine import transaction
from gis_service.services.context import Context, open_context
from gis_service.services.job_runs import run_job
from gis_service.settings import Settings
from tests.browser.conftest import Service
from tests.browser.hands import Hands, Keys, Pointer
from tests.browser.visit import Looking, Visit, wait_until

pytestmark = pytest.mark.browser

OLD = "age_60"
FAR = (106.32, 20.47)
"""A place that no office is near to on foot."""
WALK = "one_stop_office_walk_15min"

hands = pytest.mark.parametrize("hands_of", [Pointer, Keys], ids=["pointer", "keys"])
HandsOf = Callable[[Visit], Hands]


@pytest.fixture(scope="module")
def planner(service: Service) -> str:
    return service.token("planner")


@pytest.fixture(scope="module")
def context(service: Service) -> Iterator[Context]:
    """Give what a worker works with, beside the service."""
    found = service.environment
    settings = Settings(database_url=found["GIS_DATABASE_URL"], data_dir=Path(found["GIS_DATA_DIR"]))
    with open_context(settings) as opened:
        yield opened


def _api(service: str, path: str, body: object = None, token: str | None = None) -> dict[str, Any]:
    headers = {"Content-Type": "application/json"}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(f"{service}/api{path}", data, headers)) as answer:  # noqa: S310 loopback
        told: dict[str, Any] = json.load(answer)
        return told


def _number(text: str) -> int:
    return int(re.sub(r"\D", "", text))


def _sign_in(page: Page, token: str) -> None:
    page.get_by_role("button", name="Mã truy cập").click()
    page.get_by_label("Mã truy cập", exact=True).fill(token)
    page.get_by_role("button", name="Dùng mã này").click()
    expect(page.get_by_role("button", name="Quên mã")).to_be_visible()


@hands
def test_whom_do_stations_leave_out_among_the_old_and_where_most(look: Looking, hands_of: HandsOf) -> None:
    visit = look()
    page, hand = visit.open(), hands_of(visit)
    visit.wait_for_answer()
    hand.choose(page.get_by_role("combobox", name="Dịch vụ"), "health_station")
    expect(page.locator("h1")).to_contain_text("đến được trạm y tế")
    hand.choose(page.get_by_role("combobox", name="Ai"), OLD)
    expect(page.locator("h1")).to_contain_text("người dân từ 60 tuổi")
    visit.wait_for_answer()
    hand.press(page.locator(".zones tbody tr").first.get_by_role("button"))
    expect(page.locator(".zones tr.chosen")).to_have_count(1)
    assert hand.clicks <= 5
    asked = page.evaluate("performance.getEntriesByType('resource').map(one => one.name)")
    query = [one for one in asked if "/api/coverage?" in one and "health" in one][-1].split("?", 1)[1]
    told = _api(visit.service, f"/coverage?{query}")
    assert _number(page.locator("h1 strong").inner_text()) == round(told["totals"][OLD]["uncovered"])
    # Small counts are hidden from the public, here and there.
    shown = [zone for zone in told["zones"] if zone["groups"][OLD]["uncovered"] is not None]
    worst = max(shown, key=lambda zone: float(zone["groups"][OLD]["uncovered"]))
    expect(page.locator(".zones tr.chosen")).to_contain_text(worst["name"])
    # On the way down the list there are services of which this province has no places: they are refused.
    assert [said for said in visit.complaints if "422" not in said] == []


@hands
def test_an_office_is_added_and_another_closed_and_the_difference_told(
    look: Looking, hands_of: HandsOf
) -> None:
    visit = look()
    page, hand = visit.open(f"/?lang=vi&standard={WALK}"), hands_of(visit)
    offices = _api(visit.service, "/collections/one_stop_office/items?limit=100")["features"]
    closed = next(one for one in offices if not one["properties"].get("open_to"))
    hand.press(page.get_by_role("button", name="Thử thay đổi"))
    wait_until(lambda: visit.drawn("facility:open") == 4, "the offices of today")
    hand.press(page.get_by_role("button", name="Thêm điểm"))
    hand.place(*FAR)
    expect(page).to_have_url(re.compile("edits=an1_"))
    hand.choose(page.get_by_role("combobox", name="Chọn điểm"), str(closed["id"]))
    hand.press(page.get_by_role("button", name="Đóng điểm này"))
    expect(page.locator(".edits li")).to_have_count(2)
    expect(page.locator(".told-change:not(.old) .loss")).to_be_visible()
    assert hand.clicks <= 6
    found = re.search(r"an1_([\d.]+)_([\d.]+)", page.url)
    assert found is not None
    place = {"type": "Point", "coordinates": [float(one) for one in found.groups()]}
    edits = [{"op": "add", "tmp_id": "n1", "geometry": place}, {"op": "close", "fid": closed["id"]}]
    told = _api(visit.service, "/what-if", {"standard": WALK, "vintage": "communes_2025", "edits": edits})[
        "totals"
    ]["all"]
    assert told["won"] > 0
    assert told["lost"] > 0
    assert _number(page.locator(".gain").first.inner_text().split(" người")[0]) == told["won"]
    assert _number(page.locator(".loss").first.inner_text().split(" người")[0]) == told["lost"]
    assert visit.complaints == []


@hands
def test_the_next_sites_are_found_and_kept_as_a_scenario(
    look: Looking, hands_of: HandsOf, planner: str, context: Context
) -> None:
    visit = look()
    page = visit.open(f"/?lang=vi&standard={WALK}")
    _sign_in(page, planner)
    hand = hands_of(visit)
    hand.press(page.get_by_role("button", name="Đặt ở đâu"))
    hand.choose(page.get_by_role("combobox", name="Chọn trong"), "settlement")
    hand.write(page.get_by_label("Số điểm mới"), "2")
    wait_until(lambda: visit.drawn("siting:candidate") == 16, "the villages as candidates")
    with page.expect_response("**/api/processes/siting/execution") as asked:
        hand.press(page.get_by_role("button", name="Tìm", exact=True))
    job = str(asked.value.json()["jobID"])
    with transaction(context.engine) as connection:
        job_rows.begin_job(connection, job, "here:1")
    run_job(context, job)
    told = page.locator(".told-plan:not(.old) h1")
    expect(told).to_contain_text("2 điểm mới đưa thêm")
    hand.write(page.get_by_label("Tên kịch bản"), f"Hai điểm {hands_of.__name__}")
    hand.press(page.get_by_role("button", name="Gửi thành kịch bản"))
    expect(page.get_by_text(f"Đã lưu kịch bản “Hai điểm {hands_of.__name__}”.")).to_be_visible()
    assert hand.clicks <= 8
    found = re.search(r"asks=[^&]*i(siting_[0-9a-f]+)", page.url)
    assert found is not None
    study = _api(visit.service, f"/studies/{found.group(1)}", token=planner)
    assert _number(told.inner_text().split("thêm")[1].split("người")[0]) == study["totals"]["all"]["won"]
    kept = _api(visit.service, "/scenarios", token=planner)["items"]
    assert f"Hai điểm {hands_of.__name__}" in {one["title"]["vi"] for one in kept}
    assert visit.complaints == []
