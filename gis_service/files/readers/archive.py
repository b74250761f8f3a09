"""Unpacks archives by our own hand, before any reader sees them.

GDAL's ``/vsizip/`` has no limits: 292 KB of zip made it work for nine seconds. Here nothing is written before
the list of contents has been judged as a whole, and what is written bears names of our own choosing.
"""

import gzip
import re
import stat
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from gis_service.errors import ErrorCode, GisError, RefusedInput
from gis_service.files.readers.archive_list import open_archive, too_large
from gis_service.files.readers.archive_sets import REMARKS, DataSet, chosen, data_sets
from gis_service.files.readers.faults import corrupt
from gis_service.files.readers.formats import PARTS, Format
from gis_service.files.readers.own_words import LONGEST_BYTES, told_in_lines
from gis_service.files.rooms import fault_of_machine, require_room

FAULTS = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    OSError,
    ValueError,
    MemoryError,
)
"""What zipfile may meet in an archive that is none, or no longer."""
_ENCRYPTED = 0x1
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
"""Ways of packing that every program knows. Of others zipfile unpacks each piece whole, however it grows."""
_OTHER_METHODS = {9: "Deflate64", 12: "bzip2", 14: "LZMA", 93: "Zstandard", 95: "xz"}
_CHUNK_BYTES = 1 << 20
_DRIVE = re.compile(r"^[A-Za-z]:")
_NESTED = {".zip", ".7z", ".rar", ".gz", ".tar", ".tgz", ".bz2", ".xz", ".kmz"}
_ARCHIVES = (b"PK\x03\x04", b"\x1f\x8b")
_WORKBOOK = {"[content_types].xml", "xl/workbook.xml"}
_NEEDED_PARTS = (".shp", ".shx", ".dbf")


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """What an archive may cost.

    Parameters
    ----------
    max_bytes
        Bytes of all contents together, unpacked.
    max_ratio
        Unpacked bytes over packed bytes.
    max_entries
        Files and folders in the archive.
    free_bytes
        Room on the disk that unpacking leaves alone.
    """

    max_bytes: int = 1 << 30
    max_ratio: int = 200
    max_entries: int = 10_000
    free_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Unpacked:
    """One data set out of an archive.

    Parameters
    ----------
    path
        Its main file (of a File Geodatabase its folder), under a name of ours.
    name
        What it was called in the archive.
    kind
        What its parts make it, none for a single file, whose bytes decide.
    is_table
        Whether it is a list, which may lie beside a data set with places.
    beside
        What the other data sets of the archive are called, when this one was taken unasked.
    about
        What an archive of our own making says of itself.
    """

    path: Path
    name: str
    kind: Format | None
    is_table: bool = False
    beside: tuple[str, ...] = ()
    about: Mapping[str, str] = field(default_factory=dict)


def is_workbook(path: Path, limits: ArchiveLimits) -> bool:
    """Tell whether an archive is a workbook of a spreadsheet, after every entry was found harmless.

    Raises
    ------
    RefusedInput
        As :func:`unpack`.
    """
    try:
        with open_archive(path, limits.max_entries) as archive:
            members = _judged(archive, path, limits)
    except FAULTS as error:
        raise _blamed(error, path, path.parent) from error
    return {member.filename.lower() for member in members} >= _WORKBOOK


def unpack(
    path: Path,
    folder: Path,
    limits: ArchiveLimits,
    name: str | None = None,
    *,
    every: bool = False,
    needed: tuple[str, ...] = _NEEDED_PARTS,
) -> list[Unpacked]:
    """Unpack the one data set of an archive into a folder, or all of them.

    Parameters
    ----------
    path
        The archive.
    folder
        Empty folder of ours; the files written there are called ``0.*``, ``1.*`` and so on.
    limits
        What the archive may cost.
    name
        Which data set, when there are several.
    every
        Unpack all, for a look at what there is.
    needed
        Parts without which a Shapefile is refused.

    Raises
    ------
    RefusedInput
        ``archive_too_large``, ``archive_unsafe_path``, ``archive_compression``, ``archive_without_data``,
        ``no_features``, ``file_corrupt``, ``shapefile_incomplete`` or ``file_layer_choice``.
    Temporary
        ``upload_disk_full``, before anything is written where that can be told; ``reading_machine_short``.
    """
    try:
        with open_archive(path, limits.max_entries) as archive:
            members = _judged(archive, path, limits)
            found = data_sets(archive, members, path.name)
            about = _about(archive, members)
            taken = found if every else [chosen(found, path.name, name)]
            for each in taken:
                # Of several the look tells of each by itself what it lacks.
                if each.kind is Format.SHAPEFILE and len(taken) == 1:
                    require_parts(each.parts, path.name, needed)
            bytes_ = sum(member.file_size for each in taken for member in each.parts.values())
            require_room(folder, bytes_, limits.free_bytes)
            beside = () if every or name is not None else tuple(one.name for one in found if one not in taken)
            return [
                replace(
                    _written(archive, each, folder / str(number), limits),
                    is_table=each.is_table,
                    beside=beside,
                    about=about,
                )
                for number, each in enumerate(taken)
            ]
    except FAULTS as error:
        raise _blamed(error, path, folder) from error


def _about(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> dict[str, str]:
    """Read what an archive of ours says of itself, beside its list of fields; nothing of any other."""
    by_name = {member.filename: member for member in members}
    if not by_name.keys() >= set(REMARKS):
        return {}
    with archive.open(by_name[REMARKS[0]]) as file:
        return told_in_lines(file.read(LONGEST_BYTES).decode("utf-8", "replace"))


def _blamed(error: Exception, path: Path, folder: Path) -> GisError:
    """Say what is to blame for an error of unpacking: the machine, or else the archive."""
    return fault_of_machine(error, folder) or corrupt(path.name, str(error))


def _written(archive: zipfile.ZipFile, found: DataSet, stem: Path, limits: ArchiveLimits) -> Unpacked:
    if found.kind is Format.FILE_GEODATABASE:
        home = stem.with_suffix(".gdb")
        home.mkdir()
        for name, member in found.parts.items():
            _write(archive, member, home / name, limits)
        return Unpacked(home, found.name, found.kind)
    for suffix, member in found.parts.items():
        _write(archive, member, stem.with_suffix(suffix), limits)
    return Unpacked(stem.with_suffix(next(iter(found.parts))), found.name, found.kind)


def unpack_gzip(path: Path, folder: Path, limits: ArchiveLimits) -> Path:
    """Unpack a file that was compressed alone.

    Raises
    ------
    RefusedInput
        ``archive_too_large`` or ``file_corrupt``.
    Temporary
        As :func:`unpack`.
    """
    target = folder / "0.gzip"
    packed = max(path.stat().st_size, 1)
    most = min(limits.max_bytes, packed * limits.max_ratio)
    # Only unpacking tells how much it is; it is hardly less than this.
    require_room(folder, packed, limits.free_bytes)
    try:
        with gzip.open(path) as source, target.open("xb") as out:
            done = 0
            while chunk := source.read(_CHUNK_BYTES):
                if done == 0 and chunk.startswith(_ARCHIVES):
                    raise too_large(path.name, "nested", path.name, 0)
                done += len(chunk)
                if done > limits.max_bytes:
                    raise too_large(path.name, "bytes", done, limits.max_bytes)
                if done > most:
                    raise too_large(path.name, "ratio", done // packed, limits.max_ratio)
                out.write(chunk)
    except (zlib.error, EOFError, OSError) as error:
        raise _blamed(error, path, folder) from error
    return target


def _judged(archive: zipfile.ZipFile, path: Path, limits: ArchiveLimits) -> list[zipfile.ZipInfo]:
    """Give the files of an archive after every entry has been found harmless."""
    entries = archive.infolist()
    unpacked = sum(entry.file_size for entry in entries)
    packed = max(path.stat().st_size, 1)
    costs = (
        (unpacked, limits.max_bytes, "bytes"),
        (unpacked // packed, limits.max_ratio, "ratio"),
    )
    for value, limit, what in costs:
        if value > limit:
            raise too_large(path.name, what, value, limit)
    # Before anything else is asked of them: zipfile itself stumbles over a name of no sign.
    for entry in entries:
        _refuse_unsafe(entry, path.name)
    files = [entry for entry in entries if not entry.is_dir() and "__MACOSX" not in entry.filename]
    twice = [name for name, count in Counter(entry.filename.lower() for entry in files).items() if count > 1]
    if twice:
        raise RefusedInput(ErrorCode.ARCHIVE_UNSAFE_PATH, file=path.name, entry=twice[0])
    return files


def _refuse_unsafe(entry: zipfile.ZipInfo, file: str) -> None:
    # zipfile turns the separators of Windows round and cuts at NUL; the name as written is what tells.
    name = entry.orig_filename
    parts = PurePosixPath(name.replace("\\", "/")).parts
    unsafe = (
        not entry.filename
        or "\\" in name
        or name.startswith("/")
        or _DRIVE.match(name)
        or ".." in parts
        or not name.isprintable()
        or stat.S_ISLNK(entry.external_attr >> 16)
    )
    if unsafe:
        shown = "".join(sign if sign.isprintable() else "?" for sign in name)[:120]
        raise RefusedInput(ErrorCode.ARCHIVE_UNSAFE_PATH, file=file, entry=shown)
    if PurePosixPath(name).suffix.lower() in _NESTED:
        raise too_large(file, "nested", name, 0)
    if entry.flag_bits & _ENCRYPTED:
        raise corrupt(file, f"{name}: encrypted")
    if entry.compress_type not in _METHODS:
        method = _OTHER_METHODS.get(entry.compress_type, str(entry.compress_type))
        raise RefusedInput(ErrorCode.ARCHIVE_COMPRESSION, file=file, entry=name, method=method)


def require_parts(
    there: dict[str, zipfile.ZipInfo] | dict[str, Path], file: str, needed: tuple[str, ...] = _NEEDED_PARTS
) -> None:
    """Refuse a Shapefile that lacks one of the parts it cannot be read without.

    Raises
    ------
    RefusedInput
        ``shapefile_incomplete``, naming the parts.
    """
    missing = [suffix for suffix in needed if suffix not in there]
    if missing:
        raise RefusedInput(ErrorCode.SHAPEFILE_INCOMPLETE, file=file, missing=", ".join(missing))


def needed_parts(*, rebuild_index: bool) -> tuple[str, ...]:
    """Name the parts without which a Shapefile is refused; its index can be made anew from the shapes."""
    return tuple(suffix for suffix in _NEEDED_PARTS if suffix != ".shx" or not rebuild_index)


def loose_parts(path: Path, kind: Format) -> dict[str, Path]:
    """Give the parts that lie beside an unpacked main file, by suffix."""
    beside = (entry for entry in path.parent.iterdir() if entry.stem.lower() == path.stem.lower())
    found = {entry.suffix.lower(): entry for entry in beside if entry.suffix.lower() in PARTS[kind]}
    # Under a name that says nothing it is the main file: its bytes said so.
    return found if path.suffix.lower() in PARTS[kind] else found | {PARTS[kind][0]: path}


def _write(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, limits: ArchiveLimits) -> None:
    """Write one member, counting what really comes out: the sizes in the list may lie."""
    done = 0
    with archive.open(member) as packed, target.open("xb") as out:
        while chunk := packed.read(_CHUNK_BYTES):
            if done == 0 and chunk.startswith(_ARCHIVES):
                name = member.filename
                raise too_large(name, "nested", name, 0)
            done += len(chunk)
            if done > limits.max_bytes:
                raise too_large(member.filename, "bytes", done, limits.max_bytes)
            out.write(chunk)
