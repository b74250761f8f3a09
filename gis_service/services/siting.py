"""Siting: where the next facilities should go, whom they bring within the limit, and how sure that is.

The sites are chosen on the same ways that a study of coverage counts by; what they bring is then told by a
comparison of the state before with the state in which they are open, so that both agree to the person.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyproj

from gis_service.errors import ErrorCode, RefusedInput
from gis_service.services.coverage import Progress
from gis_service.services.coverage_inputs import CoverageInputs, Facilities
from gis_service.services.coverage_parameters import CoverageParameters
from gis_service.services.documents import persons
from gis_service.services.siting_ask import SitingAsk, listed
from gis_service.services.siting_choice import Choice, choose, require_known, served_by_site, thinned
from gis_service.services.siting_chosen import Made, Weighed, made_choice, weighed
from gis_service.services.siting_draws import Drawn, drawn_plan
from gis_service.services.siting_progress import FROM, Teller
from gis_service.services.siting_request import MOST_CANDIDATES
from gis_service.services.siting_sites import Sites
from gis_service.services.siting_table import (
    MOST_PAIRS,
    MOST_PAIRS_OF_ROOMS,
    Ground,
    Table,
    ground_of,
    table_of,
)
from gis_service.services.siting_terms import THOUSANDTHS, apart, capacities
from gis_service.services.study_standard import refused
from gis_service.services.what_if_request import Edits, FacilityEdit
from gis_service.types import Geometries, Int64s, Text

ReadSites = Callable[[pyproj.CRS, Geometries], Sites]
"""Reads the candidates, given the metric system and the roads that a site may be joined to."""
_BEFORE_THINNING = 4
"""So many times the candidates that a table may hold are searched from when they are thinned."""


@dataclass(frozen=True)
class Sited:
    """A plan, and what it was made of.

    Parameters
    ----------
    asked
        The request.
    ground, table, choice
        The people, the candidates, what was chosen.
    teller
        Tells the plan to who waits.
    drawn
        What became of it under draws; None when nobody asked for these.
    made, weighed
        A choice that was made, among the facilities of the study, and what it brings; None when nobody asked
        for one, or where it is none of these facilities.
    """

    asked: SitingAsk
    ground: Ground
    table: Table
    choice: Choice
    teller: Teller
    drawn: Drawn | None = None
    made: Made | None = None
    weighed: Weighed | None = None

    @property
    def closed(self) -> list[str]:
        """Codes of the existing facilities that close."""
        kept = set(self.choice.kept)
        return [code for site, code in enumerate(self.table.codes(self.ground)) if site not in kept]

    @property
    def open_sites(self) -> list[int]:
        """Numbers in the table of the sites that are open in the plan."""
        return [*self.choice.kept, *(step.site for step in self.choice.steps)]

    @property
    def kept(self) -> list[str]:
        """Codes of the existing facilities that might have closed, and stay."""
        codes = self.table.codes(self.ground)
        return [codes[site] for site in self.choice.kept if not self.ground.stays[site]]

    def edits(self) -> Edits:
        """Give the plan as edits of the facilities: closures first, then the sites in their order."""
        found = [FacilityEdit(at, "remove", code) for at, code in enumerate(self.closed)]
        for step in self.choice.steps:
            row = step.site - self.table.n_closable
            lon, lat = self.table.sites.lonlat[row].tolist()
            name = self.table.sites.ids[row]
            found.append(FacilityEdit(len(found), "add", name, None, (lon, lat)))
            if (room := self.rooms.get(step.site)) is not None:
                found.append(FacilityEdit(len(found), "capacity", name, capacity=room))
        return Edits(tuple(found))

    @cached_property
    def rooms(self) -> dict[int, float | None]:
        """How many people each site of the plan has room for, by its number; None where nobody knows.

        Empty where it does not matter.
        """
        if not self.asked.is_capacitated:
            return {}
        every = capacities(self.table, self.ground, self.asked, 0) / THOUSANDTHS
        return {site: float(every[site]) if np.isfinite(every[site]) else None for site in self.open_sites}

    def room_of(self, site: int) -> dict[str, float | None]:
        """Tell how many a site has room for, and how many it serves; nothing where that does not matter."""
        if not self.asked.is_capacitated:
            return {}
        served = persons(round(float(served_by_site(self.choice.answer, self.table.n_sites)[site])))
        return {"capacity": self.rooms.get(site), "served": served}

    def share_of_draws(self, site: int) -> float | None:
        """Tell in which share of the draws a site was chosen; None without draws."""
        if self.drawn is None or self.drawn.found is None:
            return None
        return float(self.drawn.found.share[site])


def run_siting(
    inputs: CoverageInputs,
    parameters: CoverageParameters,
    asked: SitingAsk,
    read: ReadSites,
    progress: Progress | None = None,
    chosen: Facilities | None = None,
) -> Sited:
    """Choose sites.

    Parameters
    ----------
    inputs, parameters
        Of the study of the state as it is.
    asked
        As `gis_service.services.siting_request.siting_ask` gives it.
    read
        Gives the candidates.
    progress
        Told each step as it begins: ``ways``, ``table``, and again and again how far the search is, as
        `gis_service.services.siting_progress.step_of` writes it. It ends the search by a ``DismissedError``:
        the best plan so far is given.
    chosen
        Facilities of a choice that was made, to be told beside the plan.

    Raises
    ------
    RefusedInput, WrongUse, Temporary
        With what is wrong and what to do.
    """
    tell = progress or (lambda _step, _share: None)
    tell("ways", 0.1)
    closable = _closable(inputs, parameters, asked)
    ground = ground_of(inputs, parameters, dict(asked.weights), closable, with_rooms=asked.is_capacitated)
    tell("table", 0.2)
    sites = read(inputs.crs, ground.lines)
    require_known(asked, sites.ids)
    if asked.excluded:
        sites = sites.take(~np.isin(np.array(sites.ids, dtype=object), list(asked.excluded)), "excluded")
    most = asked.candidates.most
    is_thin = asked.candidates.thin_m is not None
    _require_few(len(sites), _BEFORE_THINNING * MOST_CANDIDATES if is_thin else most)
    if asked.spacing_m is not None:
        sites = apart(sites, ground, asked.spacing_m, asked.fixed)
    most_pairs = MOST_PAIRS_OF_ROOMS if asked.is_capacitated and asked.model == "p-median" else MOST_PAIRS
    table = table_of(ground, sites, asked.model, counts_twice=asked.backup > 0, most_pairs=most_pairs)
    _require_fixed(asked, table)
    if asked.candidates.thin_m is not None:
        table = thinned(table, ground, asked.candidates.thin_m, asked.fixed)
        _require_few(len(table.sites), most)
    teller = Teller(asked.model, tell, places=table.candidates)
    tell("table", FROM)
    choice = choose(table, ground, asked, teller.watch(asked.time_limit_s))
    made = None if chosen is None else made_choice(ground, chosen)
    beside = None if made is None else weighed(table, ground, asked, choice, made)
    sites_of = None if made is None or beside is None else made.sites
    drawn = drawn_plan(ground, table, choice, asked, teller.is_ended, sites_of)
    return Sited(asked, ground, table, choice, teller, drawn, made, beside)


def _require_few(count: int, most: int) -> None:
    if count > most:
        raise RefusedInput(ErrorCode.SITING_CANDIDATES_TOO_MANY, count=count, most=most)


def _require_fixed(asked: SitingAsk, table: Table) -> None:
    """Refuse a fixed site that nobody can get to."""
    if lost := [name for name in asked.fixed if name not in set(table.sites.ids)]:
        raise RefusedInput(ErrorCode.SITING_FIXED_OUT_OF_REACH, names=listed(lost))


def _closable(inputs: CoverageInputs, parameters: CoverageParameters, asked: SitingAsk) -> Int64s:
    """Give the facilities that may close: those of the codes that count in the study."""
    if not asked.may_close:
        return np.empty(0, dtype=np.int64)
    facilities = inputs.facilities
    if facilities.shapes is not None:
        expected = Text("false (cơ sở dạng vùng)", "false (facilities that are areas)")
        raise refused("closable", parameters.measure, expected)
    if asked.closable is None:
        return np.unique(facilities.owners)
    place = {code: owner for owner, code in enumerate(facilities.ids)}
    if unknown := [code for code in asked.closable if code not in place]:
        raise RefusedInput(
            ErrorCode.SITING_CANDIDATE_UNKNOWN,
            option="closable",
            names=listed(unknown),
            known=listed(list(facilities.ids)),
        )
    owners = np.unique(np.array([place[code] for code in asked.closable], dtype=np.int64))
    return owners[np.isin(owners, facilities.owners)]
