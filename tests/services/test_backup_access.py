"""A back-up brings nobody's access back: no token, session or one-time code, however its restore ends."""

import json
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from gis_service.db.engine import open_engine, transaction
from gis_service.db.layers import Column, LayerTable
from gis_service.errors import ErrorCode, NotAllowed, RefusedInput
from gis_service.files.backups import BackupFiles
from gis_service.services import audit, sessions, users
from gis_service.services.accounts import OPERATOR, Caller, Role, caller_of, make_token
from gis_service.services.backup import back_up, restore
from gis_service.services.database_check import check_database
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


def other_counts(file: Path) -> None:
    manifest = BackupFiles(file).manifest
    told = json.loads(manifest.read_text())
    manifest.write_text(json.dumps({**told, "tables": {**told["tables"], "layer.well": 7}}))


def test_what_was_taken_back_after_the_back_up_does_not_live_again(
    source: Settings, empty: Settings, tmp_path: Path
) -> None:
    assert source.database_url
    engine = open_engine(source.database_url)
    with transaction(engine) as connection:
        account = users.add(connection, "lan", Role.ADMIN)
        users.set_password(connection, account, "con trâu ăn cỏ ngoài đê", "Thái Bình")
        users.invite(connection, "lan")
        lan = Caller(Role.ADMIN, "lan", account.id)
        own, operators = (make_token(connection, Role.ADMIN, caller=caller) for caller in (lan, OPERATOR))
        sessions.begin(connection, source, lan, "a browser")
    back_up(source, tmp_path / "a.dump")
    with transaction(engine) as connection:
        for token in (own, operators):
            assert caller_of(connection, token).role is Role.ADMIN
    engine.dispose()
    restore(empty, tmp_path / "a.dump", caller=Caller(Role.ADMIN, "thu"))
    assert empty.database_url
    engine = open_engine(empty.database_url)
    with transaction(engine) as connection:
        for token in (own, operators):
            with pytest.raises(NotAllowed):
                caller_of(connection, token)
        restored = users.get(connection, "lan")
        told = audit.list_(connection, audit.AuditFilter(action="db.restore")).items
        kept = audit.list_(connection, audit.AuditFilter(action="db.backup")).items
        versions = audit.list_(connection, audit.AuditFilter(action="layer.version")).items
        by_sql = audit.list_(connection, audit.AuditFilter(action="token.update")).items
    engine.dispose()
    assert ask(empty, "SELECT count(*) FROM gis.session") == [(0,)]
    assert (restored.password is not None, restored.code_expires_at) == (True, None)
    assert [(one.actor, one.by, (one.after or {})["file"]) for one in told] == [("thu", "command", "a.dump")]
    assert [(one.actor, one.object) for one in kept] == [("operator", "a.dump")]
    assert (versions[0].actor, versions[0].object) == ("thu", "well")
    assert not by_sql


def test_what_is_refused_half_way_opens_nothing(source: Settings, empty: Settings, tmp_path: Path) -> None:
    engine = open_engine(str(source.database_url))
    with transaction(engine) as connection:
        token = make_token(connection, Role.ADMIN)
    engine.dispose()
    back_up(source, tmp_path / "a.dump")
    other_counts(tmp_path / "a.dump")
    with pytest.raises(RefusedInput) as refused:
        restore(empty, tmp_path / "a.dump")
    assert refused.value.code is ErrorCode.RESTORE_INCOMPLETE
    engine = open_engine(str(empty.database_url))
    with transaction(engine) as connection, pytest.raises(NotAllowed):
        caller_of(connection, token)
    engine.dispose()
    assert ask(empty, "SELECT author FROM gis.version ORDER BY id DESC LIMIT 1") == [("db restore",)]


def test_a_restore_that_is_cut_short_opens_nothing(
    source: Settings, empty: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = open_engine(str(source.database_url))
    with transaction(engine) as connection:
        account = users.add(connection, "lan", Role.ADMIN)
        make_token(connection, Role.ADMIN)
        sessions.begin(connection, source, Caller(Role.ADMIN, "lan", account.id), "a browser")
    engine.dispose()

    def cut(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("gis_service.services.backup.migrate", cut)
    back_up(source, tmp_path / "a.dump")
    with pytest.raises(KeyboardInterrupt):
        restore(empty, tmp_path / "a.dump")
    alive = "SELECT (SELECT count(*) FROM gis.session), (SELECT count(*) FROM gis.token)"
    assert (ask(source, alive), ask(empty, alive)) == ([(1, 1)], [(0, 0)])
    assert ask(empty, "SELECT login FROM gis.account") == [("lan",)]


def test_what_was_switched_off_before_the_back_up_guards_again_after_the_restore(
    source: Settings, empty: Settings, tmp_path: Path
) -> None:
    assert source.database_url
    with psycopg.connect(source.database_url) as owner:
        owner.execute("ALTER TABLE gis.audit DISABLE TRIGGER audit_is_append_only")
    back_up(source, tmp_path / "a.dump")
    restore(empty, tmp_path / "a.dump")
    assert check_database(empty).guards == ()
