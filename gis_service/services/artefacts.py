"""Networks and demand as artefacts: arrays on disk by content hash, under the names that studies give them.

Any process may map them into memory; an equal network is kept once, whoever computed it.
"""

from gis_service.analysis.network import Network
from gis_service.files.store import Array, ArtefactContent, ArtefactStore
from gis_service.services.coverage_inputs import CoverageInputs
from gis_service.services.prepared import network_content, network_from


def artefact_hashes(inputs: CoverageInputs) -> dict[str, str | None]:
    """Name the artefacts of a study, whether or not they are kept anywhere."""
    network = None if inputs.network is None else _network_content(inputs, inputs.network).hash
    return {"network": network, "demand": _demand_content(inputs).hash}


def keep_artefacts(store: ArtefactStore, inputs: CoverageInputs) -> None:
    """Keep the artefacts of a study under the names that its document gives them."""
    if inputs.network is not None:
        store.put(_network_content(inputs, inputs.network))
    store.put(_demand_content(inputs))


def open_network(store: ArtefactStore, key: str) -> Network:
    """Open the network that a study names; its columns are read from disk as they are used.

    Raises
    ------
    NotFound
        ``artefact_not_found``.
    """
    return network_from(store.open(key))


def _network_content(inputs: CoverageInputs, network: Network) -> ArtefactContent:
    return network_content(inputs.crs.to_string(), network)


def _demand_content(inputs: CoverageInputs) -> ArtefactContent:
    demand = inputs.demand
    arrays: dict[str, Array] = {"xy": demand.xy, "source": demand.source, "zone": inputs.zone}
    arrays |= {f"people_{group}": values for group, values in demand.people.items()}
    return ArtefactContent("demand", inputs.crs.to_string(), len(demand.xy), arrays)
