"""The roadmap on the map: phases, projects, the best plan beside, a budget that is cut."""

import json
import re
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import shapely
from playwright.sync_api import Page, expect
from sqlalchemy import text

from gis_service.app import create_app
from gis_service.db import job_rows
from gis_service.db.engine import open_engine, transaction
from gis_service.services.accounts import Role, make_token
from gis_service.services.job_runs import run_job
from gis_service.settings import Settings
from tests.browser.barriers import barriers
from tests.browser.conftest import Service, served
from tests.browser.visit import Looking, Visit, wait_until
from tests.demo_city import catalogue
from tests.filled_database import load_frame
from tests.programme import OFFICE, frame_of, row
from tests.small_province import X, Y

pytestmark = pytest.mark.browser

VIEW = "/?lang=vi&view=roadmap"
TODAY = datetime.now(UTC).date()
PROJECTS = (
    row(
        shapely.Point(X + 7000, Y + 4200),
        "done",
        OFFICE,
        "phase_1",
        1,
        "commissioned",
        *("2021-01-01", "2021-05-01", "2021-01-01", "2021-06-01"),
        1000.0,
    ),
    row(
        shapely.box(X + 10_480, Y + 7480, X + 10_520, Y + 7520),
        "late",
        OFFICE,
        "phase_3",
        1,
        "under_way",
        *("2026-01-01", (TODAY - timedelta(30)).isoformat(), "2026-02-01", None),
        800.0,
    ),
    row(
        shapely.Point(X + 4500, Y + 10_500),
        "soon",
        OFFICE,
        "phase_3",
        1,
        "proposed",
        *("2028-01-01", "2028-05-01", None, None),
        900.0,
    ),
    row(
        shapely.Point(X + 9000, Y + 3000),
        "eye",
        "camera",
        "phase_3",
        3,
        "approved",
        *(None, "2029-05-01", None, None),
        50.0,
    ),
)
"""One of each standing; the last is told by number and cost alone."""
ASKED = {"standards": {OFFICE: "one_stop_office_walk_15min"}}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("var")


@pytest.fixture(scope="module")
def service(make_town_database: Callable[[str], str], folder: Path) -> Iterator[Service]:
    """Give a service of its own, whose province has a programme."""
    url = make_town_database("small_province")
    engine = open_engine(url)
    with transaction(engine) as connection:
        load_frame(connection, catalogue(), "projects", frame_of(PROJECTS))
    engine.dispose()
    with served(url, folder) as running:
        yield running


@pytest.fixture(scope="module")
def token(service: Service) -> str:
    engine = open_engine(service.environment["GIS_DATABASE_URL"])
    with transaction(engine) as connection:
        made = make_token(connection, Role.PLANNER, "a planner")
    engine.dispose()
    return made


def _answer(address: str, token: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(address, data, headers)) as answer:  # noqa: S310 loopback
        told: dict[str, Any] = json.load(answer)
        return told


@pytest.fixture(scope="module")
def kept(service: Service, token: str) -> dict[str, Any]:
    return _answer(f"{service.url}/api/processes/roadmap/execution", token, {"inputs": ASKED})


def _sign_in(page: Page, token: str) -> None:
    page.get_by_role("button", name="Mã truy cập").click()
    page.get_by_label("Mã truy cập", exact=True).fill(token)
    page.get_by_role("button", name="Dùng mã này").click()


def _number(text: str) -> int:
    return int(re.sub(r"\D", "", text))


def _work_off(service: Service, folder: Path) -> None:
    """Do what a worker does with the newest job."""
    url = service.environment["GIS_DATABASE_URL"]
    context = create_app(Settings(data_dir=folder, database_url=url)).extensions["gis"]
    with transaction(context.engine) as connection:
        job = connection.execute(text("SELECT id FROM gis.job ORDER BY created_at DESC LIMIT 1")).scalar_one()
        job_rows.begin_job(connection, str(job), "here:1")
    run_job(context, str(job))
    context.close()


def _change_a_cost(service: Service) -> None:
    engine = open_engine(service.environment["GIS_DATABASE_URL"])
    with transaction(engine) as connection:
        connection.execute(text("UPDATE layer.projects SET cost_million_vnd = 2000 WHERE code = 'done'"))
    engine.dispose()


def _opened(look: Looking, path: str, width: int = 1440, height: int = 900) -> Visit:
    visit = look(width, height)
    visit.open(path)
    return visit


def test_before_anybody_has_computed_it_the_page_says_who_can(look: Looking, service: Service) -> None:
    visit = _opened(look, VIEW)
    expect(visit.page.locator("h1")).to_have_text("Chưa ai tính lộ trình của chương trình.")
    expect(visit.page.locator(".panel").get_by_role("link", name="Đăng nhập")).to_be_visible()
    visit.page.goto(f"{service.url}{VIEW}&asks=sroadmap_of_nobody")
    expect(visit.page.get_by_role("alert")).to_contain_text("Không tải được lộ trình.")
    expect(visit.page.get_by_role("button", name="Mở lộ trình mới nhất")).to_be_visible()


def test_everybody_goes_through_the_phases_and_sees_no_people_of_projects(
    look: Looking, kept: dict[str, Any]
) -> None:
    visit = _opened(look, VIEW)
    page = visit.page
    expect(page.locator("h1")).to_contain_text("Đến hôm nay")
    expect(page.locator("h1")).to_contain_text("1 trong 4 dự án với 1\u00a0tỷ đồng")
    # Today what is being built is seen beside what stands.
    wait_until(lambda: visit.drawn("roadmap:point") == 2, "the projects of today")
    slider = page.get_by_role("slider", name="Xem chương trình đến khi nào")
    slider.press("ArrowRight")
    expect(page).to_have_url(re.compile(rf"asks=s{kept['id']}\*pphase_3"))
    expect(page.locator("h1")).to_contain_text("Đến hết giai đoạn 3 (31/12/2030), 4 trong 4 dự án")
    wait_until(lambda: visit.drawn("roadmap:point") == 4, "all projects")
    share = kept["phases"][2]["services"][OFFICE]["share"]
    told = f"{share * 100:.1f}".replace(".", ",")
    expect(page.locator(".delta")).to_contain_text(f"{told}\u00a0%")
    page.go_back()
    expect(page.locator("h1")).to_contain_text("Đến hôm nay")
    slider.press("Home")
    expect(page.locator("h1")).to_contain_text("Trước chương trình (31/12/2019)")
    wait_until(lambda: visit.drawn("roadmap:point") == 0, "a map before the programme")
    # Who wants no motion goes on by hand.
    page.get_by_role("button", name="Sang mốc sau").click()
    expect(page.locator("h1")).to_contain_text("Đến hết giai đoạn 1")
    expect(page.get_by_role("region", name="Kế hoạch bên cạnh")).to_contain_text("chỉ người làm quy hoạch")
    assert page.get_by_role("region", name="Thử cắt ngân sách").count() == 0
    assert barriers(page) == []
    assert visit.complaints == []


def test_map_table_and_curve_are_one_selection(look: Looking, token: str, kept: dict[str, Any]) -> None:
    visit = _opened(look, f"{VIEW}&asks=s{kept['id']}*pphase_3")
    page = visit.page
    _sign_in(page, token)
    people = sum(project["people_in_order"] or 0 for project in kept["projects"])
    assert people > 0
    expect(page.locator("h1")).to_contain_text("lượt người")
    assert _number(page.locator("h1").inner_text().split("đến thêm ")[1]) == round(people)
    wait_until(lambda: visit.drawn("roadmap:point") == 4, "all projects")
    place = kept["inputs"]["projects"]
    items = _answer(f"{visit.service}/api/collections/{place['layer']}/items", token)["features"]
    lon, lat = next(one["geometry"]["coordinates"] for one in items if one["properties"]["code"] == "soon")
    visit.click(lon, lat)
    expect(page).to_have_url(re.compile(r"\*jsoon"))
    chosen = page.get_by_role("region", name="Các dự án").locator("tr.chosen")
    expect(chosen).to_contain_text("Dự án soon")
    own = next(project for project in kept["projects"] if project["code"] == "soon")
    assert _number(chosen.locator("td").nth(1).inner_text().split("\n")[0]) == round(own["people_in_order"])
    expect(page.locator(".curve .step.chosen")).to_have_count(1)
    chosen.get_by_role("button").press("Enter")
    expect(page).not_to_have_url(re.compile(r"\*jsoon"))
    page.get_by_role("combobox", name="Xếp theo").select_option("time")
    page.get_by_role("button", name="Dự án late").click()
    expect(page.get_by_role("region", name="Các dự án").locator(".notice")).to_contain_text(
        "Đã quá ngày dự kiến"
    )
    units = {unit["name"]: unit["services"][OFFICE]["share"]["phase_3"] for unit in kept["units"]}
    cells = [
        line.split("\t")
        for line in page.get_by_role("region", name="Các xã").locator("tbody tr").all_inner_texts()
    ]
    assert {name: round(_number(share) / 1000, 3) for name, _, share, _ in cells} == {
        name: round(share, 3) for name, share in units.items()
    }
    assert visit.complaints == []


def test_a_budget_is_cut_and_what_slips_is_told(
    look: Looking, token: str, kept: dict[str, Any], service: Service, folder: Path
) -> None:
    visit = _opened(look, f"{VIEW}&asks=s{kept['id']}")
    page = visit.page
    _sign_in(page, token)
    cut = page.get_by_role("region", name="Thử cắt ngân sách")
    budget = cut.get_by_label("Giai đoạn 3")
    expect(budget).to_have_value("1,75")
    budget.fill("nhiều")
    expect(cut.get_by_role("alert")).to_contain_text("Viết một số không âm")
    expect(cut.get_by_role("button", name="Tính lại")).to_be_disabled()
    budget.fill("1,75")
    slider = cut.get_by_role("slider", name="Cắt mọi ngân sách")
    for _ in range(4):
        slider.press("ArrowRight")
    cut.get_by_role("button", name="Tính lại").click()
    expect(cut.get_by_role("status")).to_contain_text("Đang chờ đến lượt")
    with page.expect_response(lambda answer: answer.request.method == "DELETE") as given_up:
        cut.get_by_role("button", name="Huỷ").click()
    assert given_up.value.json()["status"] == "dismissed"
    expect(cut.get_by_role("status")).to_contain_text("Đã huỷ. Trang vẫn hiện lộ trình trước.")
    cut.get_by_role("button", name="Tính lại").click()
    expect(cut.get_by_role("status")).to_contain_text("Đang chờ đến lượt")
    # The roadmap before it stays while another is computed.
    expect(page.locator("h1")).to_contain_text("1 trong 4 dự án")
    _work_off(service, folder)
    expect(cut.locator(".best-told")).to_contain_text("Cắt 20\u00a0% ngân sách")
    study = re.search(r"asks=s(roadmap_\w+)", page.url)
    assert study is not None
    assert study[1] != kept["id"]
    told = _answer(f"{service.url}/api/studies/{study[1]}", token)
    slips = told["best"]["cut"]["slips"]
    assert slips
    rows = cut.get_by_role("table", name="Dự án lùi hoặc bỏ").locator("tbody tr")
    assert rows.count() == len(slips)
    expect(rows.first).to_contain_text("không làm")
    with page.expect_download() as taken:
        page.get_by_role("button", name="PDF").click()
    assert Path(taken.value.path()).read_bytes().startswith(b"%PDF")
    assert taken.value.suggested_filename == f"roadmap-{told['parameters']['day']}-generated_data.pdf"
    _change_a_cost(service)
    page.goto(f"{service.url}{VIEW}&asks=s{study[1]}")
    expect(page.locator(".outdated")).to_contain_text("Lớp dự án đã đổi")
    expect(page.locator("h1")).to_contain_text("1 trong 4 dự án với 1\u00a0tỷ đồng")
    assert visit.complaints == []


@pytest.mark.slow
def test_on_a_phone_and_in_english_the_view_has_no_faults(look: Looking, kept: dict[str, Any]) -> None:
    visit = _opened(look, f"{VIEW.replace('vi', 'en', 1)}&asks=s{kept['id']}*pphase_3", 390, 844)
    page = visit.page
    expect(page.locator("h1")).to_contain_text("By the end of phase 3 (31 Dec 2030), 4 of 4 projects")
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    page.emulate_media(color_scheme="dark")
    assert barriers(page) == []
    assert visit.complaints == []
