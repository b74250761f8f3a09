"""The question of a merger: which offices close, which stay as branches, whom each choice stops reaching.

Before 1 July 2025 each of the old communes had its one-stop office, from then on only the new ones have. A
share of the others may stay as branches. Everything is a kept study, so that the map, the API and scripts say
the same.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from typing import Any

import shapely

from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import Connection
from gis_service.db.layer_rows import read_layer
from gis_service.db.layers import version_of
from gis_service.errors import ErrorCode, NotFound
from gis_service.services.branches import CLOSED, RANK, SITE, branches_of
from gis_service.services.compare import Workbench
from gis_service.services.coverage_parameters import CoverageCatchment
from gis_service.services.prepared import Prepared
from gis_service.services.studies import Computed, Study, compute_asked, find
from gis_service.services.study_facilities import open_on
from gis_service.services.study_processes import ask
from gis_service.types import LayerId

SERVICE = LayerId("one_stop_office")
BEFORE, AFTER = datetime(2025, 6, 24, 10, 0), datetime(2025, 7, 1, 10, 0)  # noqa: DTZ001 (local times, both Tuesdays)
STANDARDS = ("one_stop_office_walk_15min", "one_stop_office_motorbike_10min")
"""In this order, so that the newest study, the one the map opens with, is the telling one."""
LIMITS_S = (300, 600, 900, 1200, 1800)
BRANCH_SHARE = 0.4
_CATCHMENTS: tuple[CoverageCatchment, ...] = ("own_unit", "any")
TOP = 10
"""How many communes are named."""
PEOPLE = LayerId("residents")
NEEDED = (PEOPLE, "roads", SERVICE)


@dataclass(frozen=True)
class Offices:
    """How many offices are open: before, afterwards, and as branches beside those."""

    before: int
    after: int
    branches: int


@dataclass(frozen=True)
class Way:
    """One way of going to the office, in one catchment.

    Parameters
    ----------
    with_branches, without
        The change from the offices before to those afterwards, with the branches and without: documents of
        the process ``compare`` by boundary vintage, the present one last.
    """

    standard: str
    catchment: CoverageCatchment
    with_branches: dict[str, dict[str, Any]]
    without: dict[str, dict[str, Any]]

    def document(self, *, branches: bool) -> dict[str, Any]:
        """Give the comparison told by the present communes."""
        return list((self.with_branches if branches else self.without).values())[-1]

    def losers(self, vintage: str, *, branches: bool = False) -> list[dict[str, Any]]:
        """Give the communes of a vintage that lose most people, the first ten, equal ones by their code."""
        document = (self.with_branches if branches else self.without)[vintage]
        ranked = sorted(document["zones"], key=lambda row: (-row["lost"], row["id"]))
        return [row for row in ranked if row["lost"]][:TOP]


@dataclass(frozen=True)
class Merger:
    """The answer.

    Parameters
    ----------
    offices
        How many.
    branch_share
        Share of the closed offices that stay as branches.
    ways
        By standard and catchment.
    states
        Studies of coverage of the three states, which the map shows: before, with branches, without.
    """

    offices: Offices
    branch_share: float
    ways: dict[tuple[str, CoverageCatchment], Way]
    states: tuple[Study, ...]

    @property
    def vintages(self) -> list[str]:
        """The boundary vintages, the present one last."""
        return list(next(iter(self.ways.values())).without)


@dataclass(frozen=True)
class _Runner:
    """Runs studies on one state of the data, and has each kept."""

    connection: Connection
    catalogue: Catalogue
    keep: Callable[[Computed], Study]
    bench: Workbench
    reuse: bool

    def run(self, process: str, inputs: dict[str, Any]) -> Study:
        asked = ask(self.connection, self.catalogue, process, inputs, AFTER.date(), self.bench)
        found = find(self.connection, asked.id) if self.reuse else None
        return self.keep(compute_asked(asked)) if found is None else found


def run_merger(
    connection: Connection,
    catalogue: Catalogue,
    keep: Callable[[Computed], Study],
    prepared: Prepared | None = None,
    *,
    branch_share: float = BRANCH_SHARE,
    reuse: bool = False,
) -> Merger:
    """Run and keep all studies of the question; what they share is read, noded and joined once.

    Parameters
    ----------
    connection, catalogue
        Transaction that sees one state of the data for all of them, and the definitions.
    keep
        Keeps each as soon as it is computed.
    prepared
        What the process knows already.
    branch_share
        Share 0..1 of the closed offices that stay as branches.
    reuse
        Whether a kept study of the same versions, parameters and code will do.

    Raises
    ------
    NotFound
        ``merger_not_here`` in a city that does not define its standards, layers and vintages, or has not
        loaded them.
    RefusedInput
        ``study_refused`` for a share out of range.
    """
    require_merger(connection, catalogue)
    run = _Runner(connection, catalogue, keep, Workbench(prepared), reuse)
    vintages = [vintage_on(catalogue, at) for at in (BEFORE, AFTER)]
    ways = {
        (standard, catchment): _way(run, standard, catchment, vintages, branch_share)
        for standard, catchment in product(STANDARDS, _CATCHMENTS)
    }
    told = {"standard": STANDARDS[-1], "vintage": vintages[-1]}
    asked = (_state(BEFORE), _state(AFTER, branch_share), _state(AFTER))
    states = tuple(run.run("coverage", one | told) for one in asked)
    return Merger(_offices(connection, branch_share), branch_share, ways, states)


def require_merger(connection: Connection, catalogue: Catalogue) -> None:
    """Refuse a city that the question has no answer in.

    Raises
    ------
    NotFound
        ``merger_not_here``.
    """
    absent = [name for name in STANDARDS if name not in catalogue.standards]
    absent += [layer for layer in NEEDED if layer not in catalogue.layers]
    absent = absent or [layer for layer in NEEDED if version_of(connection, LayerId(layer)) is None]
    if absent:
        raise NotFound(ErrorCode.MERGER_NOT_HERE, city=catalogue.city.id, absent=", ".join(absent))


def vintage_on(catalogue: Catalogue, at: datetime) -> str:
    """Name the boundary vintage of a day: the newest that had begun.

    Raises
    ------
    NotFound
        ``merger_not_here`` when none had.
    """
    begun = [vintage for vintage in catalogue.city.of_level() if vintage.start <= at.date()]
    if not begun:
        raise NotFound(ErrorCode.MERGER_NOT_HERE, city=catalogue.city.id, absent=f"{at:%Y-%m-%d}")
    return max(begun, key=lambda vintage: vintage.start).id


def _state(at: datetime, branch_share: float | None = None) -> dict[str, Any]:
    asked: dict[str, Any] = {"at": at.isoformat()}
    if branch_share is not None:
        asked["facilities"] = {"layer": SERVICE, "branch_share": branch_share}
    return asked


def _way(
    run: _Runner, standard: str, catchment: CoverageCatchment, vintages: Sequence[str], branch_share: float
) -> Way:
    common = {"standard": standard, "catchment": catchment}
    before = _state(BEFORE) | common | {"vintage": vintages[0]}

    def compared(share: float | None) -> Iterator[tuple[str, dict[str, Any]]]:
        after = _state(AFTER, share) | common | {"vintage": vintages[-1]}
        for vintage in vintages:
            asked = {"before": before, "after": after, "limits": LIMITS_S, "vintage": vintage}
            yield vintage, run.run("compare", asked).document

    return Way(standard, catchment, dict(compared(branch_share)), dict(compared(None)))


def _offices(connection: Connection, branch_share: float) -> Offices:
    rows = read_layer(connection, SERVICE, ("open_from", CLOSED, SITE, RANK))
    there = ~shapely.is_missing(rows.geometry)
    before, after = (there & open_on(rows, at.date()) for at in (BEFORE, AFTER))
    branches = branches_of(rows.columns, after, there, AFTER.date(), branch_share)
    return Offices(int(before.sum()), int(after.sum()), int(branches.chosen.sum()))
