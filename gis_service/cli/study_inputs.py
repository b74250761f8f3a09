"""Inputs of a study on the command line: a file, and options that stand beside it or replace parts of it."""

from collections.abc import Callable, Mapping
from typing import Any, TextIO, TypeVar

import click
import yaml

from gis_service.errors import ErrorCode, RefusedInput
from gis_service.services.closure_rules import with_closures
from gis_service.services.coverage_parameters import MEASURES
from gis_service.services.study_shapes import with_demand
from gis_service.services.tables import TABLES

F = TypeVar("F", bound=Callable[..., Any])

_OPTIONS = (
    click.option("--standard", help="Standard that the service is judged by."),
    click.option("--service", help="Layer of the facilities."),
    click.option("--measure", help=", ".join(MEASURES) + "."),
    click.option("--mode", help="walk, bicycle, motorbike or car."),
    click.option("--limit", type=float, help="Seconds, or metres for distances and radii."),
    click.option("--catchment", help="any facility, own_unit, or assigned by the data."),
    click.option("--vintage", help="Boundary vintage that the result is told by."),
    click.option("--at", help="Local time, 2025-07-01T10:00: who is open, which ferry runs."),
    click.option("--demand", metavar="LAYER", help="Layer of the people; a raster holds persons per cell."),
    click.option("--demand-band", metavar="BAND", help="Number or name of the band of a raster of several."),
    click.option(
        "--weights", metavar="LAYER", help="Raster that the people of areas in --demand are spread by."
    ),
    click.option("--weights-band", metavar="BAND", help="Number or name of its band, of several."),
    click.option(
        "--group", "groups", multiple=True, help="Group of people that is counted; may be repeated."
    ),
    click.option(
        "--beside",
        multiple=True,
        help="Told beside the result: roads (always beside a straight radius), or a standard; repeatable.",
    ),
    click.option(
        "--group-speeds",
        is_flag=True,
        default=None,
        help="Elderly people and children walk at their own speed, on foot.",
    ),
    click.option(
        "--tables",
        default="",
        metavar="NAMES",
        callback=lambda _context, _option, names: tuple(filter(None, names.split(","))),
        help="Further tables of the document, with commas between: " + ", ".join(TABLES) + ".",
    ),
    click.option(
        "--closed-classes",
        metavar="NAMES",
        callback=lambda _context, _option, names: None if names is None else tuple(names.split(",")),
        help="Closed classes of road, with commas between; with --closed-areas only where they touch one.",
    ),
    click.option(
        "--closed-areas",
        metavar="LAYER",
        help="Layer of areas, as of a flood: roads on the ground that touch one are closed.",
    ),
    click.option(
        "--closed-hours",
        type=(float, float),
        metavar="FROM TO",
        help="Hours of the day of the closure, such as 22 5; all day when left out.",
    ),
    click.option(
        "--rank-column", help="Column of the people or the units, for the concentration index of inequality."
    ),
    click.option(
        "--start-column",
        help="Column of seconds of the facilities that their times begin with, as a wait at a counter.",
    ),
    click.option("--branch-share", type=float, help="Share 0..1 of closed facilities that stay as branches."),
)


def coverage_options(command: F) -> F:
    """Give a command the options of a study of coverage."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def inputs_in(file: TextIO | None) -> object:
    """Read the inputs of a file of YAML or JSON; without one there are none.

    Raises
    ------
    RefusedInput
        ``study_refused`` for a file that is neither.
    """
    try:
        return {} if file is None else yaml.safe_load(file)
    except yaml.YAMLError as error:
        raise RefusedInput(
            ErrorCode.STUDY_REFUSED, name="--inputs", value=error, expected="YAML, JSON"
        ) from error


def inputs_of(given: object, options: Mapping[str, Any]) -> object:
    """Put the options that were given over the inputs of a file.

    Parameters
    ----------
    given
        What the file holds.
    options
        By name; None and empty ones were not given. What is closed replaces the closures of the file, and
        people the people.

    Raises
    ------
    RefusedInput
        ``study_refused`` when the file holds no names and values.
    """
    said = {name: value for name, value in options.items() if value not in (None, ())}
    asked = with_demand(with_closures(said))
    if not asked:
        return given
    if not isinstance(given, dict) or not isinstance(given.get("facilities") or {}, dict):
        raise RefusedInput(
            ErrorCode.STUDY_REFUSED, name="--inputs", value=given, expected="{name: value, ...}"
        )
    share = asked.pop("branch_share", None)
    if share is not None:
        facilities = given.get("facilities") or {}
        asked["facilities"] = facilities | {"branch_share": share}
    return given | asked
