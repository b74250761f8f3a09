"""A gap analysis told by the units of other vintages: people are summed again at their points, never by area.

What the service gives for a kept study with ``vintage=``: the totals are the same to the person.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from gis_service.analysis.zones import BEYOND, NO_UNIT, Zones, zone_of
from gis_service.errors import ErrorCode, WrongUse
from gis_service.files.frames import LAYER_MARK, find_column, split_source
from gis_service.services.coverage import CoverageInputs, Told, run_coverage
from gis_service.services.coverage_document import Document
from gis_service.services.coverage_inputs import Notice
from gis_service.services.coverage_parameters import CoverageParameters
from gis_service.services.facilities import units_of
from gis_service.services.gap_analysis import GapAnalysis
from gis_service.services.gap_beside import document_beside
from gis_service.services.gap_references import content_hash, says_generated
from gis_service.services.gap_study import FileStudy
from gis_service.services.gap_tables import read_table, require_together, table_place
from gis_service.services.gap_zones import zones_of
from gis_service.services.vintages import AREA
from gis_service.types import Text

_OPTION = "--vintage-zones"
_ROLE = "vintage_zones"
_NAMED = re.compile(r"(?P<name>[a-z][a-z0-9_]{0,47})=(?P<file>.+)")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,47}")
_NO_NAME = re.compile(r"[^a-z0-9]+")
_OWN = "zones"
"""Names the units of the study itself."""
_FORM = Text("TÊN=TỆP, mỗi tên một lần, gồm a-z, 0-9, _", "NAME=FILE, each name once, of a-z, 0-9, _")


@dataclass(frozen=True)
class GapVintage:
    """A study told by the units of a file.

    Parameters
    ----------
    name
        Of the vintage.
    document
        The study document, with what stands beside it.
    """

    name: str
    document: Document


def named_files(sources: Sequence[str]) -> dict[str, str]:
    """Name the vintages: as somebody typed it, ``NAME=FILE``, else by the layer or the file.

    Raises
    ------
    WrongUse
        ``wrong_argument`` for a name that is none, or that two have.
    NotFound
        ``file_not_found``.

    """
    found: dict[str, str] = {}
    for source in sources:
        typed = _NAMED.fullmatch(source)
        name, file = (name_of(source), source) if typed is None else (typed["name"], typed["file"])
        if name in found or not _NAME.fullmatch(name):
            raise WrongUse(ErrorCode.WRONG_ARGUMENT, name=_OPTION, value=source, expected=_FORM)
        split_source(file)
        found[name] = file
    return found


def name_of(source: str) -> str:
    """Make a name of that of a layer, else of that of a file.

    Examples
    --------
    >>> name_of("data/Xa 2024.gpkg"), name_of("units.gpkg|layername=communes_2024")
    ('xa_2024', 'communes_2024')
    """
    path, _, layer = source.partition(LAYER_MARK)
    return _NO_NAME.sub("_", (layer or Path(path).stem).lower()).strip("_")


def told_by_vintages(analysis: GapAnalysis, sources: Sequence[str]) -> tuple[GapVintage, ...]:
    """Tell a study by the units of other vintages.

    Parameters
    ----------
    analysis
        The study. Its zones stay the study area, and the units that say who may use what.
    sources
        As `named_files` takes them.

    Raises
    ------
    WrongUse, NotFound, RefusedInput
        As `named_files`, and with what is wrong in which file.
    """
    return tuple(
        GapVintage(name, _retold(analysis, name, file)) for name, file in named_files(sources).items()
    )


def _retold(analysis: GapAnalysis, name: str, file: str) -> Document:
    notices: list[Notice] = []
    frame = read_table(file, _ROLE, ("Polygon",), notices)
    require_together(analysis.inputs.area, [table_place(file, frame)])
    asked = analysis.files.zone_id
    column = None if asked is None else find_column(frame, (asked,))
    zones = zones_of(frame, (file, column), analysis.inputs.crs)
    told_by = _Units(name, file, zones, tuple(notices))
    study = _told(analysis.study, told_by)
    beside = tuple((one, _told(other, told_by)) for one, other in analysis.beside)
    # The rows of units are those that the result is told by.
    return document_beside(replace(study, inputs=replace(study.inputs, zones=zones)), beside)


@dataclass(frozen=True)
class _Units:
    """Other units to tell a study by, and what was noticed while they were read."""

    name: str
    file: str
    zones: Zones
    notices: tuple[Notice, ...]


def _told(study: FileStudy, units: _Units) -> FileStudy:
    """Tell one rule by other units."""
    asked, read = study.parameters, study.inputs
    told = Told(
        _inputs_told(read, asked, units),
        replace(asked, vintage=units.name, catchment_vintage=_OWN if _keeps_units(asked) else None),
    )
    return replace(study, result=run_coverage(read, asked, told=told))


def _keeps_units(asked: CoverageParameters) -> bool:
    """Tell whether the units of a study say who may use what: then they stay, whatever it is told by."""
    return asked.catchment != "any" or asked.measure == "quota"


def _inputs_told(read: CoverageInputs, asked: CoverageParameters, units: _Units) -> CoverageInputs:
    """Tell the people of a study by other units; whoever was beyond its area stays so, and nobody else."""
    zones, is_generated = units.zones, says_generated(units.file)
    notices = (*read.notices, *units.notices)
    zone = np.where(read.zone == BEYOND, BEYOND, np.maximum(zone_of(read.demand.xy, zones), NO_UNIT))
    facilities = read.facilities
    if facilities.places is not None:
        facilities = replace(facilities, unit=units_of(facilities.places, zones)[facilities.owners])
    return replace(
        read,
        references=_references_told(read, asked, zones, notices, is_generated=is_generated),
        zones=zones,
        zone=zone.astype(np.int32),
        area=read.zones,
        facilities=facilities,
        notices=notices,
        generated=(*read.generated, *((_ROLE,) if is_generated else ())),
    )


def _references_told(
    read: CoverageInputs,
    asked: CoverageParameters,
    zones: Zones,
    notices: Sequence[Notice],
    *,
    is_generated: bool,
) -> dict[str, object]:
    """Name the inputs: the units of the study stay its area, and those of its catchment and its ranks."""
    before = read.references["zones"]
    found = {**read.references, AREA: before}
    if _keeps_units(asked):
        found["catchment_zones"] = before
    if asked.rank_of == _OWN:
        found["rank_zones"] = before
    named: dict[str, object] = {"sha256": content_hash(zones.polygons, zones.ids, zones.names)}
    found["zones"] = named | ({"generated": True} if is_generated else {})
    if len(notices) > len(read.notices):
        found["notices"] = {"sha256": content_hash([notice.as_document() for notice in notices])}
    return found
