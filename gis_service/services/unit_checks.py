"""Holds the change table to the units it speaks of: nobody gets lost between two vintages."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from gis_service.catalogue.city_definition import Vintage
from gis_service.catalogue.loader import Catalogue
from gis_service.catalogue.words import say
from gis_service.db.engine import Connection
from gis_service.errors import ErrorCode, Fault, NotFound, RefusedInput
from gis_service.services.units import CHANGES, WHOLE, Change, Unit, read_changes, units_in_vintage
from gis_service.types import Text


@dataclass(frozen=True, slots=True)
class CheckedChanges:
    """What was found in order: rows of the table, and steps from one vintage to the next."""

    rows: int
    steps: int


def check_changes(connection: Connection, catalogue: Catalogue) -> CheckedChanges:
    """Check the change table against the layers of the vintages.

    Every unit of a vintage that the table hands on goes somewhere, every unit of the next comes from
    somewhere; a unit goes whole in one row or in parts in several; the people of the rows add up to those of
    the units on both sides, where both are known.

    Raises
    ------
    NotFound
        ``unit_changes_missing`` when the table is not loaded.
    RefusedInput
        ``unit_changes_faulty`` with every fault.
    """
    changes = read_changes(connection, catalogue)
    if not changes:
        raise NotFound(ErrorCode.UNIT_CHANGES_MISSING, layer=CHANGES)
    units = {one.id: units_in_vintage(connection, catalogue, one) for one in catalogue.city.vintages}
    faults = list(find_faults(changes, catalogue.city.vintages, units))
    if faults:
        raise RefusedInput(ErrorCode.UNIT_CHANGES_FAULTY, faults, count=len(faults))
    return CheckedChanges(len(changes), len(_by_step(changes)))


def find_faults(
    changes: Sequence[Change], vintages: Sequence[Vintage], units: Mapping[str, Mapping[str, Unit]]
) -> Iterator[Fault]:
    """Find what is wrong with a change table.

    Parameters
    ----------
    changes
        Its rows.
    vintages
        Of the city; those of a level by time.
    units
        By vintage and code; a vintage that is not loaded has none, and is not held against the table.
    """
    known = {vintage.id: vintage for vintage in vintages}
    for change in changes:
        yield from _row_faults(change, known, units)
    steps = _by_step(changes)
    for (old, new), rows in steps.items():
        if old in known and new in known:
            yield from _step_faults(rows, units.get(old, {}), units.get(new, {}))
    levels = {vintage.level for vintage in vintages}
    for level in sorted(levels):
        for old_one, new_one in pairwise(one for one in vintages if one.level == level):
            loaded = units.get(old_one.id) and units.get(new_one.id)
            if loaded and (old_one.id, new_one.id) not in steps:
                yield Fault(CHANGES, say("no_change_between", old=old_one.id, new=new_one.id))


def _by_step(changes: Sequence[Change]) -> dict[tuple[str, str], list[Change]]:
    steps: defaultdict[tuple[str, str], list[Change]] = defaultdict(list)
    for change in changes:
        steps[change.old[0], change.new[0]].append(change)
    return dict(steps)


def _row_faults(
    change: Change, known: Mapping[str, Vintage], units: Mapping[str, Mapping[str, Unit]]
) -> Iterator[Fault]:
    for vintage, code in (change.old, change.new):
        if vintage not in known:
            yield _at(change, say("change_vintage_unknown", vintage=vintage, known=", ".join(known)))
        elif units.get(vintage) and code not in units[vintage]:
            yield _at(change, say("change_unit_unknown", unit=code, vintage=vintage))
    old, new = known.get(change.old[0]), known.get(change.new[0])
    if old is not None and new is not None and (old.level != new.level or old.start >= new.start):
        yield _at(change, say("change_not_onwards", old=old.id, new=new.id))


def _step_faults(
    rows: Sequence[Change], before: Mapping[str, Unit], after: Mapping[str, Unit]
) -> Iterator[Fault]:
    """Check the rows between two vintages."""
    leaving: defaultdict[str, list[Change]] = defaultdict(list)
    coming: defaultdict[str, list[Change]] = defaultdict(list)
    for row in rows:
        leaving[row.old[1]].append(row)
        coming[row.new[1]].append(row)
    step = f"{CHANGES}: {rows[0].old[0]} → {rows[0].new[0]}"
    for code in sorted(before.keys() - leaving.keys()):
        yield Fault(step, say("unit_goes_nowhere", unit=code, name=before[code].name))
    for code in sorted(after.keys() - coming.keys()):
        yield Fault(step, say("unit_comes_from_nowhere", unit=code, name=after[code].name))
    for code, own in sorted(leaving.items()):
        if len({row.new[1] for row in own}) != len(own):
            yield Fault(step, say("change_stands_twice", unit=code))
        elif any((row.kind == WHOLE) != (len(own) == 1) for row in own):
            kinds = ", ".join(row.kind for row in own)
            yield Fault(step, say("change_kinds_wrong", unit=code, rows=len(own), kinds=kinds))
    for units, groups, side in ((before, leaving, "unit_people_leave"), (after, coming, "unit_people_come")):
        for code, own in sorted(groups.items()):
            yield from _people_faults(step, side, units.get(code), own)


def _people_faults(step: str, side: str, unit: Unit | None, rows: Sequence[Change]) -> Iterator[Fault]:
    told = [row.people for row in rows if row.people is not None]
    if unit is None or unit.people is None or len(told) < len(rows) or sum(told) == unit.people:
        return
    yield Fault(step, say(side, unit=unit.code, name=unit.name, people=unit.people, told=sum(told)))


def _at(change: Change, text: Text) -> Fault:
    return Fault(f"{CHANGES}/{change.id}", text)
