"""Raster layers: loaded with versions, told as any layer, gone back to, taken out again."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from rasterio.enums import ColorInterp

from gis_service.catalogue.layer_definition import BandDefinition
from gis_service.catalogue.user_layer import (
    body_of,
    check_user_layer,
    document_of,
    user_layer_from,
    with_user_layers,
)
from gis_service.db.engine import Connection
from gis_service.db.rasters import raster_layers
from gis_service.errors import Conflict, ErrorCode, GisError, NotFound, RefusedInput, Temporary, WrongUse
from gis_service.files.raster_store import RasterStore
from gis_service.services import history, user_layers
from gis_service.services.accounts import OPERATOR
from gis_service.services.collections import list_collections, one_collection
from gis_service.services.export import Wanted
from gis_service.services.history_back import restore
from gis_service.services.ingest import load_rows, rows_of
from gis_service.services.layer_changes import add_new_fields, migrate_layers
from gis_service.services.layers import LayerCounts, list_layers
from gis_service.services.raster_export import export_raster
from gis_service.services.raster_inspect import RasterChoices
from gis_service.services.raster_layers import begin_anew, collect, now, version_of_raster
from gis_service.services.raster_load import load_raster
from gis_service.services.rights import rights_of
from tests.raster_files import cells_in, cells_of, write_tif
from tests.raster_town import CITY, loaded, next_transaction, raster
from tests.small_city import WORDS, places


def test_a_geotiff_becomes_a_version_with_its_cells(
    connection: Connection, store: RasterStore, tmp_path: Path
) -> None:
    cells = cells_of("float32", rows=40, columns=30)
    done = loaded(connection, store, write_tif(tmp_path / "dem.tif", cells, nodata=-9999))
    row = now(connection, CITY.layers["ground"])
    assert row == done.raster
    assert (row.width, row.height, row.crs, row.kind, row.version) == (
        30,
        40,
        "EPSG:9209",
        "values",
        done.version,
    )
    assert row.bands[0]["max"] == float(cells.max())
    path = store.find(row.sha256)
    assert path is not None
    assert np.array_equal(cells_in(path), cells)
    assert path.stat().st_size == row.bytes
    [entry] = history.page(connection, CITY.layers["ground"]).items
    assert (entry.version.message, entry.version.kept, entry.tally) == (
        "dem.tif",
        True,
        history.Tally(1, 0, 0),
    )


def test_a_raster_layer_is_told_as_any_other(
    connection: Connection, store: RasterStore, tmp_path: Path
) -> None:
    rights = rights_of(connection, CITY, OPERATOR)
    with pytest.raises(NotFound) as caught:
        one_collection(connection, rights, "ground")
    assert caught.value.code is ErrorCode.COLLECTION_NOT_FOUND
    done = loaded(connection, store, write_tif(tmp_path / "a.tif", cells_of()))
    found = one_collection(connection, rights, "ground")
    assert (found.version, found.bbox) == (done.version, done.raster.bbox)
    assert [one.definition.id for one in list_collections(connection, rights)] == ["ground"]
    states = {str(one.definition.id): one.state for one in list_layers(connection, CITY)}
    assert (states["ground"].version, states["ground"].features, states["ground"].author) == (
        done.version,
        1,
        "lan",
    )
    assert states["photo"].version is None
    assert LayerCounts().of(connection, [CITY.layers["ground"]]) == {"ground": 1}
    assert migrate_layers(connection, CITY, [], author="lan") == []
    assert add_new_fields(connection, CITY) == {}
    assert raster_layers(connection) == ["ground"]


def test_going_back_makes_a_new_version_of_the_old_file(
    connection: Connection, store: RasterStore, tmp_path: Path
) -> None:
    definition = CITY.layers["ground"]
    first = loaded(connection, store, write_tif(tmp_path / "a.tif", cells_of(seed=1)))
    # One transaction makes one version: a second one stands for another commit.
    next_transaction(connection)
    second = loaded(connection, store, write_tif(tmp_path / "b.tif", cells_of(seed=2)))
    next_transaction(connection)
    done = restore(connection, definition, first.version, author="minh")
    assert done.tally == history.Tally(0, 1, 0)
    assert now(connection, definition).sha256 == first.raster.sha256 != second.raster.sha256
    assert version_of_raster(connection, definition, second.version).sha256 == second.raster.sha256
    tallies = [entry.tally for entry in history.page(connection, definition).items]
    assert tallies == [history.Tally(0, 1, 0), history.Tally(0, 1, 0), history.Tally(1, 0, 0)]
    next_transaction(connection)
    assert restore(connection, definition, first.version, author="minh").version is None
    with pytest.raises(NotFound) as caught:
        restore(connection, definition, first.version, author="minh", fids=[1])
    assert caught.value.code is ErrorCode.LAYER_IS_RASTER
    with pytest.raises(NotFound) as caught:
        version_of_raster(connection, definition, 10**6)
    assert caught.value.code is ErrorCode.VERSION_UNKNOWN
    with pytest.raises(NotFound) as caught:
        history.compare(connection, definition, first.version)
    assert caught.value.code is ErrorCode.LAYER_IS_RASTER


def test_a_file_comes_out_as_it_is_kept_or_in_another_system(
    connection: Connection, store: RasterStore, tmp_path: Path
) -> None:
    cells = cells_of("int16", rows=50, columns=50)
    done = loaded(connection, store, write_tif(tmp_path / "a.tif", cells, nodata=-32768))
    kept = store.find(done.raster.sha256)
    assert kept is not None
    report = export_raster(connection, CITY, store, "ground", tmp_path)
    assert report.out == tmp_path / f"ground_v{done.version}.tif"
    assert report.out.read_bytes() == kept.read_bytes()
    out = export_raster(connection, CITY, store, "ground", tmp_path / "w.tif", Wanted("EPSG:4326")).out
    with rasterio.open(out) as turned:
        assert turned.crs.to_epsg() == 4326
        assert turned.nodata == -32768
        assert turned.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        # The middle of the turned raster is near that of the layer's own box.
        west, south, east, north = done.raster.bbox
        assert turned.bounds == pytest.approx((west, south, east, north), abs=2e-4)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.tif", report.out.name, "rasters", "w.tif"]


def test_classes_in_another_system_are_only_classes_of_the_source(
    connection: Connection, store: RasterStore, tmp_path: Path
) -> None:
    cells = np.where(cells_of() % 2, 10, 200).astype(np.uint8)
    loaded(connection, store, write_tif(tmp_path / "a.tif", cells, nodata=0))
    out = export_raster(connection, CITY, store, "ground", tmp_path / "w.tif", Wanted("EPSG:32648")).out
    assert set(np.unique(cells_in(out)).tolist()) <= {0, 10, 200}


@pytest.mark.parametrize("nodata", [-1.0, None])
@pytest.mark.parametrize(("system", "kind"), [("EPSG:4326", "float32"), ("EPSG:32648", "int16")])
def test_persons_in_another_system_are_as_many(
    connection: Connection, store: RasterStore, tmp_path: Path, nodata: float | None, system: str, kind: str
) -> None:
    # Few in each cell: half a person here and half there are one.
    cells = np.random.default_rng(5).uniform(0, 2.2, (1, 60, 50)).astype(kind)
    cells[0, 20:30, 20:30] = 0 if nodata is None else nodata
    path = write_tif(tmp_path / "a.tif", cells, nodata=nodata)
    with rasterio.open(path, "r+") as file:
        file.units = ["persons"]
    loaded(connection, store, path, kind="values")
    report = export_raster(connection, CITY, store, "ground", tmp_path / "w.tif", Wanted(system))
    people = float(cells[cells > 0].sum(dtype="float64"))
    with rasterio.open(report.out) as turned:
        after = float(turned.read(1, masked=True).sum(dtype="float64"))
    assert after == pytest.approx(people, rel=1e-4)
    [note] = [one for one in report.notes if one.code == "export_total_moved"]
    told = note.params
    assert (note.code, told["band"], told["before"]) == (
        "export_total_moved",
        1,
        pytest.approx(people, abs=0.1),
    )
    assert told["count"] == pytest.approx(after - people, abs=0.1)
    own = export_raster(connection, CITY, store, "ground", tmp_path)
    assert own.notes == []


@pytest.mark.parametrize(
    ("kind", "told"), [("float32", "value"), ("int16", "nothing"), ("float32", "mask"), ("float32", "alpha")]
)
def test_persons_beside_a_measure_are_as_many_and_the_measure_stays_one(
    connection: Connection, store: RasterStore, tmp_path: Path, kind: str, told: str
) -> None:
    cells = np.random.default_rng(5).uniform(20, 40, (2, 30, 20)).astype(kind)
    away = np.zeros(cells.shape[1:], dtype=bool) if told == "nothing" else np.indices(cells.shape[1:])[0] < 8
    more: dict[str, object] = {"nodata": -1} if told == "value" else {}
    if told == "value":
        cells[:, away] = -1
    if told == "alpha":
        cells = np.concatenate([cells, np.where(away, 0, 255).astype(kind)[None]])
    mask = np.where(away, 0, 255).astype(np.uint8) if told == "mask" else None
    path = write_tif(tmp_path / "a.tif", cells, mask, **more)
    with rasterio.open(path, "r+") as file:
        file.units = ["m", "persons", "m"][: len(cells)]
        if told == "alpha":
            file.colorinterp = [ColorInterp.gray, ColorInterp.undefined, ColorInterp.alpha]
    loaded(connection, store, path, kind="values")
    report = export_raster(connection, CITY, store, "ground", tmp_path / "w.tif", Wanted("EPSG:4326"))
    people = float(cells[1][~away].sum(dtype="float64"))
    with rasterio.open(report.out) as turned:
        heights, persons = turned.read([1, 2], masked=True)
    assert float(np.ma.masked_invalid(persons).sum(dtype="float64")) == pytest.approx(people, rel=1e-3)
    measured = np.ma.masked_invalid(heights).compressed()
    assert (measured.min() >= 20, measured.max() <= 40) == (True, True)
    # Persons are cut by the new cells, heights are not: both are there about where they were.
    assert measured.size == pytest.approx(int((persons.filled(0) > 0).sum()), rel=0.2)
    [note] = [one for one in report.notes if one.code == "export_total_moved"]
    assert (note.code, note.params["band"]) == ("export_total_moved", 2)
    assert note.params["after"] == pytest.approx(people, rel=1e-3)


def test_an_export_that_cannot_be_is_refused(
    connection: Connection, store: RasterStore, tmp_path: Path
) -> None:
    with pytest.raises(NotFound) as empty:
        export_raster(connection, CITY, store, "ground", tmp_path / "o.tif")
    assert empty.value.code is ErrorCode.LAYER_EMPTY
    done = loaded(connection, store, write_tif(tmp_path / "a.tif", cells_of()))
    bad: list[tuple[str, Wanted, type[GisError], str]] = [
        ("o.png", Wanted(), WrongUse, "output_format_unknown"),
        ("a.tif", Wanted(), Conflict, "output_exists"),
        ("o.tif", Wanted("EPSG:1"), RefusedInput, "crs_unknown"),
        ("o.tif", Wanted(filter="fid = 1"), NotFound, "layer_is_raster"),
        ("o.tif", Wanted(version=10**6), NotFound, "version_unknown"),
    ]
    for name, wanted, kind, code in bad:
        with pytest.raises(kind) as caught:
            export_raster(connection, CITY, store, "ground", tmp_path / name, wanted)
        assert caught.value.code == code
    (store.folder / f"{done.raster.sha256}.tif").unlink()
    with pytest.raises(Temporary) as gone:
        export_raster(connection, CITY, store, "ground", tmp_path / "o.tif")
    assert gone.value.code is ErrorCode.RASTER_FILE_MISSING


@pytest.mark.parametrize(
    ("layer_id", "chosen", "code"),
    [
        ("clinic", {}, "layer_is_no_raster"),
        ("photo", {}, "raster_bands_differ"),
        ("nowhere", {}, "layer_unknown"),
        ("ground", {"crs": "EPSG:1"}, "crs_unknown"),
        ("ground", {"nodata": "-1"}, "raster_nodata_unfit"),
        ("ground", {"nodata": "many"}, "raster_nodata_unfit"),
    ],
)
def test_what_does_not_fit_the_layer_is_refused(
    connection: Connection,
    store: RasterStore,
    tmp_path: Path,
    layer_id: str,
    chosen: dict[str, Any],
    code: str,
) -> None:
    with pytest.raises(GisError) as caught:
        loaded(connection, store, write_tif(tmp_path / "field.tif", cells_of()), layer_id, **chosen)
    assert caught.value.code == code
    assert not list(store.folder.glob("*"))


def test_a_raster_made_from_an_older_version_is_refused(
    connection: Connection, store: RasterStore, tmp_path: Path
) -> None:
    path = write_tif(tmp_path / "a.tif", cells_of())
    first = loaded(connection, store, path, base=0)
    next_transaction(connection)
    second = loaded(connection, store, path, base=first.version)
    next_transaction(connection)
    for base, code in ((first.version, "base_version_changed"), (0, "layer_no_longer_empty")):
        with pytest.raises(Conflict) as caught:
            loaded(connection, store, path, base=base)
        assert caught.value.code == code
    assert now(connection, CITY.layers["ground"]).version == second.version


def test_an_export_of_a_raster_tells_its_version_by_its_name(
    connection: Connection, store: RasterStore, tmp_path: Path
) -> None:
    first = loaded(connection, store, write_tif(tmp_path / "a.tif", cells_of()))
    out = export_raster(connection, CITY, store, "ground", tmp_path).out
    assert out.name == f"ground_v{first.version}.tif"
    elsewhere = export_raster(connection, CITY, store, "ground", tmp_path / "b.tif")
    assert [(note.code, note.params["name"]) for note in elsewhere.notes] == [
        ("export_version_untold", out.name)
    ]
    next_transaction(connection)
    second = loaded(connection, store, write_tif(tmp_path / "c.tif", cells_of(seed=2)))
    next_transaction(connection)
    called = f"Cao độ (ground_v{first.version}) (1).tif"
    with pytest.raises(Conflict) as caught:
        loaded(connection, store, out, file=called)
    told = caught.value
    assert (told.code, told.params["base"]) == (ErrorCode.BASE_VERSION_CHANGED, first.version)
    newest = loaded(connection, store, out, file=called, base=second.version)
    assert newest.changes.changed == 1
    next_transaction(connection)
    assert loaded(connection, store, out, file=f"ground_v{newest.version}.tif").changes.unchanged == 1


def test_rows_do_not_go_into_a_raster_layer(connection: Connection) -> None:
    rows = rows_of({"code": ["a"]}, places(1), name="made")
    with pytest.raises(NotFound) as caught:
        load_rows(connection, CITY, rows, "ground", author="lan")
    assert caught.value.code is ErrorCode.LAYER_IS_RASTER


def test_files_of_versions_are_never_collected(
    connection: Connection, store: RasterStore, tmp_path: Path
) -> None:
    done = loaded(connection, store, write_tif(tmp_path / "a.tif", cells_of()))
    assert collect(connection, store) == 0
    assert store.collect({done.raster.sha256}, older_s=-60) == 0
    assert store.collect(set(), older_s=-60) == done.raster.bytes


def test_a_restored_database_gives_every_raster_a_new_version(
    connection: Connection, store: RasterStore, tmp_path: Path
) -> None:
    done = loaded(connection, store, write_tif(tmp_path / "a.tif", cells_of()))
    next_transaction(connection)
    [(name, version)] = begin_anew(connection, author="db restore", message="restored").items()
    row = now(connection, CITY.layers["ground"])
    assert (name, row.version, row.sha256) == ("ground", version, done.raster.sha256)
    assert version > done.version


def test_users_make_and_drop_raster_layers(
    connection: Connection, store: RasterStore, tmp_path: Path
) -> None:
    document = document_of(raster("height", bands=(BandDefinition("z", WORDS, "m"),)))
    made, version = user_layers.create(connection, CITY, body_of(document), caller=OPERATOR)
    assert made.bands[0].unit == "m"
    assert made == user_layer_from(document)
    whole = with_user_layers(CITY, [made])
    choices = RasterChoices(base=version)
    next_transaction(connection)
    path = write_tif(tmp_path / "a.tif", cells_of())
    load_raster(connection, whole, store, path, "height", author="lan", choices=choices)
    next_transaction(connection)
    user_layers.drop(connection, whole, "height", expected=user_layers.ANY_STATE, caller=OPERATOR)
    with pytest.raises(NotFound) as caught:
        now(connection, made)
    assert caught.value.code is ErrorCode.LAYER_EMPTY
    removed = history.page(connection, made).items[0].tally
    assert removed == history.Tally(0, 0, 1)


@pytest.mark.parametrize(
    "change",
    [
        {"fields": [{"name": "a", "type": "text", "label": {"vi": "a", "en": "a"}}]},
        {"key": "code"},
        {"geometry": "Point"},
        {"geometry": "Point", "fields": [{"name": "a", "type": "text", "label": {"vi": "a", "en": "a"}}]},
        {"bands": []},
        {"bands": [{"name": "Z!", "label": {"vi": "a", "en": "a"}}]},
    ],
)
def test_a_definition_is_of_a_raster_or_of_rows(change: dict[str, Any]) -> None:
    document = document_of(raster("height", bands=(BandDefinition("z", WORDS, "m"),)))
    assert check_user_layer(body_of(document), CITY) == []
    assert check_user_layer(body_of(document | change), CITY)
