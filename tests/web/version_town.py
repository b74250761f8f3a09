"""A service of its own with a layer of Wi-Fi points, for tests of versions: they write what others count."""

from dataclasses import dataclass
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from gis_service.db.engine import Engine, transaction
from gis_service.db.layers import add_version

WIFI = "/api/collections/wifi"
READ = (
    "/versions",
    "/versions/{first}",
    "/diff?from={first}",
    "/items?version={first}",
    "/items/1?version={first}",
)
TWO = (
    "INSERT INTO layer.{} (fid, geom, code, name) VALUES"
    " (1, ST_Point(106.3, 20.4, 4326), 'a', 'Chợ Đông'), (2, ST_Point(106.4, 20.5, 4326), 'b', 'Ga')"
)
LATER = (
    "UPDATE layer.wifi SET name = 'Chợ mới' WHERE code = 'a'",
    "DELETE FROM layer.wifi WHERE code = 'b'",
    "INSERT INTO layer.wifi (geom, code, name) VALUES (ST_Point(106.5, 20.6, 4326), 'c', 'Bến')",
)


@dataclass(frozen=True)
class Town:
    """A service of its own, whose layers may be written to."""

    engine: Engine
    client: FlaskClient
    tokens: dict[str, str]

    def write(self, layer: str, *statements: str, author: str = "lan", message: str = "") -> int:
        with transaction(self.engine) as connection:
            made = add_version(connection, layer, author=author, message=message)  # type: ignore[arg-type]
            for statement in statements:
                connection.execute(text(statement))
        return made

    def get(self, path: str, role: str | None = None, **headers: str) -> TestResponse:
        return self.client.get(path, headers=headers | self.bearer(role))

    def post(
        self, path: str, body: dict[str, Any] | None = None, role: str | None = "gis_staff"
    ) -> TestResponse:
        return self.client.post(path, json=body, headers=self.bearer(role))

    def bearer(self, role: str | None) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.tokens[role]}"} if role else {}

    def fids(self) -> list[int]:
        return [f["id"] for f in self.get(f"{WIFI}/items").get_json(force=True)["features"]]
