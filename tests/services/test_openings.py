"""A layer that opens does not open what was written in it while it was closed."""

import pytest
from sqlalchemy import text

from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import Connection
from gis_service.services import teams
from gis_service.services.accounts import ANONYMOUS, Caller, Role
from gis_service.services.openings import oldest_open
from gis_service.services.rights import rights_of
from gis_service.services.teams import Visibility
from gis_service.types import LayerId

MARKET, RESIDENTS = LayerId("market"), LayerId("residents")
ADD = "INSERT INTO gis.version (id, layer, author) OVERRIDING SYSTEM VALUE VALUES (:id, :layer, 'lan')"
Step = Visibility | int | None


def play(connection: Connection, catalogue: Catalogue, steps: list[Step]) -> None:
    """Let things happen to the markets, public by definition: a version, or another visibility."""
    for step in steps:
        if isinstance(step, int):
            connection.execute(text(ADD), {"id": 10_000 + step, "layer": MARKET})
        else:
            teams.set_visibility(connection, catalogue, MARKET, step)


def oldest(
    connection: Connection, catalogue: Catalogue, caller: Caller, layer: LayerId = MARKET
) -> int | None:
    found = oldest_open(connection, rights_of(connection, catalogue, caller), layer)
    return None if found is None else found - 10_000


VIEWER, STAFF = Caller(Role.VIEWER, "lan"), Caller(Role.GIS_STAFF, "an")
PLAYS: list[tuple[list[Step], int | None, int | None]] = [
    ([1, 2], None, None),
    (["draft", 1, 2, "public", 3], 2, 2),
    (["draft", 1, 2, "public", "draft", 3, "public", 4], 3, 3),
    (["draft", 1, "internal", 2, "public", 3], 2, 1),
    (["draft", 1, 2, None, 3], 2, 2),
    ([1, "internal", 2, None, 3], 2, None),
    (["draft", "public", 1], None, None),
    ([1, "public", 2], None, None),
]


@pytest.mark.parametrize(("steps", "nobody", "viewer"), PLAYS)
def test_versions_from_the_opening_on_are_open_and_those_before_are_not(
    connection: Connection, catalogue: Catalogue, steps: list[Step], nobody: int | None, viewer: int | None
) -> None:
    play(connection, catalogue, steps)
    assert oldest(connection, catalogue, ANONYMOUS) == nobody
    assert oldest(connection, catalogue, VIEWER) == viewer
    assert oldest(connection, catalogue, STAFF) is None, "drafts are theirs"


def test_a_visibility_given_or_taken_by_sql_counts_as_well(
    connection: Connection, catalogue: Catalogue
) -> None:
    play(connection, catalogue, ["draft", 1])
    connection.execute(text("TRUNCATE gis.layer_setting"))
    assert oldest(connection, catalogue, ANONYMOUS) == 1
    connection.execute(text("INSERT INTO gis.layer_setting (layer, visibility) VALUES ('wifi', 'draft')"))
    connection.execute(text("UPDATE gis.layer_setting SET layer = 'market'"))
    play(connection, catalogue, [2])
    connection.execute(text("UPDATE gis.layer_setting SET visibility = 'public'"))
    assert oldest(connection, catalogue, ANONYMOUS) == 2


def test_personal_detail_has_no_opening(connection: Connection, catalogue: Catalogue) -> None:
    connection.execute(
        text("INSERT INTO gis.layer_setting (layer, visibility) VALUES ('residents', 'draft')")
    )
    assert oldest(connection, catalogue, Caller(Role.PLANNER, "an"), RESIDENTS) is None
