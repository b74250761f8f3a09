from pathlib import Path

import pytest

from gis_service.errors import GisError
from gis_service.files.mappings import read_mapping

KNOWN = {"limit_m", "mode"}


def test_hyphens_and_underscores_are_one(tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text("limit-m: 300\nmode: walk\n", "utf-8")
    assert read_mapping(tmp_path / "s.yaml", KNOWN) == {"limit_m": 300, "mode": "walk"}


def test_times_and_dates_stay_text_and_numbers_are_numbers(tmp_path: Path) -> None:
    lines = ["at: 10:00", "day: 2026-11-24", "code: 010", "limit: 2.5", "n: -3", "big: 1e3", "mode: null"]
    (tmp_path / "s.yaml").write_text("\n".join(lines), "utf-8")
    known = {"at", "day", "code", "limit", "n", "big", "mode"}
    assert read_mapping(tmp_path / "s.yaml", known) == {
        "at": "10:00", "day": "2026-11-24", "code": "010", "limit": 2.5, "n": -3, "big": 1000, "mode": None,
    }  # fmt: skip


BAD = {"- a": "list", "": "NoneType", "limit: 3": "unknown: limit", "a: [": "s.yaml", "\xff": "s.yaml"}


@pytest.mark.parametrize("content", BAD)
def test_a_faulty_file_is_refused(content: str, tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_bytes(content.encode("latin-1"))
    with pytest.raises(GisError) as refusal:
        read_mapping(tmp_path / "s.yaml", KNOWN)
    assert refusal.value.code == "study_file_faulty"
    assert BAD[content] in refusal.value.detail()
    assert "limit_m, mode" in refusal.value.expected()


def test_a_file_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(GisError) as refusal:
        read_mapping(tmp_path / "s.yaml", KNOWN)
    assert refusal.value.code == "file_not_found"
