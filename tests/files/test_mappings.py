from pathlib import Path

import pytest

from gis_service.errors import GisError
from gis_service.files.mappings import read_mapping

KNOWN = {"limit_m", "mode"}


def test_hyphens_and_underscores_are_one(tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text("limit-m: 300\nmode: walk\n", "utf-8")
    assert read_mapping(tmp_path / "s.yaml", KNOWN) == {"limit_m": 300, "mode": "walk"}


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
