"""How evenly a service is spread over people: what there is for each, and how long their ways are."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from gis_service.analysis.field import UNREACHED
from gis_service.analysis.inequality import Inequality, beyond, concentration, inequality
from gis_service.analysis.zones import BEYOND
from gis_service.services.documents import PER_UNIT, persons
from gis_service.services.tables.accessibility import shares_of, told
from gis_service.services.tables.scene import Row, Scene
from gis_service.types import Floats, Int32s, Int64s

_WORST = 2
"""Who has more than so many times the limit on the way is counted apart."""


def rows(scene: Scene) -> list[Row]:
    """Give for each group a row for what there is by either method, and one for the ways.

    On catchments everybody counts, who has nothing in reach with 0. On ways, in seconds or metres, those who
    arrive count (``who``); ``beyond_twice`` is how many are farther off than twice the limit, or never
    arrive. Where the study names a column to rank by, ``concentration`` tells whether the well-off have more.

    Raises
    ------
    WrongUse
        ``ranking_missing`` where people live of whom nothing tells a rank.
    """
    return _measured(scene, _held(scene))


def way_rows(scene: Scene) -> list[Row]:
    """Give those of the `rows` that tell of ways: no catchments are made for them.

    So they are told wherever there are ways, however many pairs of homes and facilities there would be.

    Raises
    ------
    WrongUse
        ``ranking_missing``, as above.
    """
    return _measured(scene, _ways(scene))


def _measured(scene: Scene, all_held: Iterable["_Held"]) -> list[Row]:
    ranked = scene.parameters.rank_column is not None
    found = []
    for held in all_held:
        measured = _measure(scene, held)
        people, cost = scene.demand.people[held.group], scene.ways_of(held.group).field.cost
        far = beyond(cost, people, _WORST * scene.parameters.limit_cost) if held.of == "way" else None
        found.append(
            held.head
            | {
                "people": persons(measured.people),
                "mean": told(measured.mean),
                "gini": told(measured.gini),
                "theil": told(measured.theil),
                "theil_within": told(measured.theil_within),
                "theil_between": told(measured.theil_between),
                "palma": told(measured.palma),
                "beyond_twice": None if far is None else persons(far),
            }
            | ({"concentration": told(held.concentration())} if ranked else {})
        )
    return found


def lorenz_rows(scene: Scene) -> list[Row]:
    """Give the points of the curves that `rows` sums up: from those who have least, to everybody."""
    return _curves(scene, _held(scene))


def way_lorenz_rows(scene: Scene) -> list[Row]:
    """Give the points of those curves that tell of ways: no catchments are made for them."""
    return _curves(scene, _ways(scene))


def _curves(scene: Scene, all_held: Iterable["_Held"]) -> list[Row]:
    return [
        held.head | {"people_share": told(people), "share": told(share)}
        for held in all_held
        for people, share in _measure(scene, held).lorenz.tolist()
    ]


def _measure(scene: Scene, held: "_Held") -> Inequality:
    """Measure it; within and between the units that the study is told by."""
    asked = held.of, held.group
    if asked not in scene.measured:
        scene.measured[asked] = inequality(held.values, held.people, held.unit)
    return scene.measured[asked]


@dataclass(frozen=True, slots=True)
class _Held:
    """What the people of a group have: by a method, or on their ways; rows are those who count."""

    of: str
    group: str
    who: str
    values: Floats
    people: Int64s
    unit: Int32s
    rank: Floats | None

    @property
    def head(self) -> Row:
        return {"of": self.of, "group": self.group, "who": self.who}

    def concentration(self) -> float | None:
        return concentration(self.values, self.people, self.rank)


def _held(scene: Scene) -> Iterator[_Held]:
    """Give what each group has: what is in its reach by either method, then its ways."""
    shares, unit, rank = shares_of(scene), np.maximum(scene.zone, -1), _rank(scene)
    for ways in _ways(scene):
        group = ways.group
        for of, values in (("enhanced", shares.enhanced[group]), ("balanced", shares.balanced[group])):
            yield _Held(of, group, "all", values, scene.demand.people[group], unit, rank)
        yield ways


def _ways(scene: Scene) -> Iterator[_Held]:
    """Give the ways of each group, of those who arrive."""
    unit, rank = np.maximum(scene.zone, -1), _rank(scene)
    for group in scene.parameters.counted_groups:
        people, cost = scene.demand.people[group], scene.ways_of(group).field.cost
        arrived = cost < UNREACHED
        ways, placed = cost[arrived] / PER_UNIT, None if rank is None else rank[arrived]
        yield _Held("way", group, "arrived", ways, people[arrived], unit[arrived], placed)


def _rank(scene: Scene) -> Floats | None:
    """Give the rank of each home inside the study area."""
    known = scene.inputs.rank
    return None if known is None else known[scene.inputs.zone != BEYOND]
