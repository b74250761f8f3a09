"""Loading files of every format into real tables."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import psycopg
import pytest
import shapely
from shapely.geometry import MultiPoint, MultiPolygon, Point
from sqlalchemy import event, text

from gis_service.db.engine import Connection, Engine, open_engine, transaction
from gis_service.db.layers import state_of, version_of
from gis_service.db.publish import Changes, replace_all
from gis_service.errors import Conflict, ErrorCode, GisError, RefusedInput
from gis_service.services import ingest_load
from gis_service.services.ingest import LoadOptions, LoadReport, load_file, load_rows, rows_of
from gis_service.services.layers import LayerCounts, list_layers, table_of
from gis_service.types import LayerId
from tests.demo_city import catalogue as real_catalogue
from tests.layer_files import CITY, SQUARE, WRITERS, frame, load, write_gdal, write_parquet
from tests.small_city import places, write_text


@pytest.mark.parametrize("name", WRITERS)
def test_every_format_brings_the_same_rows(connection: Connection, tmp_path: Path, name: str) -> None:
    made = frame()
    report = load(connection, WRITERS[name](made, tmp_path / name))
    assert (report.features, report.changes.added) == (5, 5)
    rows = connection.execute(
        text("SELECT *, ST_X(geom) AS x, ST_Y(geom) AS y FROM layer.clinic ORDER BY code")
    ).all()
    assert [row.name for row in rows] == made["name"].tolist()
    assert [row.beds for row in rows] == made["beds"].tolist()
    assert [row.area_km2 for row in rows] == pytest.approx(made["areaKm2"].tolist(), abs=1e-9)
    assert [row.open for row in rows] == made["open"].tolist()
    assert {str(row.built) for row in rows} == {"2020-02-29"}
    assert np.allclose([(row.x, row.y) for row in rows], places(5), atol=1e-9)
    if name != "a.shp":
        assert {row.seen.isoformat() for row in rows} == {"2024-05-01T08:00:00+00:00"}


def test_the_table_is_as_the_design_says(connection: Connection, tmp_path: Path) -> None:
    load(connection, write_gdal(frame(), tmp_path / "a.gpkg"))
    columns = connection.execute(
        text(
            "SELECT column_name, data_type, is_identity FROM information_schema.columns"
            " WHERE table_schema = 'layer' AND table_name = 'clinic' ORDER BY ordinal_position"
        )
    ).all()
    assert [(name, kind) for name, kind, _ in columns] == [
        ("fid", "bigint"),
        ("geom", "USER-DEFINED"),
        ("code", "text"),
        ("name", "text"),
        ("beds", "bigint"),
        ("area_km2", "double precision"),
        ("open", "boolean"),
        ("built", "date"),
        ("seen", "timestamp with time zone"),
    ]
    assert [identity for _, _, identity in columns] == ["YES"] + ["NO"] * 8
    geometry = connection.execute(
        text("SELECT type, srid FROM geometry_columns WHERE f_table_schema || f_table_name = 'layerclinic'")
    ).one()
    assert tuple(geometry) == ("POINT", 4326)
    indexes = " ".join(
        connection.execute(text("SELECT indexdef FROM pg_indexes WHERE tablename = 'clinic'")).scalars()
    )
    assert "USING gist (geom)" in indexes
    assert "UNIQUE INDEX clinic_key_idx ON layer.clinic USING btree (code)" in indexes


def test_the_65_communes_of_today_load_with_all_their_people(
    connection: Connection, shared_data: Path
) -> None:
    real = real_catalogue()
    path = shared_data / "thai_binh" / "communes_2025.geojson"
    report = load_file(connection, real, path, "commune", author="lan", message="địa giới 2025")
    assert report.features == 65
    assert connection.execute(text("SELECT sum(pop_2019) FROM layer.commune")).scalar_one() == 1_860_447
    state = state_of(connection, table_of(real.layers["commune"]))
    assert (state.features, state.author, state.message) == (65, "lan", "địa giới 2025")


@pytest.fixture(scope="module")
def own_engine(make_database: Callable[[], str]) -> Iterator[Engine]:
    """Give a pool over a database in which these tests may commit."""
    engine = open_engine(make_database())
    yield engine
    engine.dispose()


@pytest.fixture
def load_codes(own_engine: Engine, tmp_path: Path) -> Callable[..., LoadReport]:
    """Give a function that loads features of these codes, as one commit, from the version ``base``."""

    def loading(*codes: str, base: int | None = None, any_base: bool = False) -> LoadReport:
        path = tmp_path / f"{'_'.join(codes)}.gpkg"
        if not path.exists():
            write_gdal(frame(len(codes), code=list(codes)), path)
        with transaction(own_engine) as connection:
            return load(connection, path, options=LoadOptions(base=base, any_base=any_base))

    return loading


def fids_of(engine: Engine) -> dict[str, int]:
    with transaction(engine) as connection:
        return {row.code: row.fid for row in connection.execute(text("SELECT code, fid FROM layer.clinic"))}


def test_a_feature_keeps_its_fid_through_its_key_also_when_it_comes_back(
    own_engine: Engine, load_codes: Callable[..., LoadReport]
) -> None:
    load_codes("a", "b", "c")
    before = fids_of(own_engine)
    report = load_codes("c", "d")
    after = fids_of(own_engine)
    assert after["c"] == before["c"]
    assert after["d"] > max(before.values()), "a fid that was given up is not given to another"
    assert (report.changes.added, report.changes.removed) == (1, 2)
    load_codes("a", "d", "e")
    assert fids_of(own_engine)["a"] == before["a"]
    assert fids_of(own_engine)["d"] == after["d"]
    assert fids_of(own_engine)["e"] > after["d"]


def test_a_fid_that_changed_its_key_goes_with_the_last_one(
    own_engine: Engine, load_codes: Callable[..., LoadReport]
) -> None:
    load_codes("m", "n")
    fid = fids_of(own_engine)["m"]
    with transaction(own_engine) as connection:
        connection.execute(text("UPDATE layer.clinic SET code = 'q' WHERE code = 'm'"))
    load_codes("m", "n", "q")
    assert fids_of(own_engine)["q"] == fid != fids_of(own_engine)["m"]
    load_codes("n")
    load_codes("q", "m", "n")
    assert fids_of(own_engine)["q"] == fid != fids_of(own_engine)["m"]


def test_loading_the_same_file_again_changes_no_row_and_makes_a_version(
    own_engine: Engine, load_codes: Callable[..., LoadReport]
) -> None:
    first = load_codes("a", "b")
    again = load_codes("a", "b")
    assert again.version > first.version
    assert again.changes == Changes(0, 0, 0, 2)
    with transaction(own_engine) as connection:
        assert version_of(connection, LayerId("clinic")) == again.version


def test_what_stays_as_it_is_is_not_analysed(
    own_engine: Engine, load_codes: Callable[..., LoadReport]
) -> None:
    told: list[str] = []

    def listen(_1: object, _2: object, statement: str, *_: object) -> None:
        if statement.startswith("ANALYZE"):
            told.append(statement.rpartition(" ")[2].replace('"', ""))

    with transaction(own_engine) as connection:
        connection.execute(text("DROP TABLE IF EXISTS layer.clinic, history.clinic"))
    event.listen(own_engine, "before_cursor_execute", listen)
    try:
        for codes in ("ab", "ab", "ac"):
            load_codes(*codes, any_base=True)
    finally:
        event.remove(own_engine, "before_cursor_execute", listen)
    staging, table = "pg_temp.staging_clinic", "layer.clinic"
    assert told == [table, staging, staging, table]


def test_the_second_of_two_who_began_with_the_same_version_is_told_what_the_first_did(
    own_engine: Engine, load_codes: Callable[..., LoadReport]
) -> None:
    base = load_codes("a", "b").version
    first = load_codes("a", "b", "c", base=base)
    with pytest.raises(Conflict) as refused:
        load_codes("a", base=base)
    assert refused.value.code is ErrorCode.BASE_VERSION_CHANGED
    assert refused.value.params["since"] == "+1 ~2 −0"
    assert [fault.words("en").partition(":")[0] for fault in refused.value.faults] == [
        *["changed"] * 2,
        "added",
    ]
    assert fids_of(own_engine).keys() == {"a", "b", "c"}, "nothing was written over"
    load_codes("a", base=first.version)


def test_in_a_layer_without_key_what_stays_the_same_keeps_its_fid(own_engine: Engine, tmp_path: Path) -> None:
    def loading(names: list[str]) -> tuple[Changes, list[int]]:
        rows = frame(len(names), name=names)[["name", "geometry"]].set_geometry(
            [Point(106.35, 20.45)] * len(names)
        )
        path = write_gdal(rows, tmp_path / f"{'_'.join(names)}.gpkg")
        with transaction(own_engine) as connection:
            done = load(connection, path, "keyless").changes
            return done, list(
                connection.execute(text("SELECT fid FROM layer.keyless ORDER BY fid")).scalars()
            )

    _, (first, second, third) = loading(["x", "x", "y"])
    assert loading(["x", "y", "x"]) == (Changes(0, 0, 0, 3), [first, second, third])
    changes, fids = loading(["x", "z"])
    assert (changes, fids[0]) == (Changes(1, 0, 2, 1), first)
    assert fids[1] > third


def test_a_field_that_the_file_lacks_keeps_its_values(connection: Connection, tmp_path: Path) -> None:
    load(connection, write_gdal(frame(3), tmp_path / "a.gpkg"))
    load(connection, write_gdal(frame(3)[["code", "geometry"]], tmp_path / "b.gpkg"))
    beds = connection.execute(text("SELECT beds FROM layer.clinic ORDER BY fid")).scalars().all()
    assert beds == [0, 1, 2]


def test_metres_of_the_province_become_degrees(connection: Connection, tmp_path: Path) -> None:
    load(connection, write_gdal(frame().to_crs("EPSG:9209"), tmp_path / "a.gpkg"))
    rows = connection.execute(text("SELECT ST_X(geom), ST_Y(geom) FROM layer.clinic ORDER BY fid")).all()
    assert np.allclose(np.array(rows, dtype=float), places(5), atol=1e-8)


def test_polygons_are_made_multi_and_heights_are_dropped_with_a_notice(
    connection: Connection, tmp_path: Path
) -> None:
    high = shapely.force_3d(SQUARE, 7.0)
    made = gpd.GeoDataFrame({"code": ["a", "b"]}, geometry=[high, MultiPolygon([SQUARE])], crs="EPSG:4326")
    report = load(connection, write_parquet(made, tmp_path / "a.parquet"), "area")
    assert {"code": "third_dimension_dropped", "params": {"count": 1}} in report.notices
    kinds = connection.execute(text("SELECT DISTINCT ST_AsText(geom, 1) FROM layer.area")).scalars().all()
    assert len(kinds) == 1
    assert kinds[0].startswith("MULTIPOLYGON(((")


def test_a_multi_point_with_one_point_is_that_point(connection: Connection, tmp_path: Path) -> None:
    made = gpd.GeoDataFrame({"code": ["a"]}, geometry=[MultiPoint([(106.3, 20.4)])], crs="EPSG:4326")
    report = load(connection, write_gdal(made, tmp_path / "a.gpkg"))
    assert {"code": "single_parts_taken", "params": {"count": 1}} in report.notices


def test_text_comes_in_composed_form(connection: Connection, tmp_path: Path) -> None:
    decomposed = "\u0110e\u0302\u0300 Tha\u0301m"
    load(connection, write_gdal(frame(1, name=[decomposed]), tmp_path / "a.gpkg"))
    assert connection.execute(text("SELECT name FROM layer.clinic")).scalar_one() == "Đề Thám"


def test_a_list_without_places_loads_into_a_layer_without_geometry(
    connection: Connection, tmp_path: Path
) -> None:
    path = write_text(tmp_path / "a.csv", "code,people\n001,12\n002,\n")
    load(connection, path, "list")
    rows = connection.execute(text("SELECT code, people, geom FROM layer.list ORDER BY fid")).all()
    assert [tuple(row) for row in rows] == [("001", 12, None), ("002", None, None)]


def test_rows_of_our_own_are_checked_like_those_of_a_file(connection: Connection) -> None:
    rows = rows_of({"code": ["a", "b"], "beds": [1, 2]}, places(2), name="made")
    assert load_rows(connection, CITY, rows, "clinic", author="lan").features == 2
    twice = rows_of({"code": ["a", "a"]}, places(2), name="made")
    with pytest.raises(RefusedInput, match="the key of another"):
        load_rows(connection, CITY, twice, "clinic", author="lan")


def test_progress_tells_how_many_of_how_many(connection: Connection, tmp_path: Path) -> None:
    seen: list[tuple[int, int | None]] = []
    path = write_gdal(frame(), tmp_path / "a.gpkg")
    load_file(
        connection,
        CITY,
        path,
        "clinic",
        author="lan",
        progress=lambda done, total: seen.append((done, total)),
    )
    assert seen == [(5, 5)]


def test_a_table_that_differs_from_its_definition_is_left_alone(
    connection: Connection, tmp_path: Path
) -> None:
    connection.execute(
        text("CREATE TABLE layer.clinic (fid bigint, geom geometry(Point,4326), code integer)")
    )
    with pytest.raises(GisError) as caught:
        load(connection, write_gdal(frame(), tmp_path / "a.gpkg"))
    assert caught.value.code == ErrorCode.LAYER_TABLE_DIFFERS
    assert "code integer ≠ text" in str(caught.value.params["columns"])


def test_all_defined_layers_are_listed_loaded_or_not(connection: Connection, tmp_path: Path) -> None:
    load(connection, write_gdal(frame(), tmp_path / "a.gpkg"))
    listed = {row.definition.id: row.state for row in list_layers(connection, CITY)}
    assert set(listed) == set(CITY.layers)
    assert (listed[LayerId("clinic")].features, listed[LayerId("area")].version) == (5, None)


def test_fields_may_be_called_as_our_own_work_is(connection: Connection, tmp_path: Path) -> None:
    made = frame(2, place=["bến", "chợ"], row=["1", "2"], order=["a", "b"])[
        ["place", "row", "order", "geometry"]
    ]
    report = load(connection, write_gdal(made, tmp_path / "a.gpkg"), "named")
    assert report.dropped_columns == ()
    rows = connection.execute(text('SELECT place, "row", "order" FROM layer.named ORDER BY fid')).all()
    assert [tuple(row) for row in rows] == [("bến", "1", "a"), ("chợ", "2", "b")]


def test_a_column_that_no_field_asks_for_is_told_whatever_its_name(
    connection: Connection, tmp_path: Path
) -> None:
    report = load(connection, write_gdal(frame(2, place=["a", "b"]), tmp_path / "a.gpkg"))
    assert report.dropped_columns == ("place",)


def test_a_load_does_not_wait_without_end_for_an_open_edit(
    make_database: Callable[[], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest_load, "LOCK_WAIT_S", 0.05)
    engine = open_engine(make_database())
    with transaction(engine) as connection:
        load(connection, write_gdal(frame(), tmp_path / "a.gpkg"))
    changed = write_gdal(frame(name=["mới"] * 5), tmp_path / "b.gpkg")
    with transaction(engine) as editor:
        editor.execute(text("UPDATE layer.clinic SET name = 'đang sửa'"))
        with transaction(engine) as loader, pytest.raises(Conflict) as caught:
            load(loader, changed)
    with transaction(engine) as connection:
        names = set(connection.execute(text("SELECT name FROM layer.clinic")).scalars())
    engine.dispose()
    assert caught.value.code == ErrorCode.LAYER_BUSY
    assert "clinic" in caught.value.detail("vi")
    assert names == {"đang sửa"}


def test_a_layer_is_counted_anew_at_its_next_version(
    own_engine: Engine, load_codes: Callable[..., LoadReport]
) -> None:
    counts, layer = LayerCounts(), CITY.layers["clinic"]
    for codes in (("a", "b", "c"), ("a",)):
        load_codes(*codes)
        with transaction(own_engine) as connection:
            assert counts.of(connection, [layer]) == {"clinic": len(codes)}


@pytest.mark.parametrize("unmade", ["DELETE FROM layer.clinic", "DROP INDEX layer.clinic_key_idx"])
def test_a_writer_who_waits_for_a_load_lets_it_through(
    own_engine: Engine, load_codes: Callable[..., LoadReport], monkeypatch: pytest.MonkeyPatch, unmade: str
) -> None:
    load_codes("a")
    with transaction(own_engine) as connection:
        connection.execute(text(unmade))
    url = own_engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    ended: list[BaseException | None] = []

    def write() -> None:
        try:
            with psycopg.connect(url) as writer:
                writer.execute("INSERT INTO layer.clinic (code) VALUES ('by hand')")
            ended.append(None)
        except psycopg.Error as error:
            ended.append(error)

    thread = threading.Thread(target=write)

    def and_somebody_comes(*given: Any, **named: Any) -> Changes:  # noqa: ANN401  as they are
        thread.start()
        waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        with psycopg.connect(url, autocommit=True) as watch:
            while watch.execute(waits).fetchone() == (0,) and not ended:
                time.sleep(0.01)
        return replace_all(*given, **named)

    monkeypatch.setattr("gis_service.services.ingest_load.replace_all", and_somebody_comes)
    load_codes("b", "c", any_base=True)
    thread.join()
    assert ended == [None]
    with transaction(own_engine) as connection:
        codes = connection.execute(text("SELECT code FROM layer.clinic ORDER BY code")).scalars().all()
    assert codes == ["b", "by hand", "c"]


def test_a_history_that_lacks_the_key_learns_it_from_the_load(
    own_engine: Engine, load_codes: Callable[..., LoadReport]
) -> None:
    load_codes("a")
    with transaction(own_engine) as connection:
        # As after a restore of what was kept before the field was.
        connection.execute(text("DELETE FROM layer.clinic"))
        connection.execute(text("ALTER TABLE history.clinic DROP COLUMN code"))
    load_codes("a", "b", any_base=True)
    with transaction(own_engine) as connection:
        past = text("SELECT code FROM history.clinic WHERE version_to IS NULL ORDER BY code")
        assert connection.execute(past).scalars().all() == ["a", "b"]
