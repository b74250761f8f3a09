"""A system that somebody chooses or a file names makes the service open no file, and never fail."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import shapely

from tests.files.test_readers_walls import Bait
from tests.hostile_files import NOT_ON_EARTH, POINT, REACHING, reaching, write_wkb_parquet
from tests.web.uploaded import Desk, points


@pytest.fixture
def bait(tmp_path: Path) -> Iterator[Bait]:
    made = Bait(tmp_path)
    yield made
    made.close()


def test_a_chosen_system_opens_no_file_and_is_one_of_the_earth(desk: Desk, bait: Bait) -> None:
    id_ = desk.ready(points("a"))
    wrong = [*(reaching(name, bait.path) for name in REACHING), *NOT_ON_EARTH.values()]
    answers = [desk.choose(id_, crs=system) for system in wrong]
    assert {(answer.status_code, answer.get_json()["code"]) for answer in answers} == {(422, "crs_unknown")}
    assert bait.touched() == []
    assert desk.choose(id_, crs="EPSG:4326").status_code == 200


@pytest.mark.parametrize("kind", ["reaching", "not on earth"])
def test_a_file_of_such_a_system_waits_for_another(desk: Desk, bait: Bait, tmp_path: Path, kind: str) -> None:
    system = reaching("WKT2", bait.path) if kind == "reaching" else NOT_ON_EARTH["a machine"]
    path = write_wkb_parquet(tmp_path / "a.parquet", shapely.to_wkb(POINT), system)
    sent = desk.send(path.read_bytes(), "điểm.parquet")
    told = sent.get_json()
    assert (sent.status_code, told["state"]) == (201, "ready"), told
    (wrong,) = [one["code"] for one in told["faults"] if one["severity"] == "error"]
    assert wrong == ("crs_unknown" if kind == "reaching" else "needs_crs")
    if kind != "reaching":
        assert next(one for one in told["guesses"] if one["kind"] == "crs")["crs"] == "EPSG:4326"
    mended = desk.choose(told["id"], crs="EPSG:4326").get_json()
    assert [one["code"] for one in mended["faults"] if one["severity"] == "error"] == []
    assert bait.touched() == []
