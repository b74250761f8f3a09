"""Names that point into the artefact store."""

import hashlib
from pathlib import Path

import pytest

from gis_service.files.store_names import ArtefactNames

QUESTION = hashlib.sha256(b"the roads of today").hexdigest()
KEY = hashlib.sha256(b"content").hexdigest()


def test_a_name_is_found_by_another_process_of_the_machine(tmp_path: Path) -> None:
    ArtefactNames(tmp_path / "artefacts").remember(QUESTION, KEY)
    assert ArtefactNames(tmp_path / "artefacts").find(QUESTION) == KEY


def test_the_answer_that_was_found_last_counts(tmp_path: Path) -> None:
    names = ArtefactNames(tmp_path)
    names.remember(QUESTION, QUESTION)
    names.remember(QUESTION, KEY)
    assert names.find(QUESTION) == KEY
    assert [path.name for path in (tmp_path / "names").iterdir()] == [QUESTION]


@pytest.mark.parametrize("content", [None, "", "half a has", KEY[:-1], KEY + "\n"])
def test_a_name_that_is_not_there_or_not_whole_points_nowhere(tmp_path: Path, content: str | None) -> None:
    names = ArtefactNames(tmp_path)
    if content is not None:
        (tmp_path / "names").mkdir()
        (tmp_path / "names" / QUESTION).write_text(content)
    assert names.find(QUESTION) is None


@pytest.mark.parametrize("question", ["", "../../etc/passwd", QUESTION.upper()])
def test_only_hashes_are_names(tmp_path: Path, question: str) -> None:
    names = ArtefactNames(tmp_path)
    with pytest.raises(ValueError, match="not a SHA-256"):
        names.find(question)
