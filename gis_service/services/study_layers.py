"""Which layers a study reads, in which version: what makes it the same study when it is asked again."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import Connection
from gis_service.db.history import version
from gis_service.db.layer_rows import LayerRows, read_layer
from gis_service.db.layers import version_of
from gis_service.errors import Conflict, ErrorCode, RefusedInput
from gis_service.services.layers import refuse_raster
from gis_service.services.raster_bands import RasterBand
from gis_service.services.study_rasters import RASTER_ROLES, find_rasters, kept_band
from gis_service.services.study_request import CoverageTask
from gis_service.services.vintages import AREA, UNIT_TYPES, area_of, base_units
from gis_service.types import LayerId, VersionId

BESIDE = {"settlements": LayerId("settlement")}
"""Layers that every study reads when they are loaded, by role."""
BESIDE_AREAS = {"barriers": LayerId("rivers")}
"""Layers that a study of people of areas reads when they are loaded: nobody lives in the water."""
BESIDE_ROADS = {**BESIDE_AREAS, "ferries": LayerId("ferries")}
"""Layers that a study on roads reads when they are loaded."""
MAY_BE_EMPTY = frozenset({*BESIDE, *BESIDE_ROADS})
"""Roles whose layer may be loaded and hold nothing: a place without a ferry is still a place."""
ITEM_ID = "fid"
_POINTS = ("Point", "MultiPoint")


@dataclass(frozen=True)
class StudyLayers:
    """The layers of a study.

    Parameters
    ----------
    connection
        Where they are read.
    catalogue
        Their definitions.
    layers, versions
        Layer and version by role.
    past
        Roles whose version is not the current one: their rows are read from the history.
    rasters
        Roles whose layer is a raster, with the band that is meant.
    """

    connection: Connection
    catalogue: Catalogue
    layers: Mapping[str, LayerId]
    versions: Mapping[str, VersionId]
    past: frozenset[str] = frozenset()
    rasters: Mapping[str, RasterBand] = field(default_factory=dict)

    @property
    def references(self) -> dict[str, object]:
        """The ``inputs`` of the study document."""
        return {
            role: {"layer": layer, "version": self.versions[role], **self._band(role)}
            for role, layer in sorted(self.layers.items())
        }

    def _band(self, role: str) -> dict[str, int]:
        return {"band": self.rasters[role].band} if role in self.rasters else {}

    @property
    def generated(self) -> tuple[str, ...]:
        """Ids of the layers that are generated data."""
        used = set(self.layers.values())
        return tuple(sorted(layer for layer in used if self.catalogue.layers[layer].generated))

    def fields(self, role: str) -> list[str]:
        """Names of the fields of a layer."""
        return [field.name for field in self.catalogue.layers[self.layers[role]].fields]

    def read(self, role: str, *wanted: str) -> LayerRows:
        """Read a layer with those of the wanted columns that it has; of `MAY_BE_EMPTY` perhaps no row.

        Raises
        ------
        Conflict
            ``study_version_gone`` when somebody has written to the layer since its version was looked up.
        RefusedInput
            ``study_layer_empty``.
        """
        layer = self.layers[role]
        columns = [name for name in dict.fromkeys(wanted) if name in (ITEM_ID, *self.fields(role))]
        past = self.versions[role] if role in self.past else None
        rows = read_layer(self.connection, layer, columns, past)
        if not len(rows) and role in MAY_BE_EMPTY:
            return rows
        if not len(rows):
            raise RefusedInput(ErrorCode.STUDY_LAYER_EMPTY, layer=layer)
        if rows.version != self.versions[role]:
            raise Conflict(
                ErrorCode.STUDY_VERSION_GONE,
                layer=layer,
                version=self.versions[role],
                current=rows.version,
            )
        return rows


def layers_of(
    connection: Connection, catalogue: Catalogue, references: Mapping[str, Mapping[str, Any]]
) -> StudyLayers:
    """Find the layers that a study document names, in its versions: current ones, or kept in the history.

    Parameters
    ----------
    references
        Layer and version by role.

    Raises
    ------
    Conflict
        ``study_version_gone`` for a layer or version that is gone.
    """
    layers = {role: LayerId(one["layer"]) for role, one in references.items()}
    versions = {role: VersionId(one["version"]) for role, one in references.items()}
    past, rasters = set(), {}
    for role, layer in layers.items():
        current = version_of(connection, layer) if layer in catalogue.layers else None
        if _is_past(connection, layer, versions[role], current):
            past.add(role)
        if role in RASTER_ROLES and catalogue.layers[layer].is_raster:
            raster = kept_band(connection, layer, versions[role], references[role].get("band"))
            if raster is None:
                raise _gone(layer, versions[role], current)
            rasters[role] = raster
    return StudyLayers(connection, catalogue, layers, versions, frozenset(past), rasters)


def _is_past(connection: Connection, layer: LayerId, wanted: VersionId, current: VersionId | None) -> bool:
    """Tell whether a version is read from the history; refuse one that the history does not keep."""
    if wanted == current:
        return False
    known = current is not None and 0 < wanted < current
    found = version(connection, layer, wanted) if known else None
    if found is None or not found.kept:
        raise _gone(layer, wanted, current)
    return True


def _gone(layer: LayerId, wanted: VersionId, current: VersionId | None) -> Conflict:
    return Conflict(ErrorCode.STUDY_VERSION_GONE, layer=layer, version=wanted, current=current or "–")


def _asked_versions(
    connection: Connection, catalogue: Catalogue, task: CoverageTask
) -> tuple[dict[str, VersionId], set[str]]:
    """Give the versions of the layers that were asked for, by role, and the roles of those of the past."""
    versions, past = {}, set()
    for role, layer in task.layers.items():
        if role not in RASTER_ROLES:
            refuse_raster(catalogue.layers[layer])
        current = version_of(connection, layer)
        if current is None:
            raise RefusedInput(ErrorCode.STUDY_LAYER_EMPTY, layer=layer)
        versions[role] = task.wanted.get(role, current)
        if _is_past(connection, layer, versions[role], current):
            past.add(role)
    return versions, past


def find_layers(connection: Connection, catalogue: Catalogue, task: CoverageTask) -> StudyLayers:
    """Look up all layers that a study reads, in the versions it was asked for, else in the current ones.

    Raises
    ------
    RefusedInput
        ``study_layer_empty`` for a layer that is needed and not loaded; as `find_rasters`.
    NotFound
        ``layer_is_raster`` for a raster where rows are meant.
    Conflict
        ``study_version_gone`` for a version that the history does not keep.
    """
    layers, (versions, past) = dict(task.layers), _asked_versions(connection, catalogue, task)
    rasters = find_rasters(connection, catalogue, layers, versions, task.bands)
    beside = BESIDE | (BESIDE_ROADS if "network" in layers else {})
    if catalogue.layers[layers["demand"]].geometry not in _POINTS:
        beside = beside | BESIDE_AREAS
    if catalogue.city.outline_layer is not None:
        beside = beside | {"outline": catalogue.city.outline_layer}
    for role, layer in beside.items():
        there = version_of(connection, layer) if layer in catalogue.layers else None
        if there is not None:
            layers[role], versions[role] = layer, there
    base = base_units(catalogue) if task.asks_for_kinds else None
    there = None if base is None else version_of(connection, base)
    if base is not None and there is not None:
        layers[UNIT_TYPES], versions[UNIT_TYPES] = base, there
    area = None if "outline" in layers else area_of(catalogue, layers)
    there = None if area is None else version_of(connection, area)
    if area is not None and there is not None:
        layers[AREA], versions[AREA] = area, there
    return StudyLayers(connection, catalogue, layers, versions, frozenset(past), rasters)
