"""What commands leave in the audit: who takes homes out, and who makes a version, whatever LOGNAME says."""

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from gis_service.cli import main
from gis_service.db.engine import Engine, open_engine, transaction
from gis_service.db.layers import add_version, ensure_table
from gis_service.services.audit import Entry, list_
from gis_service.services.layers import table_of
from gis_service.settings import Settings
from gis_service.types import LayerId
from tests.demo_city import catalogue as real_catalogue
from tests.small_city import write_text
from tests.wells_definition import WELLS

ROWS = {
    "residents": "INSERT INTO layer.residents (geom, people) VALUES (ST_Point(106.3, 20.4, 4326), 4)",
    "wifi": "INSERT INTO layer.wifi (geom, code, name) VALUES (ST_Point(106.3, 20.4, 4326), 'w1', 'Chợ')",
}


@pytest.fixture(scope="module")
def engine(make_database: Callable[[], str]) -> Iterator[Engine]:
    """Give a database with one home and one Wi-Fi point; the commands commit."""
    opened = open_engine(make_database())
    layers = real_catalogue().layers
    with transaction(opened) as connection:
        for layer, row in ROWS.items():
            ensure_table(connection, table_of(layers[LayerId(layer)]))
            add_version(connection, LayerId(layer), author="tests", message="")
            connection.execute(text(row))
    yield opened
    opened.dispose()


@pytest.fixture(autouse=True)
def _surroundings(settings: Settings, monkeypatch: pytest.MonkeyPatch, engine: Engine) -> None:
    url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    for name, value in {"DATABASE_URL": url, "DATA_DIR": str(settings.data_dir)}.items():
        monkeypatch.setenv(f"GIS_{name}", value)
    monkeypatch.setenv("LOGNAME", "minh")
    monkeypatch.setattr("gis_service.cli.users.pwd.getpwuid", lambda _: SimpleNamespace(pw_name="thu"))
    monkeypatch.delenv("SUDO_USER", raising=False)


@pytest.fixture
def did(engine: Engine) -> Callable[..., list[Entry]]:
    """Give a function that runs a command and gives what it left in the audit, the newest first."""

    def call(*arguments: object, noun: str = "layers") -> list[Entry]:
        with transaction(engine) as connection:
            before = list_(connection).items
        result = CliRunner().invoke(main, [noun, *map(str, arguments)])
        assert result.exit_code == 0, result.output
        with transaction(engine) as connection:
            now = list_(connection).items
        return [*now[: len(now) - len(before)]]

    return call


def newest(engine: Engine, layer: str) -> int:
    with transaction(engine) as connection:
        asked = text("SELECT max(id) FROM gis.version WHERE layer = :layer")
        number: int = connection.execute(asked, {"layer": layer}).scalar_one()
    return number


def test_whoever_takes_homes_out_is_told_and_by_which_command(
    engine: Engine, did: Callable[..., list[Entry]], tmp_path: Path
) -> None:
    version = newest(engine, "residents")
    for arguments, told in (
        (("export", "residents", "--out", tmp_path / "a.csv"), "layers export"),
        (
            ("export", "residents", "--out", tmp_path / "b.csv", "--version", version),
            f"layers export --version {version}",
        ),
        (("diff", "residents", version), f"layers diff {version}"),
        (("diff", "residents", version, version), f"layers diff {version} {version}"),
    ):
        (entry,) = did(*arguments)
        assert (entry.actor, entry.by, entry.action) == ("thu", "command", "personal.read")
        assert (entry.object, entry.after) == ("residents", {"command": told})


def test_other_layers_are_taken_out_without_a_word(
    engine: Engine, did: Callable[..., list[Entry]], tmp_path: Path
) -> None:
    assert did("export", "wifi", "--out", tmp_path / "a.csv") == []
    assert did("diff", "wifi", newest(engine, "wifi")) == []


def test_a_version_is_told_with_who_ran_the_command_whatever_author_it_names(
    engine: Engine, did: Callable[..., list[Entry]], tmp_path: Path
) -> None:
    first = newest(engine, "wifi")
    assert did("export", "wifi", "--out", tmp_path / "a.gpkg") == []
    with transaction(engine) as connection:
        add_version(connection, LayerId("wifi"), author="tests", message="")
        connection.execute(text("DELETE FROM layer.wifi"))
    for arguments in (
        ("restore", "wifi", "--version", first, "--author", "minh"),
        ("load", tmp_path / "a.gpkg", "--layer", "wifi", "--author", "minh", "--any-base"),
    ):
        (entry,) = did(*arguments)
        assert (entry.actor, entry.role, entry.by) == ("thu", "admin", "command")
        assert (entry.action, entry.object) == ("layer.version", "wifi")
        assert entry.after == {"version": newest(engine, "wifi")}


DEPTH = "  - {name: depth, type: integer, label: {vi: Độ sâu, en: Depth}}\nsource:"


def test_a_layer_is_made_described_and_dropped_by_who_ran_the_command(
    did: Callable[..., list[Entry]], tmp_path: Path
) -> None:
    deeper = WELLS.replace("source:", DEPTH)
    for action, arguments in (
        ("layer.create", ("create", write_text(tmp_path / "a.yaml", WELLS), "--author", "minh")),
        ("layer.describe", ("describe", "wells", "--from", write_text(tmp_path / "b.yaml", deeper))),
        ("layer.drop", ("drop", "wells", "--yes", "--author", "minh")),
    ):
        entries = did(*arguments)
        assert {entry.action for entry in entries} == {action, "layer.version"}
        assert {(entry.actor, entry.by, entry.object) for entry in entries} == {("thu", "command", "wells")}


def test_a_table_is_migrated_by_who_ran_the_command(engine: Engine, did: Callable[..., list[Entry]]) -> None:
    with transaction(engine) as connection:
        connection.execute(text("ALTER TABLE layer.wifi ADD COLUMN by_hand text"))
    assert did("migrate", "wifi", "--yes", "--dry-run") == []
    (entry,) = did("migrate", "wifi", "--yes", "--author", "minh")
    assert (entry.actor, entry.action, entry.object) == ("thu", "layer.version", "wifi")
    assert entry.after == {"version": newest(engine, "wifi")}


def test_a_back_up_and_a_repair_are_told_with_who_ran_them(
    engine: Engine, did: Callable[..., list[Entry]], tmp_path: Path
) -> None:
    (entry,) = did("backup", tmp_path / "a.dump", noun="db")
    assert (entry.actor, entry.by, entry.action, entry.object) == ("thu", "command", "db.backup", "a.dump")
    with transaction(engine) as connection:
        connection.execute(text("CREATE TABLE layer.by_hand (fid bigint PRIMARY KEY, geom geometry)"))
        connection.execute(text("INSERT INTO layer.by_hand VALUES (7)"))
    made, repaired = did("check", "--repair", noun="db")
    assert (made.actor, made.action, repaired.actor, repaired.action) == (
        "thu",
        "layer.version",
        "thu",
        "db.check",
    )
    assert (repaired.object, repaired.before) == (
        "by_hand",
        {"faults": ["history_missing", "history_triggers_missing"]},
    )
    assert did("check", noun="db") == []
