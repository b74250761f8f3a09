"""When a project counts, whatever its dates and its status say."""

from datetime import date

import pytest

from gis_service.catalogue.phase_plan import Phase
from gis_service.services.roadmap_projects import BEFORE, NEVER, Project, Status, timed
from gis_service.types import Text

TODAY = date(2026, 6, 30)
PHASES = tuple(
    Phase(name, Text(name, name), date(start, 1, 1), date(end, 1, 1))
    for name, start, end in (("one", 2020, 2023), ("two", 2023, 2026), ("three", 2026, 2031))
)


@pytest.mark.parametrize(
    ("status", "planned", "actual", "named", "day", "phase"),
    [
        ("commissioned", "2021-06-01", "2024-01-01", None, "2024-01-01", 1),
        ("commissioned", "2022-12-31", None, None, "2022-12-31", 0),
        ("commissioned", "2019-12-31", None, "one", "2019-12-31", BEFORE),
        ("commissioned", None, None, "two", None, 1),
        ("commissioned", None, None, None, None, NEVER),
        ("stopped", "2024-01-01", "2024-01-01", "two", None, NEVER),
        ("under_way", "2025-01-01", None, "two", "2026-06-30", 2),
        ("proposed", "2027-01-01", None, "one", "2027-01-01", 2),
        ("approved", "2031-01-01", None, "three", "2031-01-01", NEVER),
        ("approved", None, None, "three", None, 2),
        (None, "2026-01-01", None, None, "2026-06-30", 2),
        ("under_way", "2025-01-01", "2025-02-01", None, "2025-02-01", 1),
    ],
)
def test_a_project_counts_when_it_is_commissioned(
    status: Status | None,
    planned: str | None,
    actual: str | None,
    named: str | None,
    day: str | None,
    phase: int,
) -> None:
    days = [None if one is None else date.fromisoformat(one) for one in (planned, actual, day)]
    project = Project("a", "A", phase=named, status=status, planned_to=days[0], actual_to=days[1])
    found = timed(project, PHASES, TODAY)
    assert (found.day, found.phase) == (days[2], phase)
