"""Every page: nothing bars anybody, nothing is wider than the screen, nothing comes from elsewhere."""

import json
import re

import pytest
from playwright.sync_api import Browser, Page

from gis_service.settings import ROOT
from tests.browser.barriers import barriers
from tests.browser.conftest import Service

pytestmark = pytest.mark.browser

PAGES = (
    "/?lang={}",
    "/?lang={}&view=table",
    "/sign-in?lang={}",
    "/welcome?lang={}",
    "/layers?lang={}",
    "/layers/commune/download?lang={}",
    "/layers/commune/history?lang={}",
    "/layers/commune/quality?lang={}",
    "/uploads?lang={}",
)
"""Those that need nobody signed in; the others have tests of their own."""
OWN = {
    "collectionId": "commune",
    "itemId": "1",
    "processId": "coverage",
    "tileMatrixSetId": "WebMercatorQuad",
    "tilesetId": "base",
    "code": "10",
}
NOT_HERE = (
    "studyId",
    "scenario",
    "jobId",
    "/audit",
    "/map/tiles",
    "/diff",
    "/quality",
    "/catchment",
    "/coverage",
)
"""What needs somebody signed in, a question, or something made first."""
SCREENS = [
    pytest.param(390, 844, "dark", "en"),
    pytest.param(1440, 900, "light", "vi", marks=pytest.mark.slow),
]


def documents() -> list[str]:
    """Name the answers of the API that a browser shows as a page, of things that this province has."""
    paths = json.loads((ROOT / "docs" / "openapi.json").read_text("utf-8"))["paths"]
    found = []
    for path, operations in paths.items():
        answers = operations.get("get", {"responses": {}})["responses"].values()
        if any("text/html" in answer.get("content", {}) for answer in answers):
            found.append(re.sub(r"{(\w+)}", lambda name: OWN.get(name.group(1), name.group(0)), path))
    return [path for path in found if "{" not in path and not any(part in path for part in NOT_HERE)]


def faults(page: Page, service: Service, path: str) -> list[object]:
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    answer = page.goto(service.url + path)
    if answer is None or "text/html" not in answer.headers["content-type"]:
        return ["no page"]
    found: list[object] = list(barriers(page))
    if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
        found.append("wider than the screen")
    found += [url for url in asked if not url.startswith((service.url + "/", "blob:"))]
    # A page that says that somebody has to sign in is one, too; the browser complains of its status.
    found += [said for said in complaints if not said.startswith("Failed to load resource")]
    return found


@pytest.mark.parametrize(("width", "height", "scheme", "language"), SCREENS)
def test_every_page_is_there_for_everybody(
    service: Service, browser: Browser, width: int, height: int, scheme: str, language: str
) -> None:
    wrong = {}
    for path in (*PAGES, *documents()):
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if scheme == "dark" else "light",
            reduced_motion="reduce",
            device_scale_factor=0.25,
            locale=language,
        )
        if found := faults(context.new_page(), service, path.format(language)):
            wrong[path] = found
        context.close()
    assert wrong == {}
