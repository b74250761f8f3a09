"""The quality report of a layer of roads, on real tables and on the command line."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import geopandas as gpd
import pytest
import shapely
from click.testing import CliRunner

from gis_service.catalogue.loader import Catalogue
from gis_service.cli import main
from gis_service.crs import STORAGE, transform
from gis_service.db.engine import Connection, Engine
from gis_service.errors import ErrorCode, NotFound, RefusedInput
from gis_service.services.network_quality import network_quality
from gis_service.settings import Settings
from tests.ferry_town import METRIC, X, Y, as_array, town_files_in
from tests.filled_database import filled


def street(*places: tuple[float, float]) -> shapely.LineString:
    return shapely.LineString([(X + x, Y + y) for x, y in places])


ROADS: list[tuple[str, shapely.LineString, str, int]] = [
    ("main", street((0, 0), (4000, 0)), "commune", 0),
    ("again", street((4000, 0), (0, 0)), "commune", 0),
    ("other_class", street((0, 0), (4000, 0)), "alley", 0),
    ("short", street((2000, 4), (2000, 300)), "commune", 0),
    ("away", street((3000, 0), (3000, 200)), "commune", 1),
    ("far_bank", street((4500, 0), (6000, 0)), "commune", 0),
    ("island", street((5400, 18), (5600, 18)), "commune", 0),
]


@pytest.fixture(scope="module")
def url(make_database: Callable[[], str]) -> str:
    return make_database()


@pytest.fixture(scope="module")
def town_engine(url: str, catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Give the town of the ferry with roads that have every fault that is looked for."""
    folder = tmp_path_factory.mktemp("town")
    files = dict(town_files_in(folder))
    codes, lines, classes, oneway = zip(*ROADS, strict=True)
    degrees = transform(as_array(lines), METRIC, STORAGE)
    rows = {"code": codes, "road_class": classes, "oneway": oneway}
    files["roads"] = folder / "bad_roads.gpkg"
    gpd.GeoDataFrame(rows, geometry=list(degrees), crs=STORAGE).to_file(files["roads"], layer="roads")
    yield from filled(url, catalogue, list(files.items()))


def test_the_report_tells_each_fault_and_where_it_is(town: Connection, catalogue: Catalogue) -> None:
    found = network_quality(town, catalogue, "roads", personal=True)
    assert (found["layer"], found["mode"], found["lines"]) == ("roads", "motorbike", 7)
    assert found["removed"] == {
        "duplicate_lines": 1,
        "duplicate_segments": 0,
        "duplicate_km": 4,
        "tiny_lines": 0,
        "tiny_pieces": 0,
    }
    assert found["parallel"] == {"segments": 2, "km": 4}  # in two pieces, where the street "away" leaves it
    parts = found["components"]
    assert (parts["count"], parts["people_without_road"]) == (3, 0)
    assert [part["km"] for part in parts["rows"]] == [10.2, 0.2, 0.296]
    assert [part["people"] for part in parts["rows"]] == [60.5, 40, 0]
    assert parts["people_on_islands"] == 40
    (end,) = found["loose_ends"]["rows"]
    assert (end["code"], end["other"], end["gap_m"]) == ("short", "main", pytest.approx(4, abs=0.01))
    assert found["one_ways"]["no_way_out"]["codes"] == ["away"]
    assert found["one_ways"]["no_way_in"]["segments"] == 0


def test_each_mode_has_its_own_report(town: Connection, catalogue: Catalogue) -> None:
    walk = network_quality(town, catalogue, "roads", "walk")
    assert walk["one_ways"]["no_way_out"] == {"segments": 0, "km": 0, "codes": []}


def test_few_people_are_told_only_to_who_may_see_them(town: Connection, catalogue: Catalogue) -> None:
    town.exec_driver_sql("UPDATE layer.residents SET people = 6 WHERE people = 40")
    open_ = network_quality(town, catalogue, "roads")
    assert open_["components"]["people_on_islands"] is None
    assert all("people" not in part for part in open_["components"]["rows"])
    assert network_quality(town, catalogue, "roads", personal=True)["components"]["people_on_islands"] == 6


def test_unknown_classes_are_counted(town: Connection, catalogue: Catalogue) -> None:
    town.exec_driver_sql("UPDATE layer.roads SET road_class = 'goat_track' WHERE code = 'island'")
    found = network_quality(town, catalogue, "roads")
    assert found["unknown_class"] == {"lines": 1, "km": 0.2, "classes": {"goat_track": 1}}


@pytest.mark.parametrize(
    ("layer", "code"),
    [
        ("residents", ErrorCode.LAYER_NOT_NETWORK),
        ("power_line", ErrorCode.LAYER_NOT_NETWORK),
        ("no_such", ErrorCode.LAYER_UNKNOWN),
    ],
)
def test_a_layer_that_is_no_network_is_refused(
    town: Connection, catalogue: Catalogue, layer: str, code: ErrorCode
) -> None:
    with pytest.raises((RefusedInput, NotFound)) as refused:
        network_quality(town, catalogue, layer)
    assert refused.value.code == code


def test_an_unknown_mode_and_an_empty_layer_are_refused(town: Connection, catalogue: Catalogue) -> None:
    with pytest.raises(RefusedInput):
        network_quality(town, catalogue, "roads", "boat")
    town.exec_driver_sql("DELETE FROM layer.roads")
    with pytest.raises(RefusedInput) as refused:
        network_quality(town, catalogue, "roads")
    assert refused.value.code == ErrorCode.STUDY_LAYER_EMPTY


@pytest.mark.usefixtures("town_engine")
def test_the_command_prints_the_report(url: str, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIS_DATABASE_URL", url)
    monkeypatch.setenv("GIS_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    printed = CliRunner().invoke(main, ["layers", "quality", "roads"])
    assert printed.exit_code == 0
    for words in ("3 parts", "short misses main by 4 m", "one cannot leave: 1 segment,", "40 people"):
        assert words in printed.output
    document: dict[str, Any] = json.loads(
        CliRunner().invoke(main, ["layers", "quality", "roads", "--mode", "walk", "--json"]).output
    )
    assert (document["mode"], document["components"]["count"]) == ("walk", 3)
    assert CliRunner().invoke(main, ["layers", "quality", "residents"]).exit_code == 3
