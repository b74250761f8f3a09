"""The town on one street, asked over HTTP: one service for each module, which may ask it often."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.web.live_answers import made, tokens_of


@pytest.fixture(scope="module")
def town_url(make_town_database: Callable[[str], str]) -> str:
    return make_town_database("live_town")


@pytest.fixture(scope="module")
def tokens(town_url: str) -> dict[str, str]:
    return tokens_of(town_url)


@pytest.fixture(scope="module")
def town_app(town_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    yield from made(town_url, tmp_path_factory.mktemp("var"))


@pytest.fixture
def town(town_app: Flask) -> FlaskClient:
    return town_app.test_client()
