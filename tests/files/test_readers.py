"""Reading files of strangers: told by their bytes, unpacked with limits, parsed in a closed-in process."""

import io
import os
import sqlite3
import stat
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pyogrio
import pytest
import shapely

from gis_service.errors import AnyCode, ErrorCode, GisError, RefusedInput
from gis_service.files.readers import ArchiveLimits, ReaderLimits, open_vector
from gis_service.files.readers.drivers import VECTOR_DRIVERS, environment
from gis_service.files.readers.sniff import Format, sniff
from gis_service.settings import ROOT, Settings
from tests.small_city import places, write_text

VRT = """<OGRVRTDataSource><OGRVRTLayer name="secret"><SrcDataSource>{path}</SrcDataSource></OGRVRTLayer>
</OGRVRTDataSource>"""


def make(path: Path, count: int = 3, **columns: object) -> Path:
    data = {"code": [f"c{number}" for number in range(count)]} | columns
    made = gpd.GeoDataFrame(data, geometry=shapely.points(places(count)), crs="EPSG:4326")
    if path.suffix == ".parquet":
        made.to_parquet(path)
    else:
        made.to_file(path, encoding="utf-8" if path.suffix == ".shp" else None)
    return path


def zip_of(path: Path, entries: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return path


def shapefile_parts(folder: Path) -> dict[str, bytes]:
    make(folder / "part.shp")
    return {part.suffix: part.read_bytes() for part in folder.glob("part.*")}


def read(path: Path, **options: object) -> int:
    with open_vector(path, **options) as source:  # type: ignore[arg-type]
        return sum(batch.num_rows for batch in source.batches())


def code_of(path: Path, **options: object) -> AnyCode:
    with pytest.raises(GisError) as caught:
        read(path, **options)
    assert str(path.parent) not in caught.value.detail("en")
    return caught.value.code


@pytest.mark.parametrize("ending", ["gpkg", "geojson", "fgb", "parquet", "shp"])
def test_a_format_is_told_by_its_bytes_under_any_name(tmp_path: Path, ending: str) -> None:
    made = make(tmp_path / f"a.{ending}")
    expected = sniff(made)
    assert expected.suffix == f".{ending}"
    disguised = made.rename(tmp_path / "table.csv")
    assert sniff(disguised) is expected


@pytest.mark.parametrize(
    "content",
    [
        b"<OGRVRTDataSource></OGRVRTDataSource>",
        b'\xef\xbb\xbf <?xml version="1.0"?><kml/>',
        b'{"type": "Topology", "objects": {"a": {"type": "Point"}}}',
        b'{"type": "gdal_streamed_alg", "command_line": "gdal vector pipeline"}',
        b'{"tilejson": "3.0.0", "tiles": []}',
        b"%PDF-1.7\n",
        b"\x89PNG\r\n\x1a\n\x00\x00",
        b"one word",
    ],
)
def test_what_is_no_table_of_places_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.geojson"
    path.write_bytes(content)
    assert code_of(path) == ErrorCode.FORMAT_NOT_ALLOWED


def test_a_database_that_is_no_geopackage_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    with sqlite3.connect(path) as made:
        made.execute("CREATE TABLE secret (word TEXT)")
    made.close()
    assert code_of(path) == ErrorCode.FORMAT_NOT_ALLOWED


def test_a_vrt_named_geojson_reads_no_other_file(tmp_path: Path) -> None:
    secret = make(tmp_path / "secret.gpkg")
    canary = write_text(tmp_path / "canary.geojson", VRT.format(path=secret))
    assert pyogrio.read_info(canary)["features"] == 3, "stock GDAL does read it"
    assert code_of(canary) == ErrorCode.FORMAT_NOT_ALLOWED


@pytest.mark.parametrize("kept", [Format.GEOJSON, Format.GEOPACKAGE, Format.CSV])
def test_the_reader_process_knows_one_driver_at_most(kept: Format) -> None:
    program = "import pyogrio; print(*pyogrio.list_drivers(), sep=',')"
    env = {**os.environ, **environment(kept)}
    out = subprocess.run(
        [sys.executable, "-c", program], env=env, capture_output=True, text=True, check=True
    ).stdout.strip()
    expected = kept.value if kept is not Format.CSV else ""
    assert out == expected
    assert set(pyogrio.list_drivers()) <= set(VECTOR_DRIVERS)


def test_a_driver_that_the_list_does_not_name_is_left_out_all_the_same(tmp_path: Path) -> None:
    from gis_service.files.readers.stream import Question  # noqa: PLC0415  beside its only use

    question = Question(str(make(tmp_path / "a.geojson")), "GeoJSON", "a.geojson", None, None, 60, 4 << 30)
    done = subprocess.run(
        [sys.executable, "-P", "-m", "gis_service.files.readers.child", question.to_json()],
        env={"PYTHONPATH": str(ROOT), "OGR_SKIP": "OGR_VRT"},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0
    assert b"c2" in done.stdout


def test_the_reader_process_sees_no_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIS_DATABASE_URL", "postgresql://me:secret@host/db")
    with open_vector(make(tmp_path / "a.gpkg")) as source:
        seen = Path(f"/proc/{source._running._process.pid}/environ").read_bytes()
        list(source.batches())
    assert b"GIS_DATABASE_URL" not in seen
    assert b"OGR_SKIP=" in seen


def test_the_reader_process_has_no_network_where_the_kernel_allows_that(tmp_path: Path) -> None:
    if subprocess.run(["unshare", "--user", "--net", "true"], capture_output=True, check=False).returncode:
        pytest.skip("this kernel makes no network namespaces for this user")
    with open_vector(make(tmp_path / "a.gpkg")) as source:
        namespace = Path(f"/proc/{source._running._process.pid}/ns/net").readlink()
        list(source.batches())
    assert namespace != Path("/proc/self/ns/net").readlink()


def test_batches_hold_at_most_16384_rows(tmp_path: Path) -> None:
    rows = "".join(f"c{number},106.3,20.4\n" for number in range(20_000))
    with open_vector(write_text(tmp_path / "a.csv", f"code,lon,lat\n{rows}")) as source:
        sizes = [batch.num_rows for batch in source.batches()]
    assert sum(sizes) == 20_000
    assert max(sizes) <= 16_384


@pytest.mark.parametrize("ending", ["gpkg", "geojson", "fgb", "parquet"])
def test_a_file_cut_short_is_refused(tmp_path: Path, ending: str) -> None:
    whole = make(tmp_path / f"a.{ending}", 3000)
    whole.write_bytes(whole.read_bytes()[: int(whole.stat().st_size * 0.7)])
    assert code_of(whole) == ErrorCode.FILE_CORRUPT


def test_a_file_that_claims_more_features_than_it_holds_is_refused(tmp_path: Path) -> None:
    path = make(tmp_path / "a.gpkg")
    with sqlite3.connect(path) as made:
        made.execute("DROP TRIGGER trigger_insert_feature_count_a")
        made.execute("UPDATE gpkg_ogr_contents SET feature_count = 1000")
    made.close()
    assert code_of(path) == ErrorCode.FILE_CORRUPT


def test_a_reader_beyond_its_time_is_ended(tmp_path: Path) -> None:
    path = make(tmp_path / "a.geojson", 200_000)
    assert code_of(path, limits=ReaderLimits(seconds=1)) == ErrorCode.FILE_REJECTED_READER_LIMIT


@pytest.mark.parametrize("ending", ["gpkg", "geojson", "fgb", "parquet"])
def test_a_reader_beyond_its_memory_is_ended(tmp_path: Path, ending: str) -> None:
    path = make(tmp_path / f"a.{ending}")
    limits = ReaderLimits(memory_bytes=64 << 20)
    assert code_of(path, limits=limits) == ErrorCode.FILE_REJECTED_READER_LIMIT


def test_one_of_several_layers_must_be_named(tmp_path: Path) -> None:
    path = make(tmp_path / "a.gpkg")
    made = gpd.GeoDataFrame({"code": ["x"]}, geometry=shapely.points(places(1)), crs="EPSG:4326")
    made.to_file(path, layer="second")
    assert code_of(path) == ErrorCode.FILE_LAYER_CHOICE
    assert code_of(path, name="third") == ErrorCode.FILE_LAYER_CHOICE
    assert read(path, name="second") == 1


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_tables_of_text_are_read_whatever_their_delimiter(tmp_path: Path, delimiter: str) -> None:
    lines = [["mã", "kinh độ", "vĩ độ"], ["001", "106.25", "20.5"], ['"a\nb"', "106.3", "20.4"]]
    text = "\ufeff" + "\n".join(delimiter.join(line) for line in lines) + "\n"
    with open_vector(write_text(tmp_path / "a.csv", text)) as source:
        (batch,) = source.batches()
    assert source.header.crs == "OGC:CRS84"
    assert batch["mã"].to_pylist() == ["001", "a\nb"]
    assert shapely.from_wkb(batch[0].to_pylist())[0] == shapely.Point(106.25, 20.5)


@pytest.mark.parametrize("heading", ["wkt", '"WKT"', "\ufeffgeom", "geometry\r", "place_wkt"])
def test_a_column_of_shapes_alone_is_a_table(tmp_path: Path, heading: str) -> None:
    text = f'{heading}\n"LINESTRING (106.3 20.4, 106.4 20.5)"\nPOINT (106.3 20.4)\n'
    with open_vector(write_text(tmp_path / "a.csv", text)) as source:
        (batch,) = source.batches()
    shapes = shapely.from_wkb(batch[0].to_pylist())
    assert [shape.geom_type for shape in shapes] == ["LineString", "Point"]


def test_plane_coordinates_name_no_system_and_may_have_a_decimal_comma(tmp_path: Path) -> None:
    with open_vector(write_text(tmp_path / "a.csv", "code;x;y\na;612000,5;2260000\n")) as source:
        (batch,) = source.batches()
    assert source.header.crs is None
    assert shapely.from_wkb(batch[0].to_pylist())[0] == shapely.Point(612000.5, 2260000)


def test_text_in_another_encoding_is_refused_unless_it_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("code,name,lon,lat\na,café,106.3,20.4\n".encode("cp1252"))
    assert code_of(path) == ErrorCode.TEXT_ENCODING_UNKNOWN
    with open_vector(path, encoding="cp1252") as source:
        assert next(source.batches())["name"].to_pylist() == ["café"]


def test_utf8_in_a_shapefile_without_cpg_is_not_garbled(tmp_path: Path) -> None:
    path = make(tmp_path / "a.shp", name=["Phường Đề Thám"] * 3)
    path.with_suffix(".cpg").unlink()
    with open_vector(path) as source:
        assert next(source.batches())["name"].to_pylist() == ["Phường Đề Thám"] * 3


def test_a_zipped_shapefile_is_read_wherever_it_lies_in_the_archive(tmp_path: Path) -> None:
    parts = shapefile_parts(tmp_path)
    inside = {f"Dữ liệu/Trạm Y Tế{suffix.upper()}": content for suffix, content in parts.items()}
    assert read(zip_of(tmp_path / "a.zip", {**inside, "__MACOSX/._x.shp": b"junk"})) == 3


def test_one_of_two_zipped_shapefiles_is_chosen_by_name(tmp_path: Path) -> None:
    parts = shapefile_parts(tmp_path)
    entries = {f"{name}{suffix}": content for name in ("a", "b") for suffix, content in parts.items()}
    path = zip_of(tmp_path / "two.zip", entries)
    assert code_of(path) == ErrorCode.FILE_LAYER_CHOICE
    assert read(path, name="b") == 3


def test_a_single_file_in_an_archive_is_read(tmp_path: Path) -> None:
    content = make(tmp_path / "a.gpkg").read_bytes()
    assert read(zip_of(tmp_path / "a.zip", {"deep/data.gpkg": content})) == 3


@pytest.mark.parametrize("missing", [".shx", ".dbf"])
def test_a_zipped_shapefile_without_a_part_is_refused(tmp_path: Path, missing: str) -> None:
    parts = shapefile_parts(tmp_path)
    entries = {f"a{suffix}": content for suffix, content in parts.items() if suffix != missing}
    with pytest.raises(RefusedInput) as caught:
        read(zip_of(tmp_path / "a.zip", entries))
    assert caught.value.code == ErrorCode.SHAPEFILE_INCOMPLETE
    assert caught.value.params["missing"] == missing


def link_entry() -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo("a.shp")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    return entry


def nested_bytes() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as inner:
        inner.writestr("a.shp", b"x")
    return buffer.getvalue()


EVIL: dict[str, tuple[list[tuple[str | zipfile.ZipInfo, bytes]], ErrorCode]] = {
    "parent": ([("../a.shp", b"x")], ErrorCode.ARCHIVE_UNSAFE_PATH),
    "absolute": ([("/etc/a.shp", b"x")], ErrorCode.ARCHIVE_UNSAFE_PATH),
    "drive": ([("C:a.shp", b"x")], ErrorCode.ARCHIVE_UNSAFE_PATH),
    "backslash": ([("..\\a.shp", b"x")], ErrorCode.ARCHIVE_UNSAFE_PATH),
    "control sign": ([("a\n.shp", b"x")], ErrorCode.ARCHIVE_UNSAFE_PATH),
    "link": ([(link_entry(), b"/etc/passwd")], ErrorCode.ARCHIVE_UNSAFE_PATH),
    "case clash": ([("a.shp", b"x"), ("A.SHP", b"y")], ErrorCode.ARCHIVE_UNSAFE_PATH),
    "archive inside": ([("a.zip", nested_bytes())], ErrorCode.ARCHIVE_TOO_LARGE),
    "archive inside by another name": ([("a.csv", nested_bytes())], ErrorCode.ARCHIVE_TOO_LARGE),
    "ratio": ([("a.csv", b"0" * (10 << 20))], ErrorCode.ARCHIVE_TOO_LARGE),
    "nothing we know": ([("a.doc", b"x"), ("b.doc", b"y")], ErrorCode.ARCHIVE_WITHOUT_DATA),
    "vrt": ([("a.shp.vrt", b"<OGRVRTDataSource/>")], ErrorCode.FORMAT_NOT_ALLOWED),
}


@pytest.mark.parametrize("name", EVIL)
def test_a_hostile_archive_is_refused_and_writes_nothing(tmp_path: Path, name: str) -> None:
    entries, expected = EVIL[name]
    path = tmp_path / "evil.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry, content in entries:
            archive.writestr(entry, content)
    assert code_of(path) == expected
    assert [entry.name for entry in tmp_path.iterdir()] == ["evil.zip"]


def lying_archive(path: Path) -> Path:
    """Make an archive whose list says 10 bytes where 4 MB come out."""
    zip_of(path, {"a.csv": os.urandom(1 << 20) * 4})
    content = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        place = content.index(signature) + offset
        content[place : place + 4] = struct.pack("<I", 10)
    path.write_bytes(content)
    return path


LIMITS: dict[str, tuple[Callable[[Path], Path], ArchiveLimits, ErrorCode]] = {
    "entries": (
        lambda path: zip_of(path, {f"{number}.txt": b"" for number in range(11)}),
        ArchiveLimits(max_entries=10),
        ErrorCode.ARCHIVE_TOO_LARGE,
    ),
    "bytes": (
        lambda path: zip_of(path, {"a.csv": os.urandom(2000)}),
        ArchiveLimits(max_bytes=1000),
        ErrorCode.ARCHIVE_TOO_LARGE,
    ),
    "a list that lies": (lying_archive, ArchiveLimits(), ErrorCode.FILE_CORRUPT),
    "no archive after its first bytes": (
        lambda path: write_text(path, "PK\x03\x04 and so on"),
        ArchiveLimits(),
        ErrorCode.FILE_CORRUPT,
    ),
}


@pytest.mark.parametrize("name", LIMITS)
def test_the_limits_of_archives_hold(tmp_path: Path, name: str) -> None:
    write, limits, expected = LIMITS[name]
    path = write(tmp_path / "a.zip")
    assert code_of(path, limits=ReaderLimits(archive=limits)) == expected


def test_the_limits_come_from_the_settings() -> None:
    limits = ReaderLimits.of(Settings(reader_seconds=7, archive_max_mb=3))
    assert (limits.seconds, limits.archive.max_bytes) == (7, 3 << 20)
    settings = Settings()
    expected = ReaderLimits(
        archive=ArchiveLimits(free_bytes=settings.upload_free_mb << 20),
        osm_layers=settings.layers_dir / "osm.yaml",
        home=settings.data_dir / "reading",
    )
    assert ReaderLimits.of(settings) == expected
