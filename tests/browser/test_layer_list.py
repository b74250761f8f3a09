"""The list of layers: found, folded, ordered, faded, told in numbers, taken along; each with its troubles."""

import re

from playwright.sync_api import Page, expect

from tests.browser.gate import Gate
from tests.browser.visit import Looking, wait_until

OFFICES, COMMUNES, ROADS = "one_stop_office", "commune", "roads"


def order(page: Page) -> list[str]:
    """Give the layers on the map by their lowest part that is drawn above the ground, from the top down."""
    ids = page.evaluate("gisMap.order().filter((id) => id.endsWith(':area'))")
    return [
        id_.removesuffix(":area") for id_ in reversed(ids) if id_.split(":")[0] in {OFFICES, COMMUNES, ROADS}
    ]


def test_a_layer_is_found_by_words_and_groups_fold(look: Looking) -> None:
    page = look().open("/?lang=vi&view=layers")
    rows = page.locator(".group .layer")
    expect(page.get_by_role("checkbox", name="Bộ phận một cửa")).to_be_visible()
    every = rows.count()
    page.get_by_role("button", name="Thu gọn các nhóm").click()
    expect(page.get_by_role("checkbox", name="Bộ phận một cửa")).to_be_hidden()
    box = page.get_by_role("searchbox", name="Tìm lớp")
    box.fill("mot cua")
    expect(rows).to_have_count(1)
    expect(page.get_by_role("checkbox", name="Bộ phận một cửa")).to_be_visible()
    box.fill("xyzzy")
    expect(page.locator(".layers")).to_contain_text("Không có lớp nào khớp.")
    box.press("Escape")
    expect(rows).to_have_count(every)
    page.locator(".group", has=page.locator(f"input[name={OFFICES}]")).locator("summary").click()
    expect(page.get_by_role("checkbox", name="Bộ phận một cửa")).to_be_visible()


def test_layers_lie_as_the_reader_puts_them_by_keys_and_by_hand_and_the_link_keeps_it(look: Looking) -> None:
    visit = look()
    page = visit.open(f"/?lang=vi&view=layers&layers={OFFICES},{COMMUNES},{ROADS}&fade={ROADS}*60")
    stack = page.locator(".stack li")
    expect(stack).to_have_count(3)
    assert order(page) == [OFFICES, ROADS, COMMUNES]
    up = page.get_by_role("button", name="Đưa lên: Xã, phường hiện nay")
    up.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    wait_until(lambda: order(page) == [COMMUNES, OFFICES, ROADS], "communes on top")
    expect(up).to_be_focused()
    expect(page.locator(".stack [aria-live]")).to_have_text("Xã, phường hiện nay: thứ 1 trên 3")
    grip = page.locator(f".stack li[data-id={ROADS}] .grip").bounding_box()
    first = stack.first.bounding_box()
    assert grip is not None
    assert first is not None
    page.mouse.move(grip["x"] + 5, grip["y"] + 10)
    page.mouse.down()
    page.mouse.move(grip["x"] + 5, first["y"] + 30, steps=3)
    page.mouse.move(grip["x"] + 5, first["y"] + 2, steps=3)
    page.mouse.up()
    wait_until(lambda: order(page) == [ROADS, COMMUNES, OFFICES], "roads on top")
    expect(page).to_have_url(re.compile(rf"order={ROADS},{COMMUNES},{OFFICES}&fade={ROADS}\*60"))
    visit.open(page.url.split("#")[0].removeprefix(visit.service))
    assert order(page) == [ROADS, COMMUNES, OFFICES]
    assert page.evaluate(f"gisMap.paint('{ROADS}:line', 'line-opacity')") == 0.6
    assert visit.complaints == []


def test_a_card_tells_numbers_source_and_files_of_a_layer(look: Looking) -> None:
    visit = look()
    page = visit.open(f"/?lang=vi&view=layers&layers={COMMUNES},{ROADS}")
    page.get_by_role("button", name="Chi tiết: Đường", exact=True).click()
    card = page.locator(".layer-card")
    expect(card.locator(".classes tr", has_text="quốc lộ")).to_contain_text("1")
    expect(card.locator(".classes tr.missing")).to_contain_text("Không có số liệu")
    card.get_by_label("Theo").select_option("width_m")
    expect(card.locator(".classes tr.zero")).to_contain_text("Bằng 0")
    expect(card.locator("dl")).to_contain_text(re.compile(r"Cập nhật\s*\d\d/\d\d/\d{4}, bản \d+"))
    expect(card.locator("dl")).to_contain_text("CC0-1.0")
    card.get_by_role("button", name="Kiểm tra bây giờ").click()
    expect(card.locator("dl").get_by_role("status")).to_contain_text(re.compile(r"\d+ lỗi, \d+ cảnh báo"))
    slider = card.get_by_label("Độ đậm")
    slider.focus()
    page.keyboard.press("Home")
    wait_until(lambda: page.evaluate(f"gisMap.paint('{ROADS}:line', 'line-opacity')") == 0.1, "faint roads")
    card.get_by_label("Dạng tệp").select_option("csv")
    card.get_by_label("chỉ phần đang thấy").check()
    with page.expect_download() as download:
        card.get_by_role("link", name="Tải về").click()
    assert re.fullmatch(r"Đường \(roads_generated_v\d+_part\)\.csv", download.value.suggested_filename)
    card.get_by_role("button", name="Chỉ lớp này").click()
    expect(page.locator(".stack li")).to_have_count(1)


def test_a_slow_layer_and_a_closed_one_leave_the_others_alone(look: Looking) -> None:
    visit = look()
    slow = Gate(visit.page, f"/collections/{COMMUNES}/tiles/")
    visit.page.route(f"**/collections/{ROADS}/tiles/**", lambda route: route.fulfill(status=403, json={}))
    page = visit.page
    page.goto(f"{visit.service}/?lang=vi&view=layers&layers={OFFICES},{COMMUNES},{ROADS}")
    wait_until(lambda: bool(page.evaluate("window.gisMap?.rendered('one_stop_office') > 0")), "the offices")
    row = page.locator(".group li", has=page.locator(f"input[name={COMMUNES}]"))
    expect(row).to_contain_text("đang tải…")
    refused = page.locator(".group li", has=page.locator(f"input[name={ROADS}]")).get_by_role("alert")
    expect(refused).to_contain_text("Bạn không xem được lớp này")
    slow.open()
    expect(row).not_to_contain_text("đang tải…")
    page.unroute(f"**/collections/{ROADS}/tiles/**")
    refused.get_by_role("button", name="Thử lại").click()
    expect(refused).to_have_count(0)
    wait_until(lambda: visit.rendered(ROADS) > 0, "the roads")
