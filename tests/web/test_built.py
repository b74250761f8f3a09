"""What the build of the client has made."""

import json
from pathlib import Path

from gis_service.web.built import style_of


def test_the_style_is_that_of_the_build_and_may_be_absent(tmp_path: Path) -> None:
    assert style_of(tmp_path) is None
    manifest = tmp_path / "manifest.json"
    manifest.write_text("{}")
    assert style_of(tmp_path) is None
    manifest.write_text(json.dumps({"src/look/forms.css": {"file": "assets/forms-1.css"}}))
    assert style_of(tmp_path) == "assets/forms-1.css"
