"""What the pages share."""

from urllib.parse import urljoin, urlsplit

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from gis_service.errors import ErrorCode, Temporary
from gis_service.services import users
from gis_service.web.pages.places import inside, sign_in_address
from tests.web.pages.browser import hidden_fields


def test_a_page_tells_nobody_where_the_database_lives(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise Temporary(ErrorCode.DATABASE_UNAVAILABLE, url="postgresql://secret.example/gis")

    given = hidden_fields(client.get("/welcome?lang=en")) | {"code": "x", "password": "y", "again": "y"}
    monkeypatch.setattr(users, "use_code", fail)
    response = client.post("/welcome", data=given)
    assert (response.status_code, response.headers["Retry-After"]) == (503, "5")
    assert response.headers["X-Request-ID"] in response.text
    assert "secret.example" not in response.text


@given(st.text(alphabet="/\\:.?#@ \t\r\nahtpsl%é[]", max_size=30))
def test_whatever_is_asked_for_stays_on_this_host(asked: str) -> None:
    leads = urlsplit(urljoin("https://here.example/sign-in", inside(asked).replace("\\", "/")))
    assert (leads.scheme, leads.netloc) == ("https", "here.example")


def test_paths_of_ours_are_kept() -> None:
    assert inside("/account?lang=en#x") == "/account?lang=en#x"
    assert sign_in_address("/account", "vi") == "/sign-in?next=%2Faccount&lang=vi"
