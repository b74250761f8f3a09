"""A small town with answers that can be worked out by hand, and a way to run the gap analysis on it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import geopandas as gpd
import shapely
from click.testing import CliRunner

EAST, NORTH = 580_000, 2_260_000
"""Origin of the town in EPSG:9209; all distances below are metres from it."""


def at(x: float, y: float) -> shapely.Point:
    return shapely.Point(EAST + x, NORTH + y)


def line(*places: tuple[float, float]) -> shapely.LineString:
    return shapely.LineString([at(x, y) for x, y in places])


def box(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    return shapely.box(EAST + west, NORTH + south, EAST + east, NORTH + north)


def write(path: Path, geometry: list[Any], **columns: list[Any]) -> str:
    gpd.GeoDataFrame(columns, geometry=geometry, crs="EPSG:9209").to_file(path)
    return str(path)


@dataclass
class Run:
    """What one run of the script left behind."""

    exit_code: int
    output: str
    errors: str
    out: Path

    @property
    def summary(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads((self.out / "summary.json").read_text("utf-8"))
        return document

    @property
    def notices(self) -> dict[str, dict[str, Any]]:
        return {notice["code"]: notice["params"] for notice in self.summary["notices"]}


@dataclass
class Town:
    """One road of 2 km from west to east, an office at its west end, 100 people at four places along it."""

    folder: Path
    options: dict[str, str]
    script: ModuleType

    def run(self, *arguments: str, without: Sequence[str] = (), **options: str) -> Run:
        """Run in this process, options given here before those of the town."""
        said = {name: value for name, value in {**self.options, **options}.items() if name not in without}
        pairs = [part for name, value in said.items() for part in (f"--{name.replace('_', '-')}", value)]
        result = CliRunner().invoke(self.script.main, [*pairs, *arguments], env={"LC_ALL": "C.UTF-8"})
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Run(result.exit_code, result.stdout, result.stderr, Path(said.get("out", self.folder)))
