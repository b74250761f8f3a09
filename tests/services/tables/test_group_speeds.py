"""Tables of groups that walk at speeds of their own: each figure is that of a study of the group alone."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_service.analysis.modes import mode
from gis_service.errors import RefusedInput
from gis_service.services.coverage import CoverageInputs, CoverageParameters, run_coverage
from gis_service.services.coverage_inputs import LandUse
from gis_service.services.coverage_parameters import CoverageCatchment
from gis_service.services.tables.scene import Row
from tests.street import WALK_800_M, street, with_clinics

TABLES = ("hexagons", "land_use", "backup", "facilities", "accessibility", "inequality", "lorenz", "od")
TIMED = replace(WALK_800_M, measure="network_time", limit=600.0, groups=("age_60",), tables=TABLES)
OWN = (("age_60", 3.2),)


def rows_of(inputs: CoverageInputs, asked: CoverageParameters) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = run_coverage(inputs, asked).document["tables"]
    return found


def ground(*clinics: int, entrances: bool = False) -> CoverageInputs:
    owner = [0] * 2 + [*range(1, len(clinics) - 1)] if entrances else None
    inputs = with_clinics(street(), *clinics, owner=owner)
    half = inputs.zones.polygons[:1]
    capacity = np.arange(1.0, len(clinics) + 1 - entrances)
    sized = replace(inputs.facilities, capacity=capacity)
    return replace(inputs, facilities=sized, land_use=LandUse(half, ("village",)))


@given(
    st.lists(st.integers(-500, 3500), min_size=2, max_size=4, unique=True),
    st.sampled_from(["sites", "entrances"]),
    st.sampled_from(["any", "own_unit"]),
)
def test_each_group_has_the_figures_of_a_study_at_its_speed(
    clinics: list[int], kind: str, catchment: CoverageCatchment
) -> None:
    inputs = ground(*clinics, entrances=kind == "entrances")
    asked = replace(TIMED, catchment=catchment)
    own = rows_of(inputs, replace(asked, group_speeds=OWN))
    common = rows_of(inputs, asked)
    alone = rows_of(inputs, replace(asked, mode=mode("walk", flat_kmh=3.2)))
    # Without lorenz, whose curves are as long as there are values; od is of all people.
    for name in set(TABLES) - {"lorenz", "od"}:
        expected = [
            slow if slow["group"] == "age_60" else fast
            for slow, fast in zip(alone[name], common[name], strict=True)
        ]
        assert own[name] == expected, name
    curves = {group: [row for row in own["lorenz"] if row["group"] == group] for group in ("all", "age_60")}
    assert curves["all"] == [row for row in common["lorenz"] if row["group"] == "all"]
    assert curves["age_60"] == [row for row in alone["lorenz"] if row["group"] == "age_60"]
    assert own["od"] == common["od"]


def test_a_slower_group_has_less() -> None:
    rows = rows_of(ground(0, 1000), replace(TIMED, group_speeds=OWN))
    loads = {(row["id"], row["group"]): row["load"] for row in rows["facilities"]}
    assert (loads["1", "all"], loads["1", "age_60"]) == (110.5, 10)
    # 540 m to either clinic from the home between them: nine minutes at 4.8 km/h, ten and a bit at 3.2.
    twice = {(row["id"], row["group"]): row["covered_twice"] for row in rows["backup"]}
    assert (twice["all", "all"], twice["all", "age_60"]) == (10.5, 0)


def test_a_range_moves_the_speeds_of_all_together_and_is_refused() -> None:
    with pytest.raises(RefusedInput) as refused:
        run_coverage(street(), replace(TIMED, tables=("backup", "range"), group_speeds=OWN))
    assert refused.value.params["value"] == "range"
