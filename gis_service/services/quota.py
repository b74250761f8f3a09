"""A quota: who lives in a unit that has as much of a service as the standard asks for."""

import numpy as np

from gis_service.analysis.demand import Demand
from gis_service.analysis.quota import Provision, people_by_unit, provision
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


def provision_rows(found: Provision, totals: Bools) -> list[dict[str, float | None] | None]:
    """Tell what each unit has, needs and lacks: facilities, m² or places, at most 3 decimals.

    Parameters
    ----------
    found
        As `provision_of` gives it.
    totals
        ``(n_units,)`` whether the quota holds in the unit; None stands for one where it does not.
    """
    columns = (found.have.tolist(), found.needed.tolist(), found.missing.tolist())
    return [
        dict(zip(("have", "needed", "missing"), map(units, row), strict=True)) if holds else None
        for *row, holds in zip(*columns, totals.tolist(), strict=True)
    ]
