"""A layer that opens does not open what was written in it while it was closed."""

from collections.abc import Callable, Iterator
from typing import cast

import pytest
from sqlalchemy import text

from gis_service.catalogue.loader import Catalogue
from gis_service.catalogue.user_layer import body_of, document_of
from gis_service.db.engine import Connection, Engine, open_engine, transaction
from gis_service.services import teams, user_layers
from gis_service.services.accounts import ANONYMOUS, OPERATOR, Caller, Role
from gis_service.services.openings import oldest_open
from gis_service.services.rights import rights_of
from gis_service.services.teams import Visibility
from gis_service.services.user_layers import ANY_STATE
from gis_service.services.whole_catalogue import whole_catalogue
from gis_service.types import LayerId

MARKET, RESIDENTS, WELLS = LayerId("market"), LayerId("residents"), LayerId("wells")
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
    # What other tests have written to the markets was there before the story begins.
    return None if found is None or found < 10_000 else found - 10_000


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


@pytest.fixture(scope="module")
def ground(make_database: Callable[[], str]) -> Iterator[Engine]:
    engine = open_engine(make_database())
    yield engine
    engine.dispose()


def live(engine: Engine, files: Catalogue, layer: LayerId, story: str) -> list[int]:
    """Let a user's layer live, each deed in a transaction of its own; give its versions."""
    for word in story.split():
        with transaction(engine) as connection:
            do(connection, files, layer, *word.partition(":")[::2])
    with transaction(engine) as connection:
        found = text("SELECT id FROM gis.version WHERE layer = :layer ORDER BY id")
        return list(connection.execute(found, {"layer": layer}).scalars())


def do(connection: Connection, files: Catalogue, layer: LayerId, deed: str, said: str) -> None:
    whole = whole_catalogue(connection, files)
    body = body_of(document_of(files.layers[LayerId("wifi")]) | {"id": layer, "visibility": said})
    if deed == "make":
        user_layers.create(connection, whole, body, caller=OPERATOR)
    elif deed == "describe":
        user_layers.describe(connection, whole, layer, lambda _: body, expected=ANY_STATE, caller=OPERATOR)
    elif deed == "sql":
        new = "jsonb_set(document::jsonb, '{visibility}', to_jsonb(CAST(:said AS text)))"
        changed = text(f"UPDATE gis.layer_definition SET document = {new} WHERE id = :id")  # noqa: S608 ours
        connection.execute(changed, {"said": said, "id": layer})
    elif deed == "give":
        teams.set_visibility(connection, whole, layer, cast("Visibility", said))
    elif deed == "take":
        connection.execute(text("DELETE FROM gis.layer_setting WHERE layer = :id"), {"id": layer})
    elif deed == "drop":
        user_layers.drop(connection, whole, layer, expected=ANY_STATE, caller=OPERATOR)
    else:
        add = text("INSERT INTO gis.version (layer, author) VALUES (:layer, 'lan')")
        connection.execute(add, {"layer": layer})


# What is open begins with which version, counted from one; none where all of them are open.
LIVES: list[tuple[str, int | None, int | None]] = [
    ("make:public write", None, None),
    ("make:draft write describe:public write", 2, 2),
    ("make:draft write sql:public write", 2, 2),
    ("make:internal write describe:public write", 2, None),
    ("make:draft write give:public write describe:public", 2, 2),
    ("make:public give:draft write give:public", 2, 2),
    ("make:public give:draft write describe:internal describe:public", 2, 2),
    ("make:draft give:public write describe:internal write describe:public", 3, 1),
    ("make:personal write sql:public write", 2, 2),
    ("make:draft write drop make:public", 4, 4),
    ("make:internal write drop make:public write", 4, None),
    ("make:public give:draft write drop make:public", 3, 3),
    ("make:public write drop make:public", None, None),
    ("make:draft write drop make:draft write describe:public", 5, 5),
]


@pytest.mark.parametrize("number", range(len(LIVES)), ids=[story for story, _, _ in LIVES])
def test_what_a_users_layer_was_by_its_definition_of_then_it_stays(
    ground: Engine, catalogue: Catalogue, number: int
) -> None:
    story, *firsts = LIVES[number]
    layer = LayerId(f"wells_{number}")
    versions = live(ground, catalogue, layer, story)
    with transaction(ground) as connection:
        whole = whole_catalogue(connection, catalogue)
        for caller, first in zip((ANONYMOUS, VIEWER), firsts, strict=True):
            found = oldest_open(connection, rights_of(connection, whole, caller), layer)
            assert found == (None if first is None else versions[first - 1]), caller.name


def test_no_change_of_a_users_layer_is_noted_without_its_value(ground: Engine, catalogue: Catalogue) -> None:
    live(ground, catalogue, WELLS, "make:draft give:public describe:internal give:draft take")
    with transaction(ground) as connection:
        noted = text("SELECT visibility FROM gis.layer_visibility WHERE layer = 'wells' ORDER BY id")
        seen = list(connection.execute(noted).scalars())
    assert (seen[0], seen[-1]) == ("draft", "internal")
    assert None not in seen
