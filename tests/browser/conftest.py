"""A running service with a small province in it; a browser that notes what it asks for and complains of."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

from gis_service.settings import ROOT
from tests.browser.browser import ARGUMENTS, CHROMIUM
from tests.browser.visit import PATIENCE_S, Looking, Visit

MANIFEST = ROOT / "gis_service" / "static" / "manifest.json"
START_S = 60
THREADS = 8

# Milliseconds; an answer is waited for as long as a map, since the machine does other work too.
expect.set_options(timeout=PATIENCE_S * 1000)


@dataclass(frozen=True, slots=True)
class Service:
    """A running service.

    Parameters
    ----------
    url
        Its address.
    environment
        What its processes run under, for commands beside it.
    """

    url: str
    environment: Mapping[str, str]

    def token(self, role: str) -> str:
        """Give an API token of a role, as the operator makes one."""
        command = [sys.executable, "-m", "gis_service", "users", "token", "--role", role]
        made = subprocess.run(
            command, env=self.environment, cwd=ROOT, capture_output=True, text=True, check=True
        )
        return made.stdout.split()[-1]


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/healthz", timeout=5) as response:  # noqa: S310 our own loopback address
            return bool(response.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


@contextmanager
def served(database: str, folder: Path) -> Iterator[Service]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1"]
    command += ["--port", str(port), "--blocking-threads", str(THREADS), "gis_service.wsgi:app"]
    environment = {**os.environ, "GIS_DATABASE_URL": database, "GIS_DATA_DIR": str(folder)}
    environment["GIS_THREADS"] = str(THREADS)
    with (folder / "service.log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=log, stderr=log)
        try:
            url = f"http://127.0.0.1:{port}"
            end = time.monotonic() + START_S
            while not _answers(url):
                assert process.poll() is None, (folder / "service.log").read_text("utf-8")
                assert time.monotonic() < end, "the service does not answer"
                time.sleep(0.1)
            yield Service(url, environment)
        finally:
            process.terminate()
            process.wait(20)


@pytest.fixture(scope="session")
def service(
    make_town_database: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """Give a running service that holds the small province."""
    if not MANIFEST.is_file():
        pytest.skip("the map client is not built: npm ci && npm run build in gis_service/web/client")
    with served(make_town_database("small_province"), tmp_path_factory.mktemp("var")) as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Give a headless Chromium."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine (Debian: apt-get install chromium-headless-shell)")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield opened
        opened.close()


@pytest.fixture
def look(service: Service, browser: Browser) -> Iterator[Looking]:
    """Give a function that makes a visit with a screen of this size."""
    contexts: list[BrowserContext] = []

    def make(width: int = 1440, height: int = 900) -> Visit:
        # A sixteenth of the pixels to draw without a graphics card; the page itself is laid out as ever.
        context = browser.new_context(
            viewport={"width": width, "height": height}, device_scale_factor=0.25, reduced_motion="reduce"
        )
        contexts.append(context)
        visit = Visit(service.url, context, context.new_page())
        context.on("request", lambda request: visit.requests.append(request.url))
        visit.page.on("console", lambda said: _note(visit, said.type, said.text))
        visit.page.on("pageerror", lambda error: visit.complaints.append(str(error)))
        return visit

    yield make
    for context in contexts:
        context.close()


def _note(visit: Visit, kind: str, text: str) -> None:
    # That SwiftShader is slow is the machine, not the page.
    of_machine = "GPU stall due to ReadPixels" in text
    if kind in {"error", "warning"} and not of_machine:
        visit.complaints.append(text)
