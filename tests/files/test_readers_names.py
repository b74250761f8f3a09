"""Columns that are called the same have names of their own after the readers, in any format."""

import json
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point

from gis_service.files.readers import APART, inspect_file, open_vector
from gis_service.files.readers.names import unique_names
from tests.bad_files.made import shapefile, workbook, zipped_parts

ALIKE = ["ghi chú", "ghi chú ", unicodedata.normalize("NFD", "ghi chú")]


@given(st.lists(st.sampled_from(["a", "a (2)", "a (3)", "b", "", "A"]), max_size=8))
def test_every_column_has_a_name_of_its_own_and_the_first_keeps_it(names: list[str]) -> None:
    made, told = unique_names(names)
    assert len(set(made)) == len(made) == len(names)
    changed = [own for own, name in zip(made, names, strict=True) if own != name]
    assert all(made[names.index(name)] == name for name in names)
    assert set(json.loads(told.get(APART, "[]"))) <= set(changed)
    assert unique_names(made)[0] == made


def test_names_that_look_the_same_are_the_same() -> None:
    assert unique_names(ALIKE)[0][0] == "ghi chú"
    assert len(json.loads(unique_names(ALIKE)[1][APART])) == 2


def table(folder: Path) -> Path:
    path = folder / "a.csv"
    path.write_text("ma,ghi chú,ghi chú,x,x\n1,a,b,c,d\n", "utf-8")
    return path


def sheet(folder: Path) -> Path:
    path = folder / "a.xlsx"
    path.write_bytes(workbook(folder, [["ma", "ghi chú", "ghi chú", "x", "x"], ["1", "a", "b", "c", "d"]]))
    return path


def old_table(folder: Path) -> Path:
    """Write a Shapefile whose columns lose their difference."""
    parts = shapefile(
        folder, [Point(1, 2)], {"ma": ["1"], "ghi": ["a"], "ghj": ["b"], "x": ["c"], "z": ["d"]}
    )
    spoilt = parts[".dbf"].replace(b"ghj\x00", b"ghi\x00").replace(b"z\x00\x00", b"x\x00\x00", 1)
    path = folder / "b.zip"
    path.write_bytes(zipped_parts({**parts, ".dbf": spoilt}))
    return path


@pytest.mark.parametrize("write", [table, sheet, old_table])
def test_equal_names_are_told_apart_in_any_format(tmp_path: Path, write: object) -> None:
    path = write(tmp_path)  # type: ignore[operator]
    with open_vector(path) as source:
        (batch,) = list(source.batches())
        (row,) = batch.select(list(source.names)).to_pylist()
        note = next(name for name in source.names if name.startswith("ghi"))
        assert list(row.values()) == ["1", "a", "b", "c", "d"]
        assert list(row)[1:] == [note, f"{note} (2)", "x", "x (2)"]
        assert json.loads(source.header.about[APART]) == [f"{note} (2)", "x (2)"]
    (held,) = inspect_file(path).layers
    assert [name for name, _ in held.columns] == list(row)


def test_a_pair_of_columns_called_the_same_can_be_chosen_for_coordinates(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("toa do,toa do,b\n106.3,20.4,x\n", "utf-8")
    with open_vector(path, coordinates=("toa do", "toa do (2)")) as source:
        assert (source.header.place, source.names) == (("toa do", "toa do (2)"), ("b",))
