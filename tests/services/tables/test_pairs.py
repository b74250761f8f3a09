"""Tables made of pairs are refused for rules whose ways are not those between places, by name."""

from dataclasses import replace

import numpy as np
import pytest
import shapely

from gis_service.catalogue.service_standard import Quota
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.services.assigned import find_assigned
from gis_service.services.coverage import CoverageInputs, CoverageParameters, run_coverage
from tests.street import WALK_800_M, X, Y, street, with_clinics

OF_PAIRS = ("accessibility", "inequality", "lorenz", "od")
QUOTA = Quota(1, "facilities", "unit")
STRAIGHT = replace(WALK_800_M, measure="straight_radius", mode=None)


def assigned(inputs: CoverageInputs) -> CoverageInputs:
    facilities = replace(inputs.facilities, serves=("7; 12",))
    return replace(inputs, assigned=find_assigned(facilities, inputs.zones, inputs.zone, None, []))


def with_park(inputs: CoverageInputs) -> CoverageInputs:
    park = np.array([shapely.box(X, Y - 10, X + 50, Y + 10)], dtype=object)
    return replace(inputs, facilities=replace(inputs.facilities, shapes=park))


@pytest.mark.parametrize("table", OF_PAIRS)
@pytest.mark.parametrize(
    ("inputs", "asked", "name", "value"),
    [
        (assigned(street()), replace(WALK_800_M, catchment="assigned"), "catchment", "assigned"),
        (assigned(street()), replace(STRAIGHT, catchment="assigned"), "catchment", "assigned"),
        (with_park(street()), STRAIGHT, "measure", "straight_radius"),
        (with_park(street()), replace(STRAIGHT, measure="inside_area"), "measure", "inside_area"),
        (with_park(street()), replace(STRAIGHT, measure="within_line"), "measure", "within_line"),
    ],
)
def test_tables_of_pairs_are_refused_where_ways_are_of_another_kind(
    inputs: CoverageInputs, asked: CoverageParameters, name: str, value: str, table: str
) -> None:
    with pytest.raises(RefusedInput) as refused:
        run_coverage(inputs, replace(asked, tables=(table,)))
    params = refused.value.params
    assert (refused.value.code, params["name"], params["value"]) == (ErrorCode.STUDY_REFUSED, name, value)


@pytest.mark.parametrize("table", OF_PAIRS)
def test_a_quota_has_no_pairs(table: str) -> None:
    asked = replace(STRAIGHT, measure="quota", limit=0.0, quota=QUOTA, tables=(table,))
    with pytest.raises(RefusedInput) as refused:
        run_coverage(street(), asked)
    assert refused.value.params["name"] == "tables"


@pytest.mark.parametrize("asked", [WALK_800_M, STRAIGHT])
def test_pairs_of_own_units_are_those_within_each_unit(asked: CoverageParameters) -> None:
    inputs = with_clinics(street(), 0, 1300, 1500)
    rows = run_coverage(inputs, replace(asked, limit=1200.0, catchment="own_unit", tables=("od",)))
    told = {(row["zone"], row["facility"]) for row in rows.document["tables"]["od"]}
    assert told == {("7", "1"), ("7", "2"), ("12", "3")}
