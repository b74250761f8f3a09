"""A layer of wells whose versions are committed one after the other: for tests of its past."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text

from gis_service.db.engine import Engine, transaction
from gis_service.db.layers import add_version, ensure_table, version_of
from gis_service.services.layers import table_of
from gis_service.types import VersionId
from tests.small_city import city_with, field, layer

WELLS = layer("well", fields=(field("code", required=True), field("name"), field("depth", "number")))
CITY = city_with(WELLS, layer("dry"))
TWO = (
    "INSERT INTO layer.well (geom, code, name, depth) VALUES"
    " (ST_Point(106.3, 20.4, 4326), 'a', 'Giếng Đông', 1), (ST_Point(106.4, 20.5, 4326), 'b', NULL, 2)"
)


@dataclass(frozen=True)
class WellTown:
    """The wells, in a database in which tests may commit."""

    engine: Engine

    def write(self, *statements: str, author: str = "lan", message: str = "") -> VersionId:
        """Make one version of some statements."""
        with transaction(self.engine) as connection:
            made = add_version(connection, WELLS.id, author=author, message=message)
            for statement in statements:
                connection.execute(text(statement))
        return made

    def write_unkept(self) -> VersionId:
        """Leave a version as those were that were made before histories were kept."""
        values = "('well', 'minh', 'xưa', '2024-05-01T00:00:00Z')"
        statement = (
            f"INSERT INTO gis.version (layer, author, message, committed_at) VALUES {values} RETURNING id"  # noqa: S608
        )
        with transaction(self.engine) as connection:
            return VersionId(connection.execute(text(statement)).scalar_one())

    def newest(self) -> VersionId | None:
        with transaction(self.engine) as connection:
            return version_of(connection, WELLS.id)

    def rows(self) -> Sequence[tuple[object, ...]]:
        with transaction(self.engine) as connection:
            return [
                tuple(row)
                for row in connection.execute(
                    text("SELECT fid, code, name, depth FROM layer.well ORDER BY fid")
                )
            ]

    def make(self) -> None:
        with transaction(self.engine) as connection:
            ensure_table(connection, table_of(WELLS))

    def remove(self) -> None:
        with transaction(self.engine) as connection:
            connection.execute(text("DROP TABLE layer.well, history.well"))
            connection.execute(text("DELETE FROM gis.version WHERE layer = 'well'"))
            connection.execute(text("GRANT DELETE ON gis.dirty TO CURRENT_USER"))
            connection.execute(text("DELETE FROM gis.dirty WHERE layer = 'well'"))
            connection.execute(text("SELECT gis.close_rights()"))
