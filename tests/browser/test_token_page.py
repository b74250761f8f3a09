"""A token typed into the page: tried on one request, carried while it is kept, gone with what it showed."""

import pytest
from playwright.sync_api import Page, Request, Route, expect

from tests.browser.conftest import Service
from tests.browser.gate import Gate
from tests.browser.visit import Looking, Visit, wait_until

pytestmark = pytest.mark.browser

HOMES = "từng điểm dân cư"


def _opened(look: Looking) -> Visit:
    visit = look()
    visit.open()
    visit.wait_for_answer()
    return visit


def _try(page: Page, token: str) -> None:
    page.get_by_role("button", name="Mã truy cập").click()
    page.get_by_label("Mã truy cập", exact=True).fill(token)
    page.get_by_role("button", name="Dùng mã này").click()


def _with_homes(look: Looking, service: Service) -> Visit:
    visit = _opened(look)
    _try(visit.page, service.token("planner"))
    expect(visit.page.locator(".on-map .legend")).to_contain_text(HOMES)
    visit.wait_for_answer()
    return visit


def _carries(request: Request) -> bool:
    return "authorization" in request.headers


def test_forgetting_takes_homes_and_exact_figures_away_at_once(look: Looking, service: Service) -> None:
    visit = _with_homes(look, service)
    page = visit.page
    visit.click(106.288, 20.443)
    expect(page.locator(".why h2")).to_be_visible()
    gate = Gate(page, "/api/coverage", lambda request: not _carries(request))
    page.get_by_role("button", name="Quên mã").click()
    gate.wait_for(2, "the questions without a token")
    assert page.locator(".told, .zones, .curve, .why h2").count() == 0
    wait_until(lambda: visit.drawn("outside:") + visit.drawn("route:line") == 0, "an empty map")
    gate.open()
    expect(page.locator(".on-map .legend")).to_contain_text("Người ở ngoài, ô")
    expect(page.locator(".why h2")).to_be_visible()


@pytest.mark.slow
def test_homes_that_come_late_are_not_drawn(look: Looking, service: Service) -> None:
    visit = _with_homes(look, service)
    page = visit.page
    gate = Gate(page, "/api/coverage/cells", _carries)
    page.get_by_role("slider", name="Giới hạn của tiêu chuẩn").press("ArrowLeft")
    gate.wait_for(1, "the homes")
    page.get_by_role("button", name="Quên mã").click()
    visit.wait_for_answer()
    expect(page.locator(".on-map .legend")).to_contain_text("Người ở ngoài, ô")
    gate.open_and_hear()
    expect(page.locator(".on-map .legend")).not_to_contain_text(HOMES)
    assert visit.complaints == []


def test_one_look_at_homes_is_one_request(look: Looking, service: Service) -> None:
    visit = _opened(look)
    looks: list[str] = []
    visit.context.on("request", lambda one: looks.append(one.url) if "detail=points" in one.url else None)
    _try(visit.page, service.token("planner"))
    expect(visit.page.locator(".on-map .legend")).to_contain_text(HOMES)
    visit.wait_for_answer()
    assert len(looks) == 1


@pytest.mark.slow
def test_a_token_that_is_no_longer_taken_is_forgotten_with_what_it_showed(
    look: Looking, service: Service
) -> None:
    visit = _with_homes(look, service)
    page = visit.page
    refused: list[str] = []

    def refuse(route: Route, request: Request) -> None:
        if not _carries(request):
            route.continue_()
            return
        refused.append(request.url)
        route.fulfill(status=401, json={"detail": "Mã đã hết hạn."})

    page.route("**/api/**", refuse)
    page.get_by_role("slider", name="Giới hạn của tiêu chuẩn").press("ArrowLeft")
    said = page.locator(".panel").get_by_role("alert")
    expect(said).to_contain_text("trang đã quên mã")
    expect(page.locator(".told:not(.old) h1")).to_contain_text("trong 9\u00a0phút")
    expect(page.locator(".on-map .legend")).to_contain_text("Người ở ngoài, ô")
    expect(page.get_by_role("button", name="Mã truy cập")).to_have_attribute("aria-pressed", "false")
    assert len(refused) == 1
    said.get_by_role("button", name="Đóng").click()
    expect(said).to_have_count(0)


@pytest.mark.slow
def test_layers_whose_tiles_need_a_token_are_listed_without_a_box(look: Looking, service: Service) -> None:
    visit = _with_homes(look, service)
    page = visit.page
    page.get_by_role("button", name="Lớp dữ liệu").click()
    aside = page.locator(".layers .without-data").filter(has_text="cần mã truy cập")
    aside.locator("summary").click()
    expect(aside).to_contain_text("Người dân theo nơi ở")
    assert page.locator("input[name=residents]").count() == 0


@pytest.mark.slow
def test_a_token_on_trial_is_carried_by_its_own_request_only(look: Looking, service: Service) -> None:
    visit = _opened(look)
    page = visit.page
    carrying: list[str] = []
    visit.context.on(
        "request",
        lambda request: carrying.append(request.url) if "authorization" in request.headers else None,
    )
    gate = Gate(page, "/api/coverage", _carries)
    _try(page, service.token("planner"))
    gate.wait_for(1, "the trial")
    # What the page asks meanwhile, here by going back in its history, is asked as everybody.
    page.evaluate(
        "history.pushState(null, '', '?lang=vi&limit=540'); dispatchEvent(new PopStateEvent('popstate'))"
    )
    expect(page.locator(".told:not(.old) h1")).to_contain_text("trong 9\u00a0phút")
    wait_until(lambda: visit.drawn("outside:") > 0, "people outside")
    assert len(carrying) == 1
    assert "detail=points" in carrying[0]


@pytest.mark.slow
def test_a_trial_that_ends_after_the_dialog_was_closed_changes_nothing(
    look: Looking, service: Service
) -> None:
    visit = _opened(look)
    page = visit.page
    gate = Gate(page, "/api/coverage", _carries)
    _try(page, service.token("planner"))
    gate.wait_for(1, "the trial")
    page.get_by_role("button", name="Huỷ").click()
    gate.open_and_hear()
    expect(page.get_by_role("button", name="Mã truy cập")).to_have_attribute("aria-pressed", "false")
    expect(page.locator(".on-map .legend")).not_to_contain_text(HOMES)
