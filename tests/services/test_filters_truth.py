"""Filters beside the evaluation of the library that defines the grammar: the same rows, whichever way."""

import json
from typing import Any

import cql2
import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as budget
from hypothesis import strategies as st
from pyproj import Transformer

from gis_service.crs import STORAGE, parse_crs
from gis_service.db.engine import Connection
from gis_service.errors import ErrorCode, WrongUse
from gis_service.services.features import page
from gis_service.services.filter_form import normal_form
from gis_service.services.filters import Condition, FilterLanguage, filter_system, parse_filter
from gis_service.services.ingest import load_rows, rows_of
from tests.small_city import city_with, field, layer, places

COUNT = 60
FIELDS = [
    field("code", required=True),
    field("name"),
    field("beds", "integer"),
    field("area_km2", "number"),
    field("open", "boolean"),
    field("built", "date"),
    field("note"),
]
CITY = city_with(layer("clinic", fields=FIELDS))
CLINIC = next(iter(CITY.layers.values()))
NAMES = ["Trạm A", "Trạm B", "trạm a", "100% 'x'", "a:b", ""]
DAYS = ["1954-07-20", "2000-02-29", "2025-07-01"]
DRAW = np.random.default_rng(5)
POINTS = places(COUNT, seed=3)
ROWS: list[dict[str, Any]] = [
    {
        "code": f"c{number}",
        "name": NAMES[DRAW.integers(len(NAMES) - 1)],
        "beds": int(DRAW.integers(-2, 5)),
        "area_km2": float(DRAW.integers(0, 8)) / 4,
        "open": bool(DRAW.integers(2)),
        "built": DAYS[DRAW.integers(len(DAYS))],
        "note": [None, "x"][DRAW.integers(2)],
    }
    for number in range(COUNT)
]


def compared(name: str, signs: list[str], values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    shape = {"op": st.sampled_from(signs), "args": st.tuples(st.just({"property": name}), values).map(list)}
    return st.fixed_dictionaries(shape)


def of(operation: str, *parts: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.tuples(*parts).map(lambda args: {"op": operation, "args": list(args)})


ORDER = ["=", "<>", "<", "<=", ">", ">="]
BEDS, NAME = st.just({"property": "beds"}), st.just({"property": "name"})
SMALL = st.integers(-3, 6)
CORNERS = st.tuples(
    st.floats(106.1, 106.4), st.floats(20.2, 20.5), st.floats(106.4, 106.7), st.floats(20.5, 20.8)
)
LEAVES = st.one_of(
    compared("beds", ORDER, SMALL),
    compared("area_km2", ORDER, st.sampled_from([0, 0.25, 1.3, 2])),
    compared("name", ["=", "<>"], st.sampled_from(NAMES)),
    compared("built", ORDER, st.sampled_from([{"date": day} for day in DAYS])),
    compared("open", ["=", "<>"], st.booleans()),
    st.just({"property": "open"}),
    of("between", BEDS, SMALL, SMALL),
    of("in", BEDS, st.lists(SMALL, min_size=1, max_size=3)),
    of("like", NAME, st.sampled_from(["Trạm%", "%a", "%:%", "a_b", "%'%", "x"])),
    of("isNull", st.just({"property": "note"})),
    of("s_intersects", st.just({"property": "geom"}), CORNERS.map(lambda box: {"bbox": list(box)})),
    st.booleans(),
)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(of("and", inner, inner), of("or", inner, inner), of("not", inner)),
    max_leaves=4,
)


@pytest.fixture
def loaded(connection: Connection) -> Connection:
    table = {name: [row[name] for row in ROWS] for name in ROWS[0]}
    load_rows(connection, CITY, rows_of(table, POINTS, name="made"), "clinic", author="lan")
    return connection


def found(connection: Connection, text: str, language: FilterLanguage, crs: str | None = None) -> list[str]:
    system = filter_system(CITY.city, crs)
    return fulfilling(connection, parse_filter(text, CLINIC, language=language, crs=system))


def fulfilling(connection: Connection, condition: Condition) -> list[str]:
    features = page(connection, CLINIC, condition=condition).features
    return [json.loads(feature)["properties"]["code"] for feature in features]


@budget(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tree=TREES)
def test_both_ways_of_writing_find_the_rows_that_the_library_finds(loaded: Connection, tree: Any) -> None:  # noqa: ANN401  JSON
    expression = cql2.Expr(tree) if isinstance(tree, dict) else cql2.parse_json(json.dumps(tree))
    expected = [
        row["code"]
        for row, (lon, lat) in zip(ROWS, POINTS.round(7).tolist(), strict=True)
        if expression.matches({**row, "geom": {"type": "Point", "coordinates": [lon, lat]}})
    ]
    assert found(loaded, json.dumps(tree), "cql2-json") == expected
    form = normal_form(parse_filter(json.dumps(tree), CLINIC, language="cql2-json"))
    assert fulfilling(loaded, form) == expected
    assert found(loaded, expression.to_text(), "cql2-text") == expected


@pytest.mark.parametrize("name", ["EPSG:4326", "http://www.opengis.net/def/crs/EPSG/0/9209", "EPSG:4756"])
def test_a_geometry_in_another_system_has_the_order_of_its_axes(loaded: Connection, name: str) -> None:
    system = parse_crs(name.replace("http://www.opengis.net/def/crs/EPSG/0/", "EPSG:"))
    # PROJ keeps to the order of the axes of each system unless it is told otherwise.
    change = Transformer.from_crs(STORAGE, system)
    ring = [(20.4, 106.3), (20.4, 106.5), (20.6, 106.5), (20.6, 106.3), (20.4, 106.3)]
    moved = ", ".join("{!r} {!r}".format(*change.transform(*place)) for place in ring)
    here = "S_INTERSECTS(geom, POLYGON((106.3 20.4, 106.5 20.4, 106.5 20.6, 106.3 20.6, 106.3 20.4)))"
    expected = found(loaded, here, "cql2-text")
    assert 0 < len(expected) < COUNT
    assert found(loaded, f"S_INTERSECTS(geom, POLYGON(({moved})))", "cql2-text", name) == expected
    for crs84 in ("CRS84", "http://www.opengis.net/def/crs/OGC/1.3/CRS84"):
        assert found(loaded, here, "cql2-text", crs84) == expected


def test_a_system_that_is_not_offered_is_refused_with_those_that_are() -> None:
    with pytest.raises(WrongUse) as caught:
        filter_system(CITY.city, "EPSG:3857")
    assert caught.value.code == ErrorCode.FILTER_SYSTEM_NOT_OFFERED
    assert "EPSG:9209" in caught.value.expected("en")
