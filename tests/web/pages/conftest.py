"""People with passwords, browsers that keep cookies, and what is cleared away after them."""

from collections.abc import Callable, Iterator

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from gis_service.services import passwords, users
from gis_service.services.accounts import Role
from gis_service.services.transactions import writing
from gis_service.web import current
from tests.web.pages.browser import PASSWORD, Reader
from tests.web.uploaded import Desk

Bearer = Callable[[str | None], dict[str, str]]


@pytest.fixture
def people(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let a planner ``lan`` and a viewer ``minh`` have accounts; hashes are quick ones."""
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1))
    passwords._nobodys_hash.cache_clear()
    with app.app_context():
        context = current.context()
    with writing(context) as connection:
        for login, role in (("lan", Role.PLANNER), ("minh", Role.VIEWER)):
            account = users.add(connection, login, role, f"Bà {login}")
            users.set_password(connection, account, PASSWORD, "Thái Bình")
    yield
    with writing(context) as connection:
        connection.execute(text("DELETE FROM gis.account"))
        connection.execute(text("DELETE FROM gis.sign_in_failure"))


@pytest.fixture
def browser(app: Flask, people: None) -> Callable[[], FlaskClient]:
    """Give a function that opens another browser."""
    del people
    return app.test_client


@pytest.fixture
def no_wells_afterwards(
    client: FlaskClient, bearer: Callable[[str | None], dict[str, str]]
) -> Iterator[None]:
    """Drop the layer that a test makes: the service is that of all other tests, whatever their order."""
    yield
    headers = {**bearer("admin"), "If-Match": "*"}
    assert client.delete("/api/collections/page_wells", headers=headers).status_code == 204


@pytest.fixture
def staff(client: FlaskClient, bearer: Bearer) -> Reader:
    return Reader(client, bearer("gis_staff"))


@pytest.fixture
def desk(app: Flask, client: FlaskClient, bearer: Bearer) -> Desk:
    return Desk(app.extensions["gis"], client, bearer("gis_staff"))
