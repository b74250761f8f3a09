"""A study shows no layer to those who may not read it."""

from dataclasses import replace
from datetime import date

import pytest

from gis_service.catalogue.loader import Catalogue, load_catalogue
from gis_service.errors import ErrorCode, NotAllowed, RefusedInput
from gis_service.services.accounts import ANONYMOUS, Caller, Role
from gis_service.services.rights import rights_by_definition
from gis_service.services.study_request import complete, parse_request
from gis_service.services.study_rights import require_document, require_inputs
from gis_service.settings import ROOT
from gis_service.types import LayerId

OFFICES, PEOPLE = LayerId("one_stop_office"), LayerId("residents")
PLANNER, STAFF = Caller(Role.PLANNER, "lan"), Caller(Role.GIS_STAFF, "minh")


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    """Give Thai Binh's definitions, with offices that are not published yet."""
    real = load_catalogue(ROOT / "layers", ROOT / "tiles", "thai_binh")
    draft = replace(real.layers[OFFICES], visibility="draft")
    return replace(real, layers={**real.layers, OFFICES: draft})


def document(**layers: str) -> dict[str, object]:
    return {"inputs": {role: {"layer": layer, "version": 1} for role, layer in layers.items()} | {"seed": 1}}


@pytest.mark.parametrize(
    ("caller", "layers", "allowed"),
    [
        (ANONYMOUS, {"demand": "residents", "zones": "commune"}, True),
        (ANONYMOUS, {"demand": "residents", "facilities": "one_stop_office"}, False),
        (PLANNER, {"facilities": "one_stop_office"}, False),
        (STAFF, {"facilities": "one_stop_office"}, True),
        (ANONYMOUS, {"zones": "residents"}, False),
        (STAFF, {"zones": "residents"}, False),
        (ANONYMOUS, {"zones": "gone_since"}, False),
    ],
)
def test_who_reads_a_study(
    catalogue: Catalogue,
    caller: Caller,
    layers: dict[str, str],
    allowed: bool,  # noqa: FBT001 - a table
) -> None:
    if allowed:
        require_document(rights_by_definition(catalogue, caller), document(**layers))
        return
    with pytest.raises(NotAllowed):
        require_document(rights_by_definition(catalogue, caller), document(**layers))


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
