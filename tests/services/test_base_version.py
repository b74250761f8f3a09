"""A file that was exported here tells from which version; it is not loaded over a newer one by mistake."""

from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
from sqlalchemy import text

from gis_service.db.engine import Connection
from gis_service.db.ingest import Staging
from gis_service.errors import Conflict, ErrorCode
from gis_service.files.readers import ReaderLimits
from gis_service.messages.catalogue import notices
from gis_service.services.base_version import told_base
from gis_service.services.export import export_layer
from gis_service.services.export_names import is_named_part, named_version
from gis_service.services.ingest import LoadOptions, LoadReport, load_file, load_rows, rows_of
from gis_service.services.ingest_load import Load
from gis_service.services.uploads_inspection import Source, inspect
from tests.small_city import city_with, field, layer, places

FIELDS = (field("code", required=True), field("name"))
CLINIC, SCHOOL = layer("clinic", fields=FIELDS), layer("school", fields=FIELDS)
CITY = city_with(CLINIC, SCHOOL)
ENDINGS = ("gpkg", "parquet", "geojson", "fgb", "zip", "xlsx", "csv")


@pytest.fixture
def exported(connection: Connection, tmp_path: Path) -> Path:
    """Give a folder of exports of a layer, to which somebody has added a row since."""
    fill(connection, "a", "b")
    for ending in ENDINGS:
        export_layer(connection, CITY, "clinic", tmp_path / f"a.{ending}")
    (tmp_path / "a.csv").rename(tmp_path / f"Trạm (clinic_v{newest(connection)}) (1).csv")
    places_alone = gpd.GeoDataFrame(
        {"code": ["a", "b"]}, geometry=gpd.points_from_xy(*places(2).T), crs="EPSG:4326"
    )
    places_alone.to_file(tmp_path / "foreign.geojson")
    fill(connection, "a", "b", "c")
    return tmp_path


def fill(connection: Connection, *codes: str, author: str = "lan") -> LoadReport:
    table = {"code": list(codes), "name": [code.upper() for code in codes]}
    rows = rows_of(table, places(3)[: len(codes)], name="made")
    done = load_rows(connection, CITY, rows, "clinic", author=author)
    settle(connection)
    return done


def settle(connection: Connection) -> None:
    """Let the versions so far be those of an earlier transaction."""
    connection.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    connection.execute(text("SET CONSTRAINTS ALL DEFERRED"))
    connection.execute(text("UPDATE gis.version SET xact = NULL"))


def load(connection: Connection, path: Path, to: str = "clinic", **options: object) -> LoadReport:
    return load_file(connection, CITY, path, to, author="an", options=LoadOptions(**options))  # type: ignore[arg-type]


def newest(connection: Connection) -> int:
    asked = text("SELECT max(id) FROM gis.version WHERE layer = 'clinic'")
    return int(connection.execute(asked).scalar_one() or 0)


def count(connection: Connection) -> int:
    return int(connection.execute(text("SELECT count(*) FROM layer.clinic")).scalar_one())


@pytest.mark.parametrize("ending", ENDINGS)
def test_an_export_is_not_loaded_over_what_came_after_it(
    connection: Connection, exported: Path, ending: str
) -> None:
    (path,) = exported.glob(f"*.{ending}") if ending == "csv" else [exported / f"a.{ending}"]
    with pytest.raises(Conflict) as caught:
        load(connection, path)
    assert (caught.value.code, caught.value.params["since"]) == (ErrorCode.BASE_VERSION_CHANGED, "+1 ~0 −0")
    assert count(connection) == 3


def test_an_uploaded_csv_tells_its_version_by_the_name_its_owner_gave(
    connection: Connection, exported: Path
) -> None:
    (path,) = exported.glob("*.csv")
    source = Source(path.rename(exported / "bytes"), path.name, {"layer": "clinic"}, ReaderLimits())
    found = inspect(lambda: nullcontext(connection), CITY, source)
    assert 0 < found["target"]["version"] < newest(connection)
    assert ErrorCode.BASE_VERSION_CHANGED in [one["error"]["code"] for one in found["findings"]]
    seen = replace(source, choices={"layer": "clinic", "base": newest(connection)})
    agreed = inspect(lambda: nullcontext(connection), CITY, seen)
    assert ErrorCode.BASE_VERSION_CHANGED not in [one["error"]["code"] for one in agreed["findings"]]


def test_a_table_of_ones_own_counts_its_versions_as_it_likes(connection: Connection, tmp_path: Path) -> None:
    fill(connection, "a", "b")
    old = newest(connection)
    fill(connection, "a", "b", "c")
    path = tmp_path / f"clinic_v{old}.csv"
    path.write_text("code,lon,lat\na,106.3,20.4\nb,106.3,20.4\n", "utf-8")
    assert load(connection, path).features == 2


def test_an_older_export_is_loaded_when_that_is_wanted(connection: Connection, exported: Path) -> None:
    assert load(connection, exported / "a.gpkg", any_base=True).changes.removed == 1


def test_who_names_the_newest_version_has_seen_it(connection: Connection, exported: Path) -> None:
    done = load(connection, exported / "a.gpkg", base=newest(connection))
    assert (done.changes.removed, done.notices) == (1, ())


def test_an_export_of_the_newest_version_and_a_file_that_says_nothing_are_loaded(
    connection: Connection, exported: Path
) -> None:
    export_layer(connection, CITY, "clinic", exported / "new.gpkg")
    assert load(connection, exported / "new.gpkg").changes.unchanged == 3
    settle(connection)
    assert load(connection, exported / "foreign.geojson").changes.removed == 1


@pytest.mark.parametrize(
    ("before", "code", "since"),
    [("abc", "base_version_changed", "+1 ~2 −1"), ("", "layer_no_longer_empty", "+3 ~0 −0")],
)
def test_what_others_commit_while_rows_are_staged_is_not_written_over(
    connection: Connection, monkeypatch: pytest.MonkeyPatch, before: str, code: str, since: str
) -> None:
    if before:
        fill(connection, *before)
    seen, stage = newest(connection), Load.stage

    def while_somebody_is_there(own: Load, *given: Any) -> Staging:  # noqa: ANN401  as they are
        monkeypatch.setattr(Load, "stage", stage)
        fill(connection, *"bcd")
        return stage(own, *given)

    monkeypatch.setattr(Load, "stage", while_somebody_is_there)
    with pytest.raises(Conflict) as caught:
        fill(connection, "a")
    told = caught.value
    assert (told.code, told.params["base"], told.params["since"]) == (code, seen, since)


def test_a_version_that_changed_nothing_while_rows_were_staged_is_nobodys_work(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(connection, "a", "b")
    stage = Load.stage

    def while_somebody_loads_the_same(own: Load, *given: Any) -> Staging:  # noqa: ANN401  as they are
        monkeypatch.setattr(Load, "stage", stage)
        fill(connection, "a", "b")
        return stage(own, *given)

    monkeypatch.setattr(Load, "stage", while_somebody_loads_the_same)
    assert fill(connection, "a").changes.removed == 1


def test_whose_work_a_load_replaces_is_told_unless_it_was_its_own(connection: Connection) -> None:
    fill(connection, "a", "b")
    replaced = newest(connection)
    assert fill(connection, "a", "b", "c", author="an").notices == (), "nothing was replaced"
    (told,) = fill(connection, "a", "b").notices
    assert told["code"] == "version_replaced"
    params = dict(told["params"])  # type: ignore[call-overload]
    assert (params["layer"], params["author"]) == ("clinic", "an")
    assert params["version"] > replaced
    assert " an " in notices()["version_replaced"].vi.format(**params)
    assert fill(connection, "a").notices == (), "their own"


def test_a_column_made_by_hand_is_no_newer_version(connection: Connection, exported: Path) -> None:
    export_layer(connection, CITY, "clinic", exported / "new.gpkg")
    connection.execute(text("ALTER TABLE layer.clinic ADD by_hand text DEFAULT 'x'"))
    assert load(connection, exported / "new.gpkg").changes.unchanged == 3


def test_an_export_is_loaded_into_another_layer(connection: Connection, exported: Path) -> None:
    assert load(connection, exported / "a.gpkg", "school").features == 2


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"VERSION": "{number}"},
        {"LAYER": "school", "VERSION": "{number}"},
        {"LAYER": "clinic", "VERSION": "x"},
        {"LAYER": "clinic", "VERSION": "²"},
        {"LAYER": "clinic", "VERSION": "9" * 60},
        {"LAYER": "clinic", "VERSION": "999999999"},
        {"LAYER": "clinic", "VERSION": "{number}", "VERSION_TIME": "2020-01-01T00:00:00+00:00"},
    ],
)
def test_what_was_exported_elsewhere_tells_nothing_here(
    connection: Connection, exported: Path, told: dict[str, str]
) -> None:
    del exported
    number = connection.execute(text("SELECT min(id) FROM gis.version WHERE layer = 'clinic'")).scalar_one()
    about = {name: value.format(number=number) for name, value in told.items()}
    assert told_base(connection, CLINIC, about) is None
    assert told_base(connection, CLINIC, {"LAYER": "clinic", "VERSION": str(number)}) == number


@pytest.mark.parametrize(
    ("file", "version"),
    [
        ("clinic_v12.csv", 12),
        ("clinic_v12_part.csv", 12),
        ("clinic_generated_v7.csv", 7),
        ("Trạm y tế (clinic_v12) (1).csv", 12),
        ("clinic_v0.csv", None),
        ("clinic.csv", None),
        ("my_clinic_v12.csv", None),
        ("clinic_v12b.csv", None),
        ("clinic_v２.csv", None),
        ("school_v12.csv", None),
    ],
)
def test_the_name_of_an_export_bears_its_version(file: str, version: int | None) -> None:
    assert named_version(CLINIC, file) == version
    assert is_named_part(CLINIC, file) is ("part" in file)
