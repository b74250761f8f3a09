"""A page that somebody looks at, and how a test waits for it."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from playwright.sync_api import BrowserContext, Page

PATIENCE_S = 60
"""Maps are drawn without a graphics card here, on a machine that does other work too."""


def wait_until(is_so: Callable[[], bool], what: str) -> None:
    """Wait for something; the page's policy forbids the browser's own way of waiting for an expression."""
    end = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < end, f"waited in vain: {what}"
        time.sleep(0.1)


@dataclass
class Visit:
    """A page that somebody looks at, with all it asked for and complained of.

    Parameters
    ----------
    requests
        Addresses asked for over the network.
    complaints
        Errors and warnings of the console, breaches of the content security policy among them.
    """

    service: str
    context: BrowserContext
    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        # A press takes as long as a map does; Playwright alone would wait half as long for it.
        self.context.set_default_timeout(PATIENCE_S * 1000)

    def open(self, path: str = "/?lang=vi") -> Page:
        """Open a page of the service and wait until its map is drawn."""
        self.page.goto(self.service + path)
        self.wait_for_map()
        return self.page

    def wait_for_map(self) -> None:
        """Wait until every tile is there."""
        wait_until(lambda: bool(self.page.evaluate("window.gisMap?.isIdle() ?? false")), "an idle map")

    def wait_for_answer(self) -> None:
        """Wait until the answer to the present question stands, and the map shows it."""
        settled = "document.querySelector('.told') !== null && document.querySelector('.old') === null"
        wait_until(lambda: bool(self.page.evaluate(settled)), "an answer")
        self.wait_for_map()

    def rendered(self, layer: str) -> int:
        """Count the features of a switched-on layer that are drawn now."""
        return int(self.page.evaluate("layer => window.gisMap.rendered(layer)", layer))

    def drawn(self, prefix: str) -> int:
        """Count what is drawn now by the map layers whose id begins so."""
        return int(self.page.evaluate("prefix => window.gisMap.drawn(prefix)", prefix))

    def click(self, longitude: float, latitude: float) -> None:
        """Click a place on the map."""
        pixel = "([lon, lat]) => { const {x, y} = gisMap.pixel(lon, lat); return {x, y}; }"
        place = self.page.evaluate(pixel, [longitude, latitude])
        self.page.locator(".canvas canvas").click(position=place)


Looking = Callable[..., Visit]
