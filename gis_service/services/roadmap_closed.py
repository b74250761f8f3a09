"""A roadmap as everybody may see it: no project alone tells how many people it brings.

A project may bring fewer than ten, and so may two that overlap. So everybody is shown projects, days and
costs, and of people the sums of each service at the end of each phase; where two of these sums, or one of
them and that of today, differ by 1 to 9 people, all of that service are hidden. Of units everybody is shown
shares in steps.
"""

import copy
from itertools import combinations

from gis_service.services.roadmap_units import hide_units
from gis_service.services.suppression import Row, difference, is_few, say_hidden

OF_PROJECTS = ("people_reached", "people_alone", "people_in_order", "people_per_billion_vnd")
OF_SECTORS = ("people_reached", "people_planned")
_COUNTED = ("covered", "uncovered", "share")


def public_roadmap(document: Row) -> Row:
    """Give a roadmap as everybody may see it; the document itself stays as it is."""
    shown = copy.deepcopy(document)
    for project in shown["projects"]:
        project.update(dict.fromkeys(OF_PROJECTS))
    for row in shown["cumulative"]:
        row.update({"people": None, "people_total": None})
    for row in shown["indicators"]:
        row.update(dict.fromkeys(OF_SECTORS))
    for phase in shown["phases"]:
        phase["people_won"] = None
        for row in phase["services"].values():
            row["won_by_projects"] = None
        for row in phase["sectors"].values():
            row["people_won"] = None
    for service in shown["services"]:
        _hide_few(shown, service)
    hide_units(shown)
    shown["best"] = None
    say_hidden(shown)
    return shown


def _hide_few(shown: Row, service: Row) -> None:
    """Hide the sums of a service where two of them are too near to each other."""
    rows = [phase["services"][service["id"]] for phase in shown["phases"]]
    states = [service["now"], service["before"], *rows]
    apart = (abs(difference(one["covered"], other["covered"])) for one, other in combinations(states, 2))
    small = any(is_few(row[name]) for row in states for name in ("total", "covered", "uncovered"))
    if not small and not any(map(is_few, apart)):
        return
    for row in states:
        row.update({name: None for name in (*_COUNTED, "won") if name in row})
        if is_few(row["total"]):
            row["total"] = None
