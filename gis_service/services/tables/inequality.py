"""How evenly a service is spread over people: what there is for each, and how long their ways are."""

from collections.abc import Iterator

import numpy as np

from gis_service.analysis.field import UNREACHED
from gis_service.analysis.inequality import Inequality, beyond, inequality
from gis_service.services.documents import PER_UNIT, persons
from gis_service.services.tables.accessibility import shares_of, told
from gis_service.services.tables.scene import Row, Scene

_WORST = 2
"""Who has more than so many times the limit on the way is counted apart."""


def rows(scene: Scene) -> list[Row]:
    """Give for each group a row for what there is by either method, and one for the ways.

    On catchments everybody counts, who has nothing in reach with 0. On ways, in seconds or metres, those who
    arrive count (``who``); ``beyond_twice`` is how many are farther off than twice the limit, or never
    arrive.
    """
    found = []
    for of, group, who, measured in _measured(scene):
        people, cost = scene.demand.people[group], scene.ways.field.cost
        far = beyond(cost, people, _WORST * scene.parameters.limit_cost) if of == "way" else None
        found.append(
            {
                "of": of,
                "group": group,
                "who": who,
                "people": persons(measured.people),
                "mean": told(measured.mean),
                "gini": told(measured.gini),
                "theil": told(measured.theil),
                "theil_within": told(measured.theil_within),
                "theil_between": told(measured.theil_between),
                "palma": told(measured.palma),
                "beyond_twice": None if far is None else persons(far),
            }
        )
    return found


def lorenz_rows(scene: Scene) -> list[Row]:
    """Give the points of the curves that `rows` sums up: from those who have least, to everybody."""
    return [
        {"of": of, "group": group, "who": who, "people_share": told(people), "share": told(held)}
        for of, group, who, measured in _measured(scene)
        for people, held in measured.lorenz.tolist()
    ]


def _measured(scene: Scene) -> Iterator[tuple[str, str, str, Inequality]]:
    """Measure what each group has; within and between the units that the study is told by."""
    shares, unit, cost = shares_of(scene), np.maximum(scene.zone, -1), scene.ways.field.cost
    arrived = cost < UNREACHED
    for group in scene.parameters.counted_groups:
        people = scene.demand.people[group]
        yield "enhanced", group, "all", inequality(shares.enhanced[group], people, unit)
        yield "balanced", group, "all", inequality(shares.balanced[group], people, unit)
        ways = cost[arrived] / PER_UNIT
        yield "way", group, "arrived", inequality(ways, people[arrived], unit[arrived])
