"""Unpacks a zip archive by our own hand, before any reader sees it.

GDAL's ``/vsizip/`` has no limits: 292 KB of zip made it work for nine seconds. Here nothing is written before
the list of contents has been judged as a whole, and what is written bears names of our own choosing.
"""

import re
import stat
import zipfile
import zlib
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from gis_service.errors import ErrorCode, RefusedInput
from gis_service.files.readers.sniff import Format, sniff

_ENCRYPTED = 0x1
_CHUNK_BYTES = 1 << 20
_DRIVE = re.compile(r"^[A-Za-z]:")
_NESTED = {".zip", ".7z", ".rar", ".gz", ".tar", ".tgz", ".bz2", ".xz", ".kmz"}
_ZIP_MAGIC = b"PK\x03\x04"
_SHAPEFILE_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
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
    """

    max_bytes: int = 1 << 30
    max_ratio: int = 200
    max_entries: int = 10_000


def unpack(path: Path, folder: Path, limits: ArchiveLimits, name: str | None = None) -> tuple[Path, str]:
    """Unpack the one data set of an archive into a folder.

    Parameters
    ----------
    path
        The archive.
    folder
        Empty folder of ours; the files written there are called ``data.*``.
    limits
        What the archive may cost.
    name
        Which Shapefile, when there are several.

    Returns
    -------
    tuple[Path, str]
        The main file, and the name it had in the archive.

    Raises
    ------
    RefusedInput
        ``archive_too_large``, ``archive_unsafe_path``, ``archive_without_data``, ``file_corrupt``,
        ``shapefile_incomplete`` or ``file_layer_choice``.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = _judged(archive, path, limits)
            parts = _choose(members, path.name, name)
            written = {
                suffix: _write(archive, member, folder / f"data{suffix}", limits)
                for suffix, member in parts.items()
            }
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
        raise RefusedInput(ErrorCode.FILE_CORRUPT, file=path.name, reason=str(error)) from error
    main = ".shp" if ".shp" in written else next(iter(written))
    return written[main], PurePosixPath(parts[main].filename).stem


def _judged(archive: zipfile.ZipFile, path: Path, limits: ArchiveLimits) -> list[zipfile.ZipInfo]:
    """Give the files of an archive after every entry has been found harmless."""
    entries = archive.infolist()
    unpacked = sum(entry.file_size for entry in entries)
    packed = max(path.stat().st_size, 1)
    costs = (
        (len(entries), limits.max_entries, "entries"),
        (unpacked, limits.max_bytes, "bytes"),
        (unpacked // packed, limits.max_ratio, "ratio"),
    )
    for value, limit, what in costs:
        if value > limit:
            _too_large(path.name, what, value, limit)
    files = [entry for entry in entries if not entry.is_dir() and "__MACOSX" not in entry.filename]
    for entry in entries:
        _refuse_unsafe(entry, path.name)
    twice = [name for name, count in Counter(entry.filename.lower() for entry in files).items() if count > 1]
    if twice:
        raise RefusedInput(ErrorCode.ARCHIVE_UNSAFE_PATH, file=path.name, entry=twice[0])
    return files


def _refuse_unsafe(entry: zipfile.ZipInfo, file: str) -> None:
    # zipfile turns the separators of Windows round and cuts at NUL; the name as written is what tells.
    name = entry.orig_filename
    parts = PurePosixPath(name.replace("\\", "/")).parts
    unsafe = (
        "\\" in name
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
        raise RefusedInput(ErrorCode.ARCHIVE_TOO_LARGE, file=file, what="nested", value=name, limit=0)
    if entry.flag_bits & _ENCRYPTED:
        raise RefusedInput(ErrorCode.FILE_CORRUPT, file=file, reason=f"{name}: encrypted")


def _choose(members: list[zipfile.ZipInfo], file: str, name: str | None) -> dict[str, zipfile.ZipInfo]:
    """Pick the parts of one Shapefile, else the one file there is."""
    sets: dict[str, dict[str, zipfile.ZipInfo]] = defaultdict(dict)
    for member in members:
        place = PurePosixPath(member.filename)
        sets[str(place.with_suffix("")).lower()][place.suffix.lower()] = member
    shapefiles = {PurePosixPath(stem).name: parts for stem, parts in sets.items() if ".shp" in parts}
    if shapefiles:
        return _parts(shapefiles, file, name)
    if len(members) == 1:
        return {PurePosixPath(members[0].filename).suffix.lower() or ".csv": members[0]}
    listed = ", ".join(member.filename for member in members[:10]) or "-"
    raise RefusedInput(ErrorCode.ARCHIVE_WITHOUT_DATA, file=file, entries=listed)


def _parts(
    shapefiles: dict[str, dict[str, zipfile.ZipInfo]], file: str, name: str | None
) -> dict[str, zipfile.ZipInfo]:
    wanted = name.lower() if name else next(iter(shapefiles))
    if wanted not in shapefiles or (name is None and len(shapefiles) > 1):
        raise RefusedInput(
            ErrorCode.FILE_LAYER_CHOICE, file=file, asked=name or "-", layers=", ".join(sorted(shapefiles))
        )
    parts = {suffix: member for suffix, member in shapefiles[wanted].items() if suffix in _SHAPEFILE_PARTS}
    require_parts(parts, file)
    return parts


def require_parts(there: dict[str, zipfile.ZipInfo] | dict[str, Path], file: str) -> None:
    """Refuse a Shapefile that lacks one of the parts it cannot be read without.

    Raises
    ------
    RefusedInput
        ``shapefile_incomplete``, naming the parts.
    """
    missing = [suffix for suffix in _NEEDED_PARTS if suffix not in there]
    if missing:
        raise RefusedInput(ErrorCode.SHAPEFILE_INCOMPLETE, file=file, missing=", ".join(missing))


def loose_parts(path: Path) -> dict[str, Path]:
    """Give the parts that lie beside an unpacked ``.shp``, by suffix."""
    beside = (entry for entry in path.parent.iterdir() if entry.stem.lower() == path.stem.lower())
    parts = {entry.suffix.lower(): entry for entry in beside if entry.suffix.lower() in _SHAPEFILE_PARTS}
    require_parts(parts, path.name)
    return parts


def _write(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, limits: ArchiveLimits) -> Path:
    """Write one member, counting what really comes out: the sizes in the list may lie."""
    done = 0
    with archive.open(member) as packed, target.open("xb") as out:
        while chunk := packed.read(_CHUNK_BYTES):
            if done == 0 and chunk.startswith(_ZIP_MAGIC):
                name = member.filename
                raise RefusedInput(ErrorCode.ARCHIVE_TOO_LARGE, file=name, what="nested", value=name, limit=0)
            done += len(chunk)
            if done > limits.max_bytes:
                _too_large(member.filename, "bytes", done, limits.max_bytes)
            out.write(chunk)
    return target


def _too_large(file: str, what: str, value: int, limit: int) -> None:
    raise RefusedInput(ErrorCode.ARCHIVE_TOO_LARGE, file=file, what=what, value=value, limit=limit)


def format_inside(path: Path) -> Format:
    """Sniff what came out of an archive; an archive in an archive is refused.

    Raises
    ------
    RefusedInput
        ``format_not_allowed``.
    """
    found = sniff(path)
    if found is Format.ZIP:
        raise RefusedInput(ErrorCode.ARCHIVE_TOO_LARGE, file=path.name, what="nested", value="zip", limit=0)
    return found
