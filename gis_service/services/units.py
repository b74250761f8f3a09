"""Administrative units through time: what a unit was, and what became of it, as the change table says.

The table is a layer like any other (``unit_change``): loaded, edited, kept with its history. A row hands a
unit of one vintage on to a unit of the next, whole or in part.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from gis_service.catalogue.city_definition import Vintage
from gis_service.catalogue.layer_definition import LayerDefinition
from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import Connection
from gis_service.db.layer_rows import read_columns
from gis_service.db.layers import version_of
from gis_service.errors import ErrorCode, NotFound, RefusedInput
from gis_service.types import LayerId

CHANGES = LayerId("unit_change")
"""The layer of the change table."""
WHOLE = "whole"
PERSONS = "persons"

Kind = Literal["whole", "part"]
Place = tuple[str, str]
"""A vintage and the code of one of its units."""


@dataclass(frozen=True, slots=True)
class Change:
    """A row of the change table.

    Parameters
    ----------
    id
        Key of the row.
    old, new
        The unit that it hands on, and the one that takes it in.
    kind
        ``whole``, or ``part`` of a unit that was split.
    people
        Persons handed on; None when not known.
    changed_on
        First day of the new unit; None when not known.
    note, source
        Words of those who keep the table, and the act that it follows.
    """

    id: str
    old: Place
    new: Place
    kind: str
    people: int | None
    changed_on: date | None
    note: str | None
    source: str | None


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of a vintage; people where its layer tells them."""

    code: str
    name: str
    people: int | None


@dataclass(frozen=True, slots=True)
class Relative:
    """A unit of an earlier or a later vintage that shares ground with another.

    Parameters
    ----------
    vintage, unit
        Which.
    kind
        ``whole`` when the older of the two went into the younger as a whole, on every step between them.
    steps
        How many changes lie between.
    change
        The row of the table; None when several steps lie between.
    """

    vintage: Vintage
    unit: Unit
    kind: Kind
    steps: int
    change: Change | None


@dataclass(frozen=True, slots=True)
class UnitLife:
    """A unit of one vintage with those that it came from and those that came of it, the nearest first."""

    vintage: Vintage
    unit: Unit
    was: Sequence[Relative]
    became: Sequence[Relative]


def people_field(definition: LayerDefinition) -> str | None:
    """Name the column of a layer of units that tells its people: the first whole number of persons."""
    return next(
        (one.name for one in definition.fields if one.type == "integer" and one.unit == PERSONS), None
    )


def units_in_vintage(connection: Connection, catalogue: Catalogue, vintage: Vintage) -> dict[str, Unit]:
    """Give the units of a vintage by code; none when its layer is not loaded."""
    definition = catalogue.layers[vintage.layer]
    if definition.key is None or version_of(connection, vintage.layer) is None:
        return {}
    known = [one.name for one in definition.fields]
    people = people_field(definition)
    names = [one for one in ("full_name", "name") if one in known]
    columns = (definition.key, *names, *([] if people is None else [people]))
    found = {}
    for row in read_columns(connection, vintage.layer, columns):
        code = str(row[0])
        name = next((one for one in row[1 : 1 + len(names)] if one is not None), code)
        count = row[-1] if people is not None else None
        found[code] = Unit(code, str(name), count if isinstance(count, int) else None)
    return found


def read_changes(connection: Connection, catalogue: Catalogue) -> list[Change]:
    """Read the change table; empty in a city that has none, or has not loaded it."""
    if CHANGES not in catalogue.layers or version_of(connection, CHANGES) is None:
        return []
    columns = ("code", "from_vintage", "old_code", "to_vintage", "new_code", "kind")
    more = ("people", "changed_on", "note", "source")
    return [
        Change(
            id=str(row[0]),
            old=(str(row[1]), str(row[2])),
            new=(str(row[3]), str(row[4])),
            kind=str(row[5]),
            people=row[6] if isinstance(row[6], int) else None,
            changed_on=row[7] if isinstance(row[7], date) else None,
            note=None if row[8] is None else str(row[8]),
            source=None if row[9] is None else str(row[9]),
        )
        for row in read_columns(connection, CHANGES, (*columns, *more))
    ]


def lives_of(
    connection: Connection,
    catalogue: Catalogue,
    code: str,
    vintage: str | None = None,
    *,
    may_read: Callable[[str], bool] = lambda _layer: True,
) -> list[UnitLife]:
    """Tell what the units with a code were and what became of them; a code may stand in several vintages.

    Parameters
    ----------
    connection, catalogue
        Where the units are, and what they mean.
    code
        As the layers have it.
    vintage
        Only the unit of this vintage.
    may_read
        Tells whether a layer is open to the reader: of units in others nothing is said.

    Returns
    -------
    list of UnitLife
        In the order of the vintages.

    Raises
    ------
    NotFound
        ``unit_not_found``.
    RefusedInput
        ``study_refused`` for a vintage that the city does not know.
    """
    open_ = {one.id: one for one in catalogue.city.vintages if may_read(one.layer)}
    if vintage is not None and vintage not in open_:
        raise RefusedInput(ErrorCode.STUDY_REFUSED, name="vintage", value=vintage, expected=", ".join(open_))
    units = {id_: units_in_vintage(connection, catalogue, one) for id_, one in open_.items()}
    tells = CHANGES in catalogue.layers and may_read(CHANGES)
    changes = read_changes(connection, catalogue) if tells else []
    family = _Family(open_, units, changes)
    wanted = open_ if vintage is None else {vintage: open_[vintage]}
    found = [family.life(id_, code) for id_ in wanted if code in units[id_]]
    if not found:
        known = ", ".join(wanted)
        raise NotFound(ErrorCode.UNIT_NOT_FOUND, unit=code, known=known)
    return found


@dataclass(frozen=True, slots=True)
class _Family:
    """Units of all vintages with what joins them."""

    vintages: Mapping[str, Vintage]
    units: Mapping[str, Mapping[str, Unit]]
    changes: Sequence[Change]

    def life(self, vintage: str, code: str) -> UnitLife:
        back: defaultdict[Place, list[tuple[Place, Change]]] = defaultdict(list)
        on: defaultdict[Place, list[tuple[Place, Change]]] = defaultdict(list)
        for change in self.changes:
            back[change.new].append((change.old, change))
            on[change.old].append((change.new, change))
        start = (vintage, code)
        return UnitLife(
            self.vintages[vintage],
            self.units[vintage][code],
            list(self._relatives(start, back)),
            list(self._relatives(start, on)),
        )

    def _relatives(
        self, start: Place, steps: Mapping[Place, list[tuple[Place, Change]]]
    ) -> Iterable[Relative]:
        """Walk the table in one direction, a vintage at a time."""
        seen, ring = {start}, {start: True}
        count = 0
        while ring:
            count += 1
            following: dict[Place, tuple[bool, Change]] = {}
            for place, whole in ring.items():
                for other, change in steps.get(place, []):
                    is_whole = whole and change.kind == WHOLE
                    if other not in seen:
                        following[other] = (is_whole and following.get(other, (True,))[0], change)
            for (vintage, code), (is_whole, change) in sorted(following.items()):
                unit = self.units.get(vintage, {}).get(code)
                if unit is not None:
                    kind: Kind = "whole" if is_whole else "part"
                    told = change if count == 1 else None
                    yield Relative(self.vintages[vintage], unit, kind, count, told)
            seen |= following.keys()
            ring = {place: is_whole for place, (is_whole, _) in following.items()}
