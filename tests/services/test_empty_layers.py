"""Layers of a study that are loaded and hold nothing: those read beside it are told, the others refused."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import Connection
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.services import studies
from gis_service.services.accounts import Caller, Role
from gis_service.services.coverage_live import ask, study_of
from gis_service.services.network_quality import network_quality
from gis_service.services.prepared import Prepared
from gis_service.services.study_retold import retell, vintage_named
from gis_service.services.study_words import notice_text
from tests.live_town import MOTORBIKE

PLANNER = Caller(Role.PLANNER, "lan")


@pytest.fixture(scope="module")
def town_url(make_town_database: Callable[[str], str]) -> str:
    return make_town_database("live_town")


def empty(town: Connection, layer: str) -> None:
    town.execute(text(f"DELETE FROM layer.{layer}"))  # noqa: S608  names of this file


def run(town: Connection, catalogue: Catalogue) -> dict[str, Any]:
    return studies.run(town, catalogue, "coverage", MOTORBIKE, "lan").document


def told(document: dict[str, Any]) -> list[str]:
    return [one["params"]["layer"] for one in document["notices"] if one["code"] == "beside_empty"]


@pytest.mark.parametrize("layer", ["ferries", "rivers", "settlement"])
def test_a_layer_beside_that_holds_nothing_is_as_none_and_is_told(
    town: Connection, catalogue: Catalogue, layer: str
) -> None:
    before = run(town, catalogue)
    empty(town, layer)
    document = run(town, catalogue)
    assert (told(before), told(document)) == ([], [layer])
    live = study_of(ask(town, catalogue, MOTORBIKE, PLANNER), Prepared()).document
    assert live == document
    again = retell(town, catalogue, document, vintage_named(catalogue, "communes_2024"))
    assert (again["totals"], told(again)) == (document["totals"], [layer])
    # Nobody comes over the river without its ferry; 91 people live beyond it.
    unreachable = [one["totals"]["all"]["unreachable"] for one in (before, document)]
    assert unreachable == [0, 91 if layer == "ferries" else 0]
    named = {gap["settlement"] for gap in document["gaps"]}
    assert named == ({None} if layer == "settlement" else {"Thôn Bến"})
    said = notice_text({"code": "beside_empty", "params": {"layer": layer}})
    assert (f"Lớp {layer} " in said.vi, f"layer {layer} " in said.en) == (True, True)
    assert network_quality(town, catalogue, "roads")["lines"] == 2


@pytest.mark.parametrize("layer", ["one_stop_office", "roads", "residents", "commune"])
def test_a_layer_that_a_study_cannot_do_without_is_refused_by_name(
    town: Connection, catalogue: Catalogue, layer: str
) -> None:
    empty(town, layer)
    calls: list[Callable[[], object]] = [
        lambda: run(town, catalogue),
        lambda: study_of(ask(town, catalogue, MOTORBIKE, PLANNER), Prepared()),
    ]
    for call in calls:
        with pytest.raises(RefusedInput) as refused:
            call()
        assert (refused.value.code, refused.value.params["layer"]) == (ErrorCode.STUDY_LAYER_EMPTY, layer)
