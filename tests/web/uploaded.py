"""Files to upload, and a town of its own whose uploads do not disturb other tests."""

import base64
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from gis_service.app import create_app
from gis_service.db.engine import open_engine, transaction
from gis_service.services.accounts import Role, make_token
from gis_service.services.context import Context
from gis_service.services.transactions import reading
from gis_service.settings import Settings
from tests.web.conftest import TILES

PATH = "/api/uploads"
_FILE = "file"
OFFSET_STREAM = "application/offset+octet-stream"
PATCH = "application/merge-patch+json"


def points(*codes: str, **columns: object) -> bytes:
    """Give a GeoJSON file with a bus stop for each code."""
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [106.35 + number / 1000, 20.45]},
            "properties": {"code": code, "name": f"Điểm {code}", **columns},
        }
        for number, code in enumerate(codes)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False).encode()


@dataclass
class Desk:
    """Somebody who uploads files over HTTP.

    Parameters
    ----------
    context
        Of the application.
    client
        Of the same.
    headers
        That say who they are.
    """

    context: Context
    client: FlaskClient
    headers: Mapping[str, str]

    def send(
        self, content: bytes, name: str = "điểm dừng.geojson", choices: object = None, **headers: str
    ) -> TestResponse:
        """Upload a file in one piece."""
        part = '--x\r\nContent-Disposition: form-data; name="{}"{}\r\n\r\n'
        body = part.format(_FILE, f'; filename="{name}"').encode() + content
        if choices is not None:
            body += b"\r\n" + part.format("choices", "").encode() + json.dumps(choices).encode()
        form = "multipart/form-data; boundary=x"
        return self.client.post(
            PATH, data=body + b"\r\n--x--\r\n", content_type=form, headers={**self.headers, **headers}
        )

    def choose(self, id_: str, **choices: Any) -> TestResponse:  # noqa: ANN401 any JSON
        return self.patch(id_, choices)

    def patch(self, id_: str, choices: Mapping[str, Any], **headers: str) -> TestResponse:
        """Send a merge patch of the choices."""
        told = {**self.headers, **headers}
        return self.client.patch(f"{PATH}/{id_}", data=json.dumps(choices), headers=told, content_type=PATCH)

    def commit(self, id_: str, **headers: str) -> TestResponse:
        return self.client.post(f"{PATH}/{id_}/commit", headers={**self.headers, **headers})

    def ready(self, content: bytes, **choices: Any) -> str:  # noqa: ANN401 any JSON
        """Upload a file with choices; give the id of the upload."""
        sent = self.send(content, choices=choices)
        assert (sent.status_code, sent.get_json().get("state")) == (201, "ready"), sent.get_json()
        return str(sent.get_json()["id"])

    def later(self, content: bytes, **choices: Any) -> str:  # noqa: ANN401 any JSON
        """Upload a file that a job is to inspect, which takes no time here; give the id of the upload."""
        sent = self.send(content, choices=choices, Prefer="respond-async")
        assert (sent.status_code, sent.get_json().get("state")) == (201, "inspecting"), sent.get_json()
        return str(sent.get_json()["id"])

    def get(self, id_: str, path: str = "", **headers: str) -> TestResponse:
        return self.client.get(f"{PATH}/{id_}{path}", headers={**self.headers, **headers})

    def begin(self, size: object, name: str = "điểm.geojson", **headers: str) -> TestResponse:
        """Begin an upload in parts."""
        told = {
            "Upload-Length": str(size),
            "Upload-Metadata": f"filename {base64.b64encode(name.encode()).decode()}",
        }
        return self.client.post(PATH, headers={**self.headers, "Tus-Resumable": "1.0.0", **told, **headers})

    def part(self, id_: str, offset: object, content: bytes, **headers: str) -> TestResponse:
        """Send a part of an upload."""
        told = {"Tus-Resumable": "1.0.0", "Upload-Offset": str(offset), "Content-Type": OFFSET_STREAM}
        return self.client.patch(f"{PATH}/{id_}", data=content, headers={**self.headers, **told, **headers})

    def part_from(self, id_: str, offset: int, chunks: Iterator[bytes]) -> TestResponse:
        """Send a part of an upload piece by piece, at the pace of the pieces."""
        told = {"Tus-Resumable": "1.0.0", "Upload-Offset": str(offset), "Content-Type": OFFSET_STREAM}
        stream = SimpleNamespace(read=lambda *_: next(chunks, b""))
        environ = {"wsgi.input": stream, "wsgi.input_terminated": True}
        return self.client.patch(f"{PATH}/{id_}", headers={**self.headers, **told}, environ_overrides=environ)

    def head(self, id_: str) -> TestResponse:
        return self.client.head(f"{PATH}/{id_}", headers={**self.headers, "Tus-Resumable": "1.0.0"})


@dataclass(frozen=True)
class Service:
    """An application with callers of every role; ``other`` is of GIS staff too."""

    app: Flask
    tokens: Mapping[str, str]


@contextmanager
def uploads_served(
    url: str,
    city: Path,
    folder: Path,
    **limits: Any,  # noqa: ANN401  settings of any type
) -> Iterator[Service]:
    """Serve a city without rows, to which files are uploaded.

    Parameters
    ----------
    url
        An empty database.
    city
        Folder of the definitions.
    folder
        For the data.
    limits
        Settings of uploads.
    """
    engine = open_engine(url)
    with transaction(engine) as connection:
        tokens = {role.value: make_token(connection, role, f"a {role}") for role in Role}
        tokens["other"] = make_token(connection, Role.GIS_STAFF, "minh")
    engine.dispose()
    settings = Settings(data_dir=folder, database_url=url, layers_dir=city, tiles_dir=TILES, **limits)
    app = create_app(settings)
    yield Service(app, tokens)
    app.extensions["gis"].close()


def desk_of(service: Service, who: str) -> Desk:
    """Let one of the callers upload."""
    headers = {"Authorization": f"Bearer {service.tokens[who]}"}
    return Desk(service.app.extensions["gis"], service.app.test_client(), headers)


def folders(desk: Desk) -> set[str]:
    """List what lies on the disk."""
    folder = desk.context.settings.data_dir / "uploads"
    return {entry.name for entry in folder.iterdir()} if folder.exists() else set()


def rows(desk: Desk, layer: str) -> list[str]:
    """List the codes of a layer."""
    with reading(desk.context) as connection:
        asked = text(f"SELECT code FROM layer.{layer} ORDER BY code")  # noqa: S608 a layer of ours
        return list(connection.execute(asked).scalars())
