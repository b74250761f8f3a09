"""Keeps computed arrays on disk by the hash of their content.

An artefact is a folder ``<hash>/`` with ``manifest.json`` and one ``.npy`` per array. It is written to a
temporary folder, synced and renamed, so that one that exists is whole, whatever happened to the machine; and
it never changes, so that every process may map it into memory and none needs to ask another.
"""

import hashlib
import json
import os
import re
import shutil
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis_service.errors import ErrorCode, NotFound

FORMAT = 1
_MANIFEST = "manifest.json"
_HASH = re.compile(r"[0-9a-f]{64}")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Artefact:
    """An opened artefact.

    Parameters
    ----------
    hash
        Its name: SHA-256 of the manifest and all bytes of the arrays.
    kind, inputs, params, crs, n
        What it is, made of what, how, in which system, how many of its things there are.
    arrays
        By name; mapped into memory, read only.
    """

    hash: str
    kind: str
    inputs: tuple[Any, ...]
    params: Mapping[str, Any]
    crs: str | None
    n: int
    arrays: Mapping[str, Array]


class ArtefactContent:
    """What an artefact holds, before it is kept; its hash is known without keeping it.

    Parameters
    ----------
    kind
        ``network``, ``demand`` …
    crs
        System of the coordinates in the arrays, none when there are none.
    n
        Number of things it holds: segments, demand points.
    arrays
        By name (small letters, digits, ``_``); numbers and booleans only.
    inputs
        What it was computed from, such as layers with their versions; plain JSON values.
    params
        How it was computed; plain JSON values.

    Raises
    ------
    ValueError
        For a name or an array that cannot be kept.
    """

    def __init__(
        self,
        kind: str,
        crs: str | None,
        n: int,
        arrays: Mapping[str, Array],
        inputs: Sequence[Any] = (),
        params: Mapping[str, Any] | None = None,
    ) -> None:
        self.plain = {name: _plain(name, array) for name, array in sorted(arrays.items())}
        told = {
            "format": FORMAT,
            "kind": kind,
            "inputs": list(inputs),
            "params": dict(params or {}),
            "crs": crs,
            "n": n,
            "arrays": {
                name: {"dtype": array.dtype.str, "shape": list(array.shape)}
                for name, array in self.plain.items()
            },
        }
        self.manifest = json.dumps(
            told, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
        )
        self.hash = _hash(self.manifest, self.plain)


class ArtefactStore:
    """The artefacts below one folder.

    Parameters
    ----------
    folder
        Made at the first ``put``.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, content: ArtefactContent) -> str:
        """Keep an artefact; give its hash. What is there already is not written again.

        Raises
        ------
        ValueError
            For a name or an array that cannot be kept.
        """
        key = content.hash
        if not (self._folder / key).is_dir():
            self._write(key, content.manifest, content.plain)
        return key

    def open(self, key: str) -> Artefact:
        """Open an artefact; its arrays are read from disk as they are used.

        Raises
        ------
        NotFound
            ``artefact_not_found``.
        """
        folder = self._folder / key
        if not _HASH.fullmatch(key) or not folder.is_dir():
            raise NotFound(ErrorCode.ARTEFACT_NOT_FOUND, hash=key)
        manifest = json.loads((folder / _MANIFEST).read_text("utf-8"))
        return Artefact(
            hash=key,
            kind=manifest["kind"],
            inputs=tuple(manifest["inputs"]),
            params=manifest["params"],
            crs=manifest["crs"],
            n=manifest["n"],
            arrays={
                name: _mapped(folder / f"{name}.npy", shape["shape"])
                for name, shape in manifest["arrays"].items()
            },
        )

    def _write(self, key: str, manifest: str, arrays: Mapping[str, Array]) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._folder.chmod(0o700)  # where people live is for the service alone
        part = self._folder / f".part-{uuid.uuid4().hex}"
        part.mkdir()
        try:
            for name, array in arrays.items():
                with (part / f"{name}.npy").open("wb") as file:
                    np.save(file, array, allow_pickle=False)
                    file.flush()
                    os.fsync(file.fileno())
            with (part / _MANIFEST).open("w", encoding="utf-8") as text:
                text.write(manifest)
                text.flush()
                os.fsync(text.fileno())
            _sync_folder(part)
            self._publish(part, key)
        finally:
            shutil.rmtree(part, ignore_errors=True)

    def _publish(self, part: Path, key: str) -> None:
        try:
            part.rename(self._folder / key)
        except OSError:
            # Somebody else kept the same content meanwhile: theirs is as good as ours.
            if not (self._folder / key).is_dir():
                raise
        _sync_folder(self._folder)


def _plain(name: str, array: Array) -> Array:
    if not _NAME.fullmatch(name):
        raise ValueError(f"not a name of an array: {name!r}")
    if array.dtype.kind not in "biuf":
        raise ValueError(f"{name}: arrays of {array.dtype} cannot be kept")
    little = array.dtype.newbyteorder("<")
    return np.asarray(array, dtype=little, order="C")


def _hash(manifest: str, arrays: Mapping[str, Array]) -> str:
    digest = hashlib.sha256(manifest.encode())
    for array in arrays.values():
        digest.update(array.data if array.size else b"")
    return digest.hexdigest()


def _mapped(path: Path, shape: Sequence[int]) -> Array:
    # The kernel maps no file of zero bytes.
    mode = None if 0 in shape else "r"
    array: Array = np.load(path, mmap_mode=mode, allow_pickle=False)  # type: ignore[arg-type]
    array.flags.writeable = False
    return array


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
