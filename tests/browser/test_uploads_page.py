"""Uploads in a real browser: dropped, cut, looked at, mended and published."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, FilePayload, Page, Route, expect
from sqlalchemy import text

from gis_service.db.engine import open_engine, transaction
from gis_service.services import users
from gis_service.services.accounts import Role
from tests.browser.barriers import barriers
from tests.browser.conftest import Service
from tests.browser.test_account_pages import PASSWORD, fill_in

pytestmark = pytest.mark.browser

PART = 8 << 20
"""Bytes that go out at once."""
Open = Callable[..., Page]


def points(*codes: str | None) -> bytes:
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [106.3 + number / 50, 20.45]},
            "properties": {"code": code, "ten": f"Điểm {code}"},
        }
        for number, code in enumerate(codes)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


@pytest.fixture(scope="module")
def staff(service: Service) -> Iterator[str]:
    """Give the login of somebody of GIS staff."""
    engine = open_engine(service.environment["GIS_DATABASE_URL"])
    with transaction(engine) as connection:
        account = users.add(connection, "hoa.tep", Role.GIS_STAFF, "Chị Hoa")
        users.set_password(connection, account, PASSWORD, "Thái Bình")
    yield "hoa.tep"
    with transaction(engine) as connection:
        connection.execute(text("DELETE FROM gis.upload WHERE account = :id"), {"id": account.id})
    engine.dispose()


@pytest.fixture(scope="module")
def cookies(service: Service, browser: Browser, staff: str) -> list[object]:
    """Sign in once for all tests."""
    context = browser.new_context(locale="vi-VN")
    page = context.new_page()
    page.goto(service.url + "/sign-in?next=/uploads")
    fill_in(page, login=staff, password=PASSWORD)
    expect(page).to_have_title("Tải dữ liệu lên · Thái Bình")
    kept: list[object] = list(context.cookies())
    context.close()
    return kept


@pytest.fixture
def visit(browser: Browser, cookies: list[object]) -> Iterator[Open]:
    """Give a function that opens a browser in which somebody of GIS staff has signed in."""
    contexts: list[BrowserContext] = []

    def make(width: int = 1440, height: int = 900, **more: object) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            locale="vi-VN",
            **more,  # type: ignore[arg-type]
        )
        context.add_cookies(cookies)  # type: ignore[arg-type]
        contexts.append(context)
        return context.new_page()

    yield make
    for context in contexts:
        context.close()


def bring(page: Page, service: Service, content: bytes, name: str = "điểm.geojson") -> None:
    """Bring in a file by the plain form, which is looked through before the answer."""
    page.goto(service.url + "/uploads?lang=vi")
    token = page.locator("#drop input[name=form_token]").get_attribute("value")
    file = FilePayload(name=name, mimeType="application/json", buffer=content)
    sent = page.request.post(
        service.url + "/uploads?lang=vi", multipart={"form_token": token or "", "file": file}
    )
    page.goto(sent.url)


@pytest.mark.parametrize(
    ("width", "height", "scheme"),
    [(1440, 900, "light"), pytest.param(390, 844, "dark", marks=pytest.mark.slow)],
)
def test_a_file_is_mended_with_clicks_and_published(
    service: Service, visit: Open, width: int, height: int, scheme: str
) -> None:
    page = visit(width, height, color_scheme=scheme)
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    bring(page, service, points("a", "b", "b", "a", "c"))
    sentence = page.locator("#sentence")
    expect(sentence).to_contain_text("5 đối tượng, không thấy lỗi; chưa có gì được công bố.")
    expect(page.locator("#map circle.feature")).to_have_count(5)
    page.locator("#target-choice").focus()
    page.locator("#target-choice").select_option(":new")
    expect(page.locator("#definition-id")).to_be_visible()
    # What had the focus keeps it, so that the keyboard goes on from there.
    expect(page.locator("#target-choice")).to_be_focused()
    page.locator("#definition-id").fill(f"thu_tep_{width}")
    page.locator("#definition-source-vi").fill("Sở Xây dựng")
    page.locator("#definition-licence").fill("CC-BY-4.0")
    page.locator("#definition-key").select_option("code")
    page.locator("#target button").click()
    expect(sentence).to_contain_text("5 đối tượng, 4 trong đó có lỗi")
    expect(page.locator("#findings")).to_contain_text("Trùng khoá")
    expect(page.locator(".commit button.main")).to_be_disabled()
    assert barriers(page) == []
    page.locator("#definition-key").select_option("")
    page.locator("#target button").click()
    expect(sentence).to_contain_text("không thấy lỗi")
    page.locator("#message").fill("lần đầu")
    # What was typed and not kept yet comes first; only then it is published.
    page.locator(".commit button.main").click()
    expect(page.locator("main:not([data-unsent])")).to_have_count(1)
    page.locator(".commit button.main").click()
    expect(sentence).to_contain_text("Đã công bố")
    page.get_by_role("link", name="Xem lịch sử lớp").click()
    expect(page.locator(".versions")).to_contain_text("lần đầu")
    picture = page.locator(".versions img").first
    assert picture.evaluate("async image => { await image.decode(); return image.naturalWidth; }") == 640
    assert barriers(page) == []
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    page.get_by_role("link", name="Chất lượng dữ liệu").click()
    expect(page.locator("h1")).to_contain_text("5 đối tượng")
    assert barriers(page) == []
    assert complaints == []


def test_a_file_that_was_cut_goes_on_after_a_reload(service: Service, visit: Open, tmp_path: Path) -> None:
    file = tmp_path / "lớn.geojson"
    content = points("a", "b")
    file.write_bytes(content + b" " * (PART + 1_000_000 - len(content)))
    page = visit()
    sent: list[str] = []

    def cut(route: Route) -> None:
        offset = route.request.headers.get("upload-offset")
        if route.request.method == "PATCH":
            sent.append(str(offset))
        if route.request.method == "PATCH" and offset != "0":
            route.abort("connectionreset")
        else:
            route.continue_()

    page.goto(service.url + "/uploads?lang=vi")
    page.route("**/api/uploads/*", cut)
    page.locator("#file").set_input_files(file)
    expect(page.locator("#moving")).to_contain_text("mất kết nối; tự gửi tiếp khi có lại")
    assert sent[:2] == ["0", str(PART)]
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect(page.locator(".files")).to_contain_text("Chọn lại đúng tệp này ở trên để gửi tiếp.")
    assert barriers(page) == []
    page.unroute("**/api/uploads/*")
    with page.expect_request(lambda request: request.method == "PATCH") as going_on:
        page.locator("#file").set_input_files(file)
    assert going_on.value.headers["upload-offset"] == str(PART)
    expect(page).to_have_url(re.compile(r"/uploads/[0-9a-f-]{36}\?lang=vi$"))
    expect(page.locator("#sentence")).to_contain_text("Đang xem tệp")


def test_several_files_go_out_rest_and_are_given_up(service: Service, visit: Open) -> None:
    page = visit(390, 844)
    page.goto(service.url + "/uploads?lang=vi")
    held: list[Route] = []
    page.route(
        "**/api/uploads/*",
        lambda route: held.append(route) if route.request.method == "PATCH" else route.continue_(),
    )
    files = [FilePayload(name=f"{n}.geojson", mimeType="application/json", buffer=points("a")) for n in "xy"]
    page.locator("#file").set_input_files(files)
    first, second = page.locator("#moving li").all()
    first.get_by_role("button", name="Tạm dừng").click()
    expect(first).to_contain_text("đã tạm dừng")
    second.get_by_role("button", name="Huỷ").click()
    expect(second).to_contain_text("đã huỷ")
    page.unroute("**/api/uploads/*")
    first.get_by_role("button", name="Gửi tiếp").click()
    expect(first.get_by_role("link", name="Xem tệp")).to_be_visible()
    assert barriers(page) == []
    assert held


def test_a_place_is_given_by_a_click_on_the_map(service: Service, visit: Open) -> None:
    page = visit()
    bring(page, service, points("a", "b"))
    # A row that waits for a place, as the page of a list without coordinates has it.
    fields = "".join(f'<input id="{side}" name="{side}.1" data-place="{side}">' for side in ("lon", "lat"))
    put = "fields => document.querySelector('#columns').insertAdjacentHTML('beforeend', fields)"
    page.evaluate(put, f"<span>{fields}</span>")
    page.locator("#lon").focus()
    page.locator("#map").click(position={"x": 100, "y": 100})
    lon, lat = (float(page.locator(side).input_value()) for side in ("#lon", "#lat"))
    assert 106 < lon < 107
    assert 20 < lat < 21
    expect(page.locator("#map .given")).to_have_count(1)


def test_columns_of_coordinates_are_chosen_by_a_click(service: Service, visit: Open) -> None:
    page = visit()
    bring(page, service, b"code,c1,c2\na,20.40,106.30\nb,20.41,106.31\nc,x,106.32\n", "b.csv")
    expect(page.locator("#coordinates")).to_contain_text("không cột nào có tên toạ độ")
    page.get_by_role("radio", name="c2, c1").check()
    expect(page.get_by_role("radio", name="c2, c1 bạn đã chọn")).to_be_checked()
    expect(page.locator("#findings")).to_contain_text("c1 = 'x'")
    assert barriers(page) == []
    page.locator("#coordinates-x").select_option("c1")
    page.locator("#coordinates-y").select_option("c2")
    page.locator("#coordinates button").click()
    expect(page.get_by_role("radio", name="c1, c2 bạn đã chọn")).to_be_checked()


def test_enter_keeps_what_was_typed_and_takes_none_of_the_columns_asked_about(
    service: Service, visit: Open
) -> None:
    page = visit()
    content = json.loads(points("a"))
    content["features"][0]["properties"] = {"code": "a", "Name": "một", "NAME": "hai"}
    bring(page, service, json.dumps(content).encode())
    page.locator("#target-choice").select_option("market")
    asked = page.locator("button[name=take]")
    expect(asked).to_have_count(3)
    page.locator("#message").fill("đợt 2")
    page.locator("#message").press("Enter")
    expect(page.locator("main:not([data-unsent])")).to_have_count(1)
    expect(page.locator("#message")).to_have_value("đợt 2")
    expect(page.locator("#message")).to_be_focused()
    expect(asked).to_have_count(3)


def test_without_a_script_the_forms_do_the_same(service: Service, visit: Open, tmp_path: Path) -> None:
    file = tmp_path / "điểm.geojson"
    file.write_bytes(points("a", "b"))
    page = visit(390, 844, java_script_enabled=False)
    page.goto(service.url + "/uploads?lang=vi")
    page.locator("#file").set_input_files(file)
    page.get_by_role("button", name="Tải lên và kiểm tra").click()
    expect(page.locator("#sentence")).to_contain_text("2 đối tượng, không thấy lỗi")
    page.locator("#target-choice").select_option("market")
    page.locator("#target button").click()
    expect(page.locator("#columns select")).to_have_count(2)
    page.get_by_role("button", name="Nhận mọi đề xuất").click()
    expect(page.locator("#columns select").nth(1)).to_have_value("name")
    page.get_by_text("Bỏ tệp này").click()
    page.get_by_role("button", name="Bỏ tệp").click()
    expect(page).to_have_title("Tải dữ liệu lên · Thái Bình")
