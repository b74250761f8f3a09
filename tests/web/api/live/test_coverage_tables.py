"""Further tables of live answers over HTTP: as far as each role may see them."""

from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from gis_service.services.tables import TABLES, Scene
from gis_service.services.tables.scene import Row
from tests.web.live_answers import ASKED, CELLS, EXACT, PUBLIC, STUDY, bearer, found


@pytest.mark.parametrize("address", [STUDY, CELLS, f"/api/catchment?{ASKED}"])
def test_nobody_makes_the_service_compute_what_it_would_not_show(
    town: FlaskClient, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    def make(_scene: Scene) -> list[Row]:
        pytest.fail("a closed table was made")

    closed = {**TABLES, "od": replace(TABLES["od"], make=make)}
    monkeypatch.setattr("gis_service.services.tables.TABLES", closed)
    assert town.get(f"{address}&limit=555&tables=od").status_code == 200


@pytest.mark.parametrize("role", [*PUBLIC, *EXACT])
def test_further_tables_are_given_as_far_as_everybody_may_see_them(
    town: FlaskClient, tokens: dict[str, str], role: str | None
) -> None:
    live = found(town, f"{STUDY}&tables=hexagons,backup,provision", bearer(tokens, role))
    closed = [one["params"]["tables"] for one in live["notices"] if one["code"] == "tables_closed"]
    if role in EXACT:
        assert (set(live["tables"]), closed) == ({"hexagons", "backup", "provision"}, [])
    else:
        assert (set(live["tables"]), closed) == ({"provision"}, ["hexagons, backup"])


@pytest.mark.parametrize("role", [*PUBLIC, *EXACT])
def test_who_may_see_personal_detail_may_rank_homes(
    town: FlaskClient, tokens: dict[str, str], role: str | None
) -> None:
    asked = f"{STUDY}&tables=inequality&rank_column="
    live = found(town, f"{asked}people", bearer(tokens, role))
    if role in EXACT:
        assert live["parameters"]["rank_of"] == "residents"
        assert -1 <= live["tables"]["inequality"][0]["concentration"] <= 1
        refused = town.get(f"{asked}wealth", headers=bearer(tokens, role))
        assert (refused.status_code, refused.get_json()["code"]) == (422, "ranking_missing")
    else:
        assert "inequality" not in live.get("tables", {})
        assert "rank_column" not in live["parameters"]
