"""The best roadmap beside the planned one: what waits for what, and what the search hands on."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import pytest
import shapely

from gis_service.analysis.zones import Zones
from gis_service.catalogue.phase_plan import Phase
from gis_service.errors import RefusedInput
from gis_service.services.roadmap_best import best_beside
from gis_service.services.roadmap_document import Findings, Said, roadmap_document
from gis_service.services.roadmap_phases import Judged, Units
from gis_service.services.roadmap_projects import Project, timed
from gis_service.services.roadmap_request import Plan, require_at_once
from gis_service.services.siting_progress import DismissedError, Found, Teller, found_in
from gis_service.types import Text

DAY = date(2026, 6, 30)
ENDS = (2023, 2026, 2031)
PHASES = tuple(
    Phase(f"phase_{at + 1}", Text("", ""), date(begin, 1, 1), date(end, 1, 1))
    for at, (begin, end) in enumerate(zip((2020, 2023, 2026), ENDS, strict=True))
)

UNIT = Zones(("1",), ("Xã",), np.array([shapely.box(0, 0, 1, 1)], dtype=object))


def project(code: str, **told: object) -> Project:
    asked: Mapping[str, Any] = {"status": "proposed", "phase": "phase_3", "sector": "health", "cost": 1000}
    return Project(code, code, service="clinic", **{**asked, **told})


def findings(*projects: Project) -> Findings:
    """Give a programme in which each project reaches one place of ten people that nothing else reaches."""
    count = len(projects)
    nobody = np.zeros(count, np.bool_)
    reach = {at: np.array([at], np.int64) for at in range(count) if projects[at].status != "stopped"}
    people = np.full(count, 10_000, np.int64)
    units = Units(UNIT, np.zeros(count, np.int32))
    judged = Judged("clinic", None, people, nobody, (nobody,) * (1 + len(PHASES)), reach, {}, units)
    timing = [timed(one, PHASES, DAY) for one in projects]
    return Findings.of(Plan(PHASES, DAY), projects, timing, ["health"], [judged])


def best_phases(found: Findings) -> dict[str, str | None]:
    best, _ = best_beside(found)
    assert best is not None
    return {row["code"]: row["best_phase"] for row in best["projects"]}


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (project("first"), "phase_3"),
        (project("first", status="stopped"), None),
        (project("first", status="under_way", phase=None), None),
        (project("first", status="commissioned", actual_to=date(2019, 5, 1)), "phase_3"),
        (project("first", status="commissioned", actual_to=date(2021, 5, 1)), "phase_3"),
    ],
)
def test_what_requires_a_project_that_never_counts_is_not_built(first: Project, then: str | None) -> None:
    found = findings(project("then", requires=("first",)), first, project("free"))
    phases = best_phases(found)
    assert (phases["then"], phases["free"]) == (then, "phase_3")
    assert ("first" in phases) is first.is_open
    best, _ = best_beside(found)
    assert best is not None
    broken = [{"rule": "requires", "phase": "phase_3", "project": "then", "other": "first", "sector": None}]
    assert best["planned"]["broken"] == ([] if then else broken)


def test_the_id_holds_what_the_search_has_found() -> None:
    """The same question may be ended by its patience with another answer, which is another study."""
    found, said = findings(project("a")), Said({}, {"clinic": {}})
    best, _ = best_beside(found)
    assert best is not None
    one, same, other = (
        roadmap_document(found, said, [], [], plan)["id"] for plan in (best, best, {**best, "gap": 0.5})
    )
    assert one == same != other


def test_a_long_search_is_for_a_job() -> None:
    short: list[object] = [{}, {"seconds": 20}, {"seconds": "much"}, [], None]
    for inputs in short:
        require_at_once(inputs)
    with pytest.raises(RefusedInput) as refused:
        require_at_once({"seconds": 60})
    assert "respond-async" in refused.value.expected("en")


def test_the_search_tells_its_best_and_bound_in_person_years() -> None:
    told: list[tuple[str, float]] = []
    found = findings(project("a", phase="phase_3"), project("b", phase=None))
    best, _ = best_beside(found, Teller("roadmap", lambda step, share: told.append((step, share)), 0.7, 0.95))
    assert best is not None
    assert {step.partition(" ")[0] for step, _ in told} == {"order"}
    first = found_in(told[0][0])
    assert isinstance(first, Found)
    # As planned one of the two comes, ten people for the five years of the last phase.
    assert first.best == pytest.approx(50, abs=0.1) == best["planned"]["person_years"]
    assert first.bound >= best["person_years"]
    assert all(0.7 <= share <= 0.95 for _, share in told)


def test_who_ends_the_search_keeps_the_best_so_far() -> None:
    def end(_step: str, _share: float) -> None:
        raise DismissedError

    found = findings(*(project(f"p{at}", phase="phase_3", priority=1 + at % 5) for at in range(30)))
    best, _ = best_beside(found, Teller("roadmap", end))
    assert best is not None
    assert best["person_years"] >= best["planned"]["person_years"] > 0
