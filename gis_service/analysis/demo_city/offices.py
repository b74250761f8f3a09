"""One-stop offices of the demo city before and after the merger of 2025."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date

import numpy as np

from gis_service.analysis.demo_city.ground import Ground, Place, Standing, lower_first, where

MERGER = date(2025, 7, 1)
"""First day of the communes of 2025."""
_PEOPLE_PER_COUNTER = 2_500


def make_offices(ground: Ground, names_2025: dict[str, str]) -> list[Standing]:
    """Put an office into the main village of every commune of 2024, and keep one of them in each of 2025.

    Parameters
    ----------
    ground
        Free places.
    names_2025
        Full names of the communes of 2025 by code.

    Returns
    -------
    list of Standing
        The offices that close with the merger, then those that open with it. A new one stands where one of
        its former ones stood and has its ``site_id``: the one that its people live nearest to in the mean.
        All other former ones have a ``branch_rank``, from 1: the more people their commune had, the earlier.
    """
    places = [_office_place(ground, row) for row in range(len(ground.units))]
    seats = _seats(ground, places)
    ranks = _branch_ranks(ground, set(seats.values()))
    before = [_before(ground, row, place, ranks.get(row)) for row, place in enumerate(places)]
    after = [_after(ground, code, places[row], names_2025[code]) for code, row in seats.items()]
    return before + after


def _office_place(ground: Ground, unit: int) -> Place:
    return ground.take(ground.villages_of(unit)[0])


def _parts(ground: Ground) -> dict[str, list[int]]:
    parts: defaultdict[str, list[int]] = defaultdict(list)
    for row, unit in enumerate(ground.units):
        parts[unit.successor].append(row)
    return dict(sorted(parts.items()))


def _seats(ground: Ground, places: list[Place]) -> dict[str, int]:
    """Choose the former office with the least sum of people times straight distance (ties: lower code)."""
    seats = {}
    for code, rows in _parts(ground).items():
        homes = np.flatnonzero(np.isin(ground.villages.unit, rows))
        offices = np.array([places[row].xy for row in rows])
        away = np.hypot(*(ground.villages.xy[homes, None, :] - offices[None, :, :]).transpose(2, 0, 1))
        seats[code] = rows[int(np.argmin((ground.villages.people[homes, None] * away).sum(axis=0)))]
    return seats


def _branch_ranks(ground: Ground, seats: set[int]) -> dict[int, int]:
    others = [row for row in range(len(ground.units)) if row not in seats]
    others.sort(key=lambda row: (-ground.units[row].people, ground.units[row].code))
    return {row: rank for rank, row in enumerate(others, 1)}


def _office(ground: Ground, code: str, name: str, place: Place, values: Mapping[str, object]) -> Standing:
    site = f"s_{ground.units[place.unit].code}"
    title = f"Bộ phận một cửa {lower_first(name)}"
    fields: dict[str, object] = {"role": "main", "site_id": site, **values, **where(ground, place)}
    return Standing(code, title, place, fields)


def _before(ground: Ground, row: int, place: Place, rank: int | None) -> Standing:
    unit = ground.units[row]
    values = {
        "open_from": None,
        "open_to": MERGER,
        "counters": _counters(unit.people),
        "branch_rank": rank,
    }
    return _office(ground, f"o2024_{unit.code}", unit.full_name, place, values)


def _after(ground: Ground, code: str, place: Place, name: str) -> Standing:
    people = sum(unit.people for unit in ground.units if unit.successor == code)
    values = {
        "open_from": MERGER,
        "open_to": None,
        "counters": _counters(people),
        "branch_rank": None,
    }
    standing = _office(ground, f"o2025_{code}", name, place, values)
    return Standing(standing.code, standing.name, place, standing.values | {"commune_code": code})


def _counters(people: int) -> int:
    return 2 + round(people / _PEOPLE_PER_COUNTER)
