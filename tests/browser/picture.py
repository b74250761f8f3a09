"""The picture of the map for the documents: `python -m tests.browser.picture ADDRESS FILE [LANGUAGE]`.

Opens a running service in Chromium at 1440 x 900, waits for the answer and the map, and saves what is seen.
"""

import sys

from playwright.sync_api import sync_playwright

from tests.browser.browser import ARGUMENTS, CHROMIUM
from tests.browser.visit import Visit

SIZE = {"width": 1440, "height": 900}
LABELS_MS = 1500
"""Names are placed after the last tile has come."""


def take(address: str, path: str, language: str = "vi") -> None:
    """Save a picture of the coverage screen."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        context = browser.new_context(viewport=SIZE, reduced_motion="reduce")  # type: ignore[arg-type]
        visit = Visit(address.rstrip("/"), context, context.new_page())
        visit.open(f"/?lang={language}")
        visit.wait_for_answer()
        visit.page.wait_for_timeout(LABELS_MS)
        visit.wait_for_answer()
        visit.page.screenshot(path=path)
        browser.close()


if __name__ == "__main__":
    take(*sys.argv[1:])
