"""Step tables of a study: people by unit, group and step of cost, as everybody may read them.

A study tells its figures at one limit, and somebody may ask for the next one. So what everybody may see is
chosen for all steps at once, before any limit is asked for: at a limit a study tells the rows that its step
table tells there, and no others (docs/decisions/019-step-tables.md).
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gis_service.analysis.cells import is_small
from gis_service.analysis.curve import STEP_M, STEP_S
from gis_service.analysis.demand import ALL
from gis_service.analysis.step_table import (
    AFTER_STEPS,
    Series,
    Sums,
    Told,
    marks_of,
    sums_within,
    told_by,
)
from gis_service.analysis.zones import Zones
from gis_service.services.coverage import CoverageResult
from gis_service.services.coverage_document import OUTSIDE
from gis_service.services.coverage_parameters import CoverageParameters
from gis_service.services.curve import LAST_M, LAST_S
from gis_service.services.documents import PER_UNIT
from gis_service.services.memo import Memo
from gis_service.types import Bools, Int32s, Int64s, LayerId

TOTALS = "totals"
"""Id of the row of all people."""
WITHOUT_STEPS = frozenset({"inside_area", "quota"})
"""Measures that ask for no way, and have no limit to move."""


@dataclass(frozen=True)
class StepTable:
    """People of a study up to each mark, by unit and group.

    Parameters
    ----------
    unit, step
        ``s`` or ``m``, and how many of them a step has.
    steps
        ``(n_steps,)`` cost of each step, ms or mm, from 0. Behind them stand two more marks: all who arrive,
        and everybody.
    groups
        The counted groups, `ALL` first.
    ids, names
        Of the rows: all people first, then the units, then those in none if there is anybody.
    within
        ``(n_rows, n_groups, n_marks)`` whole thousandths of people up to each mark.
    told
        ``(n_rows, n_groups, n_marks)`` what everybody may read. The groups of a unit tell the same marks; of
        the whole city all people together may tell more.
    """

    unit: str
    step: int
    steps: Int64s
    groups: tuple[str, ...]
    ids: tuple[str, ...]
    names: tuple[str, ...]
    within: Sums
    told: Bools

    @property
    def arrives(self) -> int:
        """The mark of all who arrive."""
        return len(self.steps)

    @property
    def everybody(self) -> int:
        """The last mark."""
        return len(self.steps) + 1

    def told_at(self, limit: int, covered: Sums) -> Bools:
        """Tell which rows everybody may read at a limit.

        Parameters
        ----------
        limit
            ms or mm.
        covered
            ``(n_rows, n_groups)`` people within it.

        Returns
        -------
        Bools
            ``(n_rows, n_groups)``. Between two steps it is the rows where nobody lies between the limit and a
            step that is told; of the city also where those are ten or more on both sides.
        """
        after = int(np.searchsorted(self.steps, limit))
        if after < len(self.steps) and self.steps[after] == limit:
            found: Bools = self.told[:, :, after]
            return found
        sides = (max(after - 1, 0), after)
        equal = np.zeros(self.told.shape[:2], dtype=np.bool_)
        for side in sides:
            same = (self.within[:, :, side] == covered).all(axis=1)
            equal |= self.told[:, :, side] & same[:, None]
        parts = [covered[0]] + [np.abs(self.within[0, :, side] - covered[0]) for side in sides]
        parts.append(self.within[0, :, self.everybody] - covered[0])
        equal[0] |= not is_small(np.stack(parts)).any()
        return equal & self.told[:, :, self.everybody]


def has_steps(parameters: CoverageParameters) -> bool:
    """Tell whether a study has a limit that can be moved in steps."""
    return parameters.measure not in WITHOUT_STEPS


@dataclass(frozen=True)
class StepSource:
    """What a step table is made of.

    Parameters
    ----------
    result, parameters
        Of the study, whatever its limit.
    zones
        The units that ``result`` is told by.
    own, units
        The layer of these units, and ``(n,)`` the unit of each row of ``result.demand`` in every vintage,
        negative for none: what is told follows from all of them, and is the same whichever is asked for.
    memo
        What is known already.
    """

    result: CoverageResult
    parameters: CoverageParameters
    zones: Zones
    own: LayerId
    units: Mapping[LayerId, Int32s]
    memo: Memo


def step_table(source: StepSource) -> StepTable:
    """Make the step table of a study; that of another limit is the same."""
    result, parameters, zones = source.result, source.parameters, source.zones
    step, last, unit = (STEP_S, LAST_S, "s") if parameters.is_time else (STEP_M, LAST_M, "m")
    steps = np.arange(0, last + step, step, dtype=np.int64) * PER_UNIT
    n_marks = len(steps) + AFTER_STEPS
    people = result.demand.people
    groups = parameters.counted_groups
    marks = {
        group: marks_of(result.field_of(group).cost, result.reached, steps)
        for group in dict.fromkeys((ALL, *groups))
    }
    label = _numbered(result.zone, len(zones))
    divisions = _divisions(source.units, source.own, label)
    told = _told(source, divisions, _guarded(result, marks), Series(marks[ALL], people[ALL]), n_marks)
    shown = np.ones((len(zones) + 2, len(groups), n_marks), dtype=np.bool_)
    of_own = told.units[list(divisions).index(source.own)]
    shown[0] = told.city
    shown[0, groups.index(ALL)] = told.everybody
    shown[1 : len(of_own) + 1] = of_own[:, None]
    counted = [Series(marks[group], people[group]) for group in groups]
    within = sums_within(label, len(zones) + 1, counted, n_marks)
    n_rows = len(zones) + int(within[-1].any())
    return StepTable(
        unit=unit,
        step=step,
        steps=steps,
        groups=groups,
        ids=(TOTALS, *zones.ids, OUTSIDE)[: n_rows + 1],
        names=(TOTALS, *zones.names, OUTSIDE)[: n_rows + 1],
        within=np.concatenate([within.sum(axis=0, keepdims=True), within[:n_rows]]),
        told=shown[: n_rows + 1],
    )


def _told(
    source: StepSource,
    divisions: Mapping[LayerId, Int64s],
    guarded: list[Series],
    everybody: Series,
    n_marks: int,
) -> Told:
    """Choose what everybody may read, unless that is known: it is the same for every limit."""
    mark = hashlib.sha256()
    for layer, label in divisions.items():
        mark.update(f"{layer}\n".encode() + label.tobytes())
    for series in (everybody, *guarded):
        mark.update(series.mark.tobytes() + series.people.tobytes())
    name = ("told by steps", mark.hexdigest(), n_marks)
    labels = list(divisions.values())
    return source.memo.by_name(name, lambda: told_by(labels, guarded, everybody, n_marks))


def _numbered(zone: Int32s, n_units: int) -> Int64s:
    """Give the units numbers from 0; people in none are in one more."""
    return np.where(zone < 0, n_units, zone).astype(np.int64)


def _divisions(units: Mapping[LayerId, Int32s], own: LayerId, label: Int64s) -> dict[LayerId, Int64s]:
    """Give the units of each row of people by layer, the coarsest first."""
    found = {
        layer: _numbered(zone, int(zone.max(initial=-1)) + 1) for layer, zone in units.items() if layer != own
    }
    found[own] = label
    return dict(sorted(found.items(), key=lambda one: (len(np.unique(one[1])), one[0])))


def _guarded(result: CoverageResult, marks: Mapping[str, Int64s]) -> list[Series]:
    """Give everybody who must not be told when they are few: every group, counted or not, and the others.

    A group that walks at a speed of its own is counted by its own ways, and by those of the others as well.
    """
    people = result.demand.people
    groups = [group for group in people if group != ALL]
    rest = people[ALL] - sum((people[group] for group in groups), np.zeros_like(people[ALL]))
    if not groups:
        parts = [people[ALL]]
    elif (rest >= 0).all():
        parts = [*(people[group] for group in groups), *([rest] if rest.any() else [])]
    else:  # groups that share people
        parts = [people[ALL], *(people[group] for group in groups)]
        parts += [np.maximum(people[ALL] - people[group], 0) for group in groups]
    own = [Series(marks[group], people[group]) for group in result.own if group in marks]
    return [Series(marks[ALL], part) for part in parts] + own
