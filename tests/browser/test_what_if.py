"""What if, on the map: places added, dragged and closed, the difference followed, taken back, kept."""

import json
import re
import urllib.request
from typing import Any

import pytest
from playwright.sync_api import expect
from pyproj import Transformer

from tests.browser.conftest import Service
from tests.browser.visit import Looking, Visit, wait_until
from tests.small_province import X, Y
from tests.street import METRIC

pytestmark = pytest.mark.browser

FAR = (106.32, 20.47)
"""A place that no office is near to on foot."""
VIEW = "/?lang=vi&view=whatif&standard=one_stop_office_walk_15min"
ADDED = re.compile(r"edits=an1_")


def _opened(look: Looking, path: str = VIEW, width: int = 1440, height: int = 900) -> Visit:
    visit = look(width, height)
    visit.open(path)
    wait_until(lambda: visit.drawn("facility:open") == 4, "the offices of today")
    return visit


def _settled(visit: Visit) -> None:
    told = "document.querySelector('.told-change')"
    is_so = f"{told} !== null && !{told}.classList.contains('old')"
    wait_until(lambda: bool(visit.page.evaluate(is_so)), "a difference")


def _difference(
    service: str, edits: list[dict[str, Any]], token: str | None = None, **asked_for: object
) -> dict[str, Any]:
    """Ask the service itself; with a token as whoever has it."""
    body = {
        "standard": "one_stop_office_walk_15min",
        "vintage": "communes_2025",
        **asked_for,
        "edits": edits,
    }
    headers = {"Content-Type": "application/json"}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    asked = urllib.request.Request(  # noqa: S310 loopback
        f"{service}/api/what-if", json.dumps(body).encode(), headers
    )
    with urllib.request.urlopen(asked) as answer:  # noqa: S310 loopback
        told: dict[str, Any] = json.load(answer)
        return told


def _offices(service: str) -> list[dict[str, Any]]:
    with urllib.request.urlopen(f"{service}/api/collections/one_stop_office/items?limit=100") as answer:  # noqa: S310 loopback
        found: list[dict[str, Any]] = json.load(answer)["features"]
        return [one for one in found if not one["properties"].get("open_to")]


def _number(text: str) -> int:
    return int(re.sub(r"\D", "", text))


def test_a_place_is_added_by_a_press_and_told_as_the_service_tells_it(look: Looking) -> None:
    visit = _opened(look)
    page = visit.page
    expect(page.locator("h1")).to_contain_text("Thêm, kéo hoặc đóng một điểm")
    page.get_by_role("button", name="Thêm điểm").click()
    expect(page.get_by_role("status")).to_contain_text("Bấm lên bản đồ")
    visit.click(*FAR)
    expect(page).to_have_url(ADDED)
    _settled(visit)
    found = re.search(r"an1_([\d.]+)_([\d.]+)", page.url)
    assert found is not None
    place = {"type": "Point", "coordinates": [float(one) for one in found.groups()]}
    told = _difference(visit.service, [{"op": "add", "tmp_id": "n1", "geometry": place}])
    won = told["totals"]["all"]["won"]
    assert won > 0
    gain = page.locator(".gain").first
    expect(gain).to_contain_text("người đến được bộ phận một cửa trong 15\u00a0phút đi bộ")
    assert _number(gain.inner_text().split(" người")[0]) == won
    wait_until(lambda: visit.drawn("edits:new") == 1, "the new place")
    rows = page.get_by_role("region", name="Ai được thêm, ai mất").locator("tbody tr")
    zones = {zone["name"]: zone["won"] for zone in told["zones"]}
    shown = [text.split("\t") for text in rows.all_inner_texts()]
    assert {name: _number(gained) for name, gained, _ in shown if name in zones} == zones
    page.get_by_role("button", name="Hoàn tác").click()
    expect(page.locator("h1")).to_contain_text("Thêm, kéo hoặc đóng một điểm")
    page.get_by_role("button", name="Làm lại").click()
    _settled(visit)
    assert _number(page.locator(".gain").first.inner_text().split(" người")[0]) == won
    assert visit.complaints == []


def test_the_difference_follows_a_place_while_it_is_dragged(look: Looking) -> None:
    visit = _opened(look)
    page = visit.page
    office = _offices(visit.service)[0]
    pixel = "([lon, lat]) => { const {x, y} = gisMap.pixel(lon, lat); return {x, y}; }"
    start, end = (page.evaluate(pixel, list(at)) for at in (office["geometry"]["coordinates"], FAR))
    frame = page.locator(".canvas canvas").bounding_box()
    assert frame is not None
    page.mouse.move(frame["x"] + start["x"], frame["y"] + start["y"])
    page.mouse.down()
    with page.expect_request("**/api/what-if"):
        for part in range(1, 6):
            page.mouse.move(
                frame["x"] + start["x"] + (end["x"] - start["x"]) * part / 5,
                frame["y"] + start["y"] + (end["y"] - start["y"]) * part / 5,
            )
    # Told before the hand lets go, and no step yet.
    expect(page.locator(".told-change")).to_be_visible()
    expect(page.get_by_role("button", name="Hoàn tác")).to_be_disabled()
    page.mouse.up()
    _settled(visit)
    expect(page.locator(".edits li")).to_have_count(1)
    expect(page.locator(".edits li")).to_contain_text(f"Dời: {office['properties']['name']}")
    wait_until(
        lambda: visit.drawn("edits:moved") == 1 and visit.drawn("facility:open") == 3, "the moved place"
    )
    assert re.search(rf"edits=m{office['id']}_", page.url)
    assert visit.complaints == []


def test_by_keyboard_and_list_a_place_is_closed_moved_and_added(look: Looking) -> None:
    visit = _opened(look)
    page = visit.page
    office = _offices(visit.service)[1]
    page.get_by_role("combobox", name="Chọn điểm").select_option(str(office["id"]))
    card = page.get_by_role("article", name=office["properties"]["name"])
    place = card.get_by_role("textbox", name="Toạ độ (vĩ độ, kinh độ)")
    place.fill("ngoài kia")
    place.press("Tab")
    expect(card.get_by_role("alert")).to_contain_text("20.45, 106.34")
    place.fill(f"{FAR[1]}, {FAR[0]}")
    place.press("Tab")
    expect(page.locator(".edits li")).to_contain_text("Dời")
    card.get_by_role("button", name="Đóng điểm này").press("Enter")
    expect(page.locator(".edits li")).to_contain_text("Đóng")
    _settled(visit)
    told = _difference(visit.service, [{"op": "close", "fid": office["id"]}])
    assert _number(page.locator(".loss").first.inner_text()) == told["totals"]["all"]["lost"]
    page.get_by_role("button", name="Thêm điểm").press("Enter")
    page.locator(".canvas canvas").press("Enter")
    expect(page.locator(".edits li")).to_have_count(2)
    assert visit.complaints == []


def test_a_scenario_is_kept_and_opened_again(look: Looking, service: Service) -> None:
    visit = _opened(look, f"{VIEW}&edits=an1_{FAR[0]}_{FAR[1]}")
    page = visit.page
    expect(page.get_by_role("link", name="Đăng nhập để lưu thành kịch bản")).to_be_visible()
    _sign_in(visit, service.token("planner"))
    page.get_by_label("Tên kịch bản").fill("Trạm phía đông")
    page.get_by_role("button", name="Lưu kịch bản").click()
    expect(page.get_by_text("Đã lưu kịch bản “Trạm phía đông”.")).to_be_visible()
    page.get_by_role("button", name="Bỏ thay đổi này: Điểm mới 1").click()
    expect(page.locator(".edits li")).to_have_count(0)
    page.get_by_role("combobox", name="Mở kịch bản").select_option(label="Trạm phía đông (1)")
    expect(page.locator(".edits li")).to_have_text(re.compile("Điểm mới 1"))
    expect(page).to_have_url(ADDED)
    assert visit.complaints == []


def _sign_in(visit: Visit, token: str) -> None:
    page = visit.page
    page.get_by_role("button", name="Mã truy cập").click()
    page.get_by_label("Mã truy cập", exact=True).fill(token)
    page.get_by_role("button", name="Dùng mã này").click()
    expect(page.get_by_role("dialog")).to_have_count(0)


def _on_ground(x: float, y: float) -> tuple[float, float]:
    lon, lat = Transformer.from_crs(METRIC, 4326, always_xy=True).transform(X + x, Y + y)
    return float(lon), float(lat)


def test_a_bridge_is_drawn_between_two_roads_and_told_as_the_service_tells_it(
    look: Looking, service: Service
) -> None:
    # Over the river, where roads end at both banks; the office stands 840 m north of the northern end.
    south, middle, north = (_on_ground(7_000, y) for y in (5_800, 6_000, 6_200))
    visit = look()
    page = visit.page
    visit.open(f"{VIEW}&limit=1800#map=15/{middle[1]}/{middle[0]}")
    token = service.token("planner")
    _sign_in(visit, token)
    page.get_by_role("button", name="Vẽ đường").click()
    wait_until(lambda: visit.rendered("roads") > 0, "roads that can be met")
    told = page.get_by_role("status")
    visit.click(*south)
    expect(told).to_contain_text("Nối vào một con đường")
    visit.click(*middle)
    expect(told).to_contain_text("Chưa chạm đường nào")
    canvas = page.locator(".canvas canvas")
    canvas.press("Backspace")
    expect(told).to_contain_text("1 đỉnh")
    visit.click(*north)
    canvas.press("Enter")
    expect(page).to_have_url(re.compile("edits=ll1_commune_1_0_"))
    _settled(visit)
    found = re.search(r"ll1_commune_1_0_([\d.]+)_([\d.]+)_(-?\d+)_(-?\d+)", page.url)
    assert found is not None
    lon, lat, east, up = map(float, found.groups())
    line = [[lon, lat], [round(lon + east / 1e5, 5), round(lat + up / 1e5, 5)]]
    link = {"op": "link", "geometry": {"type": "LineString", "coordinates": line}}
    asked = _difference(visit.service, [link], token, limit=1800)
    won = asked["totals"]["all"]["won"]
    assert won > 0
    assert _number(page.locator(".gain").first.inner_text().split(" người")[0]) == won
    expect(page.locator(".edits li")).to_have_text(re.compile("Đường mới 1"))
    page.get_by_label("Cấp đường").select_option("national")
    expect(page).to_have_url(re.compile("edits=ll1_national_1_0_"))
    page.get_by_role("button", name="Hoàn tác").click()
    page.get_by_role("button", name="Hoàn tác").click()
    expect(page.locator(".edits li")).to_have_count(0)
    assert visit.complaints == []


def test_a_class_of_roads_slows_down_and_a_place_gets_room(look: Looking) -> None:
    visit = _opened(look, VIEW.replace("walk_15min", "motorbike_10min"))
    page = visit.page
    page.get_by_role("button", name="Tốc độ", exact=True).click()
    field = page.get_by_label("đường thôn")
    field.fill("7")
    field.press("Tab")
    # Speeds of everybody are in steps.
    expect(page.locator(".edits li")).to_contain_text("Tốc độ: đường thôn, 5")
    expect(page).to_have_url(re.compile("edits=vvillage.lane_5"))
    _settled(visit)
    slow = {"op": "speed", "layer": "roads", "value": {"classes": ["village_lane"], "kmh": 5}}
    told = _difference(visit.service, [slow], standard="one_stop_office_motorbike_10min")
    lost = told["totals"]["all"]["lost"]
    assert lost > 0
    assert _number(page.locator(".loss").first.inner_text()) == lost
    visit.open("/?lang=vi&view=whatif&standard=health_station_motorbike_10min")
    page.get_by_role("combobox", name="Chọn điểm").select_option(label="Trạm Y tế")
    beds = page.get_by_label("Số giường")
    beds.fill("20")
    beds.press("Tab")
    expect(page.locator(".edits li")).to_contain_text("Sức chứa 20: Trạm Y tế")
    expect(page).to_have_url(re.compile(r"edits=k\d+_20"))
    assert visit.complaints == []


@pytest.mark.slow
def test_on_a_phone_and_in_english_the_view_has_no_faults(look: Looking) -> None:
    visit = _opened(look, f"{VIEW.replace('vi', 'en', 1)}&edits=an1_{FAR[0]}_{FAR[1]}", 390, 844)
    page = visit.page
    _settled(visit)
    expect(page.locator("h1")).to_contain_text("more people reach one-stop offices within 15 minutes on foot")
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    assert visit.complaints == []
