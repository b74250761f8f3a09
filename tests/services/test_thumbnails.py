"""Small pictures of layers: where things lie in them, and when they are drawn anew."""

from collections.abc import Callable, Iterator
from pathlib import Path
from zlib import crc32

import numpy as np
import pytest
from rasterio.io import MemoryFile
from sqlalchemy import text

from gis_service.catalogue.user_layer import body_of, document_of
from gis_service.services.accounts import OPERATOR
from gis_service.services.collections import one_collection
from gis_service.services.context import Context, open_context
from gis_service.services.layer_looks import GROUND
from gis_service.services.rights import rights_of
from gis_service.services.thumbnails import Thumbnail, thumbnail
from gis_service.services.transactions import reading, writing
from gis_service.services.user_layers import create
from gis_service.settings import Settings

pytestmark = pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
UNIT = "POLYGON((106.2 20.3,106.6 20.3,106.6 20.7,106.2 20.7,106.2 20.3))"


@pytest.fixture(scope="module")
def context(make_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Context]:
    folder = tmp_path_factory.mktemp("var")
    with open_context(Settings(data_dir=folder, database_url=make_database())) as opened:
        yield opened


@pytest.fixture
def wells(context: Context, request: pytest.FixtureRequest) -> str:
    """Give a new layer that takes any geometry; nothing else is loaded."""
    layer = f"wells_{crc32(request.node.name.encode())}"
    document = document_of(context.definitions.layers["wifi"]) | {"id": layer, "geometry": "Geometry"}
    with writing(context) as connection:
        create(connection, context.catalogue, body_of(document), caller=OPERATOR)
    return layer


def put(context: Context, layer: str, *shapes: str) -> None:
    with writing(context) as connection:
        for number, shape in enumerate(shapes):
            values = {"code": f"{number}", "shape": f"SRID=4326;{shape}"}
            statement = f"INSERT INTO layer.{layer} (code, name, geom) VALUES (:code, :code, :shape)"  # noqa: S608 ours
            connection.execute(text(statement), values)


def drawn(context: Context, layer: str) -> Thumbnail:
    with reading(context) as connection:
        rights = rights_of(connection, context.catalogue, OPERATOR)
        return thumbnail(context, connection, one_collection(connection, rights, layer))


def coloured(picture: Thumbnail) -> tuple[int, int]:
    """Give the width and height in points of what is drawn on the ground."""
    with MemoryFile(picture.png) as memory, memory.open() as file:
        bands = file.read()
    ground = np.array([int(GROUND[at : at + 2], 16) for at in (1, 3, 5)])[:, None, None]
    rows, columns = np.nonzero((bands != ground).any(axis=0))
    return (int(np.ptp(columns)) + 1, int(np.ptp(rows)) + 1) if len(rows) else (0, 0)


def test_nothing_loaded_is_an_empty_ground(context: Context, wells: str) -> None:
    assert coloured(drawn(context, wells)) == (0, 0)


def test_a_single_place_is_a_dot_in_the_middle(context: Context, wells: str) -> None:
    put(context, wells, "POINT(106.4 20.5)")
    wide, tall = coloured(drawn(context, wells))
    assert 5 <= wide <= 12
    assert 5 <= tall <= 12


def test_what_is_small_in_the_city_is_shown_large(context: Context, wells: str) -> None:
    put(context, wells, "POINT(106.40 20.50)", "POINT(106.43 20.53)")
    assert min(coloured(drawn(context, wells))) > 100


def test_what_reaches_beyond_the_city_is_shown_whole(context: Context, wells: str) -> None:
    put(context, wells, "LINESTRING(100 20.5,110 20.5)", "POINT(106.4 20.5)")
    wide, _ = coloured(drawn(context, wells))
    assert 250 < wide < 320


@pytest.mark.parametrize(
    "shape",
    [UNIT, "LINESTRING(106.2 20.3,106.6 20.7)", "MULTIPOINT((106.2 20.3),(106.6 20.7))", "POINT EMPTY"],
)
def test_every_kind_of_geometry_is_drawn(context: Context, wells: str, shape: str) -> None:
    put(context, wells, shape)
    assert (coloured(drawn(context, wells)) > (50, 50)) is (shape != "POINT EMPTY")


def test_a_small_area_is_marked_by_a_dot(context: Context, wells: str) -> None:
    tiny = "POLYGON((106.4 20.5,106.4001 20.5,106.4001 20.5001,106.4 20.5))"
    put(context, wells, tiny, "POINT(106.15 20.3)", "POINT(106.6 20.7)")
    assert drawn(context, wells).png != b""
    wide, tall = coloured(drawn(context, wells))
    assert wide > 100
    assert tall > 100


def test_a_picture_is_drawn_once_for_a_version_and_only_the_newest_is_kept(
    context: Context, wells: str
) -> None:
    kept = Path(context.settings.data_dir) / "thumbnails"
    put(context, wells, "POINT(106.4 20.5)")
    first = drawn(context, wells)
    (file,) = kept.glob(f"{wells}-*.png")
    file.write_bytes(b"kept")
    assert drawn(context, wells) == Thumbnail(b"kept", first.tag)
    with writing(context) as connection:
        connection.execute(text(f"UPDATE layer.{wells} SET name = 'other'"))  # noqa: S608 ours
    assert drawn(context, wells).tag != first.tag
    assert [path.name for path in kept.glob(f"{wells}-*.png")] == [f"{wells}-{drawn(context, wells).tag}.png"]
    assert not file.exists()


def test_a_disk_that_takes_nothing_does_not_keep_the_picture_from_the_reader(
    context: Context, wells: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("gis_service.files.picture_store.PictureStore.keep", refuse)
    assert drawn(context, wells).png.startswith(b"\x89PNG")
    assert "No space" in caplog.text
