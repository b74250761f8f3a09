from pathlib import Path

import pytest
from sqlalchemy import text

from gis_service.db.cluster import Cluster
from gis_service.db.migrate import newest_revision
from gis_service.errors import ErrorCode, Temporary, WrongUse
from gis_service.services import database
from gis_service.settings import Settings


@pytest.fixture
def private(tmp_path: Path, cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Give settings under which the throw-away cluster of this run is the private one."""
    monkeypatch.setattr(database, "private_cluster", lambda _: cluster)
    monkeypatch.setattr("gis_service.db.cluster.private_cluster", lambda _: cluster)
    return Settings(data_dir=tmp_path, database_url=None)


def test_another_database_is_used_as_it_is_named(settings: Settings) -> None:
    assert database.address(settings) == settings.database_url


def test_the_private_address_is_the_clusters(private: Settings, cluster: Cluster) -> None:
    assert database.address(private) == cluster.url()


def test_a_running_cluster_is_left_alone(private: Settings) -> None:
    assert not database.start(private)
    assert not database.keep_running(private)


def test_status_tells_a_fresh_database(settings: Settings) -> None:
    found = database.status(settings)
    assert (found.answers, found.private) == (True, False)
    assert found.revision == found.newest == newest_revision()
    assert "***" in found.address


def test_status_of_a_database_that_does_not_answer(tmp_path: Path) -> None:
    found = database.status(Settings(data_dir=tmp_path, database_url="postgresql://u:secret@127.0.0.1:1/d"))
    assert (found.answers, found.revision, found.layers) == (False, None, ())
    assert "secret" not in found.address


def test_loaded_layers_are_named_once(settings: Settings) -> None:
    with database.one_transaction(settings) as connection:
        connection.execute(
            text(
                "INSERT INTO gis.version (layer, author) VALUES ('park', 'x'), ('market', 'x'), ('park', 'x')"
            )
        )
    assert [name for name in database.status(settings).layers if name in {"park", "market"}] == [
        "market",
        "park",
    ]


def test_a_database_that_is_not_ours_is_not_stopped(settings: Settings) -> None:
    with pytest.raises(WrongUse) as caught:
        database.stop(settings)
    assert caught.value.code is ErrorCode.DATABASE_IS_OUTSIDE


def test_a_private_database_that_was_never_made_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    never = Cluster(tmp_path / "never")
    monkeypatch.setattr(database, "private_cluster", lambda _: never)
    monkeypatch.setattr("gis_service.db.cluster.private_cluster", lambda _: never)
    with pytest.raises(Temporary) as caught:
        database.address(Settings(data_dir=tmp_path, database_url=None))
    assert caught.value.code is ErrorCode.DATABASE_NOT_RUNNING
