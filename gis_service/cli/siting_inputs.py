"""What siting takes on the command line beside the inputs of a study: the model, and where sites may be."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import click

from gis_service.analysis.siting import MODELS
from gis_service.errors import ErrorCode, WrongUse

F = TypeVar("F", bound=Callable[..., Any])

_CANDIDATES = "LAYER[:FIELD=VALUE,VALUE...[:FIELD=...]]"
_OPTIONS = (
    click.option("--model", type=click.Choice(MODELS), help="What the sites are chosen for. Default: mclp."),
    click.option("--scenario", metavar="ID", help="Scenario whose state the sites are chosen in."),
    click.option("--sites", type=int, help="New sites; with --closable also those that stay."),
    click.option("--budget", type=int, help="What the new sites may cost together."),
    click.option(
        "--candidates",
        "candidate_layers",
        multiple=True,
        metavar=_CANDIDATES,
        help="Layer of candidates, and the values they have to have: land_use:use=public_building,commerce.",
    ),
    click.option(
        "--place",
        "candidate_places",
        multiple=True,
        metavar="LON,LAT[,ID]",
        help="A candidate given by its place; may be repeated.",
    ),
    click.option(
        "--min-area", "min_area_m2", type=float, help="Least area in m² of candidates that are areas."
    ),
    click.option("--cost-field", help="Field of these layers that tells what a site would cost."),
    click.option("--capacity", type=float, help="How many people a new site has room for."),
    click.option("--capacity-field", help="Field of these layers that tells it of each candidate."),
    click.option(
        "--chosen-at",
        help="Time at which a choice that was made is in force: told beside the plan. With --closable.",
    ),
    click.option(
        "--outside",
        multiple=True,
        metavar="LAYER",
        help="Areas that no candidate of a layer may lie in. Default: flood_area, protected_area.",
    ),
    click.option("--thin-m", type=float, help="Of the candidates in a square of this side the best stays."),
    click.option("--most", type=int, help="More candidates are refused. Default: 2000."),
    click.option("--fixed", multiple=True, metavar="ID", help="Candidate that is chosen; may be repeated."),
    click.option("--excluded", multiple=True, metavar="ID", help="Candidate that is not chosen."),
    click.option("--closable", multiple=True, metavar="CODE|all", help="Existing facility that may close."),
    click.option("--spacing-m", type=float, help="Least distance of a new site from any other."),
    click.option("--backup", type=float, help="What a second site counts for, as a share of the first."),
    click.option(
        "--weight",
        "group_weights",
        multiple=True,
        metavar="GROUP=NUMBER",
        help="What a person of a group counts for; may be repeated.",
    ),
    click.option("--draws", type=int, help="Draws of the assumption range: which sites stay, up to 200."),
    click.option("--time-limit", "time_limit_s", type=float, help="Seconds for the search. Default: 30."),
)
_PLAIN = (
    *("model", "sites", "budget", "fixed", "excluded", "spacing_m", "backup", "capacity", "chosen_at"),
    *("draws", "time_limit_s"),
)
_OF_CANDIDATES = ("outside", "thin_m", "most")


def siting_options(command: F) -> F:
    """Give a command the options of siting."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def siting_inputs(options: dict[str, Any], given: object) -> object:
    """Put the options of siting over the inputs of a file; they are taken out of the options.

    Parameters
    ----------
    options
        By name; None and empty ones were not given.
    given
        What the file holds.

    Raises
    ------
    WrongUse
        ``wrong_argument`` for one that cannot be read.
    """
    said = {name: options.pop(name) for name in _PLAIN}
    asked = {name: value for name, value in said.items() if value not in (None, ())}
    closable, weights = options.pop("closable"), options.pop("group_weights")
    if (scenario := options.pop("scenario")) is not None:
        asked["scenario"] = {"id": scenario}
    if closable:
        asked["closable"] = True if "all" in closable else closable
    if weights:
        asked["weights"] = dict(_weight(one) for one in weights)
    candidates = _candidates(options)
    if not isinstance(given, Mapping):
        return given
    if candidates:
        asked["candidates"] = {**(given.get("candidates") or {}), **candidates}
    return {**given, **asked}


def _candidates(options: dict[str, Any]) -> dict[str, Any]:
    own = {name: options.pop(name) for name in _OF_CANDIDATES}
    found = {name: value for name, value in own.items() if value not in (None, ())}
    shared = {name: options.pop(name) for name in ("min_area_m2", "cost_field", "capacity_field")}
    shared = {name: value for name, value in shared.items() if value is not None}
    layers: Sequence[str] = options.pop("candidate_layers")
    places: Sequence[str] = options.pop("candidate_places")
    if layers:
        found["layers"] = [_layer(one) | shared for one in layers]
    if places:
        found["places"] = [_place(one) for one in places]
    return found


def _layer(text: str) -> dict[str, Any]:
    layer, *conditions = text.split(":")
    where = {}
    for one in conditions:
        name, equals, values = one.partition("=")
        if not equals or not values:
            raise _wrong("--candidates", text, _CANDIDATES)
        where[name] = values.split(",")
    return {"layer": layer} | ({"where": where} if where else {})


def _place(text: str) -> dict[str, Any]:
    parts = text.split(",", 2)
    try:
        place: dict[str, Any] = {"lon": float(parts[0]), "lat": float(parts[1])}
    except (ValueError, IndexError):
        raise _wrong("--place", text, "LON,LAT[,ID]") from None
    return place | ({"id": parts[2]} if len(parts) > 2 else {})  # noqa: PLR2004 longitude, latitude, id


def _weight(text: str) -> tuple[str, float]:
    group, _, number = text.partition("=")
    try:
        return group, float(number)
    except ValueError:
        raise _wrong("--weight", text, "GROUP=NUMBER") from None


def _wrong(option: str, value: str, expected: str) -> WrongUse:
    return WrongUse(ErrorCode.WRONG_ARGUMENT, name=option, value=value, expected=expected)
