"""A small town that answers questions about coverage: addresses, tokens of each role, the service."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from gis_service.app import create_app
from gis_service.db.engine import open_engine, transaction
from gis_service.services.accounts import Role, make_token
from gis_service.settings import Settings
from tests.live_town import degrees

ASKED = "standard=one_stop_office_motorbike_10min&at=2026-03-03T10:00"
STUDY = f"/api/coverage?{ASKED}"
CELLS = f"/api/coverage/cells?{ASKED}"
PLENTY = 100_000
EXACT = ("planner", "analyst", "admin")
PUBLIC = (None, "viewer", "gis_staff")


def why_at(along: float, beside: float = 10.0, asked: str = ASKED) -> str:
    lon, lat = degrees(along, beside)
    return f"/api/coverage/why?{asked}&lon={lon:.6f}&lat={lat:.6f}"


def tokens_of(url: str) -> dict[str, str]:
    engine = open_engine(url)
    with transaction(engine) as connection:
        found = {role.value: make_token(connection, role, f"a {role}") for role in Role}
    engine.dispose()
    return found


def made(url: str, folder: Path, per_minute: int = PLENTY) -> Iterator[Flask]:
    app = create_app(Settings(data_dir=folder, database_url=url, live_per_minute=per_minute))
    yield app
    app.extensions["gis"].close()


def bearer(tokens: dict[str, str], role: str | None) -> dict[str, str]:
    return {} if role is None else {"Authorization": f"Bearer {tokens[role]}"}


def found(client: FlaskClient, path: str, headers: dict[str, str] | None = None) -> dict[str, Any]:
    response = client.get(path, headers=headers)
    assert response.status_code == 200, response.get_data(as_text=True)
    document: dict[str, Any] = response.get_json()
    return document
