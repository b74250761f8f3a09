"""``python -m gis_service.web.documents``: prints what is documented from the code into ``docs/``."""

import json

from flask import Flask

from gis_service.errors import CODES
from gis_service.messages.catalogue import message_of
from gis_service.messages.plural import with_many
from gis_service.settings import ROOT
from gis_service.types import Language
from gis_service.web.api import API
from gis_service.web.openapi import openapi_document

_HEAD = """# Errors

Every error of the HTTP service is a problem document (RFC 9457, `application/problem+json`): `type`, `title`,
`status`, `code`, `detail`, `expected`, `remedy`, `errors[]` (each with `where` and `text`), `request_id`. The
words come in the language of `Accept-Language`, Vietnamese when none is asked for. On the command line the
same words go to the error stream, with the exit code of the error's kind: 2 wrong use, 3 refused input, 4 not
found, 5 conflict, 6 try again later.

This page is printed from the code: `python -m gis_service.web.documents`.
"""


def errors_page() -> str:
    """Print every error code with its status and its words in both languages."""
    parts = [_HEAD]
    for code in sorted(CODES, key=str):
        message = message_of(code)
        languages: tuple[Language, ...] = ("vi", "en")
        lines = [
            f"* **{texts[0]}** {' '.join(texts[1:])}"
            for language in languages
            if (
                texts := [
                    with_many(part.in_language(language))
                    for part in (message.title, message.detail, message.expected, message.remedy)
                ]
            )
        ]
        parts.append(f"## `{code}` · {message.status}\n\n" + "\n".join(lines) + "\n")
    return "\n".join(parts)


def openapi_page() -> str:
    """Print the OpenAPI document, which needs neither database nor definitions."""
    app = Flask("gis_service.web")
    for blueprint in API:
        app.register_blueprint(blueprint)
    return json.dumps(openapi_document(app), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


PRINTED = {"errors.md": errors_page, "openapi.json": openapi_page}
"""Files of ``docs/`` and the functions that print them."""


def main() -> None:
    """Print all of them anew."""
    for name, page in PRINTED.items():
        (ROOT / "docs" / name).write_text(page(), "utf-8")


if __name__ == "__main__":
    main()
