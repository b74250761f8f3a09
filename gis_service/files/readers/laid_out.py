"""Lays a file out for the reader process: unpacked, under a name of ours, its format told by its bytes.

GDAL reads meaning into names (prefixes, endings, ``/vsi…``), so it never sees one of a stranger.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from gis_service.errors import ErrorCode, RefusedInput
from gis_service.files.readers.archive import (
    ArchiveLimits,
    Unpacked,
    is_workbook,
    loose_parts,
    needed_parts,
    require_parts,
    unpack,
    unpack_gzip,
)
from gis_service.files.readers.archive_sets import layer_within
from gis_service.files.readers.formats import PARTS, Format
from gis_service.files.readers.sniff import sniff

_COMPRESSED = {Format.ZIP, Format.GZIP}


@dataclass(frozen=True, slots=True)
class LaidOut:
    """One data set, ready for the reader process.

    Parameters
    ----------
    path
        Its main file, under a name of ours.
    format
        What it is.
    name
        What the user calls it.
    layer
        The layer in it that was asked for, none for the only one.
    fault
        What this one of several data sets lacks; then it cannot be read.
    beside
        Other data sets of the archive, when this one was taken unasked.
    about
        What an archive of our own making says of itself.
    """

    path: Path
    format: Format
    name: str
    layer: str | None
    fault: RefusedInput | None = None
    beside: tuple[str, ...] = ()
    about: Mapping[str, str] = field(default_factory=dict)


def lay_out(
    path: Path,
    folder: Path,
    limits: ArchiveLimits,
    name: str | None = None,
    *,
    every: bool = False,
    rebuild_index: bool = False,
) -> list[LaidOut]:
    """Lay out the data set of a file that was asked for, or all of them.

    Parameters
    ----------
    path
        The file.
    folder
        Empty folder of ours.
    limits
        What an archive may cost.
    name
        Which data set, or layer, or both as ``set/layer``.
    every
        Lay out all data sets of an archive.
    rebuild_index
        Take a Shapefile without its ``.shx``.

    Raises
    ------
    NotFound
        ``file_not_found``.
    RefusedInput
        What :func:`gis_service.files.readers.sniff.sniff` and
        :func:`gis_service.files.readers.archive.unpack` refuse.
    """
    found = sniff(path)
    needed = needed_parts(rebuild_index=rebuild_index)
    if found is Format.ZIP and not is_workbook(path, limits):
        sets = unpack(path, folder, limits, name, every=every, needed=needed)
        if len(sets) > 1:
            laid = [_one_of_several(each, name, path.name, needed) for each in sets]
        else:
            whole = _unpacked(sets[0], name, path.name, needed)
            laid = [replace(whole, beside=sets[0].beside, about=sets[0].about)]
        return [_with_fault(each, path.name, needed) for each in laid] if len(laid) > 1 else laid
    if found is Format.GZIP:
        unpacked = Unpacked(unpack_gzip(path, folder, limits), Path(path.stem).stem, None)
        return [_unpacked(unpacked, name, path.name, needed)]
    if found is Format.ZIP:
        found = Format.XLSX
    parts = loose_parts(path, found) if found in PARTS else {found.suffix: path}
    _check_parts(found, parts, path.name, needed)
    for suffix, part in parts.items():
        (folder / f"0{suffix}").symlink_to(part.resolve())
    return [LaidOut(folder / f"0{found.suffix}", found, path.stem, name)]


def _check_parts(kind: Format, parts: dict[str, Path], file: str, needed: tuple[str, ...]) -> None:
    if kind is Format.SHAPEFILE:
        require_parts(parts, file, needed)


def _with_fault(each: LaidOut, file: str, needed: tuple[str, ...]) -> LaidOut:
    """Note what one of several data sets lacks: the others can be chosen all the same."""
    if each.format is not Format.SHAPEFILE:
        return each
    try:
        require_parts(loose_parts(each.path, each.format), file, needed)
    except RefusedInput as error:
        return replace(each, fault=error)
    return each


def _one_of_several(each: Unpacked, name: str | None, file: str, needed: tuple[str, ...]) -> LaidOut:
    """Tell what came out of an archive; a list that cannot be read keeps nobody from the data beside it."""
    try:
        return _unpacked(each, name, file, needed)
    except RefusedInput as error:
        if not each.is_table:
            raise
        return LaidOut(each.path, Format.CSV, each.name, None, error)


def _unpacked(each: Unpacked, name: str | None, file: str, needed: tuple[str, ...]) -> LaidOut:
    """Tell what came out of an archive by its bytes; an archive in an archive is refused."""
    layer = layer_within(name, each.name)
    if each.kind is Format.FILE_GEODATABASE:
        return LaidOut(each.path, each.kind, each.name, layer)
    found = sniff(each.path, file)
    if found in _COMPRESSED:
        raise RefusedInput(ErrorCode.ARCHIVE_TOO_LARGE, file=file, what="nested", value=each.name, limit=0)
    if found is Format.SHAPEFILE and each.kind is not Format.SHAPEFILE:
        require_parts({".shp": each.path}, file, needed)
    target = each.path.with_suffix(found.suffix)
    if target != each.path and not target.exists():
        each.path.rename(target)
    return LaidOut(target if target.exists() else each.path, found, each.name, layer)
