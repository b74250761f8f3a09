"""Rebasing: what has happened to the layers of a scenario since, and which of its edits still hold."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from gis_service.analysis.links import REACH_M
from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import Connection
from gis_service.db.history import version as version_of_history
from gis_service.db.layer_rows import read_columns
from gis_service.db.layers import version_of
from gis_service.db.places import KeyedRow, is_near, rows_by_key
from gis_service.errors import Conflict, ErrorCode, Fault
from gis_service.services.accounts import Caller
from gis_service.services.coverage_inputs import Notice
from gis_service.services.rights import Rights, rights_of
from gis_service.services.scenario_edits import base_of, checked, key_of_facilities
from gis_service.services.scenario_inputs import today
from gis_service.services.scenario_reading import require_readable
from gis_service.services.scenarios import ScenarioRow, add_version, held
from gis_service.services.study_layers import BESIDE_ROADS, StudyLayers, find_layers
from gis_service.services.study_request import complete, parse_request
from gis_service.services.study_standard import refused
from gis_service.services.study_words import notice_text
from gis_service.types import LayerId, Text, VersionId

_OF_ROADS = (
    "road_class",
    "oneway",
    "oneway_bicycle",
    "oneway_motorbike",
    "level",
    "width_m",
    "paved",
    "on_foot",
    "on_wheels",
    "by_car",
)
_OF_FERRIES = ("headway_min", "runs_from", "runs_to", "takes_cars")
"""Fields that decide how somebody travels: a road or ferry with other values is no longer the one meant."""
_DATES = ("open_from", "open_to")
_FERRIES = LayerId(BESIDE_ROADS["ferries"])
M_PER_DEGREE = 110_574.0
"""Of latitude, at least."""
_MAY_BE_KEPT = frozenset(
    {
        "scenario_facility_moved",
        "scenario_facility_dated",
        "scenario_feature_changed",
        "scenario_feature_edited",
        "scenario_no_road",
    }
)
"""Conflicts after which an edit can still be made, if somebody says so."""


@dataclass(frozen=True)
class Finding:
    """Why an edit does not hold any more.

    Parameters
    ----------
    number
        Of the edit, from 1.
    notice
        What has happened.
    """

    number: int
    notice: Notice

    @property
    def may_be_kept(self) -> bool:
        """Whether the edit can still be made, over what has happened."""
        return self.notice.code in _MAY_BE_KEPT

    @property
    def words(self) -> Text:
        """What has happened, for people."""
        return notice_text(self.notice.as_document())


@dataclass(frozen=True)
class Look:
    """A scenario beside the layers as they are now.

    Parameters
    ----------
    base
        Layer and version by role, as they are now.
    newer
        Roles of which there is another version, or another layer, than that of the scenario.
    findings
        Edits that do not hold any more; each has one.
    """

    base: dict[str, dict[str, Any]]
    newer: tuple[str, ...]
    findings: tuple[Finding, ...]


def look(connection: Connection, catalogue: Catalogue, row: ScenarioRow, rights: Rights) -> Look:
    """Tell what has happened to the layers of a scenario since the versions that it was made on.

    Parameters
    ----------
    connection, catalogue
        Where the layers are as they are now.
    row
        A scenario whose layers the caller may read.
    rights
        Of the caller.

    Raises
    ------
    RefusedInput
        ``study_refused``, ``study_layer_empty`` for a question that cannot be put any more.
    """
    shown = row.shown
    task = complete(parse_request(shown.inputs), catalogue, today(), rights)
    layers = find_layers(connection, catalogue, task)
    base = base_of(layers)
    newer = tuple(role for role in base if base[role] != shown.base.get(role))
    seen = _Seen(connection, layers, shown.base, task.parameters.snap_max_m)
    told = list(seen.facilities(shown.edits)) + list(seen.others(shown.edits))
    first: dict[int, Finding] = {}
    for finding in told:
        # What cannot be kept counts before what can.
        if finding.number not in first or not finding.may_be_kept:
            first[finding.number] = finding
    return Look(base, newer, tuple(first[number] for number in sorted(first)))


def rebase(
    connection: Connection,
    catalogue: Catalogue,
    id_: str,
    *,
    drop: Collection[int],
    keep: Collection[int],
    message: str,
    expected: frozenset[str] | None,
    caller: Caller,
) -> ScenarioRow:
    """Put a scenario on the layers as they are now, as a new version of it; without news it stays as it is.

    Parameters
    ----------
    connection
        Inside a transaction; the caller commits.
    drop, keep
        Numbers of edits, from 1, that are left out, and that are made over what has happened.
    message
        Why, kept with the version.
    expected, caller
        As of `gis_service.services.scenarios.replace`.

    Raises
    ------
    NotFound, NotAllowed
        As `held` and `require_readable`.
    RefusedInput
        ``study_refused`` for numbers that no edit has, and when no edit is left; as `checked`.
    Conflict
        ``scenario_conflicts`` with each edit that nobody has decided about; ``scenario_changed``.
    """
    row = held(connection, id_, expected, caller)
    rights = rights_of(connection, catalogue, caller)
    require_readable(connection, rights, row.shown)
    edits = row.shown.edits
    for name, numbers in (("drop", drop), ("keep", keep)):
        for number in numbers:
            if not 1 <= number <= len(edits):
                raise refused(name, number, f"1 – {len(edits)}")
    seen = look(connection, catalogue, row, rights)
    left = [
        finding
        for finding in seen.findings
        if finding.number not in drop and not (finding.may_be_kept and finding.number in keep)
    ]
    if left:
        raise Conflict(ErrorCode.SCENARIO_CONFLICTS, [_fault(one) for one in left], count=len(left), id=id_)
    if not seen.newer and not drop:
        return row
    kept = [edit for number, edit in enumerate(edits, 1) if number not in drop]
    content = checked(connection, catalogue, row.shown.inputs, kept, caller)
    return add_version(connection, row, content, message, caller, "scenario.rebase")


def _fault(finding: Finding) -> Fault:
    number = finding.number
    return Fault(Text(f"thay đổi số {number}", f"edit number {number}"), finding.words)


class _Seen:
    """The layers of a scenario, as they were and as they are.

    Parameters
    ----------
    connection
        Where they are.
    layers
        As they are now.
    base
        As they were.
    near_m
        How far a place may be from its road, metres.
    """

    def __init__(
        self,
        connection: Connection,
        layers: StudyLayers,
        base: Mapping[str, Mapping[str, Any]],
        near_m: float,
    ) -> None:
        self._connection, self._layers, self._base, self._near_m = connection, layers, base, near_m
        self._facilities = layers.layers["facilities"]

    def facilities(self, edits: Collection[Mapping[str, Any]]) -> Iterator[Finding]:
        """Look at the facilities that edits name, and at the places they are brought to."""
        catalogue, layer = self._layers.catalogue, self._facilities
        key, columns = key_of_facilities(catalogue, layer), [*_fields(self._layers, _DATES)]
        own = {number: edit for number, edit in enumerate(edits, 1) if edit.get("layer") == layer}
        codes = [str(_code(edit)) for edit in own.values()]
        was, is_ = self._both(layer, key, codes, columns)
        new = {_code(edit) for edit in own.values() if edit["op"] == "add"}
        for number, edit in own.items():
            if edit["op"] == "capacity" and _code(edit) in new:
                continue
            code, about = str(_code(edit)), {"facility": _code(edit), "layer": layer}
            if edit["op"] == "add":
                if code in is_:
                    yield Finding(number, Notice("scenario_name_taken", about))
            elif code not in is_:
                yield Finding(number, Notice("scenario_facility_gone", about))
            elif code in was and was[code].wkb != is_[code].wkb:
                yield Finding(number, Notice("scenario_facility_moved", about))
            elif code in was and was[code].values != is_[code].values:
                yield Finding(number, Notice("scenario_facility_dated", about))
            if not self._is_on_a_road(edit):
                about = about | {"layer": self._layers.layers["network"], "metres": self._near_m}
                yield Finding(number, Notice("scenario_no_road", about))

    def others(self, edits: Collection[Mapping[str, Any]]) -> Iterator[Finding]:
        """Look at the roads and ferries that edits name, at the areas that close roads, and at new roads."""
        added: list[shapely.LineString] = []
        for number, edit in enumerate(edits, 1):
            layer, value = edit.get("layer"), edit.get("value")
            for own, fids in self._named(edit) if layer != self._facilities else ():
                yield from self._features(number, own, fids)
            areas = value.get("areas") if isinstance(value, Mapping) else None
            if areas is not None and not self._has_areas(areas):
                yield Finding(number, Notice("scenario_areas_gone", {"layer": areas["layer"]}))
            if edit["op"] == "link":
                yield from self._ends(number, edit, added)
                added.append(shapely.LineString(edit["geometry"]["coordinates"]))

    def _named(self, edit: Mapping[str, Any]) -> Iterator[tuple[LayerId, list[str]]]:
        """Give the item ids that an edit of roads or ferries names, by layer."""
        value = edit.get("value")
        told = value if isinstance(value, Mapping) else {}
        own = [edit["fid"]] if edit.get("fid") is not None else []
        roads = LayerId(str(edit.get("layer")))
        for layer, fids in ((roads, [*own, *told.get("roads", [])]), (_FERRIES, told.get("ferries", []))):
            if fids:
                yield layer, [str(fid) for fid in dict.fromkeys(fids)]

    def _features(self, number: int, layer: LayerId, fids: list[str]) -> Iterator[Finding]:
        wanted = _OF_FERRIES if layer == _FERRIES else _OF_ROADS
        known = {field.name for field in self._layers.catalogue.layers[layer].fields}
        columns = [name for name in wanted if name in known]
        was, is_ = self._both(layer, "fid", fids, columns)
        for fid in fids:
            about = {"facility": fid, "layer": layer}
            if fid not in is_:
                yield Finding(number, Notice("scenario_feature_gone", about))
            elif fid in was and was[fid].wkb != is_[fid].wkb:
                yield Finding(number, Notice("scenario_feature_changed", about))
            elif fid in was and was[fid].values != is_[fid].values:
                yield Finding(number, Notice("scenario_feature_edited", about))

    def _ends(
        self, number: int, edit: Mapping[str, Any], added: Collection[shapely.LineString]
    ) -> Iterator[Finding]:
        """Look whether a new road still ends at roads, or at those that edits before it have added."""
        line = edit["geometry"]["coordinates"]
        for lon, lat in (line[0], line[-1]):
            near = is_near(self._connection, self._layers.layers["network"], (lon, lat), REACH_M)
            if not near and not any(_metres(one, lon, lat) <= REACH_M for one in added):
                about = {"lon": lon, "lat": lat, "metres": round(REACH_M)}
                yield Finding(number, Notice("scenario_link_off_roads", about))

    def _both(
        self, layer: LayerId, key: str, keys: list[str], columns: list[str]
    ) -> tuple[dict[str, KeyedRow], dict[str, KeyedRow]]:
        """Give rows as they were in the base, as far as the history tells, and as they are."""
        is_ = rows_by_key(self._connection, layer, key, keys, columns)
        base = next((one["version"] for one in self._base.values() if one["layer"] == layer), None)
        if base is None or base == version_of(self._connection, layer):
            return is_, is_
        before = version_of_history(self._connection, layer, base)
        if before is None or not before.kept:
            return {}, is_
        return rows_by_key(self._connection, layer, key, keys, columns, VersionId(before.id)), is_

    def _is_on_a_road(self, edit: Mapping[str, Any]) -> bool:
        network, shape = self._layers.layers.get("network"), edit.get("geometry")
        if network is None or shape is None or shape["type"] != "Point":
            return True
        lon, lat = shape["coordinates"]
        return is_near(self._connection, network, (float(lon), float(lat)), self._near_m)

    def _has_areas(self, areas: Mapping[str, Any]) -> bool:
        layer, where = LayerId(areas["layer"]), areas.get("where", {})
        definition = self._layers.catalogue.layers.get(layer)
        if definition is None or set(where) - {field.name for field in definition.fields}:
            return False
        if version_of(self._connection, layer) is None:
            return False
        rows = read_columns(self._connection, layer, ["fid", *where])
        return any(all(map(_equal, row[1:], where.values())) for row in rows)


def _metres(line: shapely.LineString, lon: float, lat: float) -> float:
    """Give the distance between a line in degrees and a place near it."""
    scale = np.array([M_PER_DEGREE * np.cos(np.radians(lat)), M_PER_DEGREE])
    flat = shapely.transform([line, shapely.Point(lon, lat)], lambda xy: xy * scale)
    return float(shapely.distance(*flat))


def _equal(there: object, wanted: object) -> bool:
    """Compare a value of a layer with one that was asked for; dates are asked for as text."""
    return there == wanted or (isinstance(wanted, str) and there is not None and str(there) == wanted)


def _fields(layers: StudyLayers, wanted: Collection[str]) -> list[str]:
    known = layers.fields("facilities")
    return [name for name in wanted if name in known]


def _code(edit: Mapping[str, Any]) -> object:
    return edit.get("tmp_id") or edit.get("id")
