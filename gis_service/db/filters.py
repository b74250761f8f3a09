"""Conditions on the rows of a layer, as SQL: every name is quoted, every value a literal of the driver."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from psycopg import sql as pg

from gis_service.crs import STORAGE_SRID
from gis_service.types import BBox

Sign = Literal["=", "<>", "<", "<=", ">", ">="]


class Condition(Protocol):
    """What a row must fulfil."""

    def sql(self) -> pg.Composable:
        """Compose the condition on the rows of ``t``."""
        ...


@dataclass(frozen=True, slots=True)
class Comparison:
    """A column beside a value."""

    column: str
    sign: Sign
    value: object

    def sql(self) -> pg.Composable:
        """Compose the condition on the rows of ``t``."""
        return pg.SQL("{} {} {}").format(_column(self.column), pg.SQL(self.sign), pg.Literal(self.value))


@dataclass(frozen=True, slots=True)
class Between:
    """A column from one value to another, both among them."""

    column: str
    low: object
    high: object

    def sql(self) -> pg.Composable:
        """Compose the condition on the rows of ``t``."""
        bounds = pg.Literal(self.low), pg.Literal(self.high)
        return pg.SQL("{} BETWEEN {} AND {}").format(_column(self.column), *bounds)


@dataclass(frozen=True, slots=True)
class Among:
    """A column that has one of some values."""

    column: str
    values: tuple[object, ...]

    def sql(self) -> pg.Composable:
        """Compose the condition on the rows of ``t``."""
        listed = pg.SQL(", ").join(map(pg.Literal, self.values))
        return pg.SQL("{} IN ({})").format(_column(self.column), listed)


@dataclass(frozen=True, slots=True)
class Like:
    """A column of text that fits a pattern of ``%`` and ``_``."""

    column: str
    pattern: str

    def sql(self) -> pg.Composable:
        """Compose the condition on the rows of ``t``."""
        return pg.SQL("{} LIKE {}").format(_column(self.column), pg.Literal(self.pattern))


@dataclass(frozen=True, slots=True)
class Absent:
    """A column without a value."""

    column: str

    def sql(self) -> pg.Composable:
        """Compose the condition on the rows of ``t``."""
        return pg.SQL("{} IS NULL").format(_column(self.column))


@dataclass(frozen=True, slots=True)
class Meets:
    """A geometry that meets another one, given as WKB in longitude and latitude degrees."""

    wkb: bytes

    def sql(self) -> pg.Composable:
        """Compose the condition on the rows of ``t``; with a constant the spatial index serves as it is."""
        shape = pg.SQL("ST_GeomFromWKB({}, {})").format(pg.Literal(self.wkb), pg.Literal(STORAGE_SRID))
        return _meets(shape)


@dataclass(frozen=True, slots=True)
class MeetsBoxes:
    """A geometry that meets one of some boxes in longitude and latitude degrees."""

    boxes: Sequence[BBox]

    def sql(self) -> pg.Composable:
        """Compose the condition on the rows of ``t``."""
        corners = (pg.SQL(", ").join(map(pg.Literal, box)) for box in self.boxes)
        parts = [
            _meets(pg.SQL("ST_MakeEnvelope({}, {})").format(box, pg.Literal(STORAGE_SRID))) for box in corners
        ]
        return pg.SQL("({})").format(pg.SQL(" OR ").join(parts))


@dataclass(frozen=True, slots=True)
class Always:
    """What every row fulfils, or none."""

    value: bool

    def sql(self) -> pg.Composable:
        """Compose the condition on the rows of ``t``."""
        return pg.SQL("true" if self.value else "false")


@dataclass(frozen=True, slots=True)
class Not:
    """What does not fulfil a condition."""

    part: Condition

    def sql(self) -> pg.Composable:
        """Compose the condition on the rows of ``t``."""
        return pg.SQL("(NOT {})").format(self.part.sql())


@dataclass(frozen=True, slots=True)
class Joined:
    """All of some conditions, or any of them."""

    word: Literal["AND", "OR"]
    parts: tuple[Condition, ...]

    def sql(self) -> pg.Composable:
        """Compose the condition on the rows of ``t``."""
        inner = pg.SQL(f" {self.word} ").join([part.sql() for part in self.parts])
        return pg.SQL("({})").format(inner)


def _column(name: str) -> pg.Composable:
    return pg.SQL("t.{}").format(pg.Identifier(name))


def _meets(shape: pg.Composable) -> pg.Composable:
    return pg.SQL("ST_Intersects(t.geom, {})").format(shape)
