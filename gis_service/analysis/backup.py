"""Backup coverage: the people whom a service still reaches when the facility nearest to them closes.

The measure of Hogan & ReVelle (1986, doi:10.1287/mnsc.32.11.1434): a place is covered twice when two
facilities, here of different sites, lie within the limit.
"""

import numpy as np

from gis_service.analysis.coverage import is_covered
from gis_service.analysis.demand import Demand
from gis_service.types import Int32s, Int64s


def covered_twice(
    demand: Demand, part: Int32s | Int64s, n_parts: int, cost2: Int64s, limit: int
) -> dict[str, Int64s]:
    """Add up the people of each part who have two facilities of different sites within the limit.

    Parameters
    ----------
    demand
        People at places, ``n`` rows.
    part
        ``(n,)`` part of each row, such as its unit; negative ones count nowhere.
    n_parts
        Number of parts.
    cost2
        ``(n,)`` cost from each row to the nearest facility of another site than that of the nearest one, ms
        or mm; `gis_service.analysis.field.UNREACHED` without an answer. It is never below the cost to the
        nearest, so whoever is covered twice is covered.
    limit
        Greatest cost that counts as covered, in the unit of ``cost2``.

    Returns
    -------
    dict
        Per group ``(n_parts,)`` whole thousandths of people.
    """
    chosen = np.flatnonzero(is_covered(cost2, limit) & (part >= 0))
    found = {}
    for group, people in demand.people.items():
        found[group] = np.zeros(n_parts, dtype=np.int64)
        np.add.at(found[group], part[chosen], people[chosen])
    return found
