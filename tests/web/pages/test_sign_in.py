"""Signing in and out by forms alone, and what keeps others from doing it for somebody."""

from collections.abc import Callable
from http.cookies import SimpleCookie

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from gis_service.services import users
from gis_service.services.transactions import writing
from gis_service.web import cookies, current
from tests.web.pages.browser import PASSWORD, hidden_fields, send, sign_in
from tests.web.problem import assert_problem

Browser = Callable[[], FlaskClient]


def cookie_of(response: object, name: str) -> SimpleCookie:
    headers = response.headers.getlist("Set-Cookie")  # type: ignore[attr-defined]
    return SimpleCookie(next(header for header in headers if header.startswith(name)))


def test_signing_in_leads_on_and_knows_the_reader(browser: Browser) -> None:
    client = browser()
    assert client.get("/api/collections/residents").status_code == 401
    response = sign_in(client)
    assert (response.status_code, response.headers["Location"]) == (303, "/account")
    session = cookie_of(response, "gis_session")["gis_session"]
    assert (session["httponly"], session["samesite"], session["path"]) == (True, "Lax", "/")
    assert not session["secure"]
    assert not session["expires"]
    assert len(session.value) >= 43
    read = client.get("/api/collections/residents/items")
    assert (read.status_code, read.headers["Cache-Control"]) == (200, "private, no-store")
    assert "Cookie" in read.headers["Vary"]
    assert "Bà lan" in client.get("/account?lang=vi").text
    assert client.get("/sign-in?next=/account").headers["Location"] == "/account"


def test_over_https_the_cookie_belongs_to_this_host_alone(
    people: None, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    del people
    with app.app_context():
        settings = current.context().settings
    monkeypatch.setitem(settings.__dict__, "public_url", "https://localhost")
    client = app.test_client()
    response = sign_in(client)
    session = cookie_of(response, "__Host-gis_session")["__Host-gis_session"]
    assert (session["secure"], session["path"], session["domain"]) == (True, "/", "")
    assert client.get("/account", base_url="https://localhost").status_code == 200
    client.set_cookie("gis_session", session.value)
    client.delete_cookie("__Host-gis_session")
    assert client.get("/account", base_url="https://localhost").status_code == 303


def test_each_sign_in_has_a_secret_of_its_own(browser: Browser) -> None:
    client = browser()
    client.set_cookie("gis_session", "planted-by-somebody")
    first = cookie_of(sign_in(client), "gis_session")["gis_session"].value
    second = cookie_of(sign_in(browser()), "gis_session")["gis_session"].value
    assert len({first, second, "planted-by-somebody"}) == 3


@pytest.mark.parametrize(
    ("login", "password"), [("lan", "wrong"), ("nobody", PASSWORD), ("", ""), ("lan", "\x00")]
)
@pytest.mark.parametrize(("language", "words"), [("vi", "không đúng"), ("en", "is not right")])
def test_a_failure_says_so_and_keeps_what_was_typed(
    browser: Browser, login: str, password: str, language: str, words: str
) -> None:
    client = browser()
    response = send(client, f"/sign-in?lang={language}", login=login, password=password)
    assert response.status_code == 401
    assert words in response.text
    assert f'name="login" type="text" value="{login}"' in response.text
    assert "WWW-Authenticate" not in response.headers
    assert response.headers["Cache-Control"] == "private, no-store"
    assert not client.get_cookie("gis_session")


def test_signs_that_no_text_can_hold_are_no_fault_of_ours(browser: Browser) -> None:
    client = browser()
    assert send(client, "/sign-in", login="la\x00n", password=PASSWORD).status_code == 303
    made = send(client, "/account", "/account/tokens", label="\x00QGIS", hours="12", present=PASSWORD)
    assert (made.status_code, "QGIS" in made.text) == (200, True)


def test_guessing_is_held_up_and_told_how_long(browser: Browser) -> None:
    client = browser()
    codes = [sign_in(client, password="wrong").status_code for _ in range(7)]  # noqa: S106 of the tests
    assert codes == [401] * 6 + [429]
    held = sign_in(client)
    assert (held.status_code, int(held.headers["Retry-After"]) in {1, 2}) == (429, True)
    assert sign_in(client, "minh").status_code == 303


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://elsewhere.example/",
        "//elsewhere.example",
        "/\\elsewhere.example",
        "/\t/elsewhere.example",
        "\\\\elsewhere.example",
        "javascript:alert(1)",
        "elsewhere.example",
        "/a b",
        "/%0d\r\nSet-Cookie: x=1",
        "",
    ],
)
def test_signing_in_never_leads_away(browser: Browser, elsewhere: str) -> None:
    client = browser()
    given = hidden_fields(client.get("/sign-in", query_string={"next": elsewhere}))
    assert given["next"] == "/"
    sent = given | {"login": "lan", "password": PASSWORD, "next": elsewhere}
    assert client.post("/sign-in", data=sent).headers["Location"] == "/"


@pytest.mark.parametrize("change", [{"form_token": ""}, {"form_token": "0" * 64}, {"form_token": "đ"}])
def test_nobody_signs_another_one_in(browser: Browser, change: dict[str, str]) -> None:
    client = browser()
    given = hidden_fields(client.get("/sign-in")) | {"login": "lan", "password": PASSWORD}
    assert client.post("/sign-in", data=given | change).status_code == 403
    assert browser().post("/sign-in", data=given).status_code == 403
    foreign = {"Origin": "https://elsewhere.example"}
    assert client.post("/sign-in", data=given, headers=foreign).status_code == 403
    for broken in ("null", "https://[", ""):
        assert client.post("/sign-in", data=given, headers={"Origin": broken}).status_code == 403
    # A proxy that ends TLS: the browser knows another scheme than we do.
    assert client.post("/sign-in", data=given, headers={"Origin": "https://localhost"}).status_code == 303


def test_signing_out_ends_the_session_for_good(browser: Browser) -> None:
    client = browser()
    secret = cookie_of(sign_in(client), "gis_session")["gis_session"].value
    assert client.post("/sign-out").status_code == 403
    assert client.get("/account").status_code == 200
    out = send(client, "/account", "/sign-out")
    assert (out.status_code, out.headers["Location"]) == (303, "/?lang=vi")
    assert not client.get_cookie("gis_session")
    client.set_cookie("gis_session", secret)
    assert client.get("/account").status_code == 303
    assert client.post("/sign-out").status_code == 303


def test_a_session_that_has_ended_is_nobody_in_particular(browser: Browser, app: Flask) -> None:
    client = browser()
    sign_in(client)
    with app.app_context(), writing(current.context()) as connection:
        connection.execute(text("UPDATE gis.session SET seen_at = now() - interval '1 day'"))
    assert client.get("/api/collections").status_code == 200
    assert_problem(client.get("/api/collections/residents"), 401, "token_missing")


def test_a_session_in_use_stays_alive(browser: Browser, app: Flask) -> None:
    client = browser()
    sign_in(client)
    with app.app_context():
        context = current.context()
    idle = text("SELECT extract(epoch FROM clock_timestamp() - seen_at) FROM gis.session")
    for minutes, kept in ((0.5, True), (60, False)):
        with writing(context) as connection:
            moved = "UPDATE gis.session SET seen_at = clock_timestamp() - :m * interval '1 min'"
            connection.execute(text(moved), {"m": minutes})
        assert client.get("/account").status_code == 200
        with writing(context) as connection:
            assert (connection.execute(idle).scalar_one() >= 30) is kept


def test_a_token_says_who_calls_whatever_the_cookie(
    browser: Browser, bearer: Callable[[str | None], dict[str, str]]
) -> None:
    client = browser()
    sign_in(client)
    assert_problem(
        client.get("/api/collections/residents", headers=bearer("viewer")), 403, "role_insufficient"
    )
    assert client.get("/account", headers=bearer("admin")).status_code == 403


def test_a_script_of_ours_may_write_with_the_session(browser: Browser) -> None:
    client = browser()
    secret = cookie_of(sign_in(client), "gis_session")["gis_session"].value
    path, body = "/api/processes/none/execution", {"inputs": {"seed": 1}}
    assert_problem(client.post(path, json=body), 403, "request_foreign")
    header = {"X-CSRF-Token": cookies.form_token(secret)}
    assert_problem(client.post(path, json=body, headers={"X-CSRF-Token": "x"}), 403, "request_foreign")
    foreign = header | {"Origin": "http://elsewhere.example"}
    assert_problem(client.post(path, json=body, headers=foreign), 403, "request_foreign")
    assert client.post(path, json=body, headers=header).status_code in {404, 422}


def invite(app: Flask, login: str) -> str:
    with app.app_context(), writing(current.context()) as connection:
        return users.reset(connection, login).code


def test_a_one_time_code_leads_to_a_password(browser: Browser, app: Flask) -> None:
    client, code = browser(), invite(app, "lan")
    assert sign_in(client).status_code == 401
    page = client.get("/welcome?lang=en")
    fresh = "lúa chín vàng trên đồng"
    given = hidden_fields(page) | {"code": code}
    differ = client.post("/welcome", data=given | {"password": fresh, "again": fresh + "!"})
    assert (differ.status_code, "differ" in differ.text) == (422, True)
    short = client.post("/welcome", data=given | {"password": "short", "again": "short"})
    assert (short.status_code, "15" in short.text) == (422, True)
    assert browser().post("/welcome", data=given | {"password": fresh, "again": fresh}).status_code == 403
    done = client.post("/welcome", data=given | {"password": fresh, "again": fresh})
    assert (done.status_code, done.headers["Location"]) == (303, "/sign-in?lang=en")
    used = client.post("/welcome", data=given | {"password": fresh, "again": fresh})
    assert (used.status_code, "has been used" in used.text) == (422, True)
    assert sign_in(client, password=fresh).status_code == 303


def test_a_code_in_an_address_is_not_taken_over(client: FlaskClient) -> None:
    # Addresses stand in the logs of proxies: what is sent about is the address of the form alone.
    assert "secret-code" not in client.get("/welcome?code=secret-code").text


def test_a_form_of_before_signing_in_can_still_be_sent_and_ends_the_session_of_before(
    browser: Browser,
) -> None:
    client = browser()
    forms = hidden_fields(client.get("/sign-in"))
    first = cookie_of(sign_in(client), "gis_session")["gis_session"].value
    given = forms | {"login": "minh", "password": PASSWORD}
    assert client.post("/sign-in", data=given | {"form_token": "0" * 64}).status_code == 403
    assert client.get("/account").status_code == 200
    assert client.post("/sign-in", data=given | {"password": "wrong"}).status_code == 401
    assert "Bà lan" in client.get("/account").text
    assert client.post("/sign-in", data=given).status_code == 303
    assert "Bà minh" in client.get("/account").text
    client.set_cookie("gis_session", first)
    assert client.get("/account").status_code == 303


def test_a_password_is_chosen_while_another_account_is_signed_in(browser: Browser, app: Flask) -> None:
    client, code = browser(), invite(app, "lan")
    sign_in(client, "minh")
    fresh = "lúa chín vàng trên đồng"
    given = hidden_fields(client.get("/welcome")) | {"code": code, "password": fresh, "again": fresh}
    assert client.post("/welcome", data=given | {"form_token": "0" * 64}).status_code == 403
    assert client.get("/account").status_code == 200
    assert client.post("/welcome", data=given).status_code == 303
    assert not client.get_cookie("gis_session")
    assert client.get("/account").status_code == 303
    assert sign_in(client, password=fresh).status_code == 303


@pytest.mark.parametrize("page", ["/sign-in", "/welcome"])
@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_pages_work_without_scripts_and_carry_none(client: FlaskClient, page: str, language: str) -> None:
    response = client.get(f"{page}?lang={language}")
    assert response.status_code == 200
    assert f'<html lang="{language}">' in response.text
    assert response.headers["Content-Language"] == language
    assert response.headers["Cache-Control"] == "private, no-store"
    assert "<script" not in response.text
    assert " style=" not in response.text
