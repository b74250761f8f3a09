"""The words of the map client for what the layers' definitions hold: no reader meets a bare code."""

import re

import pytest

from gis_service.catalogue.loader import Catalogue, load_catalogue
from gis_service.settings import ROOT

WORDS = ROOT / "gis_service" / "web" / "client" / "src" / "codes.ts"
SYMBOLS = {"m", "mm", "kV"}
"""Units that both languages write as the definitions do."""


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue(ROOT / "layers", ROOT / "tiles", "thai_binh")


def _keys(table: str) -> set[str]:
    body = WORDS.read_text("utf-8").split(f"const {table}:")[1].split("\n};")[0]
    return {
        plain or quoted for plain, quoted in re.findall(r'^  (?:(\w+)|"([^"]+)"): \{', body, re.MULTILINE)
    }


def _codes() -> dict[tuple[str, str], str]:
    """Give what the client says in Vietnamese for each word of each column."""
    body = WORDS.read_text("utf-8").split("const CODES:")[1].split("\n};")[0]
    found: dict[tuple[str, str], str] = {}
    column = ""
    for line in body.splitlines():
        if opened := re.fullmatch(r"  (\w+): \{", line):
            column = opened[1]
        elif said := re.fullmatch(r'    (\w+): \{ vi: "([^"]+)", en: "[^"]+" \},', line):
            found[column, said[1]] = said[2]
    return found


def test_every_word_of_a_fixed_list_is_said_for_its_column_in_both_languages(catalogue: Catalogue) -> None:
    words = {
        (field.name, str(value))
        for layer in catalogue.layers.values()
        for field in layer.fields
        if field.type == "text"
        for value in field.values or ()
    }
    assert ("status", "under_way") in words
    assert words - _codes().keys() == set()


def test_a_commune_is_a_unit_in_one_column_and_a_class_of_road_in_another() -> None:
    codes = _codes()
    assert codes["unit_type", "commune"] == "xã"
    assert codes["road_class", "commune"] == "đường xã"


def test_every_unit_is_said_in_both_languages(catalogue: Catalogue) -> None:
    units = {field.unit for layer in catalogue.layers.values() for field in layer.fields if field.unit}
    assert "persons" in units
    assert units - _keys("UNITS") - SYMBOLS == set()
