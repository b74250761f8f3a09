"""The nearest facilities of a place beside the nearest one, and roads beside a straight radius."""

from collections.abc import Callable
from typing import Any

import pytest

from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import Connection
from gis_service.services.accounts import ANONYMOUS
from gis_service.services.coverage_live import ask, study_of
from gis_service.services.prepared import Prepared
from gis_service.services.why_place import why_document
from tests.live_town import MOTORBIKE, degrees

EAST: dict[str, Any] = {"at": "2025-06-30T10:00"}
"""While the eastern office was open."""


@pytest.fixture(scope="module")
def town_url(make_town_database: Callable[[str], str]) -> str:
    return make_town_database("live_town")


def near(
    town: Connection,
    catalogue: Catalogue,
    along: float,
    off: float = 0.0,
    *,
    k: int | None = None,
    **asked: Any,  # noqa: ANN401  inputs of a study
) -> dict[str, Any]:
    given = {"at": MOTORBIKE["at"]} if "service" in asked else dict(MOTORBIKE)
    question = ask(town, catalogue, given | asked, ANONYMOUS)
    prepared = Prepared()
    study = study_of(question, prepared)
    return why_document(study, question, prepared, degrees(along, off), personal=False, k=k)


def test_as_many_of_the_nearest_are_told_as_are_asked_for(town: Connection, catalogue: Catalogue) -> None:
    found = near(town, catalogue, 4700, 10, k=5, **EAST)
    assert [(one["rank"], one["name"], one["within"]) for one in found["k_nearest"]] == [
        (1, "Một cửa Tây", True),
        (2, "Một cửa Đông", False),
    ]
    first, second = found["k_nearest"]
    assert (first["cost"], first["over"], first["id"]) == (
        found["cost"],
        found["over"],
        found["nearest"]["id"],
    )
    assert second["cost"] == found["second"]["cost"]
    assert second["over"] == pytest.approx(second["cost"] - 600, abs=1e-9)
    assert second["point"] == found["second"]["point"]
    alone = near(town, catalogue, 4700, 10, k=1, **EAST)
    assert alone["k_nearest"] == [first]
    assert alone["second"] == found["second"]
    assert near(town, catalogue, 4700, 10, **EAST)["k_nearest"] is None


@pytest.mark.parametrize(
    ("inputs", "costs"),
    [
        # The street is 5 m off the office in the east, the place 10 m off the street.
        ({"measure": "straight_radius", "limit": 2000}, [995.05, 4800.01]),
        ({"service": "roads", "measure": "within_line", "limit": 25}, [10, 3500.014]),
        ({"service": "rivers", "measure": "inside_area"}, [3100]),
    ],
)
def test_as_the_crow_flies_the_nearest_are_ranked_too(
    town: Connection, catalogue: Catalogue, inputs: dict[str, Any], costs: list[float]
) -> None:
    asked: dict[str, Any] = {"service": "one_stop_office"} | EAST | inputs
    found = near(town, catalogue, 1000, 10, k=5, **asked)
    assert [one["cost"] for one in found["k_nearest"]] == pytest.approx(costs, abs=0.01)
    assert found["cost"] == found["k_nearest"][0]["cost"]
    assert "in a straight line" in found["sentence"]["en"]
    assert "đường chim bay" in found["sentence"]["vi"]


@pytest.mark.parametrize(("along", "inputs"), [(3000, {"catchment": "own_unit"}), (4250, {})])
def test_without_a_way_no_facility_is_ranked(
    town: Connection, catalogue: Catalogue, along: float, inputs: dict[str, Any]
) -> None:
    assert near(town, catalogue, along, k=3, **inputs)["k_nearest"] == []


def test_the_same_limit_along_roads_stands_beside_a_straight_radius(
    town: Connection, catalogue: Catalogue
) -> None:
    asked: dict[str, Any] = {"service": "one_stop_office", "measure": "straight_radius", "limit": 1000}
    found = near(town, catalogue, 1004, 10, beside=["roads"], **asked)
    (along,) = found["beside"]
    alone = near(town, catalogue, 1004, 10, **(asked | {"measure": "network_distance", "mode": "walk"}))
    names = ("status", "unit", "cost", "limit", "over", "parts", "distance_m", "route", "nearest", "sentence")
    told = {name: along[name] for name in names} | {"sentence": None}
    assert told == {name: alone[name] for name in names} | {"sentence": None}
    assert (found["status"], along["status"]) == ("covered", "uncovered")
    assert (along["name"], along["measure"], along["mode"], along["cost"]) == (
        "roads", "network_distance", "walk", 1009,
    )  # fmt: skip
    assert "9 m beyond 1,000 m on foot" in along["sentence"]["en"]
    assert along["sentence"]["en"] + " Computed from generated data." == alone["sentence"]["en"]
    assert near(town, catalogue, 1004, 10, **asked)["beside"] == []
