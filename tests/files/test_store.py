"""The artefact store: named by content, whole or absent, mapped into memory."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gis_service.errors import ErrorCode, NotFound
from gis_service.files.store import Array, ArtefactContent, ArtefactStore
from gis_service.types import Floats

XY: Floats = np.arange(6, dtype=np.float64).reshape(3, 2)


def put(store: ArtefactStore, **changes: object) -> str:
    given: dict[str, Any] = {
        "kind": "demand",
        "inputs": [{"layer": "residents", "version": 7}],
        "params": {"step_m": 50},
        "crs": "EPSG:9209",
        "n": 3,
        "arrays": {"xy": XY, "people": np.array([1, 2, 3], dtype=np.int64)},
    }
    return store.put(ArtefactContent(**given | changes))


def test_what_is_put_is_opened_as_it_was(tmp_path: Path) -> None:
    store = ArtefactStore(tmp_path / "artefacts")
    opened = store.open(put(store))
    assert (opened.kind, opened.crs, opened.n) == ("demand", "EPSG:9209", 3)
    assert opened.inputs == ({"layer": "residents", "version": 7},)
    assert np.array_equal(opened.arrays["xy"], XY)
    assert opened.arrays["people"].dtype == np.int64


def test_arrays_are_mapped_and_read_only(tmp_path: Path) -> None:
    store = ArtefactStore(tmp_path)
    array = store.open(put(store)).arrays["xy"]
    assert isinstance(array, np.memmap)
    with pytest.raises(ValueError, match="read-only"):
        array[0, 0] = 1


def test_the_folder_is_as_the_contract_says(tmp_path: Path) -> None:
    key = put(ArtefactStore(tmp_path))
    manifest = json.loads((tmp_path / key / "manifest.json").read_text("utf-8"))
    assert manifest["format"] == 1
    assert manifest["arrays"]["xy"] == {"dtype": "<f8", "shape": [3, 2]}
    assert sorted(path.name for path in (tmp_path / key).iterdir()) == [
        "manifest.json",
        "people.npy",
        "xy.npy",
    ]
    assert [path.name for path in tmp_path.iterdir()] == [key]


def test_equal_content_has_one_hash_and_one_folder(tmp_path: Path) -> None:
    store = ArtefactStore(tmp_path)
    turned = {"people": np.array([1, 2, 3], dtype=">i8"), "xy": np.asfortranarray(XY)}
    assert put(store) == put(store) == put(store, arrays=turned)
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "network"},
        {"inputs": []},
        {"params": {"step_m": 25}},
        {"crs": None},
        {"n": 4},
        {"arrays": {"xy": XY}},
        {"arrays": {"xy": XY + 1, "people": np.array([1, 2, 3], dtype=np.int64)}},
        {"arrays": {"xy": XY, "people": np.array([1, 2, 3], dtype=np.int32)}},
    ],
)
def test_any_difference_makes_another_hash(tmp_path: Path, change: dict[str, Any]) -> None:
    store = ArtefactStore(tmp_path)
    assert put(store) != put(store, **change)


def test_an_array_without_rows_comes_back_empty(tmp_path: Path) -> None:
    store = ArtefactStore(tmp_path)
    opened = store.open(put(store, arrays={"xy": XY[:0]}))
    assert opened.arrays["xy"].shape == (0, 2)


def test_a_write_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full_disk(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("gis_service.files.store.os.fsync", full_disk)
    with pytest.raises(OSError, match="no space"):
        put(ArtefactStore(tmp_path))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("key", ["0" * 64, "../secret", ""])
def test_a_hash_that_is_not_kept_is_not_found(tmp_path: Path, key: str) -> None:
    with pytest.raises(NotFound) as caught:
        ArtefactStore(tmp_path).open(key)
    assert caught.value.code == ErrorCode.ARTEFACT_NOT_FOUND


@pytest.mark.parametrize(
    ("name", "array"),
    [("../xy", XY), ("xy", np.array(["a"], dtype=object)), ("xy", np.array(["a"]))],
)
def test_what_cannot_be_kept_is_refused(tmp_path: Path, name: str, array: Array) -> None:
    with pytest.raises(ValueError, match="array"):
        put(ArtefactStore(tmp_path), arrays={name: array})


def test_the_hash_is_known_before_anything_is_kept(tmp_path: Path) -> None:
    content = ArtefactContent("demand", None, 3, {"xy": XY})
    assert content.hash == ArtefactStore(tmp_path).put(content)


def test_nobody_else_on_the_machine_reads_it(tmp_path: Path) -> None:
    folder = tmp_path / "artefacts"
    folder.mkdir(mode=0o755)
    put(ArtefactStore(folder))
    assert folder.stat().st_mode & 0o777 == 0o700
