"""What there is for each resident, counted by hand on a street."""

from dataclasses import replace

import numpy as np
import pytest
import shapely

from gis_service.services.coverage import CoverageInputs, Facilities, run_coverage
from gis_service.services.coverage_inputs import LandUse
from gis_service.services.disclosure import public_view
from gis_service.services.tables.scene import Row
from tests.street import WALK_800_M, X, Y, codes, street

ASKED = replace(WALK_800_M, limit=1540.0, tables=("accessibility",), groups=("age_60",))
"""People live 40 m off the street, every 500 m: three of them are within 1,540 m of its beginning."""


def offering(*capacity: float, at: tuple[float, ...] = (0.0,)) -> CoverageInputs:
    """Clinics along the street, all of the first commune, with what they offer."""
    n, inputs = len(at), street()
    xy = np.array([[X + metres, Y] for metres in at]).reshape(-1, 2)
    units = np.zeros(n, np.int32)
    offered = np.array(capacity) if capacity else None
    return replace(inputs, facilities=Facilities(xy, np.arange(n, dtype=np.int32), units, capacity=offered))


def table(inputs: CoverageInputs, group: str = "all", **asked: object) -> list[Row]:
    document = run_coverage(inputs, replace(ASKED, **asked)).document  # type: ignore[arg-type]
    rows: list[Row] = document["tables"]["accessibility"]
    return [row for row in rows if row["group"] == group]


def test_by_hand_thirds_of_the_limit_weigh_less_and_less() -> None:
    # 40 m, 540 m, 1,040 m and 1,540 m off; a third of the limit is 513.3 m, two are 1,026.6 m.
    share = 20 / (100 + 0.68 * 10.5 + 0.22 * 30 + 0.22 * 40)
    east, west, whole = table(offering(20.0))
    assert east["id"] == "7"
    assert east["people"] == 140.5
    assert east["enhanced"] == pytest.approx(share * (100 + 0.68 * 10.5 + 0.22 * 30) / 140.5)
    assert east["balanced"] == pytest.approx(20 / 180.5)
    assert (west["unserved"], whole["unserved"]) == (180, 180)
    assert whole["enhanced"] == pytest.approx(20 / 360.5)
    assert whole["balanced"] == pytest.approx(20 / 360.5)
    assert whole["shared"] == "capacity"


def test_the_people_of_a_group_share_with_each_other() -> None:
    _, _, whole = table(offering(20.0), "age_60")
    assert whole["people"] == 36.05
    assert whole["enhanced"] == pytest.approx(20 / 36.05)


@pytest.mark.parametrize("capacity", [(), (20.0, np.nan)])
def test_where_a_capacity_is_not_known_each_facility_counts_as_one(capacity: tuple[float, ...]) -> None:
    _, _, whole = table(offering(*capacity, at=(0.0, 1000.0)))
    assert whole["shared"] == "facility"
    assert whole["enhanced"] == pytest.approx(2 / 360.5)


def test_entrances_of_one_facility_offer_it_once() -> None:
    one = offering(20.0, at=(0.0, 3000.0))
    doors = replace(one.facilities, owner=np.zeros(2, np.int64))
    _, _, whole = table(replace(one, facilities=doors))
    assert whole["enhanced"] == pytest.approx(20 / 360.5)
    assert whole["unserved"] == 0


def test_people_share_the_facilities_of_their_own_unit_alone() -> None:
    _, west, whole = table(offering(20.0, at=(1000.0,)), catchment="own_unit")
    assert (west["enhanced"], west["unserved"]) == (0, 220)
    assert whole["enhanced"] == pytest.approx(20 / 360.5)


def test_as_the_crow_flies_the_same_is_shared() -> None:
    _, _, whole = table(offering(20.0), measure="straight_radius")
    assert whole["enhanced"] == pytest.approx(20 / 360.5)
    _, west, _ = table(offering(20.0, at=(1000.0,)), measure="straight_radius", catchment="own_unit")
    assert west["enhanced"] == 0


def test_without_facilities_nobody_has_anything() -> None:
    _, _, whole = table(offering(at=()))
    assert (whole["enhanced"], whole["balanced"], whole["unserved"]) == (0, 0, 360.5)


def test_people_without_a_unit_have_a_row_of_their_own() -> None:
    inputs = offering(20.0)
    zone = inputs.zone.copy()
    zone[0] = -1
    east, _, outside, whole = table(replace(inputs, zone=zone))
    assert outside["id"] == "outside"
    assert (east["people"], outside["people"], whole["people"]) == (40.5, 100, 360.5)


def test_the_order_of_rows_changes_nothing() -> None:
    inputs = offering(20.0, 7.0, at=(0.0, 2200.0))
    turned = np.arange(7)[::-1]
    other = replace(inputs, demand=inputs.demand.take(turned), zone=inputs.zone[turned])
    assert table(inputs) == table(other)


def test_everybody_does_not_see_the_table() -> None:
    shown = public_view(run_coverage(offering(20.0), ASKED).document)
    assert shown["tables"] == {}
    assert "tables_closed" in codes(shown)


def test_finer_tables_tell_it_too_when_it_is_asked_for() -> None:
    inputs = replace(offering(20.0), land_use=LandUse(street().zones.polygons[:1], ("village",)))
    tables = run_coverage(inputs, replace(ASKED, tables=("accessibility", "hexagons", "land_use"))).document[
        "tables"
    ]
    share = 20 / (100 + 0.68 * 10.5 + 0.22 * 30 + 0.22 * 40)
    homes = [row for row in tables["hexagons"] if row["group"] == "all"]
    # Hexagons are as wide as homes are apart: one home in each.
    assert [row["enhanced"] for row in homes] == pytest.approx(
        [share, 0.68 * share, 0.22 * share, 0.22 * share, 0, 0, 0]
    )
    assert [row["balanced"] for row in homes] == pytest.approx([20 / 180.5] * 4 + [0] * 3)
    assert [row["unserved"] for row in homes] == [0, 0, 0, 0, 50, 60, 70]
    units = [row for row in tables["accessibility"] if row["id"] == "7"]
    village = [row for row in tables["land_use"] if row["use"] == "village"]
    for name in ("enhanced", "balanced", "unserved"):  # the village is the first commune
        assert [row[name] for row in village] == [row[name] for row in units], name


def test_a_part_where_nobody_lives_has_no_mean() -> None:
    nowhere = np.array([shapely.box(X, Y + 2000, X + 1, Y + 2001)], dtype=object)
    inputs = replace(offering(20.0), land_use=LandUse(nowhere, ("field",)))
    tables = run_coverage(inputs, replace(ASKED, tables=("accessibility", "land_use"))).document["tables"]
    field, none = (row for row in tables["land_use"] if row["group"] == "all")
    assert (field["use"], field["total"], field["enhanced"], field["unserved"]) == ("field", 0, None, 0)
    assert none["enhanced"] == pytest.approx(20 / 360.5)


def test_without_it_finer_tables_are_as_they_were() -> None:
    rows = run_coverage(street(), replace(ASKED, tables=("hexagons",))).document["tables"]["hexagons"]
    assert not {"enhanced", "balanced", "unserved"} & rows[0].keys()
