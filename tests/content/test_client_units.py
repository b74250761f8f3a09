"""The words of the map client for the units of measure in the layers' definitions."""

import re

import pytest

from gis_service.catalogue.loader import Catalogue
from gis_service.settings import ROOT
from tests.demo_city import catalogue as real_catalogue

WORDS = ROOT / "gis_service" / "web" / "client" / "src" / "measure.ts"
SYMBOLS = {"m", "mm", "kV"}
"""Units that both languages write as the definitions do."""


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return real_catalogue()


def _keys(table: str) -> set[str]:
    body = WORDS.read_text("utf-8").split(f"const {table}:")[1].split("\n};")[0]
    return {
        plain or quoted for plain, quoted in re.findall(r'^  (?:(\w+)|"([^"]+)"): \{', body, re.MULTILINE)
    }


def test_every_unit_is_said_in_both_languages(catalogue: Catalogue) -> None:
    units = {field.unit for layer in catalogue.layers.values() for field in layer.fields if field.unit}
    assert "persons" in units
    assert units - _keys("UNITS") - SYMBOLS == set()
