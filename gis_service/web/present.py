"""Turns documents into responses: JSON, or the same content as a page for people."""

import json
from pathlib import Path
from typing import Any, Literal

from flask import Response, current_app, render_template, request

from gis_service.web import built, current
from gis_service.web.operation import Query
from gis_service.web.schemas.common import HTML, JSON, Answer, Link

Format = Literal["json", "html"]


class FormatQuery(Query):
    """The format may be asked for in the address; else the Accept header tells."""

    f: Format | None = None


def wants_page(asked: str | None) -> bool:
    """Tell whether a person in a browser asks, or a program."""
    if asked is not None:
        return asked == "html"
    accepted = request.accept_mimetypes
    return accepted.best_match([JSON, HTML], default=JSON) == HTML and accepted[HTML] > accepted[JSON]


def url(path: str) -> str:
    """Give the full address of a path of the API: ``url("/collections")``."""
    return f"{current.base_url()}/api{path}"


def link(path: str, rel: str, media: str = JSON, title: str | None = None) -> Link:
    """Link to a path of the API."""
    return Link(href=url(path), rel=rel, type=media, title=title)


def itself(path: str, media: str = JSON) -> list[Link]:
    """Link a document to itself, and to the page that shows it to people."""
    return [
        link(path, "self", media),
        Link(href=f"{url(path)}?f=html", rel="alternate", type=HTML),
    ]


def json_response(body: str, media: str = JSON, status: int = 200) -> Response:
    """Give JSON text."""
    response = Response(body, status, content_type=media)
    response.headers["Content-Language"] = current.language()
    return response


def show(document: Answer, asked: str | None, title: str) -> Response:
    """Give a document as JSON, or as a page when the reader prefers one.

    Parameters
    ----------
    document
        What is shown; members without a value are left out.
    asked
        Format named in the address.
    title
        Heading of the page.
    """
    if wants_page(asked):
        return page(document.model_dump(mode="json", exclude_none=True), title)
    return json_response(document.model_dump_json(exclude_none=True))


def page(content: dict[str, Any], title: str) -> Response:
    """Show any JSON content to people, its links first."""
    shown = {name: value for name, value in content.items() if name != "links"}
    language = current.language()

    def say(vi: str, en: str) -> str:
        return vi if language == "vi" else en

    html = render_template(
        "document.html",
        title=title,
        language=language,
        say=say,
        city=current.context().catalogue.city.title.in_language(language),
        style=built.style_of(Path(current_app.static_folder or "")),
        links=content.get("links", []),
        entries=_entries(content),
        description=content.get("description"),
        text=json.dumps(shown, ensure_ascii=False, indent=2),
    )
    response = Response(html, content_type=f"{HTML}; charset=utf-8")
    response.headers["Content-Language"] = language
    return response


def _entries(content: dict[str, Any]) -> list[dict[str, str]]:
    """Give the things that the document lists, each with the address of its own page."""
    listed: list[dict[str, Any]] = next(
        (value for value in content.values() if _is_list_of_linked(value)), []
    )
    return [
        {"title": str(entry.get("title") or entry.get("id")), "href": _own_address(entry["links"])}
        for entry in listed
    ]


def _is_list_of_linked(value: object) -> bool:
    return (
        isinstance(value, list) and bool(value) and all(isinstance(e, dict) and "links" in e for e in value)
    )


def _own_address(links: list[dict[str, str]]) -> str:
    return next((entry["href"] for entry in links if entry["rel"] == "self"), links[0]["href"])
