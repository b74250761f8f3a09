"""Where sites may be: candidates of layers, who may read them, and what cannot be answered."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import Connection
from gis_service.db.layers import Column, LayerTable, add_version, ensure_table, lock_layer
from gis_service.errors import GisError, NotAllowed
from gis_service.services import studies
from gis_service.services.coverage_document import Document
from gis_service.types import LayerId
from tests.live_town import MOTORBIKE, degrees
from tests.siting_asked import ALONG, FAR, Ask, places
from tests.what_if_edits import PLANNER


@pytest.fixture(scope="module")
def town_url(make_town_database: Callable[[str], str]) -> str:
    return make_town_database("live_town")


PLOT = """
INSERT INTO layer.{} (geom, code)
SELECT ST_Multi(ST_Buffer(ST_SetSRID(ST_MakePoint(:lon, :lat), 4326)::geography, :radius)::geometry), :code
"""
USED = "UPDATE layer.land_use SET use = :use, site_area_m2 = :cost WHERE code = :code"
PLOTS = [
    (2300, 30, "public_building", 5),
    (2700, 30, "public_building", 4),
    (3300, 3, "public_building", 1),
    (3600, 40, "farmland", 2),
    (5500, 30, "commerce", 9),
]
"""Metres along the town, radius, use, cost; the second one floods, the third is small."""


def load_land(town: Connection, catalogue: Catalogue) -> None:
    """Load a few plots, one of them in an area that floods."""
    for name in ("land_use", "flood_area"):
        layer = catalogue.layers[name]
        columns = tuple(Column(each.name, each.type) for each in layer.fields)
        ensure_table(town, LayerTable(layer.id, layer.geometry, layer.key, columns))
        lock_layer(town, layer.id)
        add_version(town, layer.id, author="tests", message="")

    def load(layer: str, along: float, beside: float, radius: float, code: str) -> None:
        lon, lat = degrees(along, beside)
        values = {"lon": lon, "lat": lat, "radius": radius, "code": code}
        town.execute(text(PLOT.format(layer)), values)

    for row, (along, radius, use, cost) in enumerate(PLOTS):
        load("land_use", along, 60, radius, f"l{row}")
        town.execute(text(USED), {"use": use, "cost": cost, "code": f"l{row}"})
    load("flood_area", 2700, 0, 100, "f")


def test_candidates_come_from_a_layer(town: Connection, catalogue: Catalogue, sited: Ask) -> None:
    load_land(town, catalogue)
    where = {"use": ["public_building", "commerce"]}
    land = {"layer": "land_use", "where": where, "min_area_m2": 200, "cost_field": "site_area_m2"}
    found = sited(limit=60, sites=2, candidates={"layers": [land]})
    plan = found["plan"]
    assert plan["candidates"] == {"count": 2, "left_out": {"inside": 1, "small": 1, "values": 1}}
    assert {one["source"] for one in plan["sites"]} == {"land_use"}
    assert sorted(one["cost"] for one in plan["sites"]) == [5, 9]
    # Where the plot is entered: at the point of its edge that is nearest to the street.
    for one, at in zip(sorted(plan["sites"], key=lambda one: one["lon"]), (2300, 5500), strict=True):
        assert (one["lon"], one["lat"]) == pytest.approx(degrees(at, 30), abs=3e-5)
    assert found["inputs"]["candidates_1"]["layer"] == "land_use"
    assert found["inputs"]["outside_1"]["layer"] == "flood_area"
    assert {one["name"] for one in plan["sites"]} == {"Thôn Bến", "Thôn Chợ"}
    assert {one["commune"] for one in plan["sites"]} == {"Xã Tây"}
    whole = {"layer": "land_use", "where": {"site_area_m2": ["9", 5]}}
    twice = sited(limit=60, sites=2, candidates={"layers": [land, whole]})
    assert twice["plan"]["candidates"]["count"] == 2
    thin = sited(limit=60, sites=1, candidates={"layers": [land], "outside": [], "thin_m": 1000})
    assert thin["plan"]["candidates"]["left_out"]["thinned"] >= 1


def drafted(catalogue: Catalogue, layer: str) -> Catalogue:
    """Give the definitions with one layer closed to planners."""
    definition = replace(catalogue.layers[LayerId(layer)], visibility="draft")
    return replace(catalogue, layers={**catalogue.layers, LayerId(layer): definition})


def test_candidates_are_of_layers_that_the_reader_may_read(town: Connection, catalogue: Catalogue) -> None:
    load_land(town, catalogue)
    land = {"layers": [{"layer": "land_use", "where": {"use": ["public_building"]}}]}
    inputs = MOTORBIKE | FAR | {"sites": 1, "candidates": land}

    def ask(known: Catalogue, candidates: dict[str, Any] = land) -> Document:
        asked = inputs | {"candidates": candidates}
        return studies.compute(town, known, "siting", asked, reader=PLANNER).document

    closed = drafted(catalogue, "flood_area")
    assert "outside_1" in ask(catalogue)["inputs"]
    assert "outside_1" not in ask(closed)["inputs"]  # nobody named it
    for known, candidates in (
        (closed, land | {"outside": ["flood_area"]}),
        (drafted(catalogue, "land_use"), land),
    ):
        with pytest.raises(NotAllowed):
            ask(known, candidates)


REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"sites": 5}, "siting_too_few_candidates", "4"),
    ({"sites": 1, "fixed": ["a", "b"]}, "siting_fixed_above_count", "2"),
    ({"sites": 1, "fixed": ["a"], "excluded": ["a"]}, "siting_fixed_and_excluded", "a"),
    ({"sites": 1, "fixed": ["zz"]}, "siting_candidate_unknown", "zz"),
    ({"sites": 1, "closable": ["zz"]}, "siting_candidate_unknown", "zz"),
    ({"sites": 1, "limit": 3000}, "siting_nobody_left", "3000"),
    ({"sites": 1, "limit": 5}, "siting_out_of_reach", "5"),
    ({"budget": 3, "candidates": {"places": places(ALONG, cost=7)}}, "siting_budget_too_small", "7"),
    ({"budget": 3}, "siting_cost_missing", "a, b"),
    ({"sites": 1, "candidates": {"places": places(ALONG), "most": 3}}, "siting_candidates_too_many", "3"),
    ({"sites": 2, "fixed": ["a", "b"], "spacing_m": 2000}, "siting_fixed_in_conflict", "a"),
    ({}, "study_refused", "sites"),
    ({"model": "lscp", "sites": 1}, "study_refused", "sites"),
    ({"model": "lscp", "budget": 1}, "study_refused", "budget"),
    ({"model": "p-median", "sites": 1, "backup": 0.5}, "study_refused", "backup"),
    ({"sites": 1, "backup": 0.5, "draws": 3}, "study_refused", "draws"),
    ({"sites": 1, "candidates": {}}, "study_refused", "candidates"),
    ({"sites": 1, "candidates": {"layers": [{"layer": "roads"}]}}, "study_refused", "candidates/layers/0"),
    ({"sites": 1, "candidates": {"layers": [{"layer": "residents"}]}}, "study_refused", "residents"),
    (
        {"sites": 1, "candidates": {"layers": [{"layer": "settlement", "where": {"zz": [1]}}]}},
        "study_refused",
        "where",
    ),
    (
        {"sites": 1, "candidates": {"layers": [{"layer": "settlement", "where": {"name": ["zz"]}}]}},
        "siting_candidates_none",
        "2",
    ),
    ({"sites": 1, "measure": "inside_area", "limit": 0}, "study_refused", "measure"),
    ({"sites": 1, "catchment": "assigned"}, "study_refused", "catchment"),
    ({"sites": 1, "tables": ["od"]}, "study_refused", "tables"),
    ({"sites": 1, "scenario": {"id": "scenario_x"}}, "scenario_not_found", "scenario_x"),
    ({"sites": 1, "chosen_at": "2025-07-01T10:00"}, "study_refused", "chosen_at"),
    ({"model": "lscp", "closable": True, "chosen_at": "2025-07-01T10:00"}, "study_refused", "chosen_at"),
    ({"model": "p-center", "sites": 1, "capacity": 5}, "study_refused", "capacity"),
    ({"sites": 1, "capacity": 5, "backup": 0.5}, "study_refused", "backup"),
    ({"sites": 1, "capacity": 5, "draws": 2}, "study_refused", "draws"),
    ({"sites": 1, "capacity": -1}, "study_refused", "capacity"),
    (
        {"sites": 1, "candidates": {"places": [*places({"a": 1200}, capacity=5), *places({"b": 2300})]}},
        "siting_capacity_missing",
        "b",
    ),
    (
        {"model": "p-median", "sites": 1, "capacity": 5, "closable": True, "fixed": ["a"]},
        "siting_capacity_too_small",
        "229",
    ),
]


@pytest.mark.parametrize(("asked", "code", "told"), REFUSED, ids=str)
def test_what_cannot_be_answered_says_what_to_change(
    sited: Ask, asked: dict[str, Any], code: str, told: str
) -> None:
    with pytest.raises(GisError) as refused:
        sited(**{"limit": 60} | asked)
    assert refused.value.code == code
    for language in ("vi", "en"):
        assert told in refused.value.detail(language)
        assert refused.value.remedy(language)
