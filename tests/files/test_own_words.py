"""What our own exports tell of themselves is read back; whatever strangers write there is none of it."""

import json
from pathlib import Path

import pytest

from gis_service.files.readers.own_words import told_in_geojson, told_in_lines

TOLD = {"LAYER": "clinic", "VERSION": "12", "FILTER": "code = 'a'"}


def test_lines_are_read_by_their_names() -> None:
    text = "\n".join(f"{name}: {value}" for name, value in {"TITLE": "Trạm: y tế", **TOLD}.items())
    assert told_in_lines(text) == TOLD


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ({"type": "FeatureCollection", "about": TOLD, "features": []}, TOLD),
        ({"about": {**TOLD, "TITLE": 'a "features" of ours'}, "features": []}, TOLD),
        ({"features": [{"properties": {"about": TOLD}}]}, {}),
        ({"about": ["LAYER"], "features": []}, {}),
        ({"about": {"LAYER": 7, "VERSION": "x" * 100}, "features": []}, {"VERSION": "x" * 64}),
        ({"features": []}, {}),
        ([{"about": TOLD}], {}),
    ],
)
def test_a_collection_tells_before_its_features(
    tmp_path: Path, document: object, told: dict[str, str]
) -> None:
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps(document), "utf-8")
    assert told_in_geojson(path) == told


@pytest.mark.parametrize(
    "text", ['{"about": {"LAYER": "cli', '{"about":' + "[" * 100_000, '{"about":', "", "\0"]
)
def test_what_cannot_be_read_tells_nothing(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.geojson"
    path.write_text(text, "utf-8")
    assert told_in_geojson(path) == {}
