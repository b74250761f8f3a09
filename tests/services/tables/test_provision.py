"""What units have of a service against quotas, counted by hand on a street."""

from dataclasses import replace

import numpy as np

from gis_service.analysis.zones import NO_UNIT, sorted_zones, zone_of
from gis_service.catalogue.service_standard import Quota
from gis_service.services.coverage import CoverageInputs, CoverageParameters, Facilities, run_coverage
from gis_service.services.disclosure import public_view
from gis_service.services.quota_rules import QuotaRule
from gis_service.services.tables.scene import Row
from tests.street import WALK_800_M, X, Y, street

ASKED = replace(WALK_800_M, tables=("provision",))
LAND = QuotaRule("park_land", "all", Quota(6, "site_m2", "person"))
EACH = QuotaRule("one_each", "all", Quota(1, "facilities", "unit"))


def parks() -> CoverageInputs:
    """Two parks in the west (the second with two entrances), none in the east."""
    inputs = street()
    xy = np.array([[X, Y], [X + 1000, Y], [X + 1100, Y]])
    facilities = Facilities(
        xy,
        site=np.array([0, 1, 1], dtype=np.int32),
        unit=zone_of(xy, inputs.zones),
        owner=np.array([0, 1, 1]),
        capacity=np.array([20.0, np.nan]),
        site_area_m2=np.array([800.0, 43.0]),
    )
    return replace(inputs, facilities=facilities)


def rows_of(inputs: CoverageInputs, *rules: QuotaRule, asked: CoverageParameters = ASKED) -> dict[str, Row]:
    document = run_coverage(inputs, replace(asked, quotas=rules)).document
    return {row["id"]: row for row in document["tables"]["provision"]}


def test_a_unit_has_its_facilities_and_so_much_for_each_person() -> None:
    west = rows_of(parks())["7"]
    assert west == {
        "id": "7", "name": "Xã Đông", "group": "all",
        "facilities": 2, "facilities_per_person": 2 / 140.5, "facilities_per_1000": 2 / 140.5 * 1000,
        "capacity": 20, "capacity_per_person": 20 / 140.5, "capacity_per_1000": 20 / 140.5 * 1000,
        "site_area_m2": 843, "site_area_m2_per_person": 6, "site_area_m2_per_1000": 6000,
        "standard": None, "of": None, "per": None, "amount": None,
        "have": None, "needed": None, "missing": None, "fulfilled": None,
    }  # fmt: skip
    east = rows_of(parks())["12"]
    assert (east["facilities"], east["capacity"], east["site_area_m2"]) == (0, None, None)


def test_exactly_what_a_quota_asks_for_is_enough() -> None:
    rows = rows_of(parks(), LAND)
    assert [rows["7"][name] for name in ("have", "needed", "missing", "fulfilled")] == [843, 843, 0, True]
    assert [rows["12"][name] for name in ("have", "needed", "missing", "fulfilled")] == [0, 1320, 1320, False]


def test_what_one_unit_has_too_much_does_not_help_another() -> None:
    whole = rows_of(parks(), EACH)["all"]
    assert [whole[name] for name in ("have", "needed", "missing", "fulfilled")] == [2, 2, 1, False]


def test_a_quota_has_a_row_of_its_own_and_stands_among_the_parameters() -> None:
    document = run_coverage(parks(), replace(ASKED, quotas=(LAND, EACH), groups=("age_60",))).document
    rows = document["tables"]["provision"]
    assert [(row["standard"], row["group"], row["id"]) for row in rows] == [
        (standard, group, unit)
        for standard, group in (("park_land", "all"), ("one_each", "all"), (None, "age_60"))
        for unit in ("7", "12", "all")
    ]
    assert document["parameters"]["quotas"][0] == {
        "standard": "park_land", "group": "all", "amount": 6, "of": "site_m2", "per": "person",
    }  # fmt: skip


def test_facilities_on_a_smaller_site_do_not_count_for_the_quota() -> None:
    rows = rows_of(parks(), replace(EACH, min_site_m2=43.0), replace(EACH, standard="b", min_site_m2=44.0))
    assert rows["7"]["have"] == 1  # of the second quota, which comes later
    assert rows_of(parks(), replace(EACH, min_site_m2=43.0))["7"]["have"] == 2


def test_a_quota_of_some_kinds_of_units_says_nothing_of_others() -> None:
    inputs = parks()
    kinds = sorted_zones(inputs.zones.ids, inputs.zones.names, inputs.zones.polygons, ["ward", "commune"])
    rows = rows_of(replace(inputs, zones=kinds), replace(LAND, unit_types=("ward", "township")))
    assert (rows["7"]["needed"], rows["12"]["needed"], rows["all"]["needed"]) == (843, None, 843)
    unknown = rows_of(inputs, replace(LAND, unit_types=("ward",)))
    assert {row["fulfilled"] for row in unknown.values()} == {None}


def test_where_the_size_is_not_known_only_the_need_is_told() -> None:
    inputs = parks()
    nothing = replace(inputs.facilities, site_area_m2=None)
    west = rows_of(replace(inputs, facilities=nothing), LAND)["7"]
    assert [west[name] for name in ("have", "needed", "missing", "fulfilled")] == [None, 843, None, None]


def test_a_facility_without_a_unit_counts_in_none() -> None:
    inputs = parks()
    lost = replace(inputs.facilities, unit=np.full(3, NO_UNIT, dtype=np.int32))
    assert rows_of(replace(inputs, facilities=lost))["all"]["facilities"] == 0


def test_what_tells_a_hidden_number_of_people_is_hidden_and_what_units_have_is_not() -> None:
    inputs = parks()
    few = replace(inputs.demand, people={"all": np.array([5_000, 0, 0, 90_000, 90_000, 0, 0])})
    asked = replace(ASKED, quotas=(LAND,))
    shown = public_view(run_coverage(replace(inputs, demand=few), asked).document)
    for row in shown["tables"]["provision"]:
        assert row["needed"] is row["missing"] is row["fulfilled"] is row["facilities_per_person"] is None
    assert [row["facilities"] for row in shown["tables"]["provision"]] == [2, 0, 2]


def test_a_hidden_group_hides_its_own_rows_only() -> None:
    inputs = parks()
    everybody = np.array([100_000, 10_000, 30_000, 40_000, 50_000, 60_000, 70_000])
    few = np.array([2_000, 0, 0, 20_000, 20_000, 20_000, 20_000])
    demand = replace(inputs.demand, people={"all": everybody, "age_60": few, "age_3_5": few + 4_000})
    asked = replace(ASKED, groups=("age_60", "age_3_5"), limit=10_000.0)
    shown = public_view(run_coverage(replace(inputs, demand=demand), asked).document)
    rows = {(row["id"], row["group"]): row for row in shown["tables"]["provision"]}
    totals = {zone["id"]: zone["total"] for zone in shown["zones"]}
    assert totals["7"] == 140
    assert rows["7", "age_60"]["facilities_per_person"] is None
    assert rows["all", "age_60"]["facilities_per_person"] is None
    assert rows["7", "all"]["facilities_per_person"] == 2 / 140
