"""Networks and demand as artefacts: arrays on disk by content hash, under the names that studies give them.

Any process may map them into memory; an equal network is kept once, whoever computed it.
"""

from dataclasses import fields

import numpy as np
import shapely

from gis_service.analysis.network import Network
from gis_service.files.store import Array, Artefact, ArtefactContent, ArtefactStore
from gis_service.services.coverage_inputs import CoverageInputs
from gis_service.types import Geometries

_COLUMNS = tuple(column.name for column in fields(Network) if column.name != "shape")


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
    found = store.open(key)
    return Network(**{name: found.arrays[name] for name in _COLUMNS}, shape=_shapes(found))


def _shapes(found: Artefact) -> Geometries:
    xy, row = found.arrays["shape_xy"], found.arrays["shape_row"]
    return np.asarray(shapely.linestrings(xy, indices=row), dtype=object)


def _network_content(inputs: CoverageInputs, network: Network) -> ArtefactContent:
    xy, row = shapely.get_coordinates(network.shape, return_index=True)
    arrays = {name: getattr(network, name) for name in _COLUMNS}
    arrays |= {"shape_xy": xy, "shape_row": row.astype(np.int32)}
    return ArtefactContent("network", inputs.crs.to_string(), network.n_segments, arrays)


def _demand_content(inputs: CoverageInputs) -> ArtefactContent:
    demand = inputs.demand
    arrays: dict[str, Array] = {"xy": demand.xy, "source": demand.source, "zone": inputs.zone}
    arrays |= {f"people_{group}": values for group, values in demand.people.items()}
    return ArtefactContent("demand", inputs.crs.to_string(), len(demand.xy), arrays)
