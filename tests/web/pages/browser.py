"""What a reader does with a form: takes its hidden fields, fills in the rest, sends it."""

import re

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

PASSWORD = "con trâu ăn cỏ ngoài đê"  # noqa: S105 of the tests
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


def hidden_fields(response: TestResponse) -> dict[str, str]:
    return dict(HIDDEN.findall(response.text))


def send(client: FlaskClient, page: str, action: str | None = None, **fields: str) -> TestResponse:
    """Load a page, fill in its form and send it."""
    given = hidden_fields(client.get(page))
    return client.post(action or page.partition("?")[0], data=given | fields)


def sign_in(client: FlaskClient, login: str = "lan", password: str = PASSWORD) -> TestResponse:
    return send(client, "/sign-in?next=/account", login=login, password=password)
