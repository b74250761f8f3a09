"""The coverage screen: the question asked, the answer read in sentence, map, curve and table."""

import json
import re
import urllib.request
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Service
from tests.browser.gate import Gate
from tests.browser.visit import Looking, Visit, wait_until

pytestmark = pytest.mark.browser

NEAR = (106.288, 20.443)
"""A place in the commune in the south-west."""
STANDARD = "standard=one_stop_office_motorbike_10min&vintage=communes_2025"


def _opened(look: Looking, path: str = "/?lang=vi") -> Visit:
    visit = look()
    visit.open(path)
    visit.wait_for_answer()
    return visit


def _answer(service: str, query: str = STANDARD) -> dict[str, Any]:
    with urllib.request.urlopen(f"{service}/api/coverage?{query}") as answer:  # noqa: S310 loopback
        document: dict[str, Any] = json.load(answer)
        return document


def _people(text: str) -> int:
    found = re.search(r"([\d.]+) người", text)
    assert found is not None
    return int(found.group(1).replace(".", ""))


def test_the_sentence_says_the_figures_of_the_service(look: Looking) -> None:
    visit = _opened(look)
    figures = _answer(visit.service)["totals"]["all"]
    share = f"{figures['share'] * 100:.1f}".replace(".", ",")
    expect(visit.page.locator("h1")).to_contain_text(f"{share}\u00a0% người dân đến được bộ phận một cửa")
    assert _people(visit.page.locator("h1 strong").inner_text()) == figures["uncovered"]
    wait_until(lambda: visit.drawn("units:commune:area") > 0, "the units")
    wait_until(lambda: visit.drawn("outside:") > 0, "people outside")
    wait_until(lambda: visit.drawn("facility:open") == 4, "the offices that stay")
    wait_until(lambda: visit.drawn("facility:former") == 12, "the offices that close")
    wait_until(lambda: visit.drawn("road") + visit.drawn("main-road") > 0, "the roads")


def test_the_delta_names_the_communes_that_lose_most(look: Looking) -> None:
    visit = _opened(look)
    delta = visit.page.locator(".delta")
    expect(delta).to_contain_text("so với 16 điểm · 2024")
    expect(delta.locator("b")).to_contain_text("−")
    before = _answer(visit.service, f"{STANDARD}&at=2025-06-30T10:00")
    after = _answer(visit.service)
    lost = {
        zone["name"]: was["covered"] - zone["covered"]
        for zone, was in zip(after["zones"], before["zones"], strict=True)
    }
    worst = max(lost, key=lambda name: lost[name])
    expect(delta).to_contain_text(f"mất nhiều nhất: xã {worst.removeprefix('Xã ')}")


def test_a_state_and_its_share_of_branches_change_the_question(look: Looking) -> None:
    visit = _opened(look)
    page = visit.page
    today = _people(page.locator("h1 strong").inner_text())
    page.get_by_role("button", name="4 điểm + 5 điểm phụ").click()
    expect(page).to_have_url(re.compile("state=branches&share=0.4"))
    visit.wait_for_answer()
    assert _people(page.locator("h1 strong").inner_text()) < today
    wait_until(lambda: visit.drawn("facility:branch") == 5, "the branches")
    page.get_by_role("slider", name="Giữ lại").press("End")
    expect(page.get_by_role("button", name="4 điểm + 12 điểm phụ")).to_be_visible()
    expect(page.locator(".delta b")).to_have_text("không đổi")
    page.get_by_role("button", name="16 điểm · 2024").click()
    expect(page).to_have_url(re.compile("state=before"))
    wait_until(lambda: visit.drawn("facility:open") == 16, "the offices of 2024")
    page.go_back()
    expect(page).to_have_url(re.compile("state=branches"))
    expect(page.get_by_role("button", name="4 điểm + 12 điểm phụ")).to_have_attribute("aria-pressed", "true")


def test_service_mode_people_and_units_are_chosen_like_a_sentence(look: Looking) -> None:
    visit = _opened(look)
    page = visit.page
    page.get_by_role("combobox", name="Cách đi").select_option("mode:walk")
    expect(page.locator("h1")).to_contain_text("trong 15\u00a0phút đi bộ")
    page.get_by_role("combobox", name="Ai").select_option("age_60")
    expect(page.locator("h1")).to_contain_text("người dân từ 60 tuổi đến được")
    page.get_by_role("combobox", name="Theo").select_option("communes_2024")
    expect(page.get_by_role("button", name="Xem tất cả (16)")).to_be_visible()
    wait_until(lambda: visit.drawn("units:commune_2024:area") > 0, "the units of 2024")
    wait_until(lambda: visit.drawn("units:commune:area") == 0, "none of the units of today")
    page.get_by_role("combobox", name="Cách đi").select_option("standard:one_stop_office_straight_3km")
    expect(page.locator("h1")).to_contain_text("trong bán kính 3\u00a0km (đường chim bay)")
    page.get_by_role("combobox", name="Dịch vụ").select_option("health_station")
    expect(page.locator("h1")).to_contain_text("đến được trạm y tế")
    assert page.locator(".switch").count() == 0
    assert visit.complaints == []


def test_under_the_finger_figures_are_counted_here_and_are_those_of_the_service(look: Looking) -> None:
    visit = _opened(look)
    page = visit.page
    product = page.evaluate("fetch('/api/coverage/product?" + STANDARD + "').then(one => one.ok)")
    assert product
    handle = page.get_by_role("slider", name="Giới hạn của tiêu chuẩn")
    sentence, table = page.locator(".told:not(.old) h1"), page.locator(".zones tbody tr")
    # Not one question reaches the service from here on.
    gate = Gate(page, r"/api/coverage\?")
    for key, limit in (("Shift+ArrowLeft", 585), ("ArrowLeft", 525), ("PageDown", 225)):
        handle.press(key)
        told = _answer(visit.service, f"{STANDARD}&limit={limit}")
        share = f"{told['totals']['all']['share'] * 100:.1f}".replace(".", ",")
        expect(sentence).to_contain_text(f"{share}\u00a0% người dân")
        assert _people(page.locator("h1 strong").inner_text()) == round(told["totals"]["all"]["uncovered"])
        rows = sorted(told["zones"], key=lambda zone: -zone["uncovered"])
        shown = [int(text.split("\t")[1].replace(".", "")) for text in table.all_inner_texts()]
        assert shown == [round(zone["uncovered"]) for zone in rows][: len(shown)]
    wait_until(lambda: visit.drawn("outside:") == 0, "no cells of another limit")
    gate.open()
    visit.wait_for_answer()
    expect(page.locator(".delta")).to_be_visible()
    wait_until(lambda: visit.drawn("outside:") > 0, "people outside")
    assert visit.complaints == []


@pytest.mark.slow
def test_the_answer_is_told_by_any_list_of_units_and_each_says_when_it_holds(look: Looking) -> None:
    visit = _opened(look)
    page = visit.page
    units = page.get_by_role("combobox", name="Theo")
    assert [text.split(" ", 1)[1] for text in units.locator("option").all_inner_texts()] == [
        "xã từ 2025",
        "xã 2024–2025",
        "huyện 2019–2025",
    ]
    units.select_option("districts_2024")
    wait_until(lambda: visit.drawn("units:district_2024:area") > 0, "the districts")
    wait_until(lambda: visit.drawn("units:commune:area") == 0, "none of the communes")
    expect(page.get_by_text("Người trong tiêu chuẩn, theo huyện").first).to_be_attached()
    expect(page.get_by_role("region", name="Các huyện, thành phố")).to_contain_text("Kiến Xương")
    assert "vintage=districts_2024" in page.url
    assert visit.complaints == []


def test_a_link_reopens_the_same_view(look: Looking) -> None:
    path = (
        "/?lang=en&standard=one_stop_office_walk_15min&limit=1200&group=age_60"
        "&vintage=communes_2024&state=branches&share=0.5"
    )
    visit = _opened(look, path)
    page = visit.page
    expect(page.locator("h1")).to_contain_text(
        "aged 60 and over reach one-stop offices within 20\u00a0minutes on foot"
    )
    expect(page.get_by_role("button", name="4 places + 6 branches")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("combobox", name="By")).to_have_value("communes_2024")
    assert page.url.startswith(visit.service + path)


def test_the_limit_is_moved_on_the_curve_by_key(look: Looking) -> None:
    visit = _opened(look)
    page = visit.page
    before = _people(page.locator("h1 strong").inner_text())
    handle = page.get_by_role("slider", name="Giới hạn của tiêu chuẩn")
    expect(handle).to_have_attribute("aria-valuenow", "600")
    for _ in range(3):
        handle.press("ArrowLeft")
    expect(handle).to_have_attribute("aria-valuetext", re.compile("^7\u00a0phút: "))
    expect(page).to_have_url(re.compile("limit=420"))
    visit.wait_for_answer()
    expect(page.locator("h1")).to_contain_text("trong 7\u00a0phút bằng xe máy")
    assert _people(page.locator("h1 strong").inner_text()) > before


@pytest.mark.slow
def test_the_limit_is_dragged_on_the_curve(look: Looking) -> None:
    visit = _opened(look)
    page = visit.page
    box = page.get_by_role("slider", name="Giới hạn của tiêu chuẩn").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 60, y, steps=4)
    expect(page.locator(".curve .strong")).not_to_have_text("10\u00a0phút")
    expect(page.locator("h1")).to_contain_text("trong 10\u00a0phút")
    page.mouse.up()
    expect(page).to_have_url(re.compile("limit="))
    expect(page.locator("h1")).not_to_contain_text("trong 10\u00a0phút")


def test_a_click_on_the_map_tells_why_and_escape_ends_it(look: Looking) -> None:
    visit = _opened(look)
    page = visit.page
    visit.click(*NEAR)
    card = page.locator(".why")
    expect(card.locator("h2")).to_contain_text(re.compile("phút|giây"))
    expect(card).to_contain_text("Gần nhất: Một cửa xã Đông Thuỵ")
    expect(card).to_contain_text("tiêu chuẩn")
    expect(card.locator(".badge")).to_have_text("dữ liệu minh hoạ")
    wait_until(lambda: visit.drawn("route:line") > 0, "the way on the map")
    expect(page.locator(".zones .chosen")).to_contain_text("Xã Đông Thuỵ")
    expect(page.locator(".unit-line")).to_contain_text("Xã Đông Thuỵ")
    expect(page.locator(".unit-marks text")).to_have_text("Xã Đông Thuỵ")
    wait_until(lambda: visit.drawn("units:commune:chosen") > 0, "the outline of the commune")
    expect(page).to_have_url(re.compile(r"place=106\.2"))
    page.keyboard.press("Escape")
    expect(card).to_have_count(0)
    expect(page.locator(".zones .chosen")).to_have_count(0)
    wait_until(lambda: visit.drawn("route:line") + visit.drawn("units:commune:chosen") == 0, "nothing chosen")


def test_the_middle_of_the_map_is_asked_about_by_key(look: Looking) -> None:
    visit = _opened(look)
    canvas = visit.page.locator(".canvas canvas")
    canvas.focus()
    canvas.press("ArrowLeft")  # the small province lies west of the middle of the whole one
    visit.wait_for_map()
    canvas.press("Enter")
    expect(visit.page.locator(".why h2")).to_be_visible()


def test_a_place_beyond_the_study_area_is_refused_in_words(look: Looking) -> None:
    visit = _opened(look, "/?lang=vi&place=107.5,20.5")
    expect(visit.page.locator(".why [role=alert]")).not_to_be_empty()


def test_a_row_of_the_table_chooses_the_unit_on_the_map(look: Looking) -> None:
    visit = _opened(look)
    page = visit.page
    zoom = page.evaluate("gisMap.view().zoom")
    page.locator(".zones").get_by_role("button", name="Xã Long Hưng").click()
    wait_until(lambda: visit.drawn("units:commune:chosen") > 0, "an outline")
    wait_until(lambda: page.evaluate("gisMap.view().zoom") > zoom, "a closer view")
    expect(page).to_have_url(re.compile("unit=13"))
    expect(page.locator(".unit-line b")).to_have_text("Xã Long Hưng")


def test_the_table_is_sorted_by_its_heads_and_taken_along(look: Looking) -> None:
    visit = _opened(look)
    page = visit.page
    names = page.locator(".zones tbody th")
    page.get_by_role("button", name="Xã, phường").click()
    expect(page.get_by_role("columnheader", name="Xã, phường")).to_have_attribute("aria-sort", "ascending")
    assert names.all_inner_texts() == ["Xã Đông Thuỵ", "Xã Long Hưng", "Xã Trần Lãm", "Xã Vũ Quý"]
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Tải bảng (CSV)").click()
    asked = "one_stop_office-one_stop_office_motorbike_10min-motorbike-600s-today-communes_2025-all"
    name = rf"coverage-{asked}-\d{{4}}-\d\d-\d\d-generated_data\.csv"
    assert re.fullmatch(name, waiting.value.suggested_filename)
    rows = waiting.value.path().read_text("utf-8-sig").splitlines()
    zones = {zone["id"]: zone for zone in _answer(visit.service)["zones"]}
    assert len(rows) == 1 + len(zones)
    first = dict(zip(rows[0].split(","), rows[1].split(","), strict=True))
    assert float(first["covered"]) == zones[first["id"]]["covered"]
    assert first["generated_data"] == "true"
    assert (first["standard"], first["limit"], first["limit_unit"]) == (
        "one_stop_office_motorbike_10min",
        "600",
        "s",
    )


def test_the_legend_counts_every_unit_and_filters_by_a_press(look: Looking) -> None:
    visit = _opened(look)
    page = visit.page
    steps = page.locator(".on-map .ramp button")
    counts = [int(text.split()[0]) for text in page.locator(".on-map .ramp small").all_inner_texts()]
    assert sum(counts) == 4
    some = next(index for index, count in enumerate(counts) if count > 0)
    steps.nth(some).click()
    expect(page.locator(".zones tbody tr")).to_have_count(counts[some])
    steps.nth(some).click()
    expect(page.locator(".zones tbody tr")).to_have_count(4)


def test_a_place_is_found_without_diacritics(look: Looking) -> None:
    visit = _opened(look)
    page = visit.page
    search = page.get_by_role("combobox", name="Tìm xã")
    search.fill("tran lam")
    found = page.locator("#found").get_by_role("option")
    expect(found.first).to_contain_text("Xã Trần Lãm")
    expect(found).to_have_count(2)
    search.press("Enter")
    expect(page.locator(".unit-line b")).to_have_text("Xã Trần Lãm")
    search.fill("20,46; 106,31")
    search.press("Enter")
    expect(page.locator(".why h2")).to_be_visible()


def test_a_failed_answer_says_why_and_is_asked_for_again(look: Looking) -> None:
    visit = look()
    problem = {"title": "Bận", "detail": "Đang có quá nhiều yêu cầu.", "remedy": "Thử lại sau 5 giây."}
    visit.page.route("**/api/coverage?*", lambda route: route.fulfill(status=429, json=problem))
    page = visit.open()
    failed = page.get_by_role("alert")
    expect(failed).to_contain_text("Đang có quá nhiều yêu cầu. Thử lại sau 5 giây.")
    page.unroute("**/api/coverage?*")
    failed.get_by_role("button", name="Thử lại").click()
    expect(page.locator("h1")).to_contain_text("người dân đến được")


def test_an_old_answer_stays_faded_until_the_new_one_is_there(look: Looking) -> None:
    visit = _opened(look)
    page = visit.page
    held: list[Any] = []
    page.route("**/api/coverage?*walk*", lambda route: held.append(route))  # noqa: PLW0108 a bound method of a list is no handler
    page.get_by_role("combobox", name="Cách đi").select_option("mode:walk")
    expect(page.locator(".told.old h1")).to_contain_text("trong 10\u00a0phút")
    expect(page.locator(".told")).to_have_attribute("aria-busy", "true")
    wait_until(lambda: len(held) > 0, "the question")
    held[0].continue_()
    expect(page.locator(".told:not(.old) h1")).to_contain_text("trong 15\u00a0phút đi bộ")


@pytest.mark.slow
def test_a_token_shows_homes_and_is_kept_in_memory_only(look: Looking, service: Service) -> None:
    token = service.token("planner")
    visit = _opened(look)
    page = visit.page
    page.get_by_role("button", name="Mã truy cập").click()
    field = page.get_by_label("Mã truy cập", exact=True)
    field.fill("not a token")
    page.get_by_role("button", name="Dùng mã này").click()
    expect(page.locator("dialog [role=alert]")).not_to_be_empty()
    field.fill(token)
    page.get_by_role("button", name="Dùng mã này").click()
    expect(page.locator("dialog")).not_to_be_visible()
    expect(page.locator(".on-map .legend")).to_contain_text("từng điểm dân cư")
    kept = "[JSON.stringify(localStorage), JSON.stringify(sessionStorage), document.cookie, location.href]"
    assert token not in "".join(page.evaluate(kept))
    assert [url for url in visit.requests if token in url] == []
    page.reload()
    visit.wait_for_answer()
    expect(page.locator(".on-map .legend")).to_contain_text("Người ở ngoài, ô")
    expect(page.get_by_role("button", name="Mã truy cập")).to_have_attribute("aria-pressed", "false")
