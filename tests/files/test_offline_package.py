"""Packages of maps: the whole archive in both forms, and no text of a layer that a page would run."""

import base64
import json
import re
import zipfile
from pathlib import Path

import pytest

from gis_service.errors import ErrorCode, Temporary
from gis_service.files import offline_package
from gis_service.files.offline_package import write_package

HOSTILE = "</script><script>alert('Đê')</script>"
STYLE = {"version": 8, "sources": {}, "layers": []}
FACTS = {
    "language": "vi",
    "title": HOSTILE,
    "layers": [{"title": HOSTILE, "source": HOSTILE, "licence": "MIT"}],
}


def written(folder: Path, content: bytes) -> zipfile.ZipFile:
    archive = folder / "tiles"
    archive.write_bytes(content)
    write_package(folder / "map.zip", archive, STYLE, FACTS)
    return zipfile.ZipFile(folder / "map.zip")


def test_the_archive_is_there_as_it_is_and_as_a_script(tmp_path: Path) -> None:
    content = bytes(range(256)) * 4_000
    package = written(tmp_path, content)
    assert package.read("map/map.pmtiles") == content
    script = package.read("map/map.js").decode("ascii")
    assert script.startswith("window.gisTiles=[")
    pieces = re.findall(r'"([^"]*)"', script)
    assert len(pieces) > 1
    assert b"".join(map(base64.b64decode, pieces)) == content


def test_no_text_of_a_layer_ends_the_script_that_holds_it(tmp_path: Path) -> None:
    page = written(tmp_path, b"tiles").read("map/index.html").decode()
    assert HOSTILE not in page
    told = page.partition('<script id="facts" type="application/json">')[2].partition("</script>")[0]
    assert json.loads(told) == {**FACTS, "style": STYLE}
    assert page.count("</script>") == 3


def test_the_same_map_is_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        written(tmp_path / name, b"tiles")
    assert (tmp_path / "one" / "map.zip").read_bytes() == (tmp_path / "two" / "map.zip").read_bytes()


def test_without_the_client_there_is_no_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(offline_package, "_CLIENT", tmp_path / "nowhere")
    with pytest.raises(Temporary) as refused:
        written(tmp_path, b"tiles")
    assert refused.value.code is ErrorCode.CLIENT_NOT_BUILT
    assert not (tmp_path / "map.zip").exists()
