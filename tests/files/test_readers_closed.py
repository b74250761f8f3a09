"""What a machine cannot keep its readers from is told once, and keeps no file from being read."""

import logging
from pathlib import Path

import pytest

from gis_service.errors import ErrorCode, Temporary
from gis_service.files.offline import OFFLINE
from gis_service.files.readers import closed, open_vector, process
from gis_service.files.readers.raster_process import inspect_raster_file
from tests.raster_files import cells_of, write_tif
from tests.small_city import write_text

_TABLE = "name,lon,lat\nchợ,106.3,20.4\n"


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """Give the warnings, of a process that has said nothing yet."""
    closed._note.cache_clear()
    caplog.set_level(logging.WARNING)
    return caplog


def test_a_reader_says_what_it_lacks(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(closed, "close_files", lambda *_: True)
    monkeypatch.setattr(closed, "close_sockets", lambda: False)
    monkeypatch.delenv(OFFLINE, raising=False)
    assert closed.close_in([], tmp_path) == ("sockets", "network")
    monkeypatch.setattr(closed, "close_sockets", lambda: True)
    monkeypatch.setenv(OFFLINE, "1")
    assert closed.close_in([], tmp_path) == ()
    assert capsys.readouterr().err == "without walls: sockets network\n"


def test_it_is_noted_once_and_only_as_what_it_can_be(told: pytest.LogCaptureFixture) -> None:
    log = ["a", "without walls: sockets network", "b", "without walls: <b>"]
    assert closed.without_walls(log) == closed.without_walls(log) == ["a", "b"]
    assert told.messages == ["this machine closes readers of files in without: sockets, network"]


def test_every_reader_looks_for_itself(
    told: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The program that takes the network away is left out: each reader goes on, and says so."""
    monkeypatch.setattr(process, "_OFFLINE", "runpy")
    with open_vector(write_text(tmp_path / "a.csv", _TABLE)) as source:
        assert sum(batch.num_rows for batch in source.batches()) == 1
    assert [message for message in told.messages if "network" in message]
    closed._note.cache_clear()
    monkeypatch.setattr("gis_service.files.readers.raster_process._OFFLINE", "runpy")
    inspect_raster_file(write_tif(tmp_path / "a.tif", cells_of("int16")))
    assert len([message for message in told.messages if "network" in message]) == 2


def test_what_this_machine_lacks_is_told_by_a_reader_of_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert set(closed.missing_walls()) <= set(closed.WALLS)
    monkeypatch.setattr(closed, "_OFFLINE", "runpy")
    assert "network" in closed.missing_walls()
    monkeypatch.setattr(closed, "_READER", "gis_service.no_such")
    with pytest.raises(Temporary) as caught:
        closed.missing_walls()
    assert caught.value.code is ErrorCode.READING_MACHINE_SHORT
