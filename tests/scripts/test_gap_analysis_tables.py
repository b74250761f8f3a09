"""Further tables of the gap analysis: each is a CSV file that says what the summary says."""

import json
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest

from gis_service.services.tables import TABLES
from tests.scripts.gap_town import Run, Town, at, box, write


def land(town: Town) -> str:
    return write(
        town.folder / "land.gpkg",
        [box(-500, -500, 1000, 500), box(1000, -500, 2500, 500), box(0, 0, 9, 9)],
        use=["village", "field", None],
    )


def test_every_table_is_a_csv_file_with_the_rows_of_the_summary(town: Town) -> None:
    run = town.run(tables=",".join(TABLES), land_use=land(town))
    assert run.exit_code == 0, run.errors
    tables = run.summary["tables"]
    assert list(tables) == sorted(TABLES)
    for name, rows in tables.items():
        frame = pd.read_csv(run.out / f"{name}.csv")
        assert set(frame.columns) == set(pd.DataFrame(rows).columns)
        assert len(frame) == len(rows) > 0
    assert run.summary["inputs"]["land_use"]["sha256"]


def ids_told(run: Run) -> dict[str, set[str]]:
    """Give the ids of facilities by the file that tells them."""
    tables = run.summary["tables"]
    why = json.loads((run.out / "why.json").read_text("utf-8"))["places"]
    edges, lines = (
        gpd.read_file(run.out / "catchments.gpkg", layer=layer) for layer in ("reached_edges", "allocation")
    )
    changed = pd.read_csv(run.out / "changes_facilities.csv", dtype=str)
    return {
        "facilities": {row["id"] for row in tables["facilities"]},
        "od": {row["facility"] for row in tables["od"]},
        "why": {told[name]["id"] for told in why for name in ("nearest", "second")},
        "edges": set(edges["facility"]),
        "lines": set(lines["facility"]),
        "changes": set(changed["id"]) - {"network"},
    }


@pytest.mark.parametrize(("codes", "known"), [({}, {"3", "4"}), ({"ma": ["p", "q", "r", "s"]}, {"r", "s"})])
def test_a_facility_has_one_id_in_all_files_of_a_run(
    town: Town, codes: dict[str, Any], known: set[str]
) -> None:
    """The first row has no place, and the second is shut: the others keep their numbers."""
    hours: dict[str, Any] = {"opens": [None, "20:00", None, None], "closes": [None, "22:00", None, None]}
    places = [None, at(1000, 0), at(0, 0), at(1900, 0)]
    offices = write(town.folder / "four.gpkg", places, **hours, **codes)
    asked = {"tables": "facilities,od", "limit_m": "2500", "before_closed_classes": "commune"}
    homes = write(town.folder / "home.gpkg", [at(500, 0), at(1500, 0)])
    run = town.run("--catchments", facilities=offices, why=homes, **asked)
    assert run.exit_code == 0, run.errors
    assert ids_told(run) == dict.fromkeys(ids_told(run), known)


def test_other_codes_are_another_study(town: Town) -> None:
    ids = []
    for code in ("a", "b"):
        offices = write(town.folder / "offices.gpkg", [at(0, 0)], name=["A"], code=[code])
        ids.append(town.run(facilities=offices).summary["id"])
    assert ids[0] != ids[1]


def test_land_use_without_a_use_is_told_of_none(town: Town) -> None:
    rows = town.run(tables="land_use", land_use=land(town)).summary["tables"]["land_use"]
    assert [row["use"] for row in rows] == ["field", "village", "none"]
    assert sum(row["total"] for row in rows) == 100


@pytest.mark.parametrize("name", ["land_use", "land_balance"])
def test_a_table_of_land_needs_a_file_of_land(name: str, town: Town) -> None:
    run = town.run(tables=name)
    assert run.exit_code == 2
    assert "--land-use FILE" in run.errors


def test_land_use_of_another_place_or_without_uses_is_refused(town: Town) -> None:
    far = write(town.folder / "far.gpkg", [box(90_000, 0, 90_100, 100)], use=["village"])
    assert "far.gpkg" in town.run(tables="land_use", land_use=far).errors
    bare = write(town.folder / "bare.gpkg", [box(0, 0, 100, 100)], kind=["village"])
    assert "kind" in town.run(tables="land_use", land_use=bare).errors


def test_an_unknown_table_is_refused_with_those_that_there_are(town: Town) -> None:
    run = town.run(tables="hexagons,squares")
    assert run.exit_code == 2
    assert "squares" in run.errors
    assert "land_balance" in run.errors


def test_the_help_names_every_table(town: Town) -> None:
    said = town.run("--help", without=tuple(town.options)).output
    assert [name for name in TABLES if name not in said] == []
