"""What bars somebody from a page, as axe finds it."""

from pathlib import Path

import pytest
from playwright.sync_api import Page

from gis_service.settings import ROOT

_AXE: Path = ROOT / "gis_service" / "web" / "client" / "node_modules" / "axe-core" / "axe.min.js"
_SERIOUS = frozenset({"serious", "critical"})


def barriers(page: Page) -> list[tuple[str, list[object]]]:
    """Name the serious barriers of a page as it is now, each with the parts that are one."""
    if not _AXE.is_file():
        pytest.skip("axe-core is not installed: npm ci in gis_service/web/client")
    # Evaluated by the debugger, which the page's policy does not bind.
    page.evaluate(_AXE.read_text("utf-8"))
    found = page.evaluate("axe.run().then(result => result.violations)")
    return [
        (one["id"], [node["target"] for node in one["nodes"]]) for one in found if one["impact"] in _SERIOUS
    ]
