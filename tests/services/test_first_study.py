"""The first study and studies on the demo city: its people, its offices, its two vintages."""

from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import geopandas as gpd
import pytest

from gis_service.catalogue.loader import Catalogue, load_catalogue
from gis_service.db.engine import Connection, Engine
from gis_service.services import first_study, studies
from gis_service.services.demo import make_demo_city
from gis_service.services.study_words import answer, notice_text
from gis_service.settings import ROOT
from tests.filled_database import filled, taken_back


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue(ROOT / "layers", ROOT / "tiles", "thai_binh")


@pytest.fixture(scope="module")
def demo_engine(make_database: Callable[[], str], catalogue: Catalogue) -> Iterator[Engine]:
    """Give a database that holds the demo city."""
    with TemporaryDirectory() as folder:
        made = make_demo_city(ROOT / "layers" / "thai_binh" / "census", Path(folder))
        files = [(layer.layer, layer.path) for layer in made.layers]
        yield from filled(make_database(), catalogue, files)


@pytest.fixture
def demo(demo_engine: Engine) -> Iterator[Connection]:
    yield from taken_back(demo_engine)


def run(connection: Connection, catalogue: Catalogue, **inputs: object) -> dict[str, Any]:
    asked = {"standard": "one_stop_office_straight_3km", "at": "2026-03-03T10:00"} | inputs
    return studies.run(connection, catalogue, "coverage", asked, "lan").document


def test_lists_are_paged_without_a_study_twice(demo: Connection, catalogue: Catalogue) -> None:
    first_study.run_first_study(demo, catalogue, "lan")
    everything = [item.id for item in studies.list_(demo).items]
    page = studies.list_(demo, limit=3)
    rest = studies.list_(demo, limit=3, after=page.next)
    assert [item.id for item in (*page.items, *rest.items)] == everything
    assert (len(everything), rest.next) == (4, None)
    assert studies.list_(demo, process="siting").items == []
    assert len(studies.list_(demo, layers=["one_stop_office", "commune"]).items) == 4
    assert studies.list_(demo, layers=["commune"]).items == []


def test_the_first_study_compares_the_two_states_of_the_offices(
    demo: Connection, catalogue: Catalogue
) -> None:
    found = first_study.run_first_study(demo, catalogue, "lan")
    assert (found.offices_before, found.offices_after) == (242, 65)
    three, five = found.rows
    for row in (three, five):
        assert row.people(row.before, "total") == row.people(row.after, "total") == 1_860_447
        assert row.people(row.before, "share") == 1
    assert three.people(three.after, "covered") < five.people(five.after, "covered") < 1_860_447
    assert "242" in found.sentence.vi
    assert "1.860.447" in found.sentence.vi
    assert "1,860,447" in found.sentence.en
    assert len(first_study.table(found, "vi")) == 5


def test_the_first_study_equals_a_plain_count(demo: Connection, catalogue: Catalogue) -> None:
    (row, _) = first_study.run_first_study(demo, catalogue, "lan").rows
    homes, offices = (
        gpd.GeoDataFrame.from_postgis(f"SELECT * FROM layer.{layer}", demo).to_crs(9209)  # noqa: S608 (our names)
        for layer in ("residents", "one_stop_office")
    )
    after = offices[offices.open_to.isna()]
    near = homes.geometry.apply(lambda home: after.distance(home).min() <= 3000)
    assert row.people(row.after, "covered") == homes.people[near].sum()


def test_people_known_by_the_code_of_their_commune_are_told_by_it(
    demo: Connection, catalogue: Catalogue
) -> None:
    rows = run(demo, catalogue)["zones"]
    assert len(rows) == 65
    wanted = demo.exec_driver_sql("SELECT code, pop_2019 FROM layer.commune").all()
    assert {row["id"]: row["total"] for row in rows} == dict(map(tuple, wanted))
    by_2024 = run(demo, catalogue, vintage="communes_2024")
    assert len(by_2024["zones"]) == 242
    assert by_2024["totals"] == run(demo, catalogue)["totals"]


def test_the_answer_and_its_notices_are_words_in_both_languages(
    demo: Connection, catalogue: Catalogue
) -> None:
    document = run(demo, catalogue)
    said = answer(document, catalogue)
    assert "bán kính 3.000 m đường chim bay" in said.vi
    assert said.en.endswith("Computed from generated data.")
    codes = {notice["code"] for notice in document["notices"]}
    told = {
        "people_at_centres",
        "straight_radius",
        "generated_data",
        "standard_unverified",
        "study_area_unknown",
    }
    assert codes == told
    assert all(notice_text(notice).vi for notice in document["notices"])
