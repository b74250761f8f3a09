"""Tiles of shapes that stand in no table."""

import mapbox_vector_tile
import pytest
import shapely

from gis_service.db.engine import Connection
from gis_service.db.shape_tiles import ShapeRows, shapes_tile

CENTRE = shapely.Point(1, -1)
FAR = shapely.Point(170, 60)


def rows(*shapes: shapely.Geometry, name: str = "name") -> ShapeRows:
    count = len(shapes)
    columns = {name: ("text", ["Đò", None][:count]), "cost": ("float8", [1.5, None][:count])}
    return ShapeRows(range(7, 7 + count), [shapely.to_wkb(one) for one in shapes], columns)  # type: ignore[arg-type]


def test_a_shape_stands_at_its_place_with_its_number_and_what_is_known_of_it(connection: Connection) -> None:
    tile = shapes_tile(connection, "results", (0, 0, 0), rows(CENTRE, FAR))
    (layer,) = mapbox_vector_tile.decode(tile).values()
    first, second = layer["features"]
    assert (first["id"], first["properties"]) == (7, {"name": "Đò", "cost": 1.5})
    assert (second["id"], second["properties"]) == (8, {})
    across, up = first["geometry"]["coordinates"]
    assert (across, up) == pytest.approx((2048 * (1 + 1 / 180), 2048 * (1 - 1 / 180)), abs=1)


def test_what_lies_elsewhere_is_in_no_tile(connection: Connection) -> None:
    assert shapes_tile(connection, "results", (4, 0, 0), rows(CENTRE, FAR)) == b""


def test_a_name_that_would_need_quotes_is_no_attribute(connection: Connection) -> None:
    with pytest.raises(ValueError, match="tên"):
        shapes_tile(connection, "results", (0, 0, 0), rows(CENTRE, name="tên"))
