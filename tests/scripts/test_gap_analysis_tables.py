"""Further tables of the gap analysis: each is a CSV file that says what the summary says."""

import pandas as pd
import pytest

from gis_service.services.tables import TABLES
from tests.scripts.gap_town import Town, box, write


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
