import math
from pathlib import Path

import pytest

from gis_service.files.osm import level, parse_tags, width_m
from gis_service.files.roads import read_roads
from tests.osm_file import write_osm

LINE = ((106.3, 20.4), (106.301, 20.4))


def rows(tmp_path: Path, *tags: dict[str, str]) -> list[dict[str, object]]:
    path = write_osm(tmp_path / "extract.osm.pbf", [(LINE, tag) for tag in tags])
    table = read_roads(str(path))[0]
    names = ("road_class", "oneway", "on_foot", "on_wheels", "by_car")
    return [
        dict(zip(names, row, strict=True))
        for row in zip(*(getattr(table, name) for name in names), strict=True)
    ]


CLASSES = {
    "motorway": "expressway",
    "motorway_link": "expressway",
    "trunk": "national",
    "primary_link": "provincial",
    "secondary": "district",
    "tertiary": "commune",
    "residential": "village_lane",
    "track": "village_lane",
    "living_street": "village_lane",
    "path": "alley",
    "steps": "alley",
    "cycleway": "alley",
    "raceway": "",
}


def test_each_highway_value_has_its_class(tmp_path: Path) -> None:
    found = rows(tmp_path, *({"highway": value} for value in CLASSES))
    assert [row["road_class"] for row in found] == list(CLASSES.values())


def test_what_nobody_can_pass_is_left_out(tmp_path: Path) -> None:
    found = rows(tmp_path, {"highway": "construction"}, {"highway": "primary"}, {"railway": "rail"})
    assert [row["road_class"] for row in found] == ["provincial"]


RIGHTS = [
    ({"highway": "residential"}, (True, True, True)),
    ({"highway": "footway"}, (True, False, False)),
    ({"highway": "steps"}, (True, False, False)),
    ({"highway": "cycleway"}, (True, True, True)),
    ({"highway": "service", "access": "private"}, (False, False, False)),
    ({"highway": "service", "access": "no", "foot": "yes"}, (True, False, False)),
    ({"highway": "service", "access": "no", "motorcycle": "yes"}, (False, True, False)),
    ({"highway": "primary", "foot": "no"}, (False, True, True)),
    ({"highway": "primary", "motorcycle": "no"}, (True, False, True)),
    ({"highway": "pedestrian", "motor_vehicle": "no"}, (True, True, False)),
]


@pytest.mark.parametrize(("tags", "expected"), RIGHTS, ids=str)
def test_access_tags_say_who_may_pass(
    tags: dict[str, str], expected: tuple[bool, bool, bool], tmp_path: Path
) -> None:
    (row,) = rows(tmp_path, tags)
    assert (row["on_foot"], row["on_wheels"], row["by_car"]) == expected


ONEWAYS = [
    ({"oneway": "yes"}, 1),
    ({"oneway": "1"}, 1),
    ({"oneway": "-1"}, -1),
    ({"oneway": "no"}, 0),
    ({"oneway": "reversible"}, 0),
    ({"junction": "roundabout"}, 1),
    ({"junction": "circular", "oneway": "no"}, 0),
    ({}, 0),
]


@pytest.mark.parametrize(("tags", "expected"), ONEWAYS, ids=str)
def test_one_way_tags_are_read(tags: dict[str, str], expected: int, tmp_path: Path) -> None:
    (row,) = rows(tmp_path, {"highway": "primary", **tags})
    assert row["oneway"] == expected


def test_a_motorway_is_one_way_unless_it_says_otherwise(tmp_path: Path) -> None:
    found = rows(tmp_path, {"highway": "motorway"}, {"highway": "motorway", "oneway": "no"})
    assert [row["oneway"] for row in found] == [1, 0]


@pytest.mark.parametrize(
    ("layer", "bridge", "tunnel", "expected"),
    [("", "", "", 0), ("", "yes", "", 1), ("", "", "yes", -1), ("2", "yes", "", 2), ("-2", "", "", -2),
     ("", "no", "no", 0), ("", "viaduct", "", 1), ("", "", "building_passage", 0), ("x", "yes", "", 1)],
)  # fmt: skip
def test_the_level_is_the_layer_else_bridge_or_tunnel(
    layer: str, bridge: str, tunnel: str, expected: int
) -> None:
    assert level(layer, bridge, tunnel) == expected


def test_a_ferry_brings_its_headway(tmp_path: Path) -> None:
    tags = [{"route": "ferry", "interval": text} for text in ("20", "00:30", "01:00:30", "often")]
    path = write_osm(tmp_path / "a.osm.pbf", [(LINE, {"highway": "path"}), *((LINE, tag) for tag in tags)])
    ferries = read_roads(str(path))[1]
    assert ferries is not None
    headway = ferries.headway_min.tolist()
    assert headway[:3] == [20, 30, 60.5]
    assert math.isnan(headway[3])


def test_tags_with_quotes_and_commas_are_parsed() -> None:
    text = r'"name"=>"Ngõ \"A\", số 5","surface"=>"gravel"'
    assert parse_tags(text) == {"name": 'Ngõ "A", số 5', "surface": "gravel"}
    assert parse_tags(None) == {}


@pytest.mark.parametrize(("text", "metres"), [("3", 3), ("2.5 m", 2.5), ("2,5", 2.5), (3.5, 3.5)])
def test_a_width_is_read_in_metres(text: object, metres: float) -> None:
    assert width_m(text) == metres


@pytest.mark.parametrize("text", ["", "wide", "8'", None])
def test_a_width_in_other_words_is_unknown(text: object) -> None:
    assert math.isnan(width_m(text))


MODE_ONEWAYS: list[tuple[dict[str, str], tuple[int, int, int]]] = [
    ({}, (0, 0, 0)),
    ({"oneway": "yes"}, (1, 1, 1)),
    ({"oneway": "-1"}, (-1, -1, -1)),
    ({"oneway": "yes", "oneway:bicycle": "no"}, (1, 0, 1)),
    ({"oneway": "yes", "oneway:motorcycle": "no"}, (1, 1, 0)),
    ({"oneway:motorcycle": "yes"}, (0, 0, 1)),
    ({"oneway": "yes", "oneway:bicycle": "-1"}, (1, -1, 1)),
    ({"oneway": "yes", "cycleway": "opposite_lane"}, (1, 0, 1)),
    ({"oneway": "yes", "cycleway:left": "opposite_track"}, (1, 0, 1)),
    ({"oneway": "yes", "cycleway": "lane"}, (1, 1, 1)),
    ({"oneway": "yes", "cycleway": "opposite", "oneway:bicycle": "yes"}, (1, 1, 1)),
    ({"oneway": "yes", "oneway:foot": "yes"}, (1, 1, 1)),
    ({"oneway": "yes", "oneway:bicycle": "sometimes"}, (1, 1, 1)),
    ({"junction": "roundabout"}, (1, 1, 1)),
    ({"junction": "roundabout", "oneway:bicycle": "no"}, (1, 0, 1)),
    ({"junction": "roundabout", "oneway": "no"}, (0, 0, 0)),
]


def test_each_mode_has_its_own_direction(tmp_path: Path) -> None:
    ways = [(LINE, {"highway": "residential", **tags}) for tags, _ in MODE_ONEWAYS]
    table = read_roads(str(write_osm(tmp_path / "extract.osm.pbf", ways)))[0]
    assert table.oneway_bicycle is not None
    assert table.oneway_motorbike is not None
    columns = (table.oneway, table.oneway_bicycle, table.oneway_motorbike)
    found = [tuple(int(column[row]) for column in columns) for row in range(len(ways))]
    for (tags, expected), way in zip(MODE_ONEWAYS, found, strict=True):
        assert way == expected, tags


GATES: list[tuple[dict[str, str], tuple[bool, bool, bool]]] = [
    ({"barrier": "bollard"}, (True, True, False)),
    ({"barrier": "bollard", "motorcycle": "no"}, (True, False, False)),
    ({"barrier": "stile"}, (True, False, False)),
    ({"barrier": "gate", "access": "private"}, (False, False, False)),
    ({"barrier": "gate", "access": "no", "foot": "yes"}, (True, False, False)),
    ({"barrier": "gate", "access": "private", "motorcycle": "yes"}, (False, True, False)),
    ({"barrier": "lift_gate", "motor_vehicle": "no"}, (True, True, False)),
    ({"barrier": "gate", "foot": "no"}, (False, True, True)),
]


@pytest.mark.parametrize(("tags", "expected"), GATES)
def test_a_barrier_on_a_road_stops_whom_it_stops(
    tmp_path: Path, tags: dict[str, str], expected: tuple[bool, bool, bool]
) -> None:
    way = [((*LINE[:1], (106.3004, 20.4), *LINE[1:]), {"highway": "residential"})]
    path = write_osm(tmp_path / "extract.osm.pbf", way, {(106.3004, 20.4): tags})
    gates = read_roads(str(path))[0].gates
    assert gates is not None
    assert gates.xy[0] == pytest.approx((106.3004, 20.4))
    assert (gates.on_foot[0], gates.on_wheels[0], gates.by_car[0]) == expected


@pytest.mark.parametrize(
    "tags",
    [
        *({"barrier": kind} for kind in ("gate", "lift_gate", "toll_booth", "entrance")),
        {"barrier": "bollard", "motor_vehicle": "yes"},
        {"barrier": "stile", "motorcycle": "yes", "motorcar": "yes"},
        {"highway": "crossing"},
    ],
)
def test_a_barrier_that_stops_nobody_is_none(tmp_path: Path, tags: dict[str, str]) -> None:
    path = write_osm(tmp_path / "extract.osm.pbf", [(LINE, {"highway": "primary"})], {LINE[0]: tags})
    assert read_roads(str(path))[0].gates is None
