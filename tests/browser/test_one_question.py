"""One question about the demo city, asked in every way there is: the answers are equal integers.

The gap analysis on exported files, the command line, the API (kept and live) and the map.
"""

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
from click.testing import CliRunner
from playwright.sync_api import Browser

from gis_service.cli import main
from gis_service.settings import ROOT
from tests.browser.conftest import MANIFEST, Service, served
from tests.browser.visit import Visit, wait_until

pytestmark = pytest.mark.browser

STANDARD = "one_stop_office_motorbike_10min"
EXPORTED = ("commune", "residents", "roads", "ferries", "rivers", "settlement", "one_stop_office")
COUNTS = ("total", "covered", "uncovered", "unreachable")
TIMES = ("median_s", "p90_s", "p95_s")
GROUPS = ("age_60", "age_3_5")
ON_FOOT: dict[str, Any] = {
    "service": "one_stop_office",
    "measure": "network_time",
    "mode": "walk",
    "limit": 900,
    "groups": list(GROUPS),
    "group_speeds": True,
    "tables": ["hexagons", "backup", "accessibility", "inequality"],
}
"""Old people and children at their own pace, with tables."""


@pytest.fixture(scope="module")
def demo(
    make_demo_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    if not MANIFEST.is_file():
        pytest.skip("the map client is not built: npm ci && npm run build in gis_service/web/client")
    with served(make_demo_database(), tmp_path_factory.mktemp("var")) as running:
        yield running


def _gis(environment: Mapping[str, str], *arguments: str) -> str:
    command = [sys.executable, "-m", "gis_service", *arguments]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _read(url: str, body: object = None, token: str = "") -> dict[str, Any]:
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, headers)  # noqa: S310 our own loopback address
    with urllib.request.urlopen(request) as answer:  # noqa: S310 our own loopback address
        document: dict[str, Any] = json.load(answer)
        return document


def _exports(environment: Mapping[str, str], folder: Path) -> dict[str, Path]:
    """Export every layer by its command, in this process: to start one takes longer than to export."""
    paths = {}
    for layer in EXPORTED:
        arguments = ["layers", "export", layer, "--out", str(folder / f"{layer}.gpkg")]
        done = CliRunner().invoke(main, arguments, env=environment)
        assert done.exit_code == 0, done.output
        paths[layer] = Path(done.stdout.split(": layer ")[0])
    offices = gpd.read_file(paths["one_stop_office"])
    paths["one_stop_office"] = folder / "offices_of_today.gpkg"
    offices[offices["open_to"].isna()].to_file(paths["one_stop_office"])
    return paths


def _by_script(files: Mapping[str, Path], folder: Path, **asked: object) -> dict[str, Any]:
    options: dict[str, object] = {
        "facilities": files["one_stop_office"],
        "roads": files["roads"],
        "ferries": files["ferries"],
        "barriers": files["rivers"],
        "population": files["residents"],
        "zones": files["commune"],
        "settlements": files["settlement"],
        "crs": "EPSG:9209",
        "groups": ",".join(GROUPS),
        "out": folder / "answer",
    } | {name.replace("_", "-"): value for name, value in asked.items()}
    pairs = [str(part) for name, value in options.items() for part in (f"--{name}", value)]
    own_pace = ["--group-speeds"] if asked["mode"] == "walk" else []
    command = [sys.executable, str(ROOT / "scripts" / "gap_analysis.py"), *pairs, *own_pace]
    done = subprocess.run(command, env=dict(os.environ), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    document: dict[str, Any] = json.loads((folder / "answer" / "summary.json").read_text("utf-8"))
    return document


def _figures(document: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Give the whole city and every commune as what must be equal, whoever asked."""
    rows = {"all": document["totals"]["all"]} | {row["id"]: row for row in document["zones"]}
    return {id_: [row[name] for name in (*COUNTS, *TIMES)] for id_, row in rows.items()}


def _of_groups(document: Mapping[str, Any]) -> dict[str, Any]:
    """Give the figures of each group, of the whole city and of every commune."""
    rows = {row["id"]: row["groups"] for row in document["zones"]}
    return rows | {"all": {group: document["totals"][group] for group in GROUPS}}


def _tables(document: Mapping[str, Any]) -> dict[str, Any]:
    """Give the tables without the names of units, which files and layers tell by other columns."""
    return {
        name: [{column: value for column, value in row.items() if column != "name"} for row in rows]
        for name, rows in document["tables"].items()
    }


def test_files_command_line_api_and_map_say_the_same(demo: Service, browser: Browser, tmp_path: Path) -> None:
    environment, api = demo.environment, f"{demo.url}/api"
    token = demo.token("planner")
    printed = _gis(environment, "study", "run", "coverage", "--standard", STANDARD, "--json")
    by_command = json.loads(printed)
    by_api = _read(f"{api}/processes/coverage/execution", {"inputs": {"standard": STANDARD}}, token)
    live = _read(f"{api}/coverage?standard={STANDARD}", token=token)
    files = _exports(environment, tmp_path)
    by_script = _by_script(files, tmp_path, mode="motorbike", limit_min=10)
    counted = _read(f"{api}/coverage?standard={STANDARD}&groups={','.join(GROUPS)}", token=token)

    assert by_api == by_command  # the equal document, not only equal figures
    assert _figures(live) == _figures(by_api)
    assert _figures(by_script) == _figures(by_api)
    assert _of_groups(by_script) == _of_groups(counted)
    assert by_script["totals"]["all"]["uncovered"] > 0
    assert len(by_script["zones"]) == 65
    on_foot = _read(f"{api}/processes/coverage/execution", {"inputs": ON_FOOT}, token)
    tables = ",".join(ON_FOOT["tables"])
    by_script = _by_script(files, tmp_path, mode="walk", limit_min=15, tables=tables)
    assert _figures(by_script) == _figures(on_foot)
    assert _of_groups(by_script) == _of_groups(on_foot)
    assert _tables(by_script) == _tables(on_foot)
    assert _on_the_map(demo, browser) == round(by_api["totals"]["all"]["uncovered"])


def _on_the_map(demo: Service, browser: Browser) -> int:
    """Read the people outside from the sentence beside the map."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    visit = Visit(demo.url, context, context.new_page())
    page = visit.open(f"/?lang=en&standard={STANDARD}")
    visit.wait_for_answer()
    outside = page.locator("h1 strong")
    wait_until(lambda: outside.count() == 1, "the people outside")
    people = outside.inner_text()
    context.close()
    return int("".join(sign for sign in people if sign.isdigit()))
