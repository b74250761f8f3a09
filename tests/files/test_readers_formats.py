"""Every format that may be loaded gives back what was written into it, and says what it holds."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import shapely

from gis_service.errors import ErrorCode, RefusedInput
from gis_service.files.readers import BESIDE, Format, ReaderLimits, inspect_file, open_vector
from gis_service.files.readers.archive import ArchiveLimits
from gis_service.files.readers.laid_out import lay_out
from gis_service.settings import Settings
from tests.foreign_files import ENDINGS, NAMES, PLACES, write_places, write_workbook, zipped

WITHOUT_NAMES = {"dxf", "dgn"}
LAYER = {"osm.pbf": "bus_stop"}
NAME_COLUMNS = {"kml": "Name", "kmz": "Name"}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    folder = tmp_path_factory.mktemp("formats")
    there: dict[str, Path] = {}

    def write(ending: str) -> Path:
        if ending not in there:
            there[ending] = write_places(folder, ending)
        return there[ending]

    return write


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_format_gives_back_its_places_and_names_under_any_name(
    written: Callable[[str], Path], tmp_path: Path, ending: str
) -> None:
    path = tmp_path / "upload.bin"
    path.symlink_to(written(ending))
    with open_vector(path, name=LAYER.get(ending)) as source:
        (batch,) = source.batches()
    shapes = shapely.from_wkb(batch.column(0).to_pylist())
    x, y = shapely.bounds(shapes)[:, 0], shapely.bounds(shapes)[:, 1]
    assert sorted(zip(x.round(6), y.round(6), strict=True)) == PLACES
    if ending not in WITHOUT_NAMES:
        names = batch.column(batch.schema.get_field_index(NAME_COLUMNS.get(ending, "name"))).to_pylist()
        assert sorted(names) == sorted(NAMES)


def test_a_look_at_a_file_tells_its_layers_columns_system_and_encoding(
    written: Callable[[str], Path],
) -> None:
    contents = inspect_file(written("shp"))
    (layer,) = contents.layers
    assert (contents.format, layer.name, layer.kinds) == (Format.SHAPEFILE, "places", ("Polygon",))
    assert layer.columns == (("name", "string"), ("people", "int32"))
    assert (layer.features, layer.crs, layer.encoding, layer.as_bytes) == (3, "EPSG:4326", "UTF-8", False)


def test_the_sets_of_an_archive_are_looked_at_together_and_chosen_by_name(
    written: Callable[[str], Path], tmp_path: Path
) -> None:
    shapefile, package = written("shp").with_suffix("") / "places.shp", written("gpkg")
    beside = [each for each in shapefile.parent.iterdir() if each.stem == "places"]
    path = zipped(tmp_path / "several.zip", [*beside, package], package.parent.parent)
    layers = {layer.name: layer for layer in inspect_file(path).layers}
    assert set(layers) == {"shp/places", "gpkg/places"}
    assert layers["gpkg/places"].columns == (("name", "string"), ("people", "int32"))
    with pytest.raises(RefusedInput) as caught:
        lay_out(path, tmp_path, ArchiveLimits())
    assert caught.value.code == ErrorCode.FILE_LAYER_CHOICE
    with open_vector(path, name="gpkg/places") as source:
        assert source.header.total == 3


def test_the_layers_of_an_extract_are_made_as_their_definition_says(written: Callable[[str], Path]) -> None:
    with open_vector(written("osm.pbf"), name="roads") as source:
        (batch,) = source.batches()
    (road,) = batch.drop_columns(["geometry"]).to_pylist()
    told = {name: value for name, value in road.items() if value is not None}
    assert told == {
        "code": "w1",
        "name": "Lý Bôn",
        "road_class": "commune",
        "oneway": -1,
        "level": 0,
        "is_bridge": False,
    }


def test_an_index_that_is_missing_is_rebuilt_when_that_is_asked_for(
    written: Callable[[str], Path], tmp_path: Path
) -> None:
    home = written("shp").with_suffix("")
    parts = [home / f"places{suffix}" for suffix in (".shp", ".dbf", ".prj", ".cpg")]
    path = zipped(tmp_path / "a.zip", parts, home)
    with pytest.raises(RefusedInput) as caught:
        lay_out(path, tmp_path, ArchiveLimits())
    assert (caught.value.code, caught.value.params["missing"]) == (ErrorCode.SHAPEFILE_INCOMPLETE, ".shx")
    with open_vector(path, rebuild_index=True) as source:
        assert source.header.about == {"index_rebuilt": "yes"}
        assert sum(batch.num_rows for batch in source.batches()) == 3


def test_a_fault_of_one_sheet_is_told_beside_the_others(tmp_path: Path) -> None:
    sheets: dict[str, list[list[object]]] = {
        "sound": [["name", "lon", "lat"], ["x", 106, 20]],
        "faulty": [["name", "n"], ["x", "=B1*2"]],
        "empty": [],
    }
    sound, faulty = inspect_file(write_workbook(tmp_path / "a.xlsx", sheets)).layers
    assert (sound.name, sound.kinds, sound.fault) == ("sound", ("Point",), None)
    assert faulty.fault is not None
    assert (faulty.name, faulty.fault.code, faulty.fault.params["cell"]) == (
        "faulty",
        ErrorCode.CELL_UNREADABLE,
        "B2",
    )


def test_an_extract_gives_the_layers_that_the_folder_of_the_settings_defines(
    written: Callable[[str], Path], tmp_path: Path
) -> None:
    stops = "layers: {stops: {from: [points], where: [{highway: bus_stop}], fields: {name: {tag: name}}}}"
    (tmp_path / "osm.yaml").write_text(stops, "utf-8")
    limits = ReaderLimits.of(Settings(layers_dir=tmp_path))
    assert [layer.name for layer in inspect_file(written("osm.pbf"), limits).layers] == ["stops"]
    with open_vector(written("osm.pbf"), name="stops", limits=limits) as source:
        assert source.names == ("name",)
        assert sorted(name for batch in source.batches() for name in batch["name"].to_pylist()) == sorted(
            NAMES
        )


def test_a_table_of_dbase_is_read_alone_and_zipped(written: Callable[[str], Path], tmp_path: Path) -> None:
    home = written("shp").with_suffix("")
    table = home / "places.dbf"
    packed = zipped(tmp_path / "a.zip", [table, home / "places.cpg"], home)
    alone = tmp_path / "danh_sach.dbf"
    alone.write_bytes(table.read_bytes())
    for path, name in ((packed, "places"), (alone, "danh_sach")):
        (layer,) = inspect_file(path).layers
        assert (layer.name, layer.geometry, layer.features) == (name, False, 3)
        with open_vector(path) as source:
            assert [row["name"] for batch in source.batches() for row in batch.to_pylist()] == NAMES


def test_a_list_beside_a_data_set_is_told_and_can_be_chosen(
    written: Callable[[str], Path], tmp_path: Path
) -> None:
    home = written("shp").with_suffix("")
    (home / "dan_so.csv").write_text("ma,people\n1,2\n", "utf-8")
    (home / "mot_cot.csv").write_text("ma\n1\n", "utf-8")
    path = zipped(tmp_path / "a.zip", sorted(home.iterdir()), home)
    (home / "dan_so.csv").unlink()
    (home / "mot_cot.csv").unlink()
    with open_vector(path) as source:
        assert (source.header.layer, source.header.total) == ("places", 3)
        assert json.loads(source.header.about[BESIDE]) == ["dan_so", "mot_cot"]
    layers = {layer.name: layer for layer in inspect_file(path).layers}
    assert set(layers) == {"places", "dan_so", "mot_cot"}
    assert layers["mot_cot"].fault is not None
    with open_vector(path, name="dan_so") as source:
        assert source.names == ("ma", "people")
        assert BESIDE not in source.header.about


def test_what_our_own_archives_tell_of_fields_is_no_data(
    written: Callable[[str], Path], tmp_path: Path
) -> None:
    home = written("shp").with_suffix("")
    for name in ("fields.csv", "about.txt"):
        (home / name).write_text("column,field\na,b\n", "utf-8")
    path = zipped(tmp_path / "a.zip", sorted(home.iterdir()), home)
    for name in ("fields.csv", "about.txt"):
        (home / name).unlink()
    (layer,) = inspect_file(path).layers
    assert layer.name == "places"
