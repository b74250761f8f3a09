"""The small pictures have the colours of the map's legend."""

import re

from gis_service.services.layer_looks import OF_CATEGORY, OF_LAYER, PLAIN, Look
from gis_service.settings import ROOT

SOURCES = ROOT / "gis_service" / "web" / "client" / "src"
NAMED = dict(
    re.findall(r'(\w+): "(#[0-9a-f]{6})"', (SOURCES / "style.ts").read_text("utf-8").partition("as const")[0])
)
LEGEND = (SOURCES / "legend.ts").read_text("utf-8")


def colours(name: str) -> dict[str, dict[str, str]]:
    """Read one table of the legend: the colours of each entry."""
    (table,) = re.findall(rf"const {name}\b[^=]*= {{\n(.*?)\n}};", LEGEND, re.DOTALL)
    found = {}
    for entry, body in re.findall(r"(\w+): {(.*?)},?\n", table + "\n"):
        pairs = re.findall(r'(colour|fill|edge): (?:"(#[0-9a-f]{6})"|COLOURS\.(\w+))', body)
        found[entry] = {key: value or NAMED[named] for key, value, named in pairs}
    return found


def test_the_tables_of_the_legend_stand_here_too() -> None:
    for ours, theirs in ((OF_CATEGORY, colours("OF_CATEGORY")), (OF_LAYER, colours("OF_LAYER"))):
        # An entry without a colour of its own changes something else than colours.
        wanted = {name: told for name, told in theirs.items() if "colour" in told}
        assert set(ours) == set(wanted)
        for name, told in wanted.items():
            look: Look = ours[name]
            assert {key: getattr(look, key) for key in told} == told, name


def test_what_the_legend_does_not_name_is_plain() -> None:
    assert NAMED["muted"] == PLAIN.colour
    assert f'fill: "{PLAIN.fill}"' in LEGEND
