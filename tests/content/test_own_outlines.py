"""A province's own outlines in place of the generated ones: what is computed afterwards follows them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely

from gis_service.catalogue.loader import Catalogue
from gis_service.crs import DEMO_METRIC, STORAGE, transform
from gis_service.db.engine import open_engine, transaction
from gis_service.services import studies
from gis_service.services.demo_build import City
from gis_service.services.ingest import load_file
from tests.demo_city import catalogue as real_catalogue

REQUEST = {"standard": "one_stop_office_straight_3km", "at": "2026-03-03T10:00"}


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return real_catalogue()


@pytest.fixture(scope="module")
def outlines(shared_data: Path) -> Path:
    return shared_data / "thai_binh" / "communes_2025.geojson"


def coverage(url: str, catalogue: Catalogue, outlines: Path | None = None) -> dict[str, Any]:
    """Give the study in a demo city, with outlines of one's own where they are given."""
    engine = open_engine(url)
    with transaction(engine) as connection:
        if outlines is not None:
            load_file(connection, catalogue, outlines, "commune", author="lan")
        document = studies.run(connection, catalogue, "coverage", REQUEST, "lan").document
    engine.dispose()
    return document


@pytest.fixture(scope="module")
def generated(make_demo_database: Callable[[], str], catalogue: Catalogue) -> dict[str, Any]:
    return coverage(make_demo_database(), catalogue)


@pytest.fixture(scope="module")
def real(make_demo_database: Callable[[], str], catalogue: Catalogue, outlines: Path) -> dict[str, Any]:
    return coverage(make_demo_database(), catalogue, outlines)


@pytest.mark.slow
def test_on_generated_outlines_every_commune_has_the_people_of_the_census(
    generated: dict[str, Any], city_people: dict[str, int]
) -> None:
    assert {row["id"]: row["total"] for row in generated["zones"]} == city_people


@pytest.fixture(scope="module")
def city_people(built_city: City) -> dict[str, int]:
    return {code: sum(part.people for part in parts) for code, parts in built_city.facts.parts_2025.items()}


def test_on_real_outlines_people_are_counted_where_their_homes_lie(
    real: dict[str, Any], city_people: dict[str, int], built_city: City, outlines: Path
) -> None:
    units = gpd.read_file(outlines).sort_values("code")
    homes = transform(np.asarray(shapely.points(built_city.residents.xy)), DEMO_METRIC, STORAGE)
    home, unit = shapely.STRtree(units.geometry.to_numpy()).query(homes, predicate="within")
    first = np.unique(home, return_index=True)[1]
    counted = np.bincount(unit[first], built_city.residents.people[home[first]], len(units))
    rows = {row["id"]: row["total"] for row in real["zones"] if row["id"] != "outside"}
    assert rows.keys() == set(units["code"])
    # A home within a metre of a border may fall on either side: studies transform outlines, this test homes.
    assert [rows[code] for code in units["code"]] == pytest.approx(counted.tolist(), abs=60)
    assert rows != city_people, "on the generated outlines it would be so"


def rows_add_up(document: dict[str, Any]) -> bool:
    rows = sum(row["total"] for row in document["zones"])
    return bool(rows == document["totals"]["all"]["total"])


def test_rows_add_up(real: dict[str, Any]) -> None:
    assert rows_add_up(real)


@pytest.mark.slow
def test_the_outlines_are_all_that_differs(generated: dict[str, Any], real: dict[str, Any]) -> None:
    assert rows_add_up(generated)
    assert generated["inputs"]["zones"] != real["inputs"]["zones"]
    assert generated["inputs"]["demand"] == real["inputs"]["demand"]
