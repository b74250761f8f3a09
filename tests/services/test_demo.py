"""The demo city as files: every promise about it, measured on one whole run."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from importlib.metadata import version
from pathlib import Path

import geopandas as gpd
import pyogrio
import pytest

from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import Engine, open_engine, transaction
from gis_service.db.publish import Changes
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.files.admin_units import units_since_2025, units_until_2025
from gis_service.files.census import read_census
from gis_service.messages.catalogue import notices
from gis_service.services import demo
from gis_service.services.demo import LAYERS, DemoCity, make_demo_city, recipe, write_city
from gis_service.services.demo_build import City
from gis_service.services.ingest import load_file
from gis_service.services.unit_checks import check_changes
from gis_service.services.units import lives_of
from gis_service.settings import ROOT
from tests.demo_city import catalogue as real_catalogue

CENSUS = ROOT / "layers" / "thai_binh" / "census"


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return real_catalogue()


@pytest.fixture(scope="module")
def demo_database(make_demo_database: Callable[[], str]) -> Iterator[Engine]:
    engine = open_engine(make_demo_database())
    yield engine
    engine.dispose()


def test_every_layer_of_the_city_is_made(demo_city: DemoCity, catalogue: Catalogue) -> None:
    assert sorted(written.layer for written in demo_city.layers) == sorted(catalogue.layers)
    assert all(written.rows > 0 for written in demo_city.layers)


def test_every_column_is_a_field_of_its_layer_and_no_required_one_is_missing(
    demo_city: DemoCity, catalogue: Catalogue
) -> None:
    for written in demo_city.layers:
        columns = set(gpd.read_file(written.path, rows=1).columns) - {"geometry"}
        fields = {field.name: field.required for field in catalogue.layers[written.layer].fields}
        assert columns <= fields.keys()
        assert {name for name, required in fields.items() if required} <= columns


def test_every_layer_whose_geometry_is_generated_says_so(catalogue: Catalogue) -> None:
    assert [layer for layer in LAYERS if not catalogue.layers[layer].generated] == [
        "commune_2019",
        "unit_change",
    ]


def test_every_notice_has_words(demo_city: DemoCity) -> None:
    assert demo_city.notices[0].code == "demo_generated"
    for notice in demo_city.notices:
        words = notices()[notice.code]
        assert words.vi.format(**notice.params)
        assert words.en.format(**notice.params)


def test_writing_twice_gives_equal_bytes(
    built_city: City, demo_city: DemoCity, catalogue: Catalogue, tmp_path: Path
) -> None:
    again = write_city(built_city, catalogue, tmp_path)
    assert [(w.layer, w.rows) for w in again.layers] == [(w.layer, w.rows) for w in demo_city.layers]
    for first, second in zip(demo_city.layers, again.layers, strict=True):
        assert first.path.read_bytes() == second.path.read_bytes(), first.layer


@pytest.mark.parametrize(
    "layer", ["commune_2019", "unit_change", "commune", "one_stop_office", "market", "projects", "ferries"]
)
def test_a_file_holds_what_a_first_start_loads_from_memory(
    demo_database: Engine, demo_city: DemoCity, catalogue: Catalogue, layer: str
) -> None:
    written = next(made for made in demo_city.layers if made.layer == layer)
    with transaction(demo_database) as connection:
        report = load_file(connection, catalogue, written.path, layer, author="lan")
    assert report.changes == Changes(added=0, changed=0, removed=0, unchanged=written.rows)
    assert report.dropped_columns == ()


def test_nobody_is_lost_on_the_way_from_286_communes_to_65(
    demo_database: Engine, catalogue: Catalogue
) -> None:
    with transaction(demo_database) as connection:
        found = check_changes(connection, catalogue)
        [new] = lives_of(connection, catalogue, "13225", "communes_2025")
    assert (found.rows, found.steps) == (286 + 242, 2)
    of_2019 = [one.unit.people for one in new.was if one.vintage.id == "communes_2019"]
    assert len(of_2019) > 1
    assert sum(people or 0 for people in of_2019) == new.unit.people
    assert {one.change.source for one in new.was if one.change} == {"Nghị quyết 1666/NQ-UBTVQH15"}


def test_a_file_says_what_it_is_as_an_exported_one_does(demo_city: DemoCity, catalogue: Catalogue) -> None:
    for written in demo_city.layers:
        if written.path.suffix == ".gpkg":
            told, definition = (
                pyogrio.read_info(written.path)["layer_metadata"],
                catalogue.layers[written.layer],
            )
            assert told["GENERATED"] == "true"
            assert "Generated data, not observed." in told["DESCRIPTION"]
            assert told["LICENCE"] == definition.licence
            assert definition.source.en in told["SOURCE"]
            with closing(sqlite3.connect(written.path)) as file:
                title, description = file.execute(
                    "SELECT identifier, description FROM gpkg_contents"
                ).fetchone()
            assert title == told["TITLE"]
            assert description == told["DESCRIPTION"]


@pytest.mark.parametrize(
    ("path", "counts"),
    [
        ("analysis/demo_city/villages.py", True),
        ("analysis/noding.py", True),
        ("services/demo_layers.py", True),
        ("files/census.py", True),
        ("files/admin_units.py", True),
        ("text.py", True),
        ("services/demo_figures.py", False),
        ("services/coverage.py", False),
    ],
)
def test_a_recipe_changes_with_the_code_that_makes_the_city(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, *, counts: bool
) -> None:
    ignored = shutil.ignore_patterns("__pycache__", "web")
    shutil.copytree(ROOT / "gis_service", tmp_path / "gis_service", ignore=ignored)
    before = recipe(CENSUS)
    monkeypatch.setattr(demo, "ROOT", tmp_path)
    assert recipe(CENSUS) == before
    changed = tmp_path / "gis_service" / path
    changed.write_text(changed.read_text("utf-8") + "# another line\n", "utf-8")
    assert (recipe(CENSUS) != before) is counts


def test_a_recipe_changes_with_the_libraries(monkeypatch: pytest.MonkeyPatch) -> None:
    before = recipe(CENSUS)
    for name in ("numba", "numpy", "pandas", "pyproj", "scipy", "shapely", "vietnamadminunits"):
        monkeypatch.setattr(demo, "version", lambda one, new=name: "0" if one == new else version(one))
        assert recipe(CENSUS) != before


def test_a_recipe_changes_with_the_census(tmp_path: Path) -> None:
    folder = tmp_path / "census"
    shutil.copytree(CENSUS, folder)
    assert recipe(folder) == recipe(CENSUS)
    path = folder / "areas_2025.csv"
    path.write_text(path.read_text("utf-8").replace("9.32", "9.33", 1), "utf-8")
    assert recipe(folder) != recipe(CENSUS)


def test_every_code_of_the_census_is_in_the_administrative_lists() -> None:
    census = read_census(CENSUS / "communes_2019.csv")
    codes_2024, codes_2025 = {unit.code_2024 for unit in census}, {unit.code_2025 for unit in census}
    assert set(units_until_2025(codes_2024)) == codes_2024
    assert set(units_since_2025(codes_2025)) == codes_2025


def test_people_of_a_new_commune_are_those_of_its_outline_file(
    demo_city: DemoCity, shared_data: Path
) -> None:
    ours = gpd.read_file(next(w.path for w in demo_city.layers if w.layer == "commune")).set_index("code")
    theirs = gpd.read_file(shared_data / "thai_binh" / "communes_2025.geojson").set_index("code")
    theirs = theirs.loc[ours.index]
    assert ours["pop_2019"].tolist() == theirs["pop2019"].tolist()
    assert ours["area_km2"].tolist() == theirs["areaKm2"].tolist()
    assert ours["n_old"].tolist() == theirs["n_old"].tolist()


def spoiled(folder: Path, old: str, new: str) -> Path:
    shutil.copytree(CENSUS, folder)
    path = folder / "communes_2019.csv"
    content = path.read_text("utf-8")
    assert old in content
    path.write_text(content.replace(old, new, 1), "utf-8")
    return folder


@pytest.mark.parametrize(
    ("old", "new", "where", "text"),
    [
        ("code,name", "ma,name", "communes_2019.csv:1", "the column code is missing"),
        (",5636,", ",5636.5,", "communes_2019.csv:2", "people is '5636.5', expected a whole number"),
        (",5636,", ",,", "communes_2019.csv:2", "people is empty"),
        (",ward,", ",phường,", "communes_2019.csv:2", "unit_type is 'phường', expected one of commune,"),
        ("12436,Bồ", "12433,Bồ", "communes_2019.csv:3", "the code 12433 stands twice; first on line 2"),
        (",12433,13225", ",99999,13225", "communes_2019.csv", "the list of 2024 has no unit 99999"),
        (",12433,13225", ",12436,12454", "communes_2019.csv:3", "went to 12454 and to 13225 in 2025"),
    ],
)
def test_a_faulty_census_is_refused_at_its_line(
    tmp_path: Path, catalogue: Catalogue, old: str, new: str, where: str, text: str
) -> None:
    folder = spoiled(tmp_path / "census", old, new)
    with pytest.raises(RefusedInput) as refusal:
        make_demo_city(folder, catalogue, tmp_path / "out")
    assert refusal.value.code == ErrorCode.CENSUS_FAULTY
    assert (where, True) in [(fault.where, text in fault.words("en")) for fault in refusal.value.faults]
    assert not (tmp_path / "out").exists()


def test_a_census_in_another_encoding_is_refused(tmp_path: Path, catalogue: Catalogue) -> None:
    shutil.copytree(CENSUS, tmp_path / "census")
    (tmp_path / "census" / "communes_2019.csv").write_bytes("code,name\n1,Xã".encode("latin-1"))
    with pytest.raises(RefusedInput, match="not UTF-8 at byte 13"):
        make_demo_city(tmp_path / "census", catalogue, tmp_path / "out")


def test_an_area_that_is_no_number_is_refused(tmp_path: Path, catalogue: Catalogue) -> None:
    shutil.copytree(CENSUS, tmp_path / "census")
    path = tmp_path / "census" / "areas_2025.csv"
    path.write_text(path.read_text("utf-8").replace("9.32", "9,32", 1).replace("9,32", '"9,32"'), "utf-8")
    with pytest.raises(RefusedInput, match="area_km2 is '9,32'"):
        make_demo_city(tmp_path / "census", catalogue, tmp_path / "out")
