"""Studies published as layers: their rows for maps, exports and QGIS, as readers of the layer see them.

A layer is never more open than what its study was computed from. Published again, from whatever study, it is
the same layer with one more version.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from gis_service.catalogue.layer_definition import LayerDefinition
from gis_service.catalogue.loader import Catalogue
from gis_service.catalogue.user_layer import body_of, document_of
from gis_service.db.engine import Connection
from gis_service.errors import Conflict, ErrorCode, NotAllowed, RefusedInput
from gis_service.services import studies, user_layers
from gis_service.services.accounts import Caller, Scope, record
from gis_service.services.audit import note_version
from gis_service.services.coverage_document import Document
from gis_service.services.ingest import load_rows
from gis_service.services.rights import (
    EDITORS,
    holds_personal,
    readers_of,
    rights_of,
    visibility_of_new_rows,
)
from gis_service.services.step_tables_closed import public_study
from gis_service.services.study_publish_words import about, has_told_title, source_of
from gis_service.services.study_rights import require_document, shown_layers
from gis_service.services.study_rows import KEY, StudyRows, rows_of_study
from gis_service.services.teams import set_visibility
from gis_service.types import LayerId, Text, VersionId


@dataclass(frozen=True, slots=True)
class Publication:
    """What somebody asks to be published.

    Parameters
    ----------
    layer
        Id of the layer.
    rows
        ``zones``, ``gaps``, ``facilities``, or a table of the study whose rows tell their place.
    title
        What people read; told from the study when None, unless somebody has named the layer before.
    visibility
        Who may read it; ``internal`` when None, or left as it is.
    """

    layer: str
    rows: str = "zones"
    title: Text | None = None
    visibility: str | None = None


@dataclass(frozen=True, slots=True)
class Published:
    """What was published.

    Parameters
    ----------
    definition
        Of the layer.
    version
        That it has now.
    features
        Its rows.
    left_out
        Rows of the study that have no place.
    is_new
        Whether the layer was made now.
    """

    definition: LayerDefinition
    version: VersionId
    features: int
    left_out: int
    is_new: bool


def publish(
    connection: Connection, catalogue: Catalogue, study_id: str, asked: Publication, *, caller: Caller
) -> Published:
    """Publish rows of a kept study as a layer, or as the next version of the layer that they were before.

    Parameters
    ----------
    connection
        Inside a transaction; the caller commits.
    catalogue
        Of the city.
    study_id
        Which study.
    asked
        What of it, and as what.
    caller
        Who publishes it: must be allowed to make layers, and to read the study.

    Raises
    ------
    NotFound
        ``study_not_found``.
    NotAllowed
        As `user_layers.create`, `user_layers.describe` and `require_document`.
    WrongUse
        ``wrong_argument`` for a visibility that there is none.
    RefusedInput
        ``study_too_closed`` when readers of the layer may not read what the study shows;
        ``study_of_places``; ``study_rows_missing``; ``visibility_personal``; ``layer_definition_faulty``.
    Conflict
        ``study_layer_taken`` for the id of a layer that holds something else; ``study_version_gone``,
        ``layer_busy``.
    """
    caller.require(EDITORS, Scope.LAYERS)
    rights = rights_of(connection, catalogue, caller)
    document = studies.get(connection, study_id).document
    require_document(connection, rights, document)
    if document["parameters"].get("of") == "places":
        # Its rows would stand as those of the service, and tell who lives around an address.
        raise RefusedInput(ErrorCode.STUDY_OF_PLACES, study=study_id)
    before = _layer_before(catalogue, document, asked)
    visibility = visibility_of_new_rows(rights, asked.layer, asked.visibility)
    _require_open(connection, catalogue, document, visibility)
    shown = document if holds_personal(visibility) else public_study(document)
    rows = rows_of_study(connection, catalogue, shown, asked.rows)
    definition = _definition(catalogue, shown, asked, rows) | {"visibility": visibility}
    if before is None:
        made, _ = user_layers.create(connection, catalogue, body_of(definition), caller=caller)
    else:
        made = _describe(connection, catalogue, before, _kept(definition, before, asked), caller)
    others = replace(catalogue, layers={**catalogue.layers, made.id: made})
    if rights_of(connection, others, caller).visibility(made.id) != visibility:
        # It was given another one than that of its definition, which is asked for again. Its columns are
        # those of a study, which was looked at above: nobody has to be asked about them.
        set_visibility(connection, others, made.id, None, caller=caller, agreed=True)
    told = {"layer": made.id, "rows": asked.rows, "visibility": visibility, "study": study_id}
    record(connection, caller, "study.publish", study_id, None, told)
    report = load_rows(
        connection, others, rows.rows, made.id, author=caller.name, message=f"{study_id} ({asked.rows})"
    )
    note_version(connection, caller, made.id, report.version)
    return Published(made, report.version, report.features, rows.left_out, before is None)


def _layer_before(catalogue: Catalogue, document: Document, asked: Publication) -> LayerDefinition | None:
    """Give the layer that rows of this kind were published as; refuse one that holds something else."""
    found = catalogue.layers.get(LayerId(asked.layer))
    if found is None:
        return None
    if not found.made or found.key != KEY or found.source != source_of(document, asked.rows):
        raise Conflict(ErrorCode.STUDY_LAYER_TAKEN, layer=asked.layer, rows=asked.rows)
    return found


def _require_open(connection: Connection, catalogue: Catalogue, document: Document, visibility: str) -> None:
    """Refuse to open a study to readers who may not read it itself."""
    for reader in readers_of(visibility):
        try:
            require_document(connection, rights_of(connection, catalogue, reader), document)
        except NotAllowed as error:
            closed = error.params.get("layer") or ", ".join(
                _closed_to(connection, catalogue, document, reader)
            )
            raise RefusedInput(
                ErrorCode.STUDY_TOO_CLOSED, study=document["id"], visibility=visibility, layers=closed
            ) from error


def _closed_to(connection: Connection, catalogue: Catalogue, document: Document, reader: Caller) -> list[str]:
    rights = rights_of(connection, catalogue, reader)
    return sorted(
        {layer for layer, _ in shown_layers(connection, catalogue, document) if not rights.may_read(layer)}
    )


def _definition(catalogue: Catalogue, shown: Document, asked: Publication, rows: StudyRows) -> dict[str, Any]:
    told: dict[str, Any] = {"id": asked.layer, "key": KEY, "geometry": rows.geometry}
    told |= {"fields": [dict(field) for field in rows.fields]} | about(catalogue, shown, asked.rows)
    if asked.title is not None:
        told["title"] = {"vi": asked.title.vi, "en": asked.title.en}
    return told


def _kept(definition: Mapping[str, Any], before: LayerDefinition, asked: Publication) -> dict[str, Any]:
    """Say of a layer what is true of its next version; what nobody asks to be changed stays as it is."""
    kept = document_of(before)
    new = {field["name"] for field in definition["fields"]}
    # A column that this study has no figures for stays, and is empty.
    fields = [*definition["fields"], *(field for field in kept["fields"] if field["name"] not in new)]
    # The title that was told from the study before is not true of this one; what somebody wrote is theirs.
    given = {"title": asked.title is not None or has_told_title(before), "visibility": asked.visibility}
    stay = {"geometry", *(name for name, is_given in given.items() if not is_given)}
    return {**kept, **definition, "fields": fields} | {name: kept[name] for name in stay}


def _describe(
    connection: Connection,
    catalogue: Catalogue,
    before: LayerDefinition,
    definition: Mapping[str, Any],
    caller: Caller,
) -> LayerDefinition:
    return user_layers.describe(
        connection,
        catalogue,
        before.id,
        lambda _: body_of(dict(definition)),
        expected=user_layers.ANY_STATE,
        caller=caller,
    )
