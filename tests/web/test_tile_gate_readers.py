"""The gate knows its readers: by token or session they are answered as by Flask, until that ends."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import text
from werkzeug.test import TestResponse

from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import Connection
from gis_service.db.rights import LayerRight, put_visibility
from gis_service.services import accounts, sessions, teams, users
from gis_service.services.accounts import Caller, Role, Scope, make_token
from gis_service.settings import Settings
from tests.web.gate_town import Town, serving, tile_path, until_it_is_old
from tests.web.test_tile_gate import CHANGING

INTERNAL, DRAFT, CLOSING = "pipe_internal", "pipe_draft", "wifi"
PERSONAL = "residents"
ALL = (INTERNAL, DRAFT, CLOSING, PERSONAL)


@pytest.fixture(scope="module")
def town(
    make_database: Callable[[], str],
    catalogue: Catalogue,
    city: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Town]:
    with serving(make_database, catalogue, city, tmp_path_factory.mktemp("var"), *ALL) as made:
        yield made


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who is known, and what their requests show."""

    caller: Caller
    shows: dict[str, str]

    def asks(self, town: Town, layer: str = INTERNAL, **more: str) -> TestResponse:
        # A client that keeps cookies takes others out of the headers.
        client = town.app.test_client(use_cookies=False)
        return client.get(tile_path(layer), headers={**self.shows, **more})


def with_token(connection: Connection, name: str, role: Role = Role.VIEWER, *scopes: Scope) -> Reader:
    """Make an account and a token of it."""
    caller = Caller(role, name, users.add(connection, name, role).id)
    token = make_token(connection, role, name, scopes=frozenset(scopes) or None, caller=caller)
    return Reader(caller, {"Authorization": f"Bearer {token}"})


def with_session(connection: Connection, name: str) -> Reader:
    """Make an account that has signed in."""
    caller = Caller(Role.VIEWER, name, users.add(connection, name, Role.VIEWER).id)
    return Reader(
        caller, {"Cookie": f"gis_session={sessions.begin(connection, Settings(), caller, '')}; a=b"}
    )


@pytest.mark.parametrize("make", [with_token, with_session])
@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_who_is_known_is_answered_as_flask_does(
    town: Town, make: Callable[[Connection, str], Reader], encoding: str
) -> None:
    with town.writing() as connection:
        reader = make(connection, f"lan.{make.__name__}.{encoding}")
    by_flask = reader.asks(town, **{"Accept-Encoding": encoding})
    by_gate = town.by_gate(lambda: reader.asks(town, **{"Accept-Encoding": encoding}))
    assert (by_flask.status_code, by_gate.status_code, by_gate.data) == (200, 200, by_flask.data)
    assert _told(by_gate) == _told(by_flask)
    assert by_gate.headers["Cache-Control"] == "private, no-cache"
    known = {"If-None-Match": by_gate.headers["ETag"], "Accept-Encoding": encoding}
    assert town.by_gate(lambda: reader.asks(town, **known)).status_code == 304
    assert town.client.get(tile_path(INTERNAL)).status_code == 401, "what they may read is not for everybody"


def _told(answer: TestResponse) -> dict[str, frozenset[str]]:
    return {
        name: frozenset(value.split(", ")) for name, value in answer.headers.items() if name not in CHANGING
    }


def test_those_of_one_standing_learn_from_each_other_and_those_of_another_do_not(town: Town) -> None:
    with town.writing() as connection:
        readers = [with_token(connection, f"minh{number}", Role.GIS_STAFF) for number in range(2)]
        viewer = with_token(connection, "an")
        narrow = with_token(connection, "hoa", Role.GIS_STAFF, Scope.LAYERS)
    for reader, expected in ((readers[0], 200), (viewer, 403), (narrow, 403), (readers[1], 200)):
        assert [reader.asks(town, DRAFT).status_code for _ in range(2)] == [expected] * 2
    assert town.by_gate(lambda: readers[1].asks(town, DRAFT)).status_code == 200
    assert [reader.asks(town, INTERNAL).status_code for reader in (viewer, narrow)] == [200, 403]
    before = town.flask_asked
    assert viewer.asks(town, DRAFT).status_code == 403
    assert town.flask_asked == before + 1


def test_whoever_sees_personal_detail_is_noted_each_time(town: Town) -> None:
    noted = text("SELECT count(*) FROM gis.audit WHERE action = 'personal.read' AND actor = 'planner'")
    with town.writing() as connection:
        planner = with_token(connection, "planner", Role.PLANNER)
    for _ in range(3):
        town.look()
        assert planner.asks(town, PERSONAL).status_code == 200
    with town.writing() as connection:
        assert connection.execute(noted).scalar_one() == 3


def test_a_session_that_only_asks_for_tiles_shows_signs_of_life(town: Town) -> None:
    with town.writing() as connection:
        reader = with_session(connection, "reads.only")
    reader.asks(town)
    town.by_gate(lambda: reader.asks(town))
    aside = f"seen_at = clock_timestamp() - interval '61 s' WHERE account = {reader.caller.account}"
    town.write(f"UPDATE gis.session SET {aside}")  # noqa: S608  ours
    town.look()
    assert reader.asks(town).status_code == 200
    with town.writing() as connection:
        seen = f"SELECT now() - seen_at < '30 s' FROM gis.session WHERE account = {reader.caller.account}"  # noqa: S608  ours
        assert connection.execute(text(seen)).scalar_one()


def _end_session(connection: Connection, caller: Caller) -> None:
    number = connection.execute(
        text("SELECT id FROM gis.session WHERE account = :account"), {"account": caller.account}
    ).scalar_one()
    sessions.end(connection, caller, number)


def _revoke(connection: Connection, caller: Caller) -> None:
    for entry in accounts.list_tokens(connection, caller.account):
        accounts.revoke_token(connection, entry.id, caller)


def _sql(statement: str) -> Callable[[Connection, Caller], None]:
    def change(connection: Connection, caller: Caller) -> None:
        connection.execute(text(statement), {"account": caller.account})

    return change


ENDS: dict[str, tuple[str, Callable[[Connection, Caller], object]]] = {
    "token revoked": (INTERNAL, _revoke),
    "token revoked by SQL": (
        INTERNAL,
        _sql("UPDATE gis.token SET revoked_at = now() WHERE account = :account"),
    ),
    "token deleted": (INTERNAL, _sql("DELETE FROM gis.token WHERE account = :account")),
    "token expired": (INTERNAL, _sql("UPDATE gis.token SET expires_at = now() WHERE account = :account")),
    "scopes narrowed": (INTERNAL, _sql("UPDATE gis.token SET scopes = '{studies}' WHERE account = :account")),
    "account closed": (INTERNAL, lambda connection, caller: users.disable(connection, caller.name)),
    "account deleted": (INTERNAL, _sql("DELETE FROM gis.account WHERE id = :account")),
    "role changed": (
        DRAFT,
        lambda connection, caller: users.change_role(connection, caller.name, Role.VIEWER),
    ),
    "session ended": (INTERNAL, _end_session),
    "session deleted by SQL": (INTERNAL, _sql("DELETE FROM gis.session WHERE account = :account")),
    "session idle": (
        INTERNAL,
        _sql("UPDATE gis.session SET seen_at = now() - interval '5 h' WHERE account = :account"),
    ),
    "group left": (DRAFT, _sql("DELETE FROM gis.team_member WHERE account = :account")),
    "group dropped": (DRAFT, lambda connection, _: teams.remove(connection, "group_dropped")),
    "right taken": (
        DRAFT,
        lambda connection, _: teams.take(connection, LayerRight(DRAFT, "right_taken", "read")),
    ),
    "layer closed": (CLOSING, lambda connection, _: put_visibility(connection, CLOSING, "draft")),
}
"""How what somebody may read comes to an end, and the layer that they may read until then."""


def _make(connection: Connection, catalogue: Catalogue, how: str) -> Reader:
    name = how.replace(" ", "_")
    if how.startswith("session"):
        return with_session(connection, name)
    reader = with_token(connection, name, Role.GIS_STAFF if how == "role changed" else Role.VIEWER)
    if how.startswith(("group", "right")):
        name = name.lower()
        teams.add(connection, name)
        teams.join(connection, name, name)
        teams.give(connection, catalogue, LayerRight(DRAFT, name, "read"))
    return reader


@pytest.mark.parametrize("watched", [True, False], ids=["watched", "nobody looks"])
def test_however_a_right_ends_it_is_over_within_half_a_second(
    make_database: Callable[[], str],
    catalogue: Catalogue,
    city: Path,
    tmp_path: Path,
    watched: bool,  # noqa: FBT001  a table
) -> None:
    with serving(make_database, catalogue, city, tmp_path, *ALL) as town:
        with town.writing() as connection:
            put_visibility(connection, CLOSING, "internal")
            readers = {how: _make(connection, catalogue, how) for how in ENDS}
        for how, (layer, _) in ENDS.items():
            assert readers[how].asks(town, layer).status_code == 200, how
        for how, (layer, _) in ENDS.items():
            assert town.by_gate(partial(readers[how].asks, town, layer)).status_code == 200, how
        with town.writing() as connection:
            for how, (_, end) in ENDS.items():
                end(connection, readers[how].caller)
        town.look() if watched else until_it_is_old()
        answers = {how: readers[how].asks(town, layer).status_code for how, (layer, _) in ENDS.items()}
        assert {how for how, status in answers.items() if status not in {401, 403}} == set()
