"""The quality report of a layer of roads, answered at once to whoever may read the layer, and not stored."""

from dataclasses import dataclass
from typing import Any

from gis_service.analysis.demand import ALL
from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import Connection
from gis_service.services.accounts import Caller
from gis_service.services.documents import code_version, digest
from gis_service.services.network_quality import network_quality, quality_layers
from gis_service.services.prepared import Prepared
from gis_service.services.prepared_ground import marks_of
from gis_service.services.rights import rights_of
from gis_service.services.study_layers import StudyLayers
from gis_service.services.study_rights import require_shown
from gis_service.services.study_standard import mode_of


@dataclass(frozen=True)
class QualityQuestion:
    """What is asked of which roads; nothing is computed yet.

    Parameters
    ----------
    layers
        The roads, and what is read beside them.
    mode
        Whose network is looked at.
    personal
        Whether the reader may see small counts of people.
    mark
        Tells this question, put to this content, from any other.
    """

    layers: StudyLayers
    mode: str
    personal: bool
    mark: str


def ask_quality(
    connection: Connection, catalogue: Catalogue, layer_id: str, mode: str, caller: Caller, *, personal: bool
) -> QualityQuestion:
    """Check a question, and look at what the tables hold.

    Parameters
    ----------
    connection
        One state of the data.
    catalogue
        Layers and conventions.
    layer_id, mode, personal
        As of `gis_service.services.network_quality.network_quality`.
    caller
        Must be allowed to read the layers; of the people everybody may see the sums.

    Raises
    ------
    NotFound
        ``layer_unknown``.
    NotAllowed
        ``token_missing``, ``role_insufficient`` or ``scope_insufficient``.
    RefusedInput
        ``layer_not_network``, ``study_layer_empty``, ``study_refused`` for an unknown mode.
    """
    mode_of(catalogue.city, mode, ALL)
    layers = quality_layers(connection, catalogue, layer_id)
    require_shown(connection, rights_of(connection, catalogue, caller), layers.layers)
    said = {
        "marks": marks_of(layers),
        "layers": dict(layers.layers),
        "versions": dict(layers.versions),
        "city": repr(catalogue.city),
        "mode": mode,
        "personal": personal,
        "code_version": code_version(),
    }
    return QualityQuestion(layers, mode, personal, digest(said))


def quality_of(question: QualityQuestion, prepared: Prepared) -> dict[str, Any]:
    """Compute the report, unless this process has it already.

    Raises
    ------
    Temporary
        ``coverage_busy`` when the process computes as much as it may.
    Conflict
        ``study_version_gone`` when somebody has written meanwhile.
    """
    layers = question.layers

    def make() -> dict[str, Any]:
        with prepared.turns.one():
            return network_quality(
                layers.connection,
                layers.catalogue,
                layers.layers["network"],
                question.mode,
                personal=question.personal,
            )

    found: dict[str, Any] = prepared.answers.by_name(("quality", question.mark), make)
    return found
