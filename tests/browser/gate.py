"""Requests of a page that are kept from their answers until a test lets them go."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, Request, Route

from tests.browser.visit import wait_until


class Gate:
    """Hold the requests of a page whose address matches.

    Parameters
    ----------
    page
        The page that asks.
    pattern
        Regular expression searched for in the address.
    wanted
        Which of those requests are held; the others pass.
    """

    def __init__(self, page: Page, pattern: str, wanted: Callable[[Request], bool] = lambda _: True) -> None:
        self.held: list[Route] = []
        self._page = page
        self._is_open = False
        self._wanted = wanted
        self._ended: list[Request] = []
        page.on("requestfinished", self._hear)
        page.on("requestfailed", self._hear)
        page.route(re.compile(pattern), self._keep)

    def _hear(self, request: Request) -> None:
        self._ended.append(request)

    def _keep(self, route: Route, request: Request) -> None:
        if self._is_open or not self._wanted(request):
            route.continue_()
        else:
            self.held.append(route)

    def wait_for(self, count: int, what: str) -> None:
        """Wait until so many requests stand before the gate."""

        def have_come() -> bool:
            # Playwright hears of requests only while it is asked something.
            self._page.evaluate("0")
            return len(self.held) >= count

        wait_until(have_come, what)
        assert len(self.held) == count, [route.request.url for route in self.held]

    def open(self) -> None:
        """Let go what is held, and whatever comes after it."""
        self._is_open = True
        for route in self.held:
            route.continue_()

    def open_and_hear(self) -> None:
        """Let go what is held, and wait until the page has had each answer, or has given it up."""
        self.open()

        def have_ended() -> bool:
            self._page.evaluate("0")
            return all(route.request in self._ended for route in self.held)

        wait_until(have_ended, "the end of what was held")
        # What the page does with an answer is done before it hears of one that was asked for later.
        self._page.evaluate("fetch('/healthz').then((answer) => answer.text())")
