"""What everybody may see of a plan: which sites, in which order, how sure that is; no small count of people.

What the plan brings stands in the figures of the comparison, which hide small counts. Beside them the gain of
single sites would tell how many live where two of them overlap, and a sum of costs the way of single homes:
both are for those who may see personal detail.
"""

from collections.abc import Mapping
from typing import Any

from gis_service.analysis.demand import ALL
from gis_service.services.suppression import UNTOLD, Row, difference, is_few, is_small, say_hidden

_NOTICE, _OF_ROOM = "siting_uncoverable", "siting_without_room"
_OF_PLACES = ("served", "without")
_OF_CHOICE = ("objective", "gap")
_COUNTS_SITES = "lscp"
_COUNTS_PEOPLE = "mclp"
_RANGE = ("p5", "p95")
_FIGURES = ("objective", "bound", "base", "mean")


def public_plan(shown: Row, document: Mapping[str, Any]) -> Row:
    """Hide in the plan of a siting what everybody may not see.

    Parameters
    ----------
    shown
        The document with the figures of its comparison as everybody may see them; is changed in place.
    document
        The same with all figures.
    """
    plan = shown["plan"]
    before = repr(plan)
    if plan["model"] != _COUNTS_SITES and not _is_told(shown, document):
        plan.update(dict.fromkeys(_FIGURES))
    if plan["model"] == _COUNTS_SITES:
        plan["base"] = None
    for site in plan["sites"]:
        site["gain"] = None
    if (drawn := plan.get("under_draws")) is not None:
        plan["under_draws"] = {name: None if name in _RANGE else one for name, one in drawn.items()}
    _hide_rooms(plan)
    if (chosen := plan.get("chosen")) is not None:
        plan["chosen"] = _public_choice(chosen)
    _hide_uncoverable(plan["uncoverable"], shown)
    hidden = {_OF_ROOM} if "room" in plan else set()
    if plan["uncoverable"]["people"] is None:
        hidden.add(_NOTICE)
    for notice in shown["notices"]:
        if notice["code"] in hidden and not isinstance(notice["params"]["people"], str):
            notice["params"]["people"] = UNTOLD
    if repr(plan) != before:
        say_hidden(shown)
    return shown


def _hide_rooms(plan: Row) -> None:
    """Hide how many have a place, at each site and in all."""
    if "room" in plan:
        plan["room"] = plan["room"] | dict.fromkeys(_OF_PLACES)
    for site in (*plan["sites"], *plan.get("existing", [])):
        if "served" in site:
            site["served"] = None


def _public_choice(chosen: Row) -> Row:
    """Tell of a choice beside a plan which facilities it has, and in how many draws the plan brings more."""
    swaps = [swap | {"gain": None} for swap in chosen["swaps"]]
    found = chosen | dict.fromkeys(_OF_CHOICE) | {"totals": {}, "zones": [], "swaps": swaps}
    if (drawn := chosen.get("under_draws")) is not None:
        found["under_draws"] = drawn | dict.fromkeys(_RANGE)
    return found


def _is_told(shown: Row, document: Mapping[str, Any]) -> bool:
    """Tell whether objective and bound say no more than the totals that are shown do."""
    plan, weights = document["plan"], document["parameters"]["siting"]["weights"]
    if plan["model"] != _COUNTS_PEOPLE or "room" in plan or len(weights) != 1 or set(weights.values()) != {1}:
        return False
    (group,) = weights
    total = shown["totals"].get(group)
    full = document["totals"].get(group)
    if total is None or full is None or total["before"] is None or total["after"] is None:
        return False
    base = difference(full["after"], plan["objective"])
    # A bound apart from the objective is no count of anybody.
    return not any(is_few(one) for one in (plan["objective"], base, difference(full["before"], base)))


def _hide_uncoverable(told: Row, shown: Row) -> None:
    """Hide whom no site can serve where they are few, or few others are outside beside them."""
    told["places"] = None
    group = shown["parameters"]["after"].get("group", ALL)
    total = shown["totals"].get(group, shown["totals"][ALL])
    few = total["total"] is None or total["after"] is None or is_small((told, "people"))
    if few or is_few(difference(difference(total["total"], total["after"]), told["people"])):
        told["people"] = None
