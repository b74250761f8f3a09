"""Tiles by time and phase: what was open on a day, the projects of a phase, the units of a day."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import mapbox_vector_tile
import pytest

from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import open_engine, transaction
from gis_service.db.layers import ensure_table
from gis_service.services.context import Context
from gis_service.services.filters import parse_filter
from gis_service.services.layers import table_of
from gis_service.services.tiles import Shown, tile
from gis_service.settings import Settings
from gis_service.types import LayerId

FILL = """
INSERT INTO layer.projects (geom, code, name, sector, phase, actual_to) VALUES
    (ST_Point(106.3, 20.4, 4326), 'p1', 'Trường số', 'education', 'phase_1', '2022-05-01'),
    (ST_Point(106.3, 20.4, 4326), 'p2', 'Cấp nước', 'environment', 'phase_2', NULL),
    (ST_Point(106.3, 20.4, 4326), 'p3', 'Chợ mới', 'economy', 'phase_3', NULL);
INSERT INTO layer.one_stop_office (geom, code, name, open_from, open_to) VALUES
    (ST_Point(106.3, 20.4, 4326), 'old', 'Cũ', '2010-01-01', '2025-07-01'),
    (ST_Point(106.3, 20.4, 4326), 'new', 'Mới', '2025-07-01', NULL),
    (ST_Point(106.3, 20.4, 4326), 'always', 'Vẫn vậy', NULL, NULL);
INSERT INTO layer.commune (geom, code, name, unit_type)
VALUES (ST_MakeEnvelope(106.2, 20.3, 106.4, 20.5, 4326), 'now', 'Hôm nay', 'commune');
INSERT INTO layer.commune_2024 (geom, code, name, unit_type, successor)
VALUES (ST_MakeEnvelope(106.2, 20.3, 106.4, 20.5, 4326), 'then', 'Năm 2024', 'commune', 'now');
"""


@pytest.fixture(scope="module")
def context(
    make_database: Callable[[], str], catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Context]:
    engine = open_engine(make_database())
    with transaction(engine) as connection:
        for layer in ("projects", "one_stop_office", "commune", "commune_2024"):
            ensure_table(connection, table_of(catalogue.layers[LayerId(layer)]))
        connection.exec_driver_sql(FILL)
    folder: Path = tmp_path_factory.mktemp("times")
    yield Context(engine, catalogue, Settings(data_dir=folder))
    engine.dispose()


def codes(context: Context, layer: str, rows: str | None = None) -> set[str]:
    definition = context.catalogue.layers[LayerId(layer)]
    condition = None if rows is None else parse_filter(rows, definition)
    found = mapbox_vector_tile.decode(
        tile(context, definition, (0, 0, 0), Shown(condition, fields=("code",))).content
    )
    return {feature["properties"]["code"] for feature in found.get(layer, {"features": []})["features"]}


@pytest.mark.parametrize(
    ("layer", "rows", "expected"),
    [
        ("projects", "phase = 'phase_2'", {"p2"}),
        ("projects", "phase IN ('phase_1', 'phase_2')", {"p1", "p2"}),
        ("projects", "actual_to < DATE('2023-01-01')", {"p1"}),
        ("projects", "phase = 'phase_9'", set()),
    ],
)
def test_projects_are_shown_by_phase(context: Context, layer: str, rows: str, expected: set[str]) -> None:
    assert codes(context, layer, rows) == expected


@pytest.mark.parametrize(
    ("day", "expected"),
    [("2020-01-01", {"old", "always"}), ("2025-06-30", {"old", "always"}), ("2025-07-01", {"new", "always"})],
)
def test_facilities_are_shown_as_they_were_open_on_a_day(
    context: Context, day: str, expected: set[str]
) -> None:
    open_then = (
        f"(open_from IS NULL OR open_from <= DATE('{day}')) AND (open_to IS NULL OR open_to > DATE('{day}'))"
    )
    assert codes(context, "one_stop_office", open_then) == expected


@pytest.mark.parametrize(
    ("day", "code"), [(date(2024, 12, 1), "then"), (date(2025, 6, 30), "then"), (date(2025, 7, 1), "now")]
)
def test_the_units_of_a_day_are_a_layer_with_tiles(context: Context, day: date, code: str) -> None:
    vintages = context.catalogue.city.vintages
    (vintage,) = (one for one in vintages if one.level == "commune" and one.holds_on(day))
    assert codes(context, vintage.layer) == {code}
