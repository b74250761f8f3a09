"""A province's own outlines in place of the generated ones: what is computed afterwards follows them."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely

from gis_service.catalogue.loader import Catalogue, load_catalogue
from gis_service.crs import DEMO_METRIC, STORAGE, transform
from gis_service.db.engine import Connection, Engine, open_engine, transaction
from gis_service.services import studies
from gis_service.services.demo_build import City
from gis_service.services.ingest import load_file
from gis_service.settings import ROOT

REQUEST = {"standard": "one_stop_office_straight_3km", "at": "2026-03-03T10:00"}


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue(ROOT / "layers", ROOT / "tiles", "thai_binh")


@pytest.fixture(scope="module")
def outlines(shared_data: Path) -> Path:
    return shared_data / "thai_binh" / "communes_2025.geojson"


@pytest.fixture(scope="module")
def engine(make_demo_database: Callable[[], str]) -> Iterator[Engine]:
    opened = open_engine(make_demo_database())
    yield opened
    opened.dispose()


def coverage(connection: Connection, catalogue: Catalogue) -> dict[str, Any]:
    return studies.run(connection, catalogue, "coverage", REQUEST, "lan").document


@pytest.fixture(scope="module")
def documents(engine: Engine, catalogue: Catalogue, outlines: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give the study on the generated outlines, and on the real ones."""
    with transaction(engine) as connection:
        generated = coverage(connection, catalogue)
        load_file(connection, catalogue, outlines, "commune", author="lan")
        return generated, coverage(connection, catalogue)


@pytest.mark.slow
def test_on_generated_outlines_every_commune_has_the_people_of_the_census(
    documents: tuple[dict[str, Any], dict[str, Any]], city_people: dict[str, int]
) -> None:
    assert {row["id"]: row["total"] for row in documents[0]["zones"]} == city_people


@pytest.fixture(scope="module")
def city_people(built_city: City) -> dict[str, int]:
    return {code: sum(part.people for part in parts) for code, parts in built_city.facts.parts_2025.items()}


def test_on_real_outlines_people_are_counted_where_their_homes_lie(
    documents: tuple[dict[str, Any], dict[str, Any]], built_city: City, outlines: Path
) -> None:
    units = gpd.read_file(outlines).sort_values("code")
    homes = transform(np.asarray(shapely.points(built_city.residents.xy)), DEMO_METRIC, STORAGE)
    home, unit = shapely.STRtree(units.geometry.to_numpy()).query(homes, predicate="within")
    first = np.unique(home, return_index=True)[1]
    counted = np.bincount(unit[first], built_city.residents.people[home[first]], len(units))
    rows = {row["id"]: row["total"] for row in documents[1]["zones"] if row["id"] != "outside"}
    assert rows.keys() == set(units["code"])
    # A home within a metre of a border may fall on either side: studies transform outlines, this test homes.
    assert [rows[code] for code in units["code"]] == pytest.approx(counted.tolist(), abs=60)
    assert rows != {row["id"]: row["total"] for row in documents[0]["zones"]}


def test_rows_add_up_on_both(documents: tuple[dict[str, Any], dict[str, Any]]) -> None:
    for document in documents:
        assert sum(row["total"] for row in document["zones"]) == document["totals"]["all"]["total"]
    assert documents[0]["inputs"]["zones"] != documents[1]["inputs"]["zones"]
    assert documents[0]["inputs"]["demand"] == documents[1]["inputs"]["demand"]
