"""A map that was taken along, opened from disk with the network off."""

import urllib.request
import zipfile
from pathlib import Path
from urllib.parse import parse_qs, quote, urljoin, urlsplit

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import Service
from tests.browser.visit import PATIENCE_S, Looking, wait_until


@pytest.fixture(scope="module")
def folder(service: Service, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a package, unpacked."""
    made = tmp_path_factory.mktemp("offline")
    question = quote("standard=one_stop_office_motorbike_10min&limit=120&vintage=communes_2025")
    address = f"{service.url}/api/offline?layers=commune,one_stop_office&maxzoom=10&answer={question}"
    with urllib.request.urlopen(address, timeout=PATIENCE_S) as response:  # noqa: S310 our own loopback address
        (made / "map.zip").write_bytes(response.read())
    zipfile.ZipFile(made / "map.zip").extractall(made)
    (inside,) = (path for path in made.iterdir() if path.is_dir())
    return inside


def test_the_map_leads_to_the_file_of_what_it_shows(service: Service, look: Looking) -> None:
    visit = look()
    page = visit.open("/?lang=vi")
    visit.wait_for_answer()
    link = page.get_by_role("link", name="Lưu bản đồ này với câu trả lời, xem không cần mạng")
    address = urljoin(service.url, link.get_attribute("href"))
    asked = parse_qs(urlsplit(address).query)
    # The places of the answer, as far as they are open now, and the answer itself.
    assert asked["layers"] == ["commune,one_stop_office"]
    assert "open_to > DATE(" in asked["filters"][0]
    assert parse_qs(asked["answer"][0])["vintage"] == ["communes_2025"]
    assert len(asked["bbox"][0].split(",")) == 4
    with urllib.request.urlopen(f"{address}&maxzoom=7", timeout=PATIENCE_S) as response:  # noqa: S310 our own loopback address
        assert response.headers["Content-Type"] == "application/zip"
        assert response.headers["Content-Language"] == "vi"


def test_the_page_draws_the_map_with_no_server_and_no_network(folder: Path, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 900, "height": 600}, device_scale_factor=0.25)
    context.set_offline(True)
    asked: list[str] = []
    complaints: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page = context.new_page()
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    try:
        page.goto((folder / "index.html").as_uri())
        idle = "window.gisOffline?.isIdle() ?? false"
        wait_until(lambda: bool(page.evaluate(idle)) or bool(complaints), "an idle map")
        assert complaints == []
        drawn = "id => window.gisOffline.drawn(id)"
        assert page.evaluate(drawn, "commune") > 0
        assert page.evaluate(drawn, "one_stop_office") > 0
        assert page.locator("#panel h1").inner_text()
        # What the study says, and the people outside it, in the colours of its legend.
        assert "Tính từ dữ liệu minh hoạ." in page.locator("#panel .answer").inner_text()
        assert page.locator("#panel .colours li").count() >= 6
        assert page.locator("#panel .study tbody tr").count() >= 4
        assert page.evaluate(drawn, "study:uncovered") > 0
        assert not page.locator("input[name='study:surface']").is_checked()
        page.locator("input[name=commune]").uncheck()
        wait_until(lambda: page.evaluate(idle) and page.evaluate(drawn, "commune") == 0, "a hidden layer")
        assert page.evaluate(drawn, "one_stop_office") > 0
    finally:
        context.close()
    # The two files of the page, and what it holds itself.
    assert {url for url in asked if not url.startswith(("blob:", "data:"))} == {
        (folder / name).as_uri() for name in ("index.html", "map.js")
    }
