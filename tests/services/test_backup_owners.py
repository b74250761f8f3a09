"""A back-up that another role restores: its rights are no more than the first owner's, others keep theirs."""

import json
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from gis_service.db.cluster import Cluster
from gis_service.db.layers import Column, LayerTable
from gis_service.files.backups import BackupFiles
from gis_service.services.backup import back_up, restore
from gis_service.settings import Settings
from gis_service.types import LayerId
from tests.backed_up import ask, at, with_table

WELL = LayerTable(LayerId("well"), "Point", "code", (Column("code", "text"),))


@pytest.fixture
def source(settings: Settings, make_database: Callable[[], str]) -> Settings:
    """Give settings of a database with an empty layer."""
    return at(settings, with_table(make_database(), WELL))


@pytest.fixture
def empty(settings: Settings, make_empty: Callable[[], str]) -> Settings:
    """Give settings of a database that holds nothing but extensions."""
    return at(settings, make_empty())


def test_another_owner_gets_no_more_rights_and_others_keep_theirs(
    source: Settings, empty: Settings, tmp_path: Path, cluster: Cluster
) -> None:
    """The role that owns the restored database bears another name than the one that was backed up."""
    with psycopg.connect(cluster.admin_url(), autocommit=True) as admin:
        admin.execute("CREATE ROLE reader_of_wells; CREATE ROLE other_owner LOGIN PASSWORD 'x'")
        admin.execute(f"ALTER DATABASE {name_of(empty)} OWNER TO other_owner".encode())
    with psycopg.connect(cluster.admin_url(name_of(empty)), autocommit=True) as admin:
        admin.execute("GRANT ALL ON SCHEMA public TO other_owner")
    theirs = psycopg.conninfo.conninfo_to_dict(str(empty.database_url))
    url = f"postgresql://other_owner:x@{theirs['host']}:{theirs['port']}/{theirs['dbname']}"
    try:
        with psycopg.connect(str(source.database_url), autocommit=True) as owner:
            owner.execute("GRANT SELECT ON layer.well TO reader_of_wells")
        report = back_up(source, tmp_path / "a.dump")
        assert json.loads(BackupFiles(report.file).manifest.read_text())["roles"] == ["reader_of_wells"]
        assert restore(at(empty, url), tmp_path / "a.dump").absent == ()
        may = "has_table_privilege('{}', '{}', '{}')"
        asked = [
            ("other_owner", "gis.audit", "INSERT"),
            ("other_owner", "gis.audit", "UPDATE, DELETE, TRUNCATE"),
            ("other_owner", "gis.dirty", "UPDATE, DELETE, TRUNCATE"),
            ("gis_service", "gis.audit", "SELECT, INSERT"),
            ("gis_service", "gis.dirty", "SELECT, INSERT"),
            ("reader_of_wells", "layer.well", "SELECT"),
        ]
        found = ask(at(empty, url), "SELECT " + ", ".join(may.format(*one) for one in asked))
        assert found == [(True, False, False, False, False, True)]
        calls = "has_function_privilege('reader_of_wells', 'gis.{}', 'EXECUTE')"
        named = (calls.format("version_of_write(text, text, text)"), calls.format("search_form(text)"))
        assert ask(at(empty, url), f"SELECT {', '.join(named)}") == [(False, True)]
    finally:
        for settings in (source, empty):
            with psycopg.connect(cluster.admin_url(name_of(settings)), autocommit=True) as inside:
                inside.execute("REASSIGN OWNED BY other_owner TO gis_service")
                inside.execute("DROP OWNED BY other_owner, reader_of_wells")
        with psycopg.connect(cluster.admin_url(), autocommit=True) as admin:
            admin.execute("DROP ROLE other_owner; DROP ROLE reader_of_wells")


def name_of(settings: Settings) -> str:
    return str(settings.database_url).rpartition("/")[2]
