"""A quota: who lives in a unit that has as much of a service as the standard asks for."""

from collections.abc import Sequence

import numpy as np
import shapely

from gis_service.analysis.demand import Demand
from gis_service.analysis.quota import Provision, people_by_unit, provision
from gis_service.analysis.zones import zone_of
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.services.coverage_inputs import CoverageInputs, Facilities
from gis_service.services.coverage_parameters import CoverageParameters
from gis_service.services.documents import units
from gis_service.types import Bools, Floats, Int32s

SIZES = {"site_m2": "site_area_m2", "capacity": "capacity"}
"""Column of a facility by what a quota is of."""


def provision_of(
    demand: Demand, zone: Int32s, inputs: CoverageInputs, counted: Bools, parameters: CoverageParameters
) -> Provision:
    """Compare what each unit has with what the quota of a study asks for.

    Parameters
    ----------
    demand, zone
        People of the study area, and their units.
    inputs
        Units and facilities.
    counted
        ``(n,)`` rows of the facilities within the border.
    parameters
        With a quota.

    Raises
    ------
    RefusedInput
        ``study_refused`` when the facilities have no such size.
    """
    quota, facilities = parameters.quota, inputs.facilities
    if quota is None:
        raise RefusedInput(ErrorCode.STUDY_REFUSED, name="measure", value="quota", expected="amount, of, per")
    people = people_by_unit(zone, demand.people[parameters.quota_group], len(inputs.zones))
    # A facility has one unit, however many entrances: its first row stands for it.
    owner, first = np.unique(facilities.owners, return_index=True)
    first = first[counted[first]]
    owner = facilities.owners[first]
    size = size_of(facilities, quota.of)
    return provision(
        people, facilities.unit[first], None if size is None else size[owner], quota.amount, quota.per
    )


def size_of(facilities: Facilities, of: str) -> Floats | None:
    """Give the size of each facility that a quota counts; None where it counts the facilities.

    Raises
    ------
    RefusedInput
        ``study_refused`` when it is known of none.
    """
    if of not in SIZES:
        return None
    found: Floats | None = getattr(facilities, SIZES[of])
    if found is None:
        raise RefusedInput(ErrorCode.STUDY_REFUSED, name="facilities", value="–", expected=SIZES[of])
    return found


def holds_in(inputs: CoverageInputs, totals: Sequence[int]) -> Bools:
    """Tell in which units the quota of a study holds.

    Parameters
    ----------
    inputs
        Units of the result, and where the rule holds.
    totals
        ``n_units`` thousandths of people of the study in each unit.

    Returns
    -------
    Bools
        ``(n_units,)``: where somebody lives for whom it holds, and in a unit of the right kind also where
        nobody lives. A unit of another vintage is of the kind of the base unit that holds its middle.
    """
    zones, subject = inputs.zones, inputs.subject
    if subject is None:
        return np.ones(len(zones), dtype=np.bool_)
    some = np.array(totals, dtype=np.int64) > 0
    if zones.ids == subject.units.ids:
        return some | subject.holds
    if not (zones.have_areas and subject.units.have_areas):
        return some
    middles = shapely.get_coordinates(shapely.point_on_surface(zones.polygons))
    return some | subject.includes(zone_of(middles, subject.units))


def provision_rows(found: Provision, totals: Bools) -> list[dict[str, float | None] | None]:
    """Tell what each unit has, needs and lacks: facilities, m² or places, at most 3 decimals.

    Parameters
    ----------
    found
        As `provision_of` gives it.
    totals
        ``(n_units,)`` as `holds_in`; None stands for a unit where the quota does not hold.
    """
    columns = (found.have.tolist(), found.needed.tolist(), found.missing.tolist())
    return [
        dict(zip(("have", "needed", "missing"), map(units, row), strict=True)) if holds else None
        for *row, holds in zip(*columns, totals.tolist(), strict=True)
    ]
