"""The matrix of rights: every route × method × role × visibility × way of saying who one is.

What is expected stands here, in the words of docs/contract.md, and is never read from the code. A route that
is not in the table fails, so a new one cannot escape it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from gis_service.services import sessions, users
from gis_service.services.accounts import Caller, Role, Scope, make_token
from gis_service.services.transactions import writing
from gis_service.web import cookies, current
from tests.web.askers import from_its_own_address
from tests.web.rights_table import (
    CHANGE,
    EDITS,
    FORM,
    LAYER,
    LAYERS,
    MAY,
    NOBODY,
    OPEN,
    OWN,
    PAGE,
    PAGE_CHANGE,
    PAST,
    READERS,
    ROADS,
    ROLES,
    SAMPLES,
    TABLE,
)

WRITES = {"POST", "PUT", "PATCH", "DELETE"}
WAYS = ("token", "session", "forged session")


@dataclass(frozen=True)
class Keys:
    """What each role shows to be known, and what nobody should be believed by.

    Parameters
    ----------
    tokens, callers
        By role; the callers have accounts.
    refused
        Tokens that are wrong, have ended, or were revoked.
    """

    tokens: dict[str, str]
    callers: dict[str, Caller]
    refused: dict[str, str]


@pytest.fixture(scope="module")
def keys(app: Flask) -> Iterator[Keys]:
    with app.app_context():
        context = current.context()
    with writing(context) as connection:
        ended, revoked = (make_token(connection, Role.ADMIN, label) for label in ("ended", "revoked"))
        past = "now() - interval '1 s'"
        for change in (
            f"expires_at = {past} WHERE label = 'ended'",
            f"revoked_at = {past} WHERE label = 'revoked'",
        ):
            connection.execute(text(f"UPDATE gis.token SET {change}"))  # noqa: S608 ours
        tokens = {role: make_token(connection, Role(role), f"matrix {role}") for role in ROLES}
        accounts = [users.add(connection, f"matrix.{role}", Role(role)) for role in ROLES]
    callers = {one.role: Caller(Role(one.role), one.login, one.id) for one in accounts}
    yield Keys(tokens, callers, {"wrong": "gis_" + "x" * 43, "ended": ended, "revoked": revoked})
    with writing(context) as connection:
        connection.execute(text("DELETE FROM gis.account"))


@pytest.fixture
def begun(app: Flask, keys: Keys) -> dict[str, str]:
    """Give a session of each role; some routes end them."""
    with app.app_context():
        context = current.context()
    with writing(context) as connection:
        return {
            role: sessions.begin(connection, context.settings, caller, "")
            for role, caller in keys.callers.items()
        }


def rules(app: Flask) -> list[tuple[str, Rule]]:
    return [
        (method, rule)
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"OPTIONS", "HEAD"})
    ]


def test_every_route_is_in_the_table_and_the_table_holds_nothing_else(app: Flask) -> None:
    assert {(method, rule.rule) for method, rule in rules(app)} == set(TABLE)


def addresses(app: Flask, path: str) -> Iterator[tuple[str | None, str]]:
    """Give the addresses of a route: one for each visibility when it is about a layer."""
    rule = next(rule for rule in app.url_map.iter_rules() if rule.rule == path)
    urls = app.url_map.bind("localhost")
    for visibility, layer in LAYERS.items():
        values = {name: (SAMPLES | {"collection_id": layer})[name] for name in rule.arguments}
        about = visibility if "collection_id" in rule.arguments else None
        yield about, urls.build(rule.endpoint, values)
        if about is None:
            return


def shown(client: FlaskClient, secret: str, way: str) -> dict[str, str]:
    """Say who one is: by a token, by a session, or by one that somebody else's page makes use of."""
    if way == "token":
        return {"Authorization": f"Bearer {secret}"}
    client.set_cookie("gis_session", secret)
    return {"X-CSRF-Token": cookies.form_token(secret)} if way == "session" else {}


def send(client: FlaskClient, method: str, address: str, headers: dict[str, str]) -> TestResponse:
    body = {"inputs": {"seed": 1}} if method in WRITES and address.startswith("/api/") else None
    return client.open(address, method=method, headers=headers, json=body)


def expected(kind: str, about: str | None, method: str, role: str | None, way: str) -> set[int] | None:
    """Give the statuses of a refusal; None when it is none."""
    forged = way == "forged session" and method in WRITES
    if kind == FORM:
        return {403}
    if kind == OWN:
        if role is None:
            return {401} if method in WRITES else {303}
        return {403} if way == "token" or forged else None
    readers = READERS.get(about or "", set())
    of_layers = dict.fromkeys((LAYER, PAST, ROADS, PAGE), readers)
    may = (of_layers | dict.fromkeys((CHANGE, PAGE_CHANGE), readers & EDITS)).get(kind) or MAY[kind]
    if role not in may:
        return {303 if kind == PAGE else 401} if role is None else {403}
    return {403} if forged and role is not None else None


CASES = [
    (method, path, way)
    for method, path in TABLE
    for way in WAYS
    if way != "forged session" or method in WRITES  # reading is the same with and without a token of a form
]


@pytest.mark.parametrize(("method", "path", "way"), CASES)
def test_a_route_opens_to_those_who_may(
    app: Flask, keys: Keys, begun: dict[str, str], method: str, path: str, way: str
) -> None:
    kind, secrets = TABLE[method, path], keys.tokens if way == "token" else begun
    for about, address in addresses(app, path):
        for role in (NOBODY, *ROLES):
            client = app.test_client()
            headers = {} if role is None else shown(client, secrets[role], way)
            response = send(client, method, address, headers)
            told = f"{method} {address} as {role or 'nobody'} by {way}: {response.status_code}"
            refused = expected(kind, about, method, role, way)
            if refused is not None:
                assert response.status_code in refused, told
            elif kind == LAYER:
                assert response.status_code in {200, 204}, told
            else:
                assert response.status_code not in {401, 403, 500}, told
            response.close()


@pytest.mark.parametrize("token", ["wrong", "ended", "revoked"])
@pytest.mark.parametrize(("method", "path"), TABLE)
def test_a_token_that_is_not_valid_opens_nothing(
    app: Flask, keys: Keys, method: str, path: str, token: str
) -> None:
    client, kind = from_its_own_address(app, path), TABLE[method, path]
    headers = {"Authorization": f"Bearer {keys.refused[token]}"}
    for about, address in addresses(app, path):
        response = send(client, method, address, headers)
        plain = send(client, method, address, {})
        told = f"{method} {address} with a token that is {token}: {response.status_code}"
        if kind in {OPEN, FORM}:
            # Where nobody is asked who they are a bad token is not looked at, and it never gives more.
            assert response.status_code in {401, plain.status_code}, told
        else:
            assert response.status_code == 401, told
            is_page = about is None or kind in {PAGE, PAGE_CHANGE}
            assert is_page or response.get_json()["code"] == "token_invalid", told
        response.close()
        plain.close()


@pytest.mark.parametrize("path", [path for method, path in TABLE if method == "GET"])
def test_asking_for_the_head_alone_tells_no_more(app: Flask, path: str) -> None:
    client = from_its_own_address(app, path)
    for _, address in addresses(app, path):
        whole, head = client.get(address), client.head(address)
        assert (head.status_code, head.get_data()) == (whole.status_code, b"")
        whole.close()


@pytest.mark.parametrize(
    ("scope", "opens"),
    [
        ("read", {"commune", "pipe_internal", "pipe_draft"}),
        ("personal", {"commune", "residents"}),
        ("studies", {"commune"}),
        ("layers", {"commune"}),
        ("admin", {"commune"}),
    ],
)
def test_a_limited_token_opens_what_its_scope_says(
    app: Flask, client: FlaskClient, scope: str, opens: set[str]
) -> None:
    limited = limited_token(app, scope)
    for layer in LAYERS.values():
        response = client.get(f"/api/collections/{layer}/items", headers=limited)
        assert response.status_code == (200 if layer in opens else 403)
    for method, address, needed in (
        ("POST", "/api/processes/coverage/execution", "studies"),
        ("DELETE", "/api/jobs/none", "studies"),
        ("DELETE", "/api/scenarios/none", "studies"),
        ("POST", "/api/scenarios/none/publish", "layers"),
        ("DELETE", "/api/collections/commune/items/1", "layers"),
        ("GET", "/api/audit", "admin"),
    ):
        response = send(client, method, address, limited)
        if scope == needed:
            assert response.status_code != 403
        else:
            assert (response.status_code, response.get_json(force=True)["code"]) == (
                403,
                "scope_insufficient",
            )


def limited_token(app: Flask, scope: str) -> dict[str, str]:
    with app.app_context(), writing(current.context()) as connection:
        token = make_token(connection, Role.ADMIN, "limited", scopes=frozenset({Scope(scope)}))
    return {"Authorization": f"Bearer {token}"}
