"""Roads closed in a gap analysis of files: by class, by area, and by both."""

import pytest

from tests.scripts.gap_town import Run, Town, box, line, write


@pytest.fixture
def roads(town: Town) -> str:
    """Give the road of the town in four pieces, every other one a lane, and a way round the second."""
    pieces = [line((at, 0), (at + 500, 0)) for at in range(0, 2000, 500)]
    round_ = line((500, 0), (500, 200), (1000, 200), (1000, 0))
    classes = ["commune", "alley", "commune", "alley", "commune"]
    return write(town.folder / "pieces.gpkg", [*pieces, round_], **{"class": classes})


def closed(run: Run) -> float:
    return float(run.notices["network_closed"]["km"])


@pytest.mark.parametrize(
    ("name", "options", "km"),
    [
        ("a class", {"closed_classes": "alley"}, 1.0),
        ("an area", {"closed_areas": True}, 1.4),
        ("a class where an area is", {"closed_classes": "alley", "closed_areas": True}, 0.5),
        ("a class twice", {"closed_classes": "alley,alley"}, 1.0),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_closed_is_told(
    town: Town, roads: str, name: str, options: dict[str, object], km: float
) -> None:
    water = write(town.folder / "water.gpkg", [box(600, -50, 900, 250)])
    given = {option: water if value is True else str(value) for option, value in options.items()}
    assert closed(town.run(roads=roads, **given)) == km, name


def test_a_closed_road_leaves_out_whom_it_led_to(town: Town, roads: str) -> None:
    open_, shut = (
        town.run(roads=roads, limit_m="3000", out=str(town.folder / name), **options)
        for name, options in (("open", {}), ("shut", {"closed_classes": "alley,commune"}))
    )
    assert (open_.summary["residents_unreachable"], open_.summary["residents_covered"]) == (0, 100)
    assert shut.exit_code == 3  # no facility stands on any road
    assert "network_closed" not in open_.notices


def test_closures_stand_in_the_document_and_make_another_study(town: Town, roads: str) -> None:
    water = write(town.folder / "water.gpkg", [box(600, -50, 900, 50)])
    wet = town.run(roads=roads, closed_areas=water, out=str(town.folder / "wet")).summary
    dry = town.run(roads=roads, out=str(town.folder / "dry")).summary
    assert wet["parameters"]["closures"] == [{"areas": {"layer": "closed_areas"}}]
    assert set(wet["inputs"]) - set(dry["inputs"]) == {"closed_areas"}
    assert "closures" not in dry["parameters"]
    assert wet["id"] != dry["id"]


def test_an_unknown_class_is_refused(town: Town, roads: str) -> None:
    run = town.run(roads=roads, closed_classes="alley,goat")
    assert (run.exit_code, "goat" in run.errors, "village_lane" in run.errors) == (2, True, True)


def test_closed_areas_of_another_place_are_refused(town: Town) -> None:
    run = town.run(closed_areas=write(town.folder / "far.gpkg", [box(90_000, 0, 90_100, 100)]))
    assert (run.exit_code, "not over 10 km apart" in run.errors) == (3, True)
