"""A running service with the demo city in it, and a browser that notes what it asks for and complains of."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from gis_service.catalogue.loader import load_catalogue
from gis_service.db.engine import open_engine, transaction
from gis_service.services.demo import make_demo_city
from gis_service.services.first_study import run_first_study
from gis_service.services.ingest import load_file
from gis_service.settings import ROOT
from tests.browser.visit import Looking, Visit

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = (
    "--no-sandbox",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
)
MANIFEST = ROOT / "gis_service" / "static" / "manifest.json"
START_S = 60


def _fill(url: str, folder: Path) -> None:
    catalogue = load_catalogue(ROOT / "layers", ROOT / "tiles", "thai_binh")
    city = make_demo_city(ROOT / "layers" / "thai_binh" / "census", folder)
    engine = open_engine(url)
    with transaction(engine) as connection:
        for layer in city.layers:
            load_file(connection, catalogue, layer.path, layer.layer, author="tests")
        run_first_study(connection, catalogue, "tests")
    engine.dispose()


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/healthz", timeout=5) as response:  # noqa: S310 our own loopback address
            return bool(response.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


@contextmanager
def _served(database: str, folder: Path) -> Iterator[str]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1"]
    command += ["--port", str(port), "--blocking-threads", "4", "gis_service.wsgi:app"]
    environment = {**os.environ, "GIS_DATABASE_URL": database, "GIS_DATA_DIR": str(folder)}
    with (folder / "service.log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=log, stderr=log)
        try:
            url = f"http://127.0.0.1:{port}"
            end = time.monotonic() + START_S
            while not _answers(url):
                assert process.poll() is None, (folder / "service.log").read_text("utf-8")
                assert time.monotonic() < end, "the service does not answer"
                time.sleep(0.1)
            yield url
        finally:
            process.terminate()
            process.wait(20)


@pytest.fixture(scope="session")
def service(make_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the address of a running service that holds the demo city and its first study."""
    if not MANIFEST.is_file():
        pytest.skip("the map client is not built: npm ci && npm run build in gis_service/web/client")
    database = make_database()
    _fill(database, tmp_path_factory.mktemp("demo"))
    with _served(database, tmp_path_factory.mktemp("var")) as url:
        yield url


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Give a headless Chromium."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield opened
        opened.close()


@pytest.fixture
def look(service: str, browser: Browser) -> Iterator[Looking]:
    """Give a function that makes a visit with a screen of this size."""
    contexts: list[BrowserContext] = []

    def make(width: int = 1440, height: int = 900) -> Visit:
        context = browser.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce")
        contexts.append(context)
        visit = Visit(service, context, context.new_page())
        context.on("request", lambda request: visit.requests.append(request.url))
        visit.page.on("console", lambda said: _note(visit, said.type, said.text))
        visit.page.on("pageerror", lambda error: visit.complaints.append(str(error)))
        return visit

    yield make
    for context in contexts:
        context.close()


def _note(visit: Visit, kind: str, text: str) -> None:
    # SwiftShader tells how slow it is; that is the machine, not the page.
    if kind in {"error", "warning"} and "GPU stall due to ReadPixels" not in text:
        visit.complaints.append(text)
