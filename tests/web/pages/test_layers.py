"""The list of layers for people."""

import re

import pytest
from flask.testing import FlaskClient


def shown(client: FlaskClient, query: str = "") -> tuple[str, list[str]]:
    answer = client.get(f"/layers{query}")
    assert answer.status_code == 200
    page = answer.get_data(as_text=True)
    return page, re.findall(r'<li id="(\w+)">', page)


def test_the_page_lists_what_everybody_may_see(client: FlaskClient) -> None:
    page, layers = shown(client)
    assert layers == ["bus_stop", "commune", "commune_2019", "market", "one_stop_office"]
    assert "Xã, phường hiện nay" in page
    assert 'src="/api/collections/commune/thumbnail"' in page
    assert "/api/collections/commune_2019/thumbnail" not in page
    assert page.count("dữ liệu minh hoạ") == 4


@pytest.mark.parametrize(
    ("query", "layers"),
    [
        ("?q=cho", ["market"]),
        ("?q=XA+PHUONG", ["commune"]),
        ("?q=market&lang=en", ["market"]),
        ("?category=transport", ["bus_stop"]),
        ("?q=market&category=transport", []),
        ("?q=zzzz", []),
    ],
)
def test_layers_are_found_by_words_and_sector(client: FlaskClient, query: str, layers: list[str]) -> None:
    found = shown(client, query)[1]
    assert found[: len(layers)] == layers
    assert bool(found) is bool(layers)


def test_what_is_typed_stands_in_the_page_as_text(client: FlaskClient) -> None:
    page, _ = shown(client, "?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E")
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize("query", ["?q=%00", "?category=" + "x" * 5000, "?q=%F0%9F%98%80"])
def test_odd_questions_find_nothing_and_break_nothing(client: FlaskClient, query: str) -> None:
    shown(client, query)


def test_the_other_language_keeps_the_question(client: FlaskClient) -> None:
    page, _ = shown(client, "?q=market&category=commerce&lang=en")
    assert 'href="/layers?lang=vi&amp;q=market&amp;category=commerce"' in page
    assert 'lang="en"' in page
    assert "no updates are planned" in page


def test_the_links_of_the_page_lead_somewhere(client: FlaskClient) -> None:
    page, _ = shown(client, "?q=commune")
    for address in set(re.findall(r'href="(?:http://localhost)?(/(?:api|layers)[^"#]*)"', page)):
        assert client.get(address.replace("&amp;", "&")).status_code == 200, address
