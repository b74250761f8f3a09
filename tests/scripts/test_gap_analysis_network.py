"""The report on the roads of a gap analysis: what the service tells of a layer, of a file."""

import json

from tests.scripts.gap_town import Town, line, write


def test_the_parts_of_the_roads_and_their_people_are_told(town: Town) -> None:
    # The road of the town, an islet of a class that nobody knows, and a road that just misses the first one.
    roads = [
        line((0, 0), (2000, 0)),
        line((0, 300), (100, 300)),
        line((1000, 2), (1000, 200)),
    ]
    file = write(town.folder / "parts.gpkg", roads, highway=["residential", "slipway", "residential"])
    run = town.run("--network-quality", roads=file)
    assert str(run.out / "network.json") in run.output
    found = json.loads((run.out / "network.json").read_text("utf-8"))
    assert (found["mode"], found["lines"], found["segments"]) == ("walk", 3, 3)
    assert found["unknown_class"] == {"lines": 1, "classes": {"slipway": 1}}
    assert found["components"]["count"] == 3
    assert [row["km"] for row in found["components"]["rows"]] == [2, 0.198, 0.1]
    assert sum(row["people"] for row in found["components"]["rows"]) == 100
    (end,) = found["loose_ends"]["rows"]
    assert (end["gap_m"], end["code"], end["other"]) == (2, "3", "1")


def test_it_is_refused_where_no_roads_are_used(town: Town) -> None:
    run = town.run("--network-quality", measure="straight_radius", limit_m="500", roads="nowhere.gpkg")
    assert run.exit_code == 2
    assert "--measure network_time" in run.errors
