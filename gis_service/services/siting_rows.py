"""The sites of a plan as rows: those that are new, in their order, and those that stand already."""

import numpy as np
import shapely

from gis_service.crs import STORAGE, transform_xy
from gis_service.services.coverage_document import Document
from gis_service.services.coverage_inputs import CoverageInputs
from gis_service.services.documents import persons
from gis_service.services.facilities import units_of
from gis_service.services.siting import Sited
from gis_service.types import Floats, Geometries

_DECIMALS = 7
"""Of degrees: a centimetre."""


def weight_told(thousandths: float) -> float:
    """Give a weight in persons."""
    return persons(int(thousandths)) if float(thousandths).is_integer() else thousandths / 1000


def site_rows(sited: Sited) -> list[Document]:
    """Tell the sites in their order; each is named as its layer names it, else by the nearest settlement."""
    table, inputs = sited.table, sited.ground.inputs
    rows = np.array([step.site - table.n_closable for step in sited.choice.steps], dtype=np.int64)
    near = _settlements(inputs, table.sites.xy[rows])
    communes = communes_of(inputs, table.sites.lonlat[rows], table.sites.xy[rows])
    found = []
    for order, (step, row) in enumerate(zip(sited.choice.steps, rows.tolist(), strict=True)):
        lon, lat = table.sites.lonlat[row].tolist()
        cost = float(table.sites.cost[row])
        found.append(
            {
                "id": table.sites.ids[row],
                "name": table.sites.names[row] or near[order] or table.sites.ids[row],
                "commune": communes[order],
                "lon": lon,
                "lat": lat,
                "order": order + 1,
                "gain": None if step.gain is None else weight_told(step.gain),
                "cost": None if np.isnan(cost) else cost,
                "source": table.sites.sources[row],
            }
            | sited.room_of(step.site)
        )
    return found


def existing_rows(sited: Sited) -> list[Document]:
    """Tell the facilities that might have closed: which of them stay, and which a choice beside it keeps."""
    table, ground, inputs = sited.table, sited.ground, sited.ground.inputs
    facilities = inputs.facilities
    sites = np.flatnonzero(~ground.stays)
    if not len(sites):
        return []
    owners = ground.closable[sites]
    xy = facilities.xy[np.searchsorted(facilities.owners, owners)]
    lonlat = np.round(transform_xy(xy, inputs.crs, STORAGE), _DECIMALS)
    communes = communes_of(inputs, lonlat, xy)
    codes, kept = table.codes(ground), set(sited.choice.kept)
    found = []
    for row, (site, owner) in enumerate(zip(sites.tolist(), owners.tolist(), strict=True)):
        lon, lat = lonlat[row].tolist()
        told: Document = {
            "id": codes[site],
            "name": facilities.names[owner] if facilities.names else codes[site],
            "commune": communes[row],
            "lon": lon,
            "lat": lat,
            "in_plan": site in kept,
        }
        if sited.made is not None:
            told["in_choice"] = site in sited.made.sites
        if (share := sited.share_of_draws(site)) is not None:
            told["share_of_draws"] = share
        found.append(told | sited.room_of(site))
    return found


def _settlements(inputs: CoverageInputs, xy: Floats) -> list[str | None]:
    known = inputs.settlements
    if known is None or not len(known.xy):
        return [None] * len(xy)
    nearest = [int(np.argmin(np.hypot(*(known.xy - place).T))) for place in xy]
    return [known.names[at] for at in nearest]


def communes_of(inputs: CoverageInputs, lonlat: Floats, xy: Floats | None = None) -> list[str | None]:
    """Name the units that places lie in; None beyond all of them.

    Parameters
    ----------
    inputs
        The units.
    lonlat, xy
        ``(n, 2)`` the places in degrees, and in the metric system where that is known.
    """
    if not inputs.zones.have_areas or not len(lonlat):
        return [None] * len(lonlat)
    places: Geometries = np.asarray(
        shapely.points(transform_xy(lonlat, STORAGE, inputs.crs) if xy is None else xy), dtype=object
    )
    units = units_of(places, inputs.zones).tolist()
    return [inputs.zones.names[unit] if unit >= 0 else None for unit in units]
