"""The account page: password, own tokens, own sessions."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient

from gis_service.web.pages.account import name_of
from tests.web.pages.browser import PASSWORD, send, sign_in
from tests.web.problem import assert_problem

Browser = Callable[[], FlaskClient]
FRESH, COMMON = "lúa chín vàng trên đồng", "matkhau12345678"


@pytest.fixture
def lan(browser: Browser) -> FlaskClient:
    client = browser()
    sign_in(client)
    return client


def test_whoever_has_not_signed_in_is_led_to_the_form(client: FlaskClient) -> None:
    response = client.get("/account?lang=en")
    assert (response.status_code, response.headers["Location"]) == (303, "/sign-in?next=%2Faccount&lang=en")
    for action in ("password", "tokens", "tokens/1/revoke", "sessions/1/end", "sessions/end-others"):
        refused = client.post(f"/account/{action}")
        assert (refused.status_code, "<h1>" in refused.text) == (401, True)


def test_a_token_manages_no_account(
    client: FlaskClient, bearer: Callable[[str | None], dict[str, str]]
) -> None:
    for response in (
        client.get("/account", headers=bearer("admin")),
        client.post("/account/tokens", headers=bearer("admin")),
    ):
        assert response.status_code == 403
        assert "/sign-in" in response.text


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"current": "wrong", "password": FRESH, "again": FRESH}, "present password, as typed"),
        ({"current": PASSWORD, "password": FRESH, "again": "x"}, "is not the first one"),
        ({"current": PASSWORD, "password": "short", "again": "short"}, "has 5 characters"),
        (
            {"current": PASSWORD, "password": COMMON, "again": COMMON},
            "anybody would try",
        ),
        ({}, "present password, as typed"),
    ],
)
def test_a_password_that_cannot_be_taken_is_told_why(
    lan: FlaskClient, browser: Browser, fields: dict[str, str], words: str
) -> None:
    response = send(lan, "/account?lang=en", "/account/password", **fields)
    assert (response.status_code, words in response.text) == (422, True)
    assert sign_in(browser()).status_code == 303


def test_another_password_ends_the_other_sessions(lan: FlaskClient, browser: Browser) -> None:
    other = browser()
    sign_in(other)
    done = send(lan, "/account", "/account/password", current=PASSWORD, password=FRESH, again=FRESH)
    assert (done.status_code, done.headers["Location"]) == (303, "/account?done=password&lang=vi")
    assert (lan.get("/account").status_code, other.get("/account").status_code) == (200, 303)
    assert sign_in(browser()).status_code == 401
    assert sign_in(browser(), password=FRESH).status_code == 303


def token_of(page: str) -> str:
    found = re.search(r"<code>(gis_[\w-]+)</code>", page)
    assert found is not None
    return found[1]


def test_a_token_is_made_shown_once_limited_and_ended(lan: FlaskClient, client: FlaskClient) -> None:
    given = {"label": "<script>QGIS", "hours": "168", "scope": "read", "present": PASSWORD}
    made = send(lan, "/account?lang=en", "/account/tokens", **given)
    assert made.status_code == 200
    token = token_of(made.text)
    assert "&lt;script&gt;QGIS" in made.text
    again = lan.get("/account?lang=en").text
    assert token not in again
    header = {"Authorization": f"Bearer {token}"}
    assert client.get("/api/collections/pipe_internal", headers=header).status_code == 200
    assert_problem(client.get("/api/collections/residents", headers=header), 403, "scope_insufficient")
    number = re.search(r"/account/tokens/(\d+)/revoke", again)
    assert number is not None
    assert send(lan, "/account", number[0]).status_code == 303
    assert_problem(client.get("/api/collections/pipe_internal", headers=header), 401, "token_invalid")
    assert send(lan, "/account", number[0]).status_code == 404


@pytest.mark.parametrize(
    "fields", [{"hours": "100000"}, {"hours": "x"}, {}, {"hours": "12", "scope": "admin"}]
)
def test_a_token_beyond_the_account_is_not_made(lan: FlaskClient, fields: dict[str, str]) -> None:
    response = send(lan, "/account", "/account/tokens", label="x", present=PASSWORD, **fields)
    assert response.status_code in {400, 422}
    assert "gis_" not in response.text.replace("gis_staff", "")


def test_owners_end_their_own_sessions_and_tokens_only(lan: FlaskClient, browser: Browser) -> None:
    minh = browser()
    sign_in(minh, "minh")
    send(minh, "/account", "/account/tokens", label="x", hours="12", present=PASSWORD)
    token = re.search(r"/account/tokens/(\d+)/revoke", minh.get("/account").text)
    assert token is not None
    assert send(lan, "/account", token[0]).status_code == 404
    other = browser()
    sign_in(other)
    ends = re.findall(r"/account/sessions/(\d+)/end", lan.get("/account").text)
    assert len(ends) == 1
    assert send(minh, "/account", f"/account/sessions/{ends[0]}/end").status_code == 404
    assert send(lan, "/account", f"/account/sessions/{ends[0]}/end").status_code == 303
    assert (other.get("/account").status_code, minh.get("/account").status_code) == (303, 200)
    sign_in(other)
    assert send(lan, "/account", "/account/sessions/end-others").status_code == 303
    assert [one.get("/account").status_code for one in (lan, other, minh)] == [200, 303, 200]


@pytest.mark.parametrize("present", [{}, {"present": "wrong"}])
def test_no_token_is_made_without_the_present_password(lan: FlaskClient, present: dict[str, str]) -> None:
    refused = send(lan, "/account?lang=en", "/account/tokens", label="x", hours="12", **present)
    assert (refused.status_code, "present password, as typed" in refused.text) == (422, True)
    assert "gis_" not in refused.text.replace("gis_staff", "")


def test_a_browser_left_open_is_no_place_to_guess(lan: FlaskClient) -> None:
    codes = [
        send(lan, "/account", "/account/tokens", label="x", hours="12", present="wrong").status_code
        for _ in range(7)
    ]
    assert codes == [422] * 6 + [429]
    held = send(lan, "/account", "/account/password", current=PASSWORD, password=FRESH, again=FRESH)
    assert (held.status_code, int(held.headers["Retry-After"]) in {1, 2}) == (429, True)


@pytest.mark.parametrize("number", [0, 2**63 - 1, 2**63, 10**30])
def test_a_number_that_nothing_can_have_is_not_found(lan: FlaskClient, number: int) -> None:
    for address in (f"/account/tokens/{number}/revoke", f"/account/sessions/{number}/end"):
        assert send(lan, "/account", address).status_code == 404


def test_what_a_reader_cannot_end_is_told_in_words_for_readers(lan: FlaskClient) -> None:
    assert "at /account" in send(lan, "/account?lang=en", "/account/tokens/7/revoke").text


def test_times_name_their_zone(lan: FlaskClient) -> None:
    seen = re.search(r"last used (\d{4}-\d\d-\d\d \d\d:\d\d) (\S+)", lan.get("/account?lang=en").text)
    assert seen is not None
    assert seen[2] == datetime.now(UTC).astimezone().tzname()


@pytest.mark.parametrize(
    "action", ["password", "tokens", "tokens/1/revoke", "sessions/1/end", "sessions/end-others"]
)
def test_no_form_of_another_site_is_taken(lan: FlaskClient, action: str) -> None:
    assert lan.post(f"/account/{action}", data={"form_token": "0" * 64}).status_code == 403


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_page_speaks_both_languages(lan: FlaskClient, language: str) -> None:
    page = lan.get(f"/account?lang={language}").text
    assert ("Đổi mật khẩu" in page) is (language == "vi")
    assert ("Change the password" in page) is (language == "en")
    assert "<script" not in page


@pytest.mark.parametrize(
    ("browser", "name"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36",
            "Chrome, Windows",
        ),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge, Windows"),
        (
            "Mozilla/5.0 (iPhone; like Mac OS X) Version/18.0 Safari/604.1",
            "Safari, iPhone",
        ),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Mobile Safari/537.36", "Chrome, Android"),
        ("curl/8.0", ""),
        ("", ""),
    ],
)
def test_a_browser_is_called_by_the_name_that_people_know(browser: str, name: str) -> None:
    assert name_of(browser) == name
