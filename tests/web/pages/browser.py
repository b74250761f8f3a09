"""What a reader does with a form: takes its hidden fields, fills in the rest, sends it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

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


@dataclass
class Reader:
    """Somebody who looks at the pages with a token."""

    client: FlaskClient
    headers: Mapping[str, str]

    def see(self, path: str) -> TestResponse:
        return self.client.get(path, headers=self.headers)

    def send(self, path: str, **fields: str) -> TestResponse:
        return self.client.post(path, data={"lang": "en", **fields}, headers=self.headers)

    def choose(self, id_: str, **fields: str) -> str:
        """Send the form of an upload; give the page that it leads to."""
        sent = self.send(
            f"/uploads/{id_}", **{name.replace("__", "."): value for name, value in fields.items()}
        )
        assert sent.status_code == 303, sent.text
        return self.see(sent.headers["Location"]).text
