"""A kept study told by other units: computed again from the points and versions it was kept with.

People are counted at their points, never by area (METHODS, Who counts where): the totals are those that are
kept, to the byte, or the study is not told at all.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from gis_service.analysis.pairs import MAX_PAIRS
from gis_service.analysis.zones import BEYOND, NO_UNIT
from gis_service.catalogue.city_definition import Vintage
from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import Connection
from gis_service.db.layers import version_of
from gis_service.errors import ErrorCode, RefusedInput, WrongUse
from gis_service.services import catchment, compare_document, gaps, siting_request, what_if_request
from gis_service.services.beside import beside_tasks, with_beside
from gis_service.services.catchment_ground import with_places
from gis_service.services.catchment_request import CatchmentAsk
from gis_service.services.compare import Workbench
from gis_service.services.compare_again import kept_comparison, others, require_repeated, side_of
from gis_service.services.coverage import CoverageResult, Told, run_coverage
from gis_service.services.coverage_document import Document
from gis_service.services.coverage_inputs import CoverageInputs, Notice
from gis_service.services.coverage_parameters import OF_EVENNESS, CoverageParameters
from gis_service.services.disclosure_vintages import with_closed
from gis_service.services.documents import digest
from gis_service.services.prepared import Prepared
from gis_service.services.rights import Rights, sees_personal
from gis_service.services.roadmap_request import PROCESS as ROADMAP
from gis_service.services.scenario_states import edited, edits_kept_in, told_edited
from gis_service.services.siting_document import retold_siting
from gis_service.services.step_tables import StepSource
from gis_service.services.step_tables_closed import with_steps
from gis_service.services.study_asked import References, day_of, request_of
from gis_service.services.study_facilities import in_units_of, with_last_change
from gis_service.services.study_inputs import Units
from gis_service.services.study_layers import StudyLayers, layers_of
from gis_service.services.study_request import (
    CoverageTask,
    complete,
    parse_request,
    told_vintages,
)
from gis_service.services.study_rights import require_document
from gis_service.services.study_standard import refused
from gis_service.services.tables import (
    MOST_LIVE_PAIRS,
    closed_tables,
    layers_of_tables,
    pair_tables,
    say_closed,
    slow_tables,
)
from gis_service.services.vintages import AREA, area_of, has_place
from gis_service.types import LayerId, Text

_WHOLE_CITY = Text("không có: lộ trình tính cho cả vùng", "none: a roadmap is told for the whole area")
_UNITS = ("zones", AREA)
LATER_NOTICE = "tables_not_retold"
"""Tells which tables take too long for somebody who waits."""


def vintage_named(catalogue: Catalogue, name: str, rights: Rights | None = None) -> Vintage:
    """Give a vintage that results can be told by; a refusal names only those that are open to who asks.

    Raises
    ------
    RefusedInput
        ``study_refused`` for one that the city does not know, or that has no place on the map.
    """
    usable = {one.id: one for one in catalogue.city.vintages if has_place(catalogue, one)}
    if name not in usable:
        raise refused("vintage", name, ", ".join(told_vintages(usable.values(), rights)))
    return usable[name]


def retold(
    connection: Connection,
    catalogue: Catalogue,
    document: Document,
    name: str,
    prepared: Prepared,
    rights: Rights | None = None,
) -> Document:
    """Tell a kept study by the units of a vintage, unless this process has done so already.

    For readers of the service nothing is computed that they may not see or should not wait for: tables that
    are closed to them, slow ones, and those of more pairs than a live answer may take are left out and named.

    Parameters
    ----------
    connection, catalogue, document, prepared
        As of `retell`.
    name
        Of the vintage.
    rights
        Of the reader; None is the operator of the machine.

    Raises
    ------
    NotAllowed
        As `gis_service.services.study_rights.require_document`.
    Temporary
        ``coverage_busy`` when the process computes as much as it may.
    RefusedInput, Conflict
        As `vintage_named` and `retell`.
    """
    vintage = vintage_named(catalogue, name, rights)
    if rights is not None:
        rights.require_reading(vintage.layer)
    # The units that may come in are those of the vintage, and the newest as the study area.
    now = tuple(version_of(connection, one.layer) for one in catalogue.city.vintages)
    reader = None if rights is None else rights.caller
    open_to = None if reader is None else sees_personal(reader)
    kept = ("retold", document["id"], digest(document["totals"]), vintage.id, now, open_to)

    def make() -> Document:
        with prepared.turns.one():
            if open_to is None:
                return retell(connection, catalogue, document, vintage, prepared)
            return _at_once(connection, catalogue, document, vintage, prepared, personal=open_to)

    found: Document = prepared.answers.by_name(kept, make)
    if rights is not None:
        require_document(connection, rights, found)
    return found


def _at_once(
    connection: Connection,
    catalogue: Catalogue,
    document: Document,
    vintage: Vintage,
    prepared: Prepared,
    *,
    personal: bool,
) -> Document:
    """Retell a study while its reader waits, with the tables that are open to the reader and made at once."""
    asked = tuple(document["parameters"].get("tables", ()))
    closed = () if personal else closed_tables(asked)
    slow = tuple(name for name in slow_tables(asked) if name not in closed)

    def told(later: tuple[str, ...]) -> Document:
        return retell(
            connection,
            catalogue,
            document,
            vintage,
            prepared,
            without=(*closed, *later),
            most_pairs=MOST_LIVE_PAIRS,
        )

    try:
        found = told(slow)
    except WrongUse as error:
        if error.code is not ErrorCode.PAIRS_TOO_MANY:
            raise
        slow = tuple(name for name in asked if name in {*slow, *pair_tables(asked)} and name not in closed)
        found = told(slow)
    if found is document or not (closed or slow):
        return found
    found = found | {"tables": found.get("tables", {})}
    if slow:
        notice = Notice(LATER_NOTICE, {"tables": ", ".join(slow), "vintage": vintage.id})
        found["notices"] = [*found["notices"], notice.as_document()]
    say_closed(found, closed)
    return found


def retell(
    connection: Connection,
    catalogue: Catalogue,
    document: Document,
    vintage: Vintage,
    prepared: Prepared | None = None,
    *,
    without: tuple[str, ...] = (),
    most_pairs: int = MAX_PAIRS,
) -> Document:
    """Tell a kept study by the units of a vintage.

    Parameters
    ----------
    connection, catalogue
        Where its layers are, and what they mean.
    document
        As it is kept.
    vintage
        As `vintage_named` gives it.
    prepared
        What the process knows already.
    without
        Tables that are left out, as if the study had not asked for them.
    most_pairs
        Pairs of homes and facilities that tables may hold.

    Returns
    -------
    Document
        What the same study with this vintage would give, on the versions it was kept with. A study of the own
        unit keeps the units of its catchment, which ``catchment_vintage`` then names.

    Raises
    ------
    RefusedInput
        ``study_layer_empty`` for units that are not loaded.
    Conflict
        ``study_version_gone`` for a layer whose version is no longer kept; ``study_not_repeated`` when
        conventions or code have changed so that other totals come out.
    WrongUse
        ``pairs_too_many`` for tables of more pairs.
    """
    if document["process"] == ROADMAP:
        raise refused("vintage", vintage.id, _WHOLE_CITY)
    if version_of(connection, vintage.layer) is None:
        raise RefusedInput(ErrorCode.STUDY_LAYER_EMPTY, layer=vintage.layer)
    if document["parameters"]["vintage"] == vintage.id:
        return document
    bench = Workbench(prepared)
    if document["process"] in {compare_document.PROCESS, what_if_request.PROCESS, siting_request.PROCESS}:
        found = _comparison(connection, catalogue, document, vintage, bench)
    else:
        kept = _without(document, without)
        found = _coverage(connection, catalogue, kept, vintage, bench, most_pairs)
    require_repeated(document, found)
    return found


def _without(document: Document, tables: tuple[str, ...]) -> Document:
    """Give a study as if it had not asked for some tables, nor for the layers that only these read."""
    asked = tuple(document["parameters"].get("tables", ()))
    left = tuple(name for name in asked if name not in tables)
    gone = layers_of_tables(asked).keys() - layers_of_tables(left).keys()
    layers = {role: one for role, one in document["inputs"].items() if role not in gone}
    kept = document["parameters"] | {"tables": list(left)}
    if not set(OF_EVENNESS) & set(left):
        kept.pop("rank_column", None)
    return document | {"parameters": kept, "inputs": layers}


def _coverage(
    connection: Connection,
    catalogue: Catalogue,
    document: Document,
    vintage: Vintage,
    bench: Workbench,
    most_pairs: int,
) -> Document:
    references = document["inputs"]
    request = parse_request(request_of(document["parameters"], references))
    layers = layers_of(connection, catalogue, references)
    task = complete(request, catalogue, day_of(document["parameters"]))
    task = with_last_change(layers, replace(task, layers=layers.layers))
    plain, edits = bench.inputs(layers, task), edits_kept_in(document)
    asked = task.parameters
    inputs, drawn, left = edited(plain, layers, edits), None, edits
    if document["process"] == catchment.PROCESS:
        drawn = CatchmentAsk.from_document(document["parameters"])
        # Places may stand in the place of the facilities: edits of these come first, and not again.
        inputs = plain = with_places(inputs, drawn)
        left = None
    own_unit = _has_own_units(asked)
    # Homes stay ranked by the units that they were ranked by.
    ranked = asked.rank_of is not None and asked.rank_of != layers.layers["demand"]
    units = bench.units(layers, task, vintage.layer)
    by_vintage = _told_by(plain, layers, units, vintage, own_unit=own_unit, ranked=ranked)
    told = Told(
        edited(by_vintage, layers, left),
        replace(asked, vintage=vintage.id, catchment_vintage=asked.vintage if own_unit else None),
    )
    result = run_coverage(inputs, asked, told=told, most_pairs=most_pairs)
    found = result.document
    if document["process"] == gaps.PROCESS:
        found = gaps.gaps_document(result, told.inputs, told.parameters)
    if drawn is not None:
        found = catchment.catchment_document(result, told.inputs, told.parameters, drawn)
    every = bench.every_unit(layers, task, inputs)
    found = with_closed(found, result, vintage.layer, every)
    if drawn is None:
        steps = StepSource(result, asked, told.inputs.zones, vintage.layer, every, inputs.prepared.memo)
        found = with_steps(found, steps)

    def compute(own: StudyLayers, other: CoverageTask) -> tuple[CoverageInputs, CoverageResult, Document]:
        read, rule = bench.inputs(own, other), other.parameters
        kept = _has_own_units(rule)
        by = Told(
            _told_by(read, own, units, vintage, own_unit=kept),
            replace(rule, vintage=vintage.id, catchment_vintage=rule.vintage if kept else None),
        )
        one = run_coverage(read, rule, told=by)
        shown = with_closed(one.document, one, vintage.layer, bench.every_unit(own, other, read))
        return read, one, shown

    # The rows of units are those that the result is told by.
    zones = replace(inputs, zones=told.inputs.zones)
    return told_edited(with_beside(found, zones, result, beside_tasks(layers, task), compute), edits)


def _has_own_units(asked: CoverageParameters) -> bool:
    """Tell whether the units of a study say who may use what: then they stay, whatever it is told by."""
    return asked.catchment != "any" or asked.measure == "quota"


def _told_by(
    inputs: CoverageInputs,
    layers: StudyLayers,
    units: Units,
    vintage: Vintage,
    *,
    own_unit: bool,
    ranked: bool = False,
) -> CoverageInputs:
    """Tell the people of a study by other units; whoever was beyond its area stays so, and nobody else."""
    named = {"layer": vintage.layer, "version": version_of(layers.connection, vintage.layer)}
    before = inputs.references["zones"]
    references = {role: one for role, one in inputs.references.items() if role != "zones"}
    # The units that were the study area stay it, and are named as such; so are those of the catchment.
    if "outline" not in references:
        references.setdefault(AREA, before)
    if references.get(AREA) == named:
        del references[AREA]
    if own_unit:
        references["catchment_zones"] = before
    if ranked:
        references["rank_zones"] = before
    references["zones"] = named
    used = {str(one["layer"]) for one in references.values() if isinstance(one, Mapping)}
    return replace(
        inputs,
        references=dict(sorted(references.items())),
        zones=units.zones,
        zone=np.where(inputs.zone == BEYOND, BEYOND, np.maximum(units.zone, NO_UNIT)).astype(np.int32),
        area=inputs.zones if inputs.area is None else inputs.area,
        facilities=in_units_of(layers, inputs.facilities, vintage.layer, units.zones),
        generated=tuple(sorted(one for one in used if layers.catalogue.layers[one].generated)),
    )


def _comparison(
    connection: Connection, catalogue: Catalogue, document: Document, vintage: Vintage, bench: Workbench
) -> Document:
    told = _with_units(connection, catalogue, side_of(document["inputs"], "after"), vintage.layer)
    kept = kept_comparison(connection, catalogue, document, vintage.id, told)
    compared = kept.compared(bench).document
    if document["process"] != siting_request.PROCESS:
        return compared
    return retold_siting(compared, document, bench.inputs(kept.layers.told, kept.task.told))


def _with_units(
    connection: Connection, catalogue: Catalogue, references: References, layer: LayerId
) -> dict[str, Mapping[str, Any]]:
    """Give the references of a study with other units, and with those of its area."""
    found = others(references) | {"zones": {"layer": layer, "version": version_of(connection, layer)}}
    area = None if "outline" in found else area_of(catalogue, {"zones": layer})
    there = None if area is None else version_of(connection, area)
    return found if there is None else found | {AREA: {"layer": area, "version": there}}
