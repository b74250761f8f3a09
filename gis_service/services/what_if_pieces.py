"""What is hidden of a difference from those who know the units of other vintages too.

The sums of `gis_service.services.disclosure_vintage_changes` are of people by their units in every vintage,
and by what happens to them: those who share all this are put together first, so that a province takes no
longer than its pieces.
"""

from dataclasses import dataclass

import numpy as np

from gis_service.analysis.change import Answers
from gis_service.analysis.demand import Demand
from gis_service.services.coverage_live import LiveStudy
from gis_service.services.disclosure_vintage_changes import Compared, closed_changes
from gis_service.services.suppression import Row
from gis_service.types import Bools, Int32s, Int64s, LayerId

_KINDS = 4
"""Within the limit in both states, in one of them, in neither."""


@dataclass(frozen=True)
class Pieces:
    """People of the same unit in every vintage.

    Parameters
    ----------
    of_row
        ``(n,)`` piece of each row of people.
    units
        ``(n_pieces,)`` unit of each, by layer.
    """

    of_row: Int64s
    units: dict[LayerId, Int32s]


def closed_pieces(study: LiveStudy, own: LayerId, pieces: Pieces, was: Bools, is_: Bools) -> Row | None:
    """Find which rows would tell small counts, as `closed_changes` does.

    Parameters
    ----------
    study
        The state before.
    own
        Layer of the units that the difference is told by.
    pieces
        As `pieces_of` gives them for the study.
    was, is_
        ``(n,)`` who is within the limit before, and afterwards.
    """
    count = _KINDS * len(next(iter(pieces.units.values()), ()))
    kind = pieces.of_row * _KINDS + 2 * was + is_
    people = {}
    for group in study.parameters.counted_groups:
        sums = np.zeros(count, np.int64)
        np.add.at(sums, kind, study.result.demand.people[group])
        people[group] = sums
    rows = np.arange(count)
    none = np.empty((0, 2))
    limit = study.parameters.limit_cost
    beyond, nobody = limit + 1, np.full(count, -1, np.int32)
    costs = [np.where(rows % _KINDS // side % 2, 0, beyond).astype(np.int64) for side in (2, 1)]
    compared = Compared(
        Demand(none, people, rows.astype(np.int32)),
        (Answers(costs[0], nobody), Answers(costs[1], nobody)),
        limit,
    )
    units = {layer: np.repeat(zone, _KINDS) for layer, zone in pieces.units.items()}
    return closed_changes(compared, study.inputs.zones.ids, own, units)


def pieces_of(study: LiveStudy) -> Pieces:
    """Put those together who live in the same unit of every vintage."""
    layers = list(study.units)
    stacked = np.column_stack([study.units[layer] for layer in layers])
    found, of_row = np.unique(stacked, axis=0, return_inverse=True)
    units = {layer: np.ascontiguousarray(found[:, at], np.int32) for at, layer in enumerate(layers)}
    return Pieces(of_row.reshape(-1).astype(np.int64), units)
