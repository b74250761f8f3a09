"""The table of settings in docs/operator.md is whole and gives the real defaults."""

import re
from pathlib import Path

import pytest

from gis_service.settings import ROOT, Settings

ROWS = {
    found[1]: found[2]
    for line in (ROOT / "docs" / "operator.md").read_text("utf-8").splitlines()
    if (found := re.fullmatch(r"\| `(GIS_\w+)` \| .+ \| (.+) \|", line))
}


def default_of(name: str) -> str:
    value = Settings.model_fields[name].default
    if value is None:
        return "none"
    shown = value.relative_to(ROOT) if isinstance(value, Path) else value
    return f"`{shown}`"


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_stands_in_the_table_with_its_default(name: str) -> None:
    assert ROWS["GIS_" + name.upper()] == default_of(name)


def test_the_table_holds_nothing_else() -> None:
    assert len(ROWS) == len(Settings.model_fields)
    assert {row.removeprefix("GIS_").lower() for row in ROWS} == set(Settings.model_fields)
