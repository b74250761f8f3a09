"""A study shows no layer to those who may not read it."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import text

from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import Connection
from gis_service.db.studies import add_study
from gis_service.errors import ErrorCode, NotAllowed, RefusedInput
from gis_service.services import studies, teams
from gis_service.services.accounts import ANONYMOUS, Caller, Role
from gis_service.services.rights import rights_by_definition, rights_of
from gis_service.services.study_request import complete, parse_request
from gis_service.services.study_rights import require_document, require_inputs, require_shown
from gis_service.types import LayerId
from tests.demo_city import catalogue as real_catalogue

OFFICES, PEOPLE = LayerId("one_stop_office"), LayerId("residents")
PLANNER, STAFF = Caller(Role.PLANNER, "lan"), Caller(Role.GIS_STAFF, "minh")


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    """Give Thai Binh's definitions, with offices that are not published yet."""
    real = real_catalogue()
    draft = replace(real.layers[OFFICES], visibility="draft")
    return replace(real, layers={**real.layers, OFFICES: draft})


Inputs = dict[str, tuple[str, int]]
OLD, OPENED = 10_001, 10_002
"""The markets were opened to everybody at the second of these versions."""


def document(inputs: Inputs) -> dict[str, Any]:
    named = {role: {"layer": layer, "version": version} for role, (layer, version) in inputs.items()}
    return {"inputs": named | {"seed": 1}}


@pytest.fixture
def opened(connection: Connection, catalogue: Catalogue) -> Connection:
    """Give markets that were a draft for one version, internal until the next, and are public since."""
    add = text(
        "INSERT INTO gis.version (id, layer, author) OVERRIDING SYSTEM VALUE VALUES (:id, 'market', 'a')"
    )
    teams.set_visibility(connection, catalogue, "market", "draft")
    connection.execute(add, {"id": OLD})
    teams.set_visibility(connection, catalogue, "market", "internal")
    connection.execute(add, {"id": OPENED})
    teams.set_visibility(connection, catalogue, "market", "public")
    return connection


@pytest.mark.parametrize(
    ("caller", "inputs", "refusal"),
    [
        (ANONYMOUS, {"demand": ("residents", 1), "zones": ("commune", 1)}, None),
        (ANONYMOUS, {"demand": ("residents", 1), "facilities": ("one_stop_office", 1)}, "token_missing"),
        (PLANNER, {"facilities": ("one_stop_office", 1)}, "role_insufficient"),
        (STAFF, {"facilities": ("one_stop_office", 1)}, None),
        (ANONYMOUS, {"zones": ("residents", 1)}, "token_missing"),
        (STAFF, {"zones": ("residents", 1)}, "role_insufficient"),
        (ANONYMOUS, {"zones": ("gone_since", 1)}, "token_missing"),
        # Only of personal detail everybody may see the sums: not of a draft that has people in it.
        (ANONYMOUS, {"demand": ("one_stop_office", 1)}, "token_missing"),
        (PLANNER, {"demand": ("one_stop_office", 1)}, "role_insufficient"),
        (STAFF, {"demand": ("one_stop_office", 1)}, None),
        (ANONYMOUS, {"demand": ("gone_since", 1)}, "token_missing"),
        # What was written while a layer was closed stays closed.
        (ANONYMOUS, {"facilities": ("market", OPENED)}, None),
        (ANONYMOUS, {"facilities": ("market", OLD)}, "version_closed"),
        (ANONYMOUS, {"before_facilities": ("market", OLD)}, "version_closed"),
        (ANONYMOUS, {"demand": ("market", OLD)}, "version_closed"),
        (ANONYMOUS, {"a": ("market", OPENED), "b": ("market", OLD)}, "version_closed"),
        (PLANNER, {"facilities": ("market", OLD)}, None),
        (PLANNER, {"facilities": ("market", OLD - 1)}, "version_closed"),
        (STAFF, {"facilities": ("market", OLD - 1)}, None),
    ],
)
def test_who_reads_a_study_and_finds_it_in_the_list(
    opened: Connection, catalogue: Catalogue, caller: Caller, inputs: Inputs, refusal: str | None
) -> None:
    rights, made = rights_of(opened, catalogue, caller), document(inputs)
    add_study(opened, "coverage_of_then", "coverage", json.dumps(made).encode(), seconds=1, author="lan")
    listed = [item.id for item in studies.list_(opened, rights=rights).items]
    assert ("coverage_of_then" in listed) == (refusal is None)
    if refusal is None:
        require_document(opened, rights, made)
        return
    with pytest.raises(NotAllowed) as refused:
        require_document(opened, rights, made)
    assert refused.value.code == refusal


@pytest.mark.parametrize(
    ("layer", "allowed"), [("residents", True), ("one_stop_office", False), ("commune", True)]
)
def test_who_sees_a_live_answer_over_people(
    opened: Connection,
    catalogue: Catalogue,
    layer: LayerId,
    allowed: bool,  # noqa: FBT001 - a table
) -> None:
    rights = rights_by_definition(catalogue)
    if allowed:
        require_shown(opened, rights, {"demand": layer})
        return
    with pytest.raises(NotAllowed):
        require_shown(opened, rights, {"demand": layer})


@pytest.mark.parametrize(
    ("caller", "layer", "allowed"),
    [(PLANNER, PEOPLE, True), (STAFF, PEOPLE, False), (PLANNER, OFFICES, False), (STAFF, OFFICES, True)],
)
def test_who_runs_a_study(
    catalogue: Catalogue,
    caller: Caller,
    layer: LayerId,
    allowed: bool,  # noqa: FBT001 - a table
) -> None:
    if allowed:
        require_inputs(rights_by_definition(catalogue, caller), [layer])
        return
    with pytest.raises(NotAllowed) as refused:
        require_inputs(rights_by_definition(catalogue, caller), [layer])
    assert refused.value.code == ErrorCode.ROLE_INSUFFICIENT


@pytest.mark.parametrize("role", ["zones", "facilities"])
def test_homes_are_neither_units_nor_facilities(catalogue: Catalogue, role: str) -> None:
    asked = {"standard": "one_stop_office_straight_3km", role: {"layer": "residents"}}
    with pytest.raises(RefusedInput) as refused:
        complete(parse_request(asked), catalogue, date(2026, 3, 3))
    assert refused.value.code == ErrorCode.STUDY_REFUSED


def test_the_layers_open_to_a_caller_are_listed(catalogue: Catalogue) -> None:
    anybody, staff = (rights_by_definition(catalogue, one).readable() for one in (ANONYMOUS, STAFF))
    assert "commune" in anybody
    assert not {"residents", "one_stop_office"} & set(anybody)
    assert "one_stop_office" in staff
