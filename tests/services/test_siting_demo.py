"""Where next in the demo city: some two thousand candidates, answered while a planner waits."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import Connection, open_engine, transaction
from gis_service.services import studies
from gis_service.services.prepared import Prepared

VILLAGES = {"layers": [{"layer": "settlement"}], "most": 5000}
LAND = {
    "layers": [{"layer": "land_use", "where": {"use": ["public_building", "commerce"]}, "min_area_m2": 500}],
    "most": 5000,
}


@pytest.fixture(scope="module")
def demo(make_demo_database: Callable[[], str]) -> Iterator[Connection]:
    engine = open_engine(make_demo_database())
    with transaction(engine) as connection:
        yield connection
    engine.dispose()


@pytest.mark.slow
def test_which_offices_to_keep_of_those_before_the_merger(
    demo: Connection, catalogue: Catalogue, prepared: Prepared
) -> None:
    asked = {
        "standard": "one_stop_office_motorbike_10min",
        "at": "2025-06-30T10:00",
        "closable": True,
        "sites": 65,
        "chosen_at": "2025-07-01T10:00",
    }
    found = studies.compute(demo, catalogue, "siting", asked, prepared=prepared).document
    plan, total = found["plan"], found["totals"]["all"]
    assert (len(plan["kept"]), len(plan["kept"]) + len(plan["closed"])) == (65, 242)
    assert plan["objective"] == total["after"]
    assert plan["gap"] < 1e-2
    chosen = plan["chosen"]
    assert (chosen["count"], chosen["elsewhere"]) == (65, [])
    assert len(chosen["both"]) + len(chosen["only_plan"]) == 65 == len(chosen["both"]) + len(chosen["swaps"])
    gains = sum(swap["gain"] for swap in chosen["swaps"])
    assert round(plan["objective"] - chosen["objective"] - gains, 3) == 0
    assert chosen["objective"] == chosen["totals"]["all"]["chosen"]["covered"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("standard", "asked"),
    [
        ("one_stop_office_motorbike_10min", {"model": "mclp", "sites": 10, "candidates": VILLAGES}),
        ("health_station_walk_15min", {"model": "mclp", "sites": 20, "candidates": VILLAGES}),
        ("health_station_walk_15min", {"model": "mclp", "sites": 20, "candidates": LAND}),
    ],
)
def test_a_plan_for_the_demo_city_equals_its_edits(
    demo: Connection, catalogue: Catalogue, prepared: Prepared, standard: str, asked: dict[str, Any]
) -> None:
    made = studies.compute(demo, catalogue, "siting", {"standard": standard} | asked, prepared=prepared)
    found, plan = made.document, made.document["plan"]
    assert plan["status"] == "optimal"
    assert plan["candidates"]["count"] > 500
    inputs = found["scenario"]["inputs"] | {"edits": found["scenario"]["edits"]}
    kept = studies.compute(demo, catalogue, "what_if", inputs, prepared=prepared).document
    assert found["totals"] == kept["totals"]
    assert plan["objective"] == found["totals"]["all"]["won"]
