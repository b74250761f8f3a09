"""The periods of the programme: the typed form of ``layers/<city>/phases.yaml``."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from gis_service.catalogue.values import Entry, text_of
from gis_service.types import Text


@dataclass(frozen=True, slots=True)
class Phase:
    """One period ``[start, end)``: the end is the first day of the next one.

    Parameters
    ----------
    id, title
        Name for machines and for people.
    start
        First day.
    end
        First day after it.
    budget
        Million dong for all sectors together; None where nothing is set.
    sector_budgets
        The same by sector, beside that of all.
    """

    id: str
    title: Text
    start: date
    end: date
    budget: float | None = None
    sector_budgets: Mapping[str, float] = field(default_factory=dict)


def phases_from(entry: Entry) -> tuple[Phase, ...]:
    """Build the phases from a checked document, in the order of the file."""
    return tuple(
        Phase(
            phase["id"],
            text_of(phase["title"]),
            date.fromisoformat(phase["from"]),
            date.fromisoformat(phase["to"]),
            phase.get("budget_million_vnd"),
            phase.get("sector_budgets_million_vnd", {}),
        )
        for phase in entry["phases"]
    )
