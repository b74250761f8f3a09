"""A question that changes: all that is shown belongs to one question until the next answer is whole."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.gate import Gate
from tests.browser.visit import Looking, Visit, wait_until

pytestmark = pytest.mark.browser

NEAR = (106.288, 20.443)
FAR = (106.33, 20.47)
LIMIT = "Giới hạn của tiêu chuẩn"


def _opened(look: Looking, path: str = "/?lang=vi") -> Visit:
    visit = look()
    visit.open(path)
    visit.wait_for_answer()
    wait_until(lambda: visit.page.locator(".delta").count() == 1, "the comparison")
    wait_until(lambda: visit.drawn("outside:") > 0, "people outside")
    return visit


def _choose(page: Page, label: str, option: str) -> None:
    page.get_by_role("combobox", name=label).select_option(option)


def test_a_new_sentence_never_stands_beside_the_cells_and_the_comparison_of_the_old(look: Looking) -> None:
    visit = _opened(look)
    page = visit.page
    gate = Gate(page, r"/api/coverage(/cells\?|\?.*&at=)")
    page.get_by_role("slider", name=LIMIT).press("ArrowLeft")
    expect(page.locator(".told:not(.old) h1")).to_contain_text("trong 9\u00a0phút")
    gate.wait_for(2, "the questions around the answer")
    visit.wait_for_map()
    assert visit.drawn("outside:") == 0
    assert page.locator(".delta").count() == 0
    assert page.locator(".curve .other").count() == 0
    gate.open()
    expect(page.locator(".delta")).to_be_visible()
    expect(page.locator(".curve path.other").first).to_be_attached()
    wait_until(lambda: visit.drawn("outside:") > 0, "people outside")


@pytest.mark.parametrize(
    ("label", "option", "asked"),
    [
        ("Ai", "age_60", "groups=age_60"),
        pytest.param("Theo", "communes_2024", "vintage=communes_2024", marks=pytest.mark.slow),
    ],
)
def test_the_old_answer_keeps_its_own_words_until_the_new_one_is_there(
    look: Looking, label: str, option: str, asked: str
) -> None:
    visit = _opened(look)
    page = visit.page
    shown = (
        page.locator("h1"),
        page.locator(".delta"),
        page.locator(".zones"),
        page.locator(".on-map .ramp"),
    )
    before = [one.inner_text() for one in shown]
    gate = Gate(page, rf"/api/coverage\?.*{asked}")
    _choose(page, label, option)
    gate.wait_for(1, "the question")
    expect(page.locator(".told.old")).to_be_visible()
    visit.wait_for_map()
    assert [one.inner_text() for one in shown] == before
    wait_until(lambda: visit.drawn("units:commune:area") > 0, "the units")
    gate.open()
    expect(page.locator(".told:not(.old)")).to_be_visible()
    expect(page.locator("h1" if label == "Ai" else ".zones")).not_to_have_text(
        before[0 if label == "Ai" else 2]
    )


def test_the_old_state_keeps_its_places_and_its_comparison(look: Looking) -> None:
    visit = _opened(look)
    page = visit.page
    gate = Gate(page, r"/api/coverage\?")
    page.get_by_role("button", name="4 điểm + 5 điểm phụ").click()
    gate.wait_for(1, "the question")
    visit.wait_for_map()
    expect(page.locator(".told.old .delta")).to_contain_text("so với 16 điểm")
    expect(page.locator(".on-map .legend")).not_to_contain_text("Điểm phụ")
    expect(page.locator(".curve .key")).not_to_contain_text("điểm phụ")
    assert visit.drawn("facility:branch") == 0
    gate.open()
    expect(page.locator(".on-map .legend")).to_contain_text("Điểm phụ")
    wait_until(lambda: visit.drawn("facility:branch") == 5, "the branches")


@pytest.mark.slow
def test_another_service_makes_the_answer_old_before_its_places_are_known(look: Looking) -> None:
    visit = _opened(look)
    page = visit.page
    gate = Gate(page, r"/collections/health_station/items")
    _choose(page, "Dịch vụ", "health_station")
    gate.wait_for(1, "the places")
    expect(page.locator(".told.old h1")).to_contain_text("bộ phận một cửa")
    expect(page.locator(".on-map .legend")).to_contain_text("Bộ phận một cửa")
    gate.open()
    expect(page.locator(".told:not(.old) h1")).to_contain_text("trạm y tế")


@pytest.mark.slow
@pytest.mark.parametrize("state", ["before", "branches"])
def test_a_state_whose_places_cannot_be_read_is_never_answered_by_today(look: Looking, state: str) -> None:
    visit = look()
    page = visit.page
    page.route(
        re.compile("/collections/one_stop_office/items"),
        lambda route: route.fulfill(status=503, json={"detail": "Bận."}),
    )
    visit.open(f"/?lang=vi&state={state}")
    failed = page.locator(".answer [role=alert]")
    expect(failed).to_contain_text("Chưa đọc được danh sách các điểm")
    expect(failed).to_contain_text("Bận.")
    assert page.locator("h1").count() == 0
    assert [url for url in visit.requests if "/api/coverage?" in url] == []
    page.unroute_all()
    failed.get_by_role("button", name="Thử lại").click()
    expect(page.locator("h1")).to_contain_text("người dân đến được")
    expect(page).to_have_url(re.compile(f"state={state}"))


@pytest.mark.slow
def test_no_empty_card_stands_at_a_place_while_the_question_has_no_meaning(look: Looking) -> None:
    visit = look()
    page = visit.page
    page.route(
        re.compile("/collections/one_stop_office/items"),
        lambda route: route.fulfill(status=503, json={"detail": "Bận."}),
    )
    visit.open("/?lang=vi&state=before&place=106.31,20.46")
    failed = page.locator(".answer [role=alert]")
    expect(failed).to_contain_text("Bận.")
    expect(page.locator(".maplibregl-popup")).to_have_count(0)
    page.unroute_all()
    failed.get_by_role("button", name="Thử lại").click()
    expect(page.locator(".maplibregl-popup .why h2")).to_be_visible()


@pytest.mark.slow
def test_an_answer_that_is_long_in_being_replaced_is_told_with_its_question_and_age(look: Looking) -> None:
    visit = _opened(look)
    page = visit.page
    gate = Gate(page, r"/api/coverage\?.*limit=540")
    page.get_by_role("slider", name=LIMIT).press("ArrowLeft")
    gate.wait_for(1, "the question")
    earlier = page.locator(".answer .earlier")
    expect(earlier).to_contain_text("10\u00a0phút bằng xe máy")
    expect(earlier).to_contain_text(re.compile(r"nhận lúc \d+:\d\d\)"))
    gate.open()
    expect(page.locator(".told:not(.old) h1")).to_contain_text("trong 9\u00a0phút")
    expect(earlier).to_have_count(0)


@pytest.mark.slow
def test_a_busy_service_is_asked_again_before_the_reader_is_troubled(look: Looking) -> None:
    visit = look()
    page = visit.page
    page.route(
        re.compile(r"/api/coverage\?"),
        lambda route: route.fulfill(status=503, headers={"Retry-After": "1"}, json={"detail": "Bận."}),
        times=1,
    )
    visit.open()
    expect(page.locator("h1")).to_contain_text("người dân đến được")
    assert page.locator(".answer [role=alert]").count() == 0


def test_a_failure_leaves_the_last_answer_and_says_which_question_it_is_for(look: Looking) -> None:
    visit = _opened(look)
    page = visit.page
    page.route(
        re.compile(r"/api/coverage\?.*limit=540"),
        lambda route: route.fulfill(status=503, json={"detail": "Bận."}),
    )
    page.get_by_role("slider", name=LIMIT).press("ArrowLeft")
    failed = page.locator(".answer [role=alert]")
    expect(failed).to_contain_text("Bận.")
    expect(page.locator(".told.old h1")).to_contain_text("trong 10\u00a0phút")
    expect(page.locator(".answer .earlier")).to_contain_text("10\u00a0phút bằng xe máy")
    expect(page.locator(".answer .earlier")).to_contain_text("4 điểm · 2025")
    page.unroute_all()
    failed.get_by_role("button", name="Thử lại").click()
    expect(page.locator(".told:not(.old) h1")).to_contain_text("trong 9\u00a0phút")
    expect(failed).to_have_count(0)


@pytest.mark.slow
def test_an_answer_without_its_people_outside_says_so(look: Looking) -> None:
    visit = look()
    page = visit.page
    page.route(re.compile("/api/coverage/cells"), lambda route: route.fulfill(status=503, json={}))
    visit.open()
    failed = page.locator(".answer [role=alert]")
    expect(failed).to_contain_text("Chưa tải hết")
    expect(page.locator(".told:not(.old) h1")).to_contain_text("người dân đến được")
    page.unroute_all()
    failed.get_by_role("button", name="Thử lại").click()
    expect(failed).to_have_count(0)
    wait_until(lambda: visit.drawn("outside:") > 0, "people outside")


@pytest.mark.slow
def test_a_late_why_is_not_heard(look: Looking) -> None:
    visit = _opened(look)
    page = visit.page
    gate = Gate(page, "/api/coverage/why")
    visit.click(*NEAR)
    gate.wait_for(1, "the first place")
    page.keyboard.press("Escape")
    visit.click(*FAR)
    gate.wait_for(2, "the second place")
    gate.open()
    expect(page.locator(".why h2")).to_be_visible()
    chosen = page.locator(".zones .chosen")
    expect(chosen).to_have_count(1)
    expect(chosen).not_to_contain_text("Xã Đông Thuỵ")
    page.keyboard.press("Escape")
    expect(page.locator(".why")).to_have_count(0)
    expect(chosen).to_have_count(0)


@pytest.mark.slow
def test_a_why_that_fails_is_asked_for_again(look: Looking) -> None:
    visit = _opened(look)
    page = visit.page
    page.route(
        re.compile("/api/coverage/why"), lambda route: route.fulfill(status=503, json={"detail": "Bận."})
    )
    visit.click(*NEAR)
    failed = page.locator(".why [role=alert]")
    expect(failed).to_contain_text("Bận.")
    page.unroute_all()
    failed.get_by_role("button", name="Thử lại").click()
    expect(page.locator(".why h2")).to_be_visible()


def test_the_file_holds_every_unit_and_is_not_offered_beside_an_old_answer(look: Looking) -> None:
    visit = _opened(look)
    page = visit.page
    counts = [int(text.split()[0]) for text in page.locator(".on-map .ramp small").all_inner_texts()]
    some = next(index for index, count in enumerate(counts) if 0 < count < sum(counts))
    page.locator(".on-map .ramp button").nth(some).click()
    expect(page.locator(".zones tbody tr")).to_have_count(counts[some])
    offer = page.get_by_role("button", name="Tải bảng (CSV)")
    with page.expect_download() as waiting:
        offer.click()
    assert len(waiting.value.path().read_text("utf-8-sig").splitlines()) == 1 + sum(counts)
    gate = Gate(page, r"/api/coverage\?")
    _choose(page, "Ai", "age_60")
    gate.wait_for(1, "the question")
    expect(offer).to_be_disabled()
    expect(offer).to_have_attribute("title", re.compile("."))
    gate.open()
    expect(offer).to_be_enabled()


def test_generated_data_is_said_in_sentence_title_and_address(look: Looking) -> None:
    visit = _opened(look)
    page = visit.page
    expect(page.locator("h1")).to_contain_text("(dữ liệu minh hoạ)")
    expect(page).to_have_title(re.compile(r"\(dữ liệu minh hoạ\)"))
    expect(page).to_have_url(re.compile("data=generated"))
    page.get_by_role("link", name="EN, English").click()
    expect(page.locator("h1")).to_contain_text("(generated data)")
    expect(page).to_have_title(re.compile(r"\(generated data\)"))


@pytest.mark.slow
def test_a_link_carries_layers_and_the_filter_of_the_legend(look: Looking) -> None:
    visit = _opened(look)
    page = visit.page
    page.locator(".on-map .ramp button").nth(1).click()
    page.get_by_role("button", name="Lớp dữ liệu").click()
    page.locator("input[name=health_station]").check()
    page.locator("input[name=settlement]").check()
    expect(page).to_have_url(re.compile("class=1"))
    expect(page).to_have_url(re.compile("layers=health_station,settlement"))
    other = look()
    other.open(page.url.removeprefix(visit.service))
    expect(other.page.locator("input[name=health_station]")).to_be_checked()
    expect(other.page.locator("input[name=settlement]")).to_be_checked()
    other.page.get_by_role("button", name="Phủ dịch vụ").click()
    expect(other.page.locator(".on-map .ramp button").nth(1)).to_have_attribute("aria-pressed", "true")


def test_a_place_beyond_the_world_in_a_link_is_ignored(look: Looking) -> None:
    visit = _opened(look, "/?lang=vi&place=999,999&class=77&layers=nowhere")
    page = visit.page
    assert page.locator(".map-failed").count() == 0
    assert page.locator(".why").count() == 0
    expect(page).not_to_have_url(re.compile("place=|class=|layers="))


@pytest.mark.slow
def test_the_link_to_the_other_language_opens_what_is_asked_now(look: Looking) -> None:
    visit = _opened(look)
    page = visit.page
    _choose(page, "Ai", "age_60")
    page.locator(".canvas canvas").press("+")
    visit.wait_for_map()
    link = page.get_by_role("link", name="EN, English")
    with visit.context.expect_page() as opening:
        link.click(modifiers=["ControlOrMeta"])
    asked = opening.value
    expect(asked).to_have_url(re.compile(r"lang=en.*group=age_60"))
    assert asked.url.split("#")[1] == page.url.split("#")[1]


@pytest.mark.slow
def test_a_slow_list_of_layers_in_the_old_language_comes_to_nothing(look: Looking) -> None:
    visit = look()
    visit.open("/?lang=vi&view=layers")
    page = visit.page
    gate = Gate(page, r"/api/collections\?", lambda request: request.headers.get("accept-language") == "en")
    page.get_by_role("link", name="EN, English").click()
    gate.wait_for(1, "the list in English")
    page.get_by_role("link", name="VI, Tiếng Việt").click()
    expect(page.locator(".layers")).to_contain_text("Bộ phận một cửa")
    with page.expect_event("requestfinished"):
        gate.open()
    page.evaluate("fetch('/healthz').then((answer) => answer.text())")
    expect(page.locator(".layers")).to_contain_text("Bộ phận một cửa")


@pytest.mark.slow
def test_the_short_switch_of_a_phone_is_named_in_full(look: Looking) -> None:
    visit = look(390, 844)
    visit.open()
    for name, short in (("4 điểm · 2025", "4 · 2025"), ("4 điểm + 5 điểm phụ", "4 + 5")):
        choice = visit.page.get_by_role("button", name=name, exact=True)
        expect(choice.locator("[aria-hidden=true]")).to_have_text(short)


def test_a_service_that_comes_is_asked_about_by_its_own_means(look: Looking) -> None:
    visit = look()
    visit.open("/?lang=en&standard=fire_station_car_10min&mode=walk")
    way = visit.page.get_by_role("combobox", name="How")
    expect(way).to_have_value("mode:car")
    assert way.locator("optgroup[label='By travel time'] option").all_inner_texts() == ["Car"]
    expect(visit.page).not_to_have_url(re.compile("mode="))


def test_a_card_says_who_comes_and_from_where(look: Looking) -> None:
    visit = _opened(look)
    page = visit.page

    def comes(route: Route) -> None:
        answer = route.fetch()
        why = answer.json()
        why["rule"]["direction"] = "from_facility"
        route.fulfill(response=answer, json=why)

    page.route(re.compile("/api/coverage/why"), comes)
    visit.click(*NEAR)
    card = page.locator(".why")
    expect(card).to_contain_text("Đến từ: Một cửa xã Đông Thuỵ")
    expect(card).to_contain_text("nhanh thứ hai")
    expect(card).to_contain_text("vào nhà")
