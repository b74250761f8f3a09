"""The gap analysis by other measures than ways on roads: lines, areas, radii, opening hours, assignments."""

import pytest

from tests.scripts.gap_town import Town, at, box, line, write

STRAIGHT = ("--measure", "straight_radius")


def test_a_radius_has_the_same_limit_along_roads_beside_it(town: Town) -> None:
    """The third home stands 500.4 m from the office, and 520 m by its road."""
    run = town.run(*STRAIGHT, limit_m="510")
    summary = run.summary
    (entry,) = summary["beside"]
    page = (run.out / "map.html").read_text("utf-8")
    assert "Along roads: 30" in run.output
    assert "Along roads: 30" in page
    assert summary["residents_covered"] == 60
    assert (entry["name"], entry["mode"], entry["totals"]["all"]["covered"]) == ("roads", "walk", 30)
    alone = town.run(limit_m="510", out=str(town.folder / "roads")).summary
    assert (entry["totals"], entry["zones"]) == (alone["totals"], alone["zones"])


def test_a_radius_is_taken_to_the_edge_of_an_area_and_is_nothing_inside(town: Town) -> None:
    parks = write(town.folder / "parks.gpkg", [box(250, -50, 480, 50)], name=["Công viên"])
    run = town.run(*STRAIGHT, facilities=parks, limit_m="20")
    assert run.summary["residents_covered"] == 50  # one home inside, one 20 m east of the edge
    assert "polygon_entrances" not in run.notices


def test_people_near_a_line_are_covered(town: Town) -> None:
    pipes = write(town.folder / "pipes.gpkg", [line((0, 30), (400, 30))], name=["Ống"])
    run = town.run("--measure", "within_line", facilities=pipes, limit_m="30")
    assert run.exit_code == 0, run.errors
    assert run.summary["residents_covered"] == 30
    assert "beside" not in run.summary


def test_people_inside_an_area_are_covered(town: Town) -> None:
    areas = write(town.folder / "areas.gpkg", [box(100, -50, 480, 50)], name=["Vùng"])
    run = town.run("--measure", "inside_area", facilities=areas, without=("limit_m",))
    assert run.exit_code == 0, run.errors
    assert run.summary["residents_covered"] == 30
    assert run.summary["parameters"]["limit"] == 0


@pytest.mark.parametrize(
    ("at_time", "people"), [("Tuesday 16:59", 30), ("Tuesday 17:00", 0), ("Sunday 10:00", 0)]
)
def test_an_office_that_is_shut_does_not_count(town: Town, at_time: str, people: float) -> None:
    offices = write(
        town.folder / "hours.gpkg",
        [at(0, 0), at(1900, 900)],
        name=["A", "B"],
        opens=["07:30", None],
        closes=["17:00", None],
        open_days=["Mon-Fri", None],
    )
    run = town.run("--at", at_time, facilities=offices)
    assert run.summary["residents_covered"] == people
    assert ("facilities_shut" in run.notices) == (people == 0)


@pytest.mark.parametrize("measure", ["network_distance", "straight_radius"])
def test_while_every_office_is_shut_nobody_is_reached(town: Town, measure: str) -> None:
    hours = {"opens": ["07:30"], "closes": ["17:00"]}
    office = write(town.folder / "day.gpkg", [at(0, 0)], name=["A"], **hours)
    run = town.run("--at", "Tuesday 20:00", "--measure", measure, facilities=office)
    everybody = run.summary["residents_total"]
    assert (run.summary["residents_covered"], run.summary["residents_unreachable"]) == (0, everybody)
    assert "facilities_shut" in run.notices


def test_codes_that_a_file_keeps_as_numbers_name_units(town: Town) -> None:
    units = [box(-100, -100, 1000, 100), box(1000, -100, 2100, 100)]
    zones = write(town.folder / "numbered.gpkg", units, code=[1, 2])
    served = write(town.folder / "numbers.gpkg", [at(0, 0), at(1900, 0)], name=["A", "B"], serves=[2.0, None])
    run = town.run("--catchment", "assigned", facilities=served, zones=zones, limit_m="2000")
    assert (run.summary["residents_covered"], "assigned_unknown" in run.notices) == (40, False)


def test_offices_serve_the_units_that_they_name(town: Town) -> None:
    served = write(town.folder / "served.gpkg", [at(0, 0), at(1900, 0)], name=["A", "B"], serves=["02", "01"])
    run = town.run("--catchment", "assigned", facilities=served, limit_m="1450")
    assert run.summary["residents_covered"] == 30  # the third home, from the far office of its own
    assert town.run("--catchment", "assigned").exit_code == 3


@pytest.mark.parametrize("measure", ["network_distance", "inside_area"])
def test_lines_are_refused_where_they_cannot_be_measured(town: Town, measure: str) -> None:
    pipes = write(town.folder / "pipes.gpkg", [line((0, 30), (400, 30))], name=["Ống"])
    assert town.run("--measure", measure, facilities=pipes).exit_code == 3
