import os
import signal
import socket
import stat
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from gis_service.db import postgres
from gis_service.db.cluster import Cluster, database_url, private_cluster
from gis_service.db.cluster_roles import EXTENSIONS
from gis_service.db.postgres import APT_LINE, find_programs
from gis_service.errors import ErrorCode, Temporary
from gis_service.settings import Settings


@pytest.fixture(autouse=True)
def running(own_cluster: Cluster) -> None:
    own_cluster.start()


def kill(cluster: Cluster) -> None:
    pid = cluster.postmaster()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    while cluster.postmaster() is not None:
        time.sleep(0.01)


def test_a_killed_server_is_started_again_with_its_data(own_cluster: Cluster) -> None:
    with psycopg.connect(own_cluster.url(), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS value")
    before = own_cluster.url()
    kill(own_cluster)
    assert not own_cluster.answers()
    assert Cluster(own_cluster.home).start()
    assert own_cluster.url() == before
    with psycopg.connect(own_cluster.url()) as connection:
        assert connection.execute("SELECT value FROM kept").fetchone() == (7,)


def test_a_server_killed_amid_work_lets_its_orphans_go_first(own_cluster: Cluster) -> None:
    busy = psycopg.connect(own_cluster.url())
    busy.execute("CREATE TEMP TABLE work AS SELECT generate_series(1, 1000)")
    kill(own_cluster)
    assert own_cluster.start()
    busy.close()


def test_a_running_cluster_is_found(own_cluster: Cluster) -> None:
    pid = own_cluster.postmaster()
    assert not Cluster(own_cluster.home).start()
    assert own_cluster.postmaster() == pid


def test_process_numbers_that_belong_to_others_now_do_not_stop_the_start(own_cluster: Cluster) -> None:
    port = own_cluster.manifest.port
    own_cluster.stop()
    for lock in (own_cluster.data / "postmaster.pid", own_cluster.socket_dir / f".s.PGSQL.{port}.lock"):
        lock.write_text(f"{os.getpid()}\n{own_cluster.data}\n")
    (own_cluster.socket_dir / f".s.PGSQL.{port}").touch()
    assert own_cluster.postmaster() is None
    assert own_cluster.start()


def test_starts_at_the_same_time_make_one_server(own_cluster: Cluster) -> None:
    own_cluster.stop()
    with ThreadPoolExecutor(4) as pool:
        started = list(pool.map(lambda _: own_cluster.start(), range(4)))
    assert started.count(True) == 1


def test_stop_tells_whether_there_was_something_to_stop(own_cluster: Cluster) -> None:
    assert own_cluster.stop()
    assert not own_cluster.stop()


def test_it_listens_on_the_loopback_address_only(own_cluster: Cluster) -> None:
    port = own_cluster.manifest.port
    lines = Path("/proc/net/tcp").read_text().splitlines() + Path("/proc/net/tcp6").read_text().splitlines()
    listening = {line.split()[1] for line in lines[1:] if line.split()[3] == "0A"}
    assert {address for address in listening if address.endswith(f":{port:04X}")} == {f"0100007F:{port:04X}"}


@pytest.mark.parametrize("door", ["tcp", "socket"])
def test_nobody_comes_in_without_the_password(own_cluster: Cluster, door: str) -> None:
    host = "127.0.0.1" if door == "tcp" else str(own_cluster.socket_dir)
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(host=host, port=own_cluster.manifest.port, user="gis_service", dbname="gis")


def test_the_passwords_are_readable_by_their_owner_only(own_cluster: Cluster) -> None:
    assert stat.S_IMODE((own_cluster.home / "cluster.json").stat().st_mode) == 0o600
    assert stat.S_IMODE(own_cluster.home.stat().st_mode) == 0o700
    assert list(own_cluster.home.glob("password*")) == []


def test_the_service_role_owns_its_database_and_nothing_more(own_cluster: Cluster) -> None:
    with psycopg.connect(own_cluster.url()) as connection:
        rights = "SELECT rolsuper, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user"
        assert connection.execute(rights).fetchone() == (False, False, False)
        connection.execute("CREATE SCHEMA own")


def test_all_extensions_are_there(own_cluster: Cluster) -> None:
    with psycopg.connect(own_cluster.url()) as connection:
        found = {name for (name,) in connection.execute("SELECT extname FROM pg_extension")}
    assert set(EXTENSIONS) <= found


@pytest.mark.parametrize("setting", ["fsync", "full_page_writes", "synchronous_commit"])
def test_what_is_committed_survives_a_power_failure(own_cluster: Cluster, setting: str) -> None:
    with psycopg.connect(own_cluster.url()) as connection:
        assert connection.execute("SELECT current_setting(%s)", [setting]).fetchone() == ("on",)


def test_a_port_taken_by_others_is_said_and_never_changed(own_cluster: Cluster) -> None:
    port = own_cluster.manifest.port
    own_cluster.stop()
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", port))
        other.listen()
        with pytest.raises(Temporary) as caught:
            own_cluster.start()
    assert caught.value.code is ErrorCode.DATABASE_PORT_BUSY
    assert str(port) in str(caught.value)
    assert own_cluster.manifest.port == port


def test_a_server_that_cannot_start_says_why(own_cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gis_service.db.cluster._ORPHAN_TIME_S", 0.0)
    own_cluster.stop()
    rules = own_cluster.data / "pg_hba.conf"
    good = rules.read_text()
    rules.write_text("nonsense\n")
    with pytest.raises(Temporary) as caught:
        own_cluster.start()
    rules.write_text(good)
    assert caught.value.code is ErrorCode.DATABASE_START_FAILED
    assert "pg_hba.conf" in str(caught.value)


def test_what_a_cut_short_start_left_is_cleared_away(own_cluster: Cluster) -> None:
    unfinished = Cluster(own_cluster.home.parent / "unfinished", durable=False)
    (unfinished.home / "data.new" / "base").mkdir(parents=True)
    unfinished.start()
    assert unfinished.answers()
    unfinished.remove()
    assert not unfinished.home.exists()


def test_a_deep_folder_gets_its_socket_elsewhere(own_cluster: Cluster) -> None:
    deep = Cluster(own_cluster.home.parent / ("long" * 20) / "cluster", durable=False)
    deep.start()
    assert deep.answers()
    deep.remove()
    assert not deep.socket_dir.exists()


def test_missing_programs_are_named_with_the_line_that_installs_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "LIBRARY", tmp_path)
    with pytest.raises(Temporary) as caught:
        find_programs()
    assert caught.value.code is ErrorCode.DATABASE_PROGRAMS_MISSING
    assert APT_LINE in str(caught.value)
    assert caught.value.exit_code == 6


@pytest.mark.parametrize(("with_postgis", "expected"), [((14, 15), 15), ((15,), 15), ((9, 15), 15)])
def test_the_newest_version_with_postgis_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, with_postgis: tuple[int, ...], expected: int
) -> None:
    monkeypatch.setattr(postgres, "LIBRARY", tmp_path / "lib")
    monkeypatch.setattr(postgres, "SHARE", tmp_path / "share")
    for version in (9, 14, 15, 17):
        (tmp_path / f"lib/{version}/bin").mkdir(parents=True)
        (tmp_path / f"lib/{version}/bin/initdb").touch()
    for version in with_postgis:
        (tmp_path / f"share/{version}/extension").mkdir(parents=True)
        (tmp_path / f"share/{version}/extension/postgis.control").touch()
    assert find_programs().version == expected
    with pytest.raises(Temporary):
        find_programs(17)


def test_another_database_can_take_its_place(tmp_path: Path) -> None:
    other = "postgresql://somebody@elsewhere/maps"
    assert database_url(Settings(data_dir=tmp_path, database_url=other)) == other


def test_a_cluster_that_does_not_run_has_no_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gis_service.db.cluster.ROOT_HOME", tmp_path)
    monkeypatch.setattr("gis_service.db.cluster.ROOT", tmp_path)
    with pytest.raises(Temporary) as caught:
        database_url(Settings(data_dir=tmp_path, database_url=None))
    assert caught.value.code is ErrorCode.DATABASE_NOT_RUNNING


@pytest.mark.parametrize(("user", "parent"), [(0, "/var/lib/gis-service"), (1000, "{data_dir}")])
def test_root_keeps_it_outside_the_checkout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, user: int, parent: str
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: user)
    home = private_cluster(Settings(data_dir=tmp_path)).home
    assert str(home.parent) == parent.format(data_dir=tmp_path)
