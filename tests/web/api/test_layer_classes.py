"""A layer in numbers over HTTP: classes of a list, of truth values and of measures; none and zero apart."""

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from gis_service.db.engine import Connection, open_engine, transaction
from gis_service.db.layer_classes import number_bands, special_counts
from gis_service.types import LayerId
from tests.web.problem import assert_problem


def classes(client: FlaskClient, layer: str, query: str = "") -> dict[str, Any]:
    response = client.get(f"/api/collections/{layer}/classes{query}")
    assert response.status_code == 200, response.get_data(as_text=True)
    document: dict[str, Any] = response.get_json()
    assert document["total"] == document["missing"] + (document["zero"] or 0) + sum(
        one["count"] for one in document["classes"]
    )
    return document


def test_a_layer_is_counted_by_the_field_that_maps_draw_by(client: FlaskClient) -> None:
    found = classes(client, "commune")
    assert (found["property"], found["method"], found["total"], found["missing"]) == (
        "unit_type",
        "values",
        2,
        0,
    )
    told = {one["value"]: (one["title"], one["count"]) for one in found["classes"]}
    assert told["commune"] == ("xã", 2)
    # Nobody is a figure too, and not the same as no data.
    assert told["ward"] == ("phường", 0)
    assert "unit_type" in {one["name"] for one in found["properties"]}


def test_an_empty_cell_is_no_data_and_no_class(client: FlaskClient) -> None:
    found = classes(client, "one_stop_office", "?property=role")
    assert (found["total"], found["missing"]) == (25, 25)
    assert {one["count"] for one in found["classes"]} == {0}


def test_numbers_come_in_bands_with_zero_apart(client: FlaskClient) -> None:
    found = classes(client, "commune", "?property=pop_2019")
    assert (found["method"], found["missing"], found["zero"], found["classes"]) == ("quantiles", 2, 0, [])
    assert found["unit"] == "persons"


@pytest.mark.parametrize("name", ["name", "code", "nothing"])
def test_a_field_that_tells_no_classes_is_refused(client: FlaskClient, name: str) -> None:
    problem = assert_problem(
        client.get(f"/api/collections/commune/classes?property={name}"), 400, "tile_property_unknown"
    )
    assert name in problem["detail"]


def test_a_layer_without_such_a_field_tells_its_total(
    client: FlaskClient, bearer: Callable[[str | None], dict[str, str]]
) -> None:
    found = client.get("/api/collections/pipe_internal/classes", headers=bearer("viewer")).get_json()
    assert (found["property"], found["total"], found["classes"], found["properties"]) == (None, 1, [], [])


@pytest.fixture(scope="module")
def table(make_database: Callable[[], str]) -> Iterator[Connection]:
    engine = open_engine(make_database())
    with transaction(engine) as connection:
        connection.exec_driver_sql("CREATE TABLE layer.numbers (fid bigint, held double precision)")
        yield connection
    engine.dispose()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.none() | st.integers(-3, 9).map(float) | st.just(float("nan")), max_size=60))
def test_every_row_is_of_one_band_and_the_bands_do_not_overlap(
    table: Connection, held: list[float | None]
) -> None:
    table.exec_driver_sql("TRUNCATE layer.numbers")
    table.exec_driver_sql("INSERT INTO layer.numbers SELECT 1, unnest(%s::float8[])", (held,))
    bands = number_bands(table, LayerId("numbers"), "held", 5)
    missing, zero = special_counts(table, LayerId("numbers"), "held")
    assert sum(one.count for one in bands) + missing + zero == len(held)
    assert len(bands) <= 5
    edges = [edge for one in bands for edge in (one.low, one.high)]
    assert edges == sorted(edges)
    assert all(after.low > before.high for before, after in pairwise(bands))
