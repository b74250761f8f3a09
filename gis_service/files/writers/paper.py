"""What is put on paper: blocks of words, tables and curves, whatever draws them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from gis_service.types import Language

Paper = Literal["a4", "a3"]


@dataclass(frozen=True, slots=True)
class Heading:
    """The title of a section."""

    words: str


@dataclass(frozen=True, slots=True)
class Words:
    """A paragraph: the answer, plain words, small print, or something that must be known."""

    words: str
    kind: Literal["answer", "plain", "small", "notice"] = "plain"


@dataclass(frozen=True, slots=True)
class Grid:
    """A table whose heading stands on each of its pages.

    Parameters
    ----------
    heads, rows
        Words of the heading and of each row.
    widths
        Shares of the width of the page.
    figures
        Columns that are set to the right.
    strong
        Rows that are told in half-bold, as sums are.
    """

    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    widths: Sequence[float]
    figures: frozenset[int] = frozenset()
    strong: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Curve:
    """A line that rises in steps.

    Parameters
    ----------
    points
        Places on it, from the left; both figures 0 or more.
    across, up
        What the axes are.
    marks
        Places across at which a line stands, with its words.
    told
        Writes a figure of an axis.
    """

    points: Sequence[tuple[float, float]]
    across: str
    up: str
    marks: Sequence[tuple[float, str]] = ()
    told: Callable[[float], str] = str


Block = Heading | Words | Grid | Curve


@dataclass(frozen=True)
class Report:
    """What is put on paper.

    Parameters
    ----------
    title, subtitle
        At the top of the first page.
    blocks
        What follows, in this order.
    footer
        At the foot of each page, beside its number.
    language
        Of the report.
    paper
        Size of the pages; they lie on their long side.
    about
        Author, subject and keywords of the file.
    """

    title: str
    subtitle: str
    blocks: Sequence[Block]
    footer: str
    language: Language
    paper: Paper = "a4"
    about: Mapping[str, str] = field(default_factory=dict)
