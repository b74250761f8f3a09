"""The checks of a file, over what a layer holds."""

from dataclasses import replace

import pytest
from shapely.geometry import Point, box
from sqlalchemy import text

from gis_service.catalogue.layer_definition import LayerDefinition
from gis_service.db.engine import Connection
from gis_service.errors import ErrorCode, NotFound
from gis_service.services import ingest_checks
from gis_service.services import layer_quality as quality
from gis_service.services.ingest import LoadOptions
from gis_service.services.ingest_load import Load
from gis_service.services.layer_quality import LayerQuality, layer_quality, quality_now
from gis_service.services.prepared import Prepared
from gis_service.services.turns import Turns
from tests.row_source import rows_of_shapes
from tests.small_city import city_with, field, layer

TILES = layer("tiles", "Polygon", [field("name")], key=None, coverage=True)
PLAIN = layer("plain", "None", [field("code", required=True), field("kind", values=("a", "b"))])
CITY = city_with(layer("clinic", fields=[field("code", required=True), field("sdt")]), TILES, PLAIN)


def test_faults_that_came_in_past_the_service_are_found_by_fid(connection: Connection) -> None:
    clinic = CITY.layers["clinic"]
    rows = rows_of_shapes([Point(106.3, 20.4), Point(106.4, 20.4)], {"code": ["a", "b"]})
    Load(CITY, clinic, rows, LoadOptions()).run(
        connection, author="lan", message="", progress=lambda _done, _total: None
    )
    assert layer_quality(connection, CITY, clinic).findings == ()
    fid = connection.execute(
        text(
            "INSERT INTO layer.clinic (geom, code, sdt) VALUES"
            " (ST_SetSRID(ST_MakePoint(2, 48), 4326), 'c', '0912345678') RETURNING fid"
        )
    ).scalar_one()
    quality = layer_quality(connection, CITY, clinic)
    assert quality.features == 3
    found = {entry.code: entry.features[0] for entry in quality.findings}
    assert set(found) == {ErrorCode.OUTSIDE_CITY, ErrorCode.PERSONAL_COLUMN}
    assert {feature.number for feature in found.values()} == {fid}
    outside = found[ErrorCode.OUTSIDE_CITY]
    assert (outside.lon, outside.lat) == (2, 48)


def test_overlaps_of_a_layer_that_tiles_the_ground_are_found(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    shapes = [box(106.30, 20.40, 106.310004, 20.41), box(106.31, 20.40, 106.32, 20.41)]
    rows = rows_of_shapes(shapes, {"name": ["tây", "đông"]})
    Load(CITY, TILES, rows, LoadOptions()).run(
        connection, author="lan", message="", progress=lambda _done, _total: None
    )
    (finding,) = layer_quality(connection, CITY, TILES).findings
    fids = connection.execute(text("SELECT fid FROM layer.tiles ORDER BY fid")).scalars().all()
    assert finding.code == ErrorCode.COVERAGE_OVERLAP
    assert finding.features[0].number in fids
    # Somebody waits for it: what takes longer, or is more than one pass has the time for, is told.
    for limits, name, most in ((quality, "LOOK_S", -1.0), (ingest_checks, "AT_ONCE_VERTICES", 9)):
        with monkeypatch.context() as patched:
            patched.setattr(limits, name, most)
            (finding,) = layer_quality(connection, CITY, TILES).findings
        assert (finding.code, name) == (ErrorCode.COVERAGE_NOT_CHECKED, name)
        assert "takes too long" in finding.detail("en")


def test_a_table_without_geometry_is_looked_at_too(connection: Connection) -> None:
    rows = rows_of_shapes(None, {"code": ["a"], "kind": ["a"]})
    Load(CITY, PLAIN, rows, LoadOptions()).run(
        connection, author="lan", message="", progress=lambda _done, _total: None
    )
    connection.execute(text("UPDATE layer.plain SET kind = 'z'"))
    (finding,) = layer_quality(connection, CITY, PLAIN).findings
    assert (finding.code, finding.column) == (ErrorCode.VALUE_NOT_ALLOWED, "kind")


def test_a_layer_is_checked_once_as_long_as_neither_its_rows_nor_its_definition_change(
    connection: Connection,
) -> None:
    def now(definition: LayerDefinition = PLAIN, gap_m: float = 1.0) -> LayerQuality:
        return quality_now(connection, CITY, definition, prepared, gap_m=gap_m)

    prepared = Prepared(turns=Turns())
    Load(CITY, PLAIN, rows_of_shapes(None, {"code": ["a"], "kind": ["a"]}), LoadOptions()).run(
        connection, author="lan", message="", progress=lambda _done, _total: None
    )
    first = now()
    with prepared.checks.one():
        assert now() is first
    assert now(gap_m=2.0) is not first
    narrow = replace(PLAIN, fields=(PLAIN.fields[0], replace(PLAIN.fields[1], values=("b",))))
    assert [finding.code for finding in now(narrow).findings] == [ErrorCode.VALUE_NOT_ALLOWED]
    connection.execute(text("INSERT INTO gis.version (layer, author, message) VALUES ('plain', 'x', '')"))
    assert now() is not first


def test_a_layer_that_holds_nothing_yet_is_not_found(connection: Connection) -> None:
    with pytest.raises(NotFound) as caught:
        layer_quality(connection, CITY, CITY.layers["clinic"])
    assert caught.value.code == ErrorCode.LAYER_EMPTY
