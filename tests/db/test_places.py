"""Single rows of layers, found by place or by key."""

import pytest
from sqlalchemy import text

from gis_service.db.engine import Connection
from gis_service.db.layers import Column, LayerTable, ensure_table
from gis_service.db.places import fid_of, is_near, rows_by_key, unit_at
from gis_service.types import LayerId

WARD = LayerId("ward")


def wards(connection: Connection, kind: str, codes: list[str]) -> None:
    """Make units that all lie on one another."""
    ensure_table(
        connection, LayerTable(WARD, "Polygon", "code", (Column("code", kind), Column("name", "text")))
    )
    unit = "ST_MakeEnvelope(106, 20, 107, 21, 4326)"
    given = {"integer": ":code ::bigint", "text": ":code"}[kind]
    statement = text(f"INSERT INTO layer.ward (code, name, geom) VALUES ({given}, :name, {unit})")  # noqa: S608 two words
    for code in codes:
        connection.execute(statement, {"code": code, "name": f"Phường {code}"})


@pytest.mark.parametrize(
    ("kind", "codes", "lowest"),
    [
        ("integer", ["10", "9", "100"], "9"),
        ("text", ["10", "9", "100"], "9"),
        ("text", ["9", "10", "a"], "10"),
        ("text", ["b", "a1", "Z"], "Z"),
        ("text", ["02", "1", "2"], "1"),
    ],
)
def test_of_several_units_the_lowest_code_counts_as_in_studies(
    connection: Connection, kind: str, codes: list[str], lowest: str
) -> None:
    wards(connection, kind, codes)
    assert unit_at(connection, WARD, "code", "name", (106.5, 20.5)) == (lowest, f"Phường {lowest}")
    assert unit_at(connection, WARD, "code", "code", (105.0, 20.5)) is None
    assert fid_of(connection, WARD, "code", codes[1]) == 2


def test_rows_are_found_by_their_keys(connection: Connection) -> None:
    wards(connection, "integer", ["10", "9"])
    found = rows_by_key(connection, WARD, "code", ["9", "7"], ["name"])
    assert {code: (row.fid, row.values) for code, row in found.items()} == {"9": (2, {"name": "Phường 9"})}
    assert rows_by_key(connection, WARD, "fid", ["1"]).keys() == {"1"}


@pytest.mark.parametrize(
    ("place", "near"),
    [((106.5, 20.5), True), ((105.999, 20.5), True), ((105.9988, 20.5), True), ((105.998, 20.5), False)],
)
def test_what_is_near_is_told_in_metres(
    connection: Connection, place: tuple[float, float], *, near: bool
) -> None:
    wards(connection, "text", ["a"])
    # A thousandth of a degree of longitude is 104 m there.
    assert is_near(connection, WARD, place, 130.0) is near
