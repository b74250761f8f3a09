"""The layers that candidates come from, and that they must not lie in: found, and read."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np
import pyproj
import shapely

from gis_service.catalogue.loader import Catalogue
from gis_service.crs import STORAGE, transform
from gis_service.db.engine import Connection
from gis_service.db.layer_rows import LayerRows
from gis_service.db.layers import version_of
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.services.layers import refuse_raster
from gis_service.services.rights import Rights, is_personal
from gis_service.services.siting_ask import SitingAsk
from gis_service.services.siting_request import CandidateLayer
from gis_service.services.siting_sites import (
    Sites,
    are_known,
    are_places,
    inside_any,
    joined,
    sites_of_places,
    stand_at,
)
from gis_service.services.study_layers import ITEM_ID, StudyLayers, layers_of
from gis_service.services.study_standard import one_of, refused
from gis_service.types import Bools, Floats, Geometries, LayerId, Text

_FROM, _OUTSIDE = "candidates_{}", "outside_{}"
"""Roles of these layers among the inputs of a study."""
_NAME = "name"


def source_layers(
    connection: Connection, catalogue: Catalogue, asked: SitingAsk, rights: Rights | None
) -> StudyLayers:
    """Look up the layers that a siting reads beside those of its study, in the versions that are asked for.

    Parameters
    ----------
    connection, catalogue
        Where they are, and what they mean.
    asked
        The request.
    rights
        Of who asks: a refusal names no layer that is closed to them; None is the operator of the machine.

    Raises
    ------
    RefusedInput
        ``study_refused`` for a layer that is not there, or whose places are nobody's to see;
        ``study_layer_empty`` for one that is not loaded.
    NotFound, Conflict
        ``layer_is_raster``; ``study_version_gone``.
    """
    wanted: dict[str, tuple[str, str, int | None]] = {}
    for at, one in enumerate(asked.candidates.layers):
        wanted[_FROM.format(at + 1)] = (f"candidates/layers/{at}/layer", one.layer, one.version)
    for at, name in enumerate(asked.candidates.outside or ()):
        wanted[_OUTSIDE.format(at + 1)] = (f"candidates/outside/{at}", name, None)
    told = [str(layer) for layer in (catalogue.layers if rights is None else rights.readable())]
    references: dict[str, Mapping[str, Any]] = {}
    for role, (where, name, version) in wanted.items():
        layer = LayerId(one_of(where, name, list(catalogue.layers), told))
        if is_personal(catalogue.layers[layer]):
            raise refused(where, name, "visibility: public, internal, draft")
        refuse_raster(catalogue.layers[layer])
        there = version_of(connection, layer)
        if there is None:
            if role.startswith(_OUTSIDE[:-2]):
                continue  # nothing lies in areas that nobody has brought yet
            raise RefusedInput(ErrorCode.STUDY_LAYER_EMPTY, layer=layer)
        references[role] = {"layer": layer, "version": there if version is None else version}
    return layers_of(connection, catalogue, references)


def read_sites(layers: StudyLayers, asked: SitingAsk, crs: pyproj.CRS, lines: Geometries) -> Sites:
    """Read the candidates of a siting, those of its layers first.

    Parameters
    ----------
    layers
        As `source_layers` gives them.
    asked
        The request.
    crs, lines
        Metric system of the study, and the roads that a site may be joined to.

    Raises
    ------
    RefusedInput
        ``study_refused`` for a field that the layer does not have or lines in it; ``siting_candidates_none``.
    Conflict
        ``study_version_gone`` when a layer changed meanwhile.
    """
    parts = [_sites_of_layer(layers, at, one, crs, lines) for at, one in enumerate(asked.candidates.layers)]
    of_layers = joined(parts)
    # What two descriptions of one layer both mean is there once.
    place = {id_: row for row, id_ in reversed([*enumerate(of_layers.ids)])}
    of_layers = of_layers.take(np.array(sorted(place.values()), dtype=np.int64))
    areas = _areas_outside(layers, asked, crs)
    of_layers = of_layers.take(~inside_any(of_layers.xy, areas), "inside")
    found = joined([of_layers, sites_of_places(asked.candidates.places, crs)])
    if twice := [id_ for id_, count in Counter(found.ids).items() if count > 1]:
        raise refused("candidates/places", twice[0], "id: 1 ×")
    if not len(found) and not asked.may_close:
        reasons = {name: found.left_out.get(name, 0) for name in ("values", "small", "inside", "beyond")}
        raise RefusedInput(ErrorCode.SITING_CANDIDATES_NONE, (), **reasons)
    return found


def _sites_of_layer(
    layers: StudyLayers, at: int, asked: CandidateLayer, crs: pyproj.CRS, lines: Geometries
) -> Sites:
    role, where = _FROM.format(at + 1), f"candidates/layers/{at}"
    known = layers.fields(role)
    named = {"cost_field": asked.cost_field, "capacity_field": asked.capacity_field}
    numbers = [name for name in named.values() if name is not None]
    for option, name in (*(("where", name) for name in asked.where), *named.items()):
        if name is not None and name not in known:
            raise refused(f"{where}/{option}", name, ", ".join(known))
    rows = layers.read(role, *dict.fromkeys((ITEM_ID, _NAME, *asked.where, *numbers)))
    there = ~shapely.is_missing(rows.geometry)
    fits = there & _has_values(rows, asked)
    shapes = rows.geometry[fits]
    if not are_places(shapes):
        expected = Text("lớp điểm hoặc vùng", "a layer of points or of areas")
        raise refused(f"{where}/layer", asked.layer, expected)
    is_large = _large_enough(shapes, asked, crs)
    chosen = np.flatnonzero(fits)[is_large]
    lonlat, xy = stand_at(rows.geometry[chosen], crs, lines)
    fids = [rows.columns[ITEM_ID][row] for row in chosen.tolist()]
    names = rows.columns.get(_NAME, [None] * len(rows))
    sites = Sites(
        ids=tuple(f"{asked.layer}.{fid}" for fid in fids),
        names=tuple(None if names[row] is None else str(names[row]) for row in chosen.tolist()),
        sources=(asked.layer,) * len(chosen),
        lonlat=lonlat,
        xy=xy,
        cost=_numbers(rows, asked.cost_field, f"{where}/cost_field")[chosen],
        capacity=_numbers(rows, asked.capacity_field, f"{where}/capacity_field")[chosen],
        left_out={"values": int((there & ~fits).sum()), "small": int((~is_large).sum())},
    )
    return sites.take(are_known(sites.xy), "beyond")


def _has_values(rows: LayerRows, asked: CandidateLayer) -> Bools:
    fits = np.ones(len(rows), dtype=np.bool_)
    for name, values in asked.where.items():
        wanted = {_said(value) for value in values}
        fits &= np.array([_said(value) in wanted for value in rows.columns[name]], dtype=np.bool_)
    return fits


def _said(value: object) -> str:
    """Write a value so that equal ones are equal, whether they were given as numbers or as text."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _large_enough(shapes: Geometries, asked: CandidateLayer, crs: pyproj.CRS) -> Bools:
    if asked.min_area_m2 is None or not len(shapes):
        return np.ones(len(shapes), dtype=np.bool_)
    metric = transform(shapely.force_2d(shapes), STORAGE, crs)
    return np.asarray(shapely.area(metric) >= asked.min_area_m2, dtype=np.bool_)


def _numbers(rows: LayerRows, field: str | None, where: str) -> Floats:
    """Read a field of numbers; nan where nothing is told."""
    if field is None:
        return np.full(len(rows), np.nan)
    try:
        found = np.array([np.nan if value is None else float(str(value)) for value in rows.columns[field]])
    except ValueError:
        expected = Text("cột số", "a field of numbers")
        raise refused(where, field, expected) from None
    if (low := found[found < 0]).size:
        raise refused(where, low[0], "≥ 0")
    return found


def _read_areas(layers: StudyLayers, role: str) -> Geometries:
    """Read areas; nothing lies in those of a layer that holds none."""
    try:
        return layers.read(role).geometry
    except RefusedInput as error:
        if error.code is not ErrorCode.STUDY_LAYER_EMPTY:
            raise
        return np.empty(0, dtype=object)


def _areas_outside(layers: StudyLayers, asked: SitingAsk, crs: pyproj.CRS) -> Geometries:
    """Read the areas that no candidate of a layer may lie in."""
    found = []
    for at in range(len(asked.candidates.outside or ())):
        if (role := _OUTSIDE.format(at + 1)) in layers.layers:
            rows = _read_areas(layers, role)
            areas = rows[~shapely.is_missing(rows)]
            found.append(transform(shapely.force_2d(areas), STORAGE, crs))
    return np.concatenate([np.empty(0, dtype=object), *found])
