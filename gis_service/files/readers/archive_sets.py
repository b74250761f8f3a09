"""Which files of an archive belong together as one data set.

The names only say what lies together; what a file is, its bytes decide once it is unpacked.
"""

import re
import zipfile
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import PurePosixPath

from gis_service.errors import ErrorCode, RefusedInput
from gis_service.files.readers.formats import PARTS, Format

_SETS = {
    ".shp": Format.SHAPEFILE,
    ".tab": Format.TAB,
    ".mif": Format.MIF,
    ".gml": Format.GML,
    ".dbf": Format.DBF,
}
_SINGLE = (".gpkg", ".geojson", ".geojsonl", ".fgb", ".parquet", ".kml", ".gpx", ".dxf", ".dgn", ".pbf")
_WEAK = (".json", ".csv", ".txt", ".xml")
"""Lists and remarks that people put beside a data set; they count where there is nothing else."""
_GEODATABASE = ".gdb"
_GEODATABASE_FILE = re.compile(r"^[A-Za-z0-9_][A-Za-z0-9_.-]*$")
_FIELDS, _ABOUT = "fields", "about"
REMARKS = (f"{_ABOUT}.txt", f"{_FIELDS}.csv")
"""Files of remarks in the archives of our own exports: what the data is, and what its columns stand for."""
_LISTED = 10
_LOOKED_AT = 1 << 20


@dataclass(frozen=True, slots=True)
class DataSet:
    """Files of an archive that are read together.

    Parameters
    ----------
    name
        How the user tells it from others: the name of its main file without ending, with its folder where two
        are called the same.
    kind
        What the parts make it, none for a single file.
    parts
        Files by suffix (main one first), of a File Geodatabase by name.
    """

    name: str
    kind: Format | None
    parts: dict[str, zipfile.ZipInfo]

    @property
    def is_table(self) -> bool:
        """Whether it is a list that may lie beside a data set with places."""
        return self.kind is Format.DBF or ".csv" in self.parts


def data_sets(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], file: str) -> list[DataSet]:
    """Give the data sets of an archive, in order.

    Parameters
    ----------
    archive
        It.
    members
        Its files, found harmless.
    file
        What the user calls it.

    Raises
    ------
    RefusedInput
        ``archive_without_data``; ``no_features`` for an archive without a single file.
    """
    if not members:
        raise RefusedInput(ErrorCode.NO_FEATURES, file=file)
    databases, others = _databases(members)
    stems: dict[str, dict[str, zipfile.ZipInfo]] = defaultdict(dict)
    for member in others:
        place = PurePosixPath(member.filename)
        stems[str(place.with_suffix(""))][place.suffix.lower()] = member
    stems = _together(stems)
    found = databases | _with_parts(stems) | _single(stems, _SINGLE)
    if found:
        found = _lists(stems) | found
    elif len(others) > 1:
        found = _single(stems, _WEAK)
    if len(found) > 1:
        found = {stem: each for stem, each in found.items() if not _only_links(archive, each)} or found
    if found:
        return _named(found)
    if len(members) == 1:
        place = PurePosixPath(members[0].filename)
        return [DataSet(place.stem, None, {place.suffix.lower() or ".csv": members[0]})]
    listed = ", ".join(member.filename for member in members[:_LISTED]) or "-"
    raise RefusedInput(ErrorCode.ARCHIVE_WITHOUT_DATA, file=file, entries=listed)


def _together(stems: dict[str, dict[str, zipfile.ZipInfo]]) -> dict[str, dict[str, zipfile.ZipInfo]]:
    """Bring parts together whose names differ by small and capital letters only, as Windows does."""
    folded: dict[str, dict[str, zipfile.ZipInfo]] = defaultdict(dict)
    shown: dict[str, str] = {}
    for stem, parts in stems.items():
        folded[shown.setdefault(stem.lower(), stem)].update(parts)
    return folded


def _databases(members: list[zipfile.ZipInfo]) -> tuple[dict[str, DataSet], list[zipfile.ZipInfo]]:
    """Take the files out that lie in folders of File Geodatabases."""
    found: dict[str, DataSet] = {}
    others = []
    for member in members:
        place = PurePosixPath(member.filename)
        home = place.parent
        if home.suffix.lower() != _GEODATABASE:
            others.append(member)
        elif _GEODATABASE_FILE.match(place.name):
            # The name is written to disk as it stands: GDAL finds the tables of a database by it.
            fresh = DataSet(home.stem, Format.FILE_GEODATABASE, {})
            found.setdefault(str(home.with_suffix("")), fresh).parts[place.name] = member
    return found, others


def _with_parts(stems: dict[str, dict[str, zipfile.ZipInfo]]) -> dict[str, DataSet]:
    found = {}
    for stem, parts in stems.items():
        for main, kind in _SETS.items():
            # A table beside the index of shapes belongs to a Shapefile that has lost them.
            if main in parts and not (kind is Format.DBF and ".shx" in parts):
                kept = {suffix: parts[suffix] for suffix in PARTS[kind] if suffix in parts}
                found[stem] = DataSet(PurePosixPath(stem).name, kind, kept)
                break
    return found


def _single(stems: dict[str, dict[str, zipfile.ZipInfo]], suffixes: tuple[str, ...]) -> dict[str, DataSet]:
    found = {}
    for stem, parts in stems.items():
        for suffix in suffixes:
            if suffix in parts and not set(parts) & set(_SETS):
                found[stem] = DataSet(PurePosixPath(stem).name, None, {suffix: parts[suffix]})
                break
    return found


def _lists(stems: dict[str, dict[str, zipfile.ZipInfo]]) -> dict[str, DataSet]:
    """Give the tables of text beside other data sets, but for what our own exports tell of fields."""
    found = _single(stems, (".csv",))
    return {
        stem: each
        for stem, each in found.items()
        if each.name != _FIELDS or ".txt" not in stems.get(stem.removesuffix(_FIELDS) + _ABOUT, {})
    }


def _only_links(archive: zipfile.ZipFile, each: DataSet) -> bool:
    """Tell a KML that holds nothing but links to the others of its archive."""
    if list(each.parts) != [".kml"]:
        return False
    with archive.open(each.parts[".kml"]) as opened:
        head = opened.read(_LOOKED_AT)
    return b"<NetworkLink" in head and b"<Placemark" not in head


def _named(found: dict[str, DataSet]) -> list[DataSet]:
    often = Counter(each.name.lower() for each in found.values())
    return [
        DataSet(stem if often[each.name.lower()] > 1 else each.name, each.kind, each.parts)
        for stem, each in found.items()
    ]


def chosen(found: list[DataSet], file: str, name: str | None) -> DataSet:
    """Give the one data set that was asked for, or the only one, or the only one that is no table.

    Parameters
    ----------
    found
        What the archive holds.
    file
        What the user calls it.
    name
        ``set`` or ``set/layer``; with one data set it may be the layer alone.

    Raises
    ------
    RefusedInput
        ``file_layer_choice``.
    """
    if name is not None:
        for each in found:
            if name.lower() == each.name.lower() or name.lower().startswith(f"{each.name.lower()}/"):
                return each
    spatial = [each for each in found if not each.is_table] if len(found) > 1 else found
    if len(spatial) == 1 and (name is None or spatial[0].kind is not Format.SHAPEFILE):
        return spatial[0]
    listed = ", ".join(sorted(each.name for each in found))
    raise RefusedInput(ErrorCode.FILE_LAYER_CHOICE, file=file, asked=name or "-", layers=listed)


def layer_within(name: str | None, data_set: str) -> str | None:
    """Give what of ``set/layer`` names the layer, none when the set alone was named."""
    if name is None or name.lower() == data_set.lower():
        return None
    prefix = f"{data_set.lower()}/"
    return name[len(prefix) :] if name.lower().startswith(prefix) else name
