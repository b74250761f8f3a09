"""The documentation that is printed from the code."""

from pathlib import Path

import pytest

from gis_service.errors import CODES
from gis_service.web import documents


def test_every_code_stands_on_the_page_of_errors_in_both_languages() -> None:
    page = documents.errors_page()
    assert all(f"## `{code}` · " in page for code in CODES)
    assert page.count("\n* **") == 2 * len(CODES)


def test_printing_writes_every_document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "docs").mkdir()
    monkeypatch.setattr(documents, "ROOT", tmp_path)
    documents.main()
    for name, page in documents.PRINTED.items():
        assert (tmp_path / "docs" / name).read_text("utf-8") == page()
