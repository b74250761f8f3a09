"""Boundary vintages: which units results are told by, and whose area the people of every vintage live in.

People are counted at their points. So that totals are the same in every vintage, one area is the study area
of all of them: the city's outline, else the union of the newest units (METHODS, Who counts where).
"""

from collections.abc import Mapping
from datetime import date

from gis_service.catalogue.city_definition import Vintage
from gis_service.catalogue.loader import Catalogue
from gis_service.types import LayerId

AREA = "area"
"""Role of the units whose union is the study area, where a study is told by others."""
UNIT_TYPES = "unit_types"
"""Role of the units whose kinds tell where a standard holds, whatever the units of the study."""
UNIT_TYPE = "unit_type"
"""Column of the kind of a unit."""


def has_place(catalogue: Catalogue, vintage: Vintage) -> bool:
    """Tell whether the units of a vintage have a place on the map; some are known by their figures alone."""
    return catalogue.layers[vintage.layer].geometry != "None"


def usual_vintage(catalogue: Catalogue, day: date, today: date) -> Vintage | None:
    """Give the units that a study of a day is told by when nobody names any.

    Parameters
    ----------
    catalogue
        The city and its layers.
    day
        Of the study.
    today
        Its units stand in where no list with a place is known to hold on the day.

    Returns
    -------
    Vintage or None
        Of the base level; None in a city without vintages.
    """
    usable = [one for one in catalogue.city.of_level() if has_place(catalogue, one)]
    usable = usable or list(catalogue.city.of_level())
    holding = (next((one for one in usable if one.holds_on(when)), None) for when in (day, today))
    return next((one for one in holding if one is not None), usable[-1] if usable else None)


def vintage_of(catalogue: Catalogue, layer: str) -> Vintage | None:
    """Give the vintage whose units a layer holds; None for other layers."""
    return next((one for one in catalogue.city.vintages if one.layer == layer), None)


def area_of(catalogue: Catalogue, layers: Mapping[str, LayerId]) -> LayerId | None:
    """Give the layer whose union is the study area of a study that is told by a vintage.

    Parameters
    ----------
    catalogue
        The city and its layers.
    layers
        Of the study, by role.

    Returns
    -------
    LayerId or None
        The newest units of the base level; None where the study is told by these, or by units that are no
        vintage: then their own union is its area.
    """
    if vintage_of(catalogue, layers["zones"]) is None:
        return None
    newest = [one.layer for one in catalogue.city.of_level() if has_place(catalogue, one)]
    return newest[-1] if newest and newest[-1] != layers["zones"] else None


def base_units(catalogue: Catalogue) -> LayerId | None:
    """Give the layer whose units tell their kind: the newest of the base level, in every study of the city.

    So that people do not come under another standard because a result is told by other units (METHODS, Unit
    types). None in a city whose units tell no kind.
    """
    known = [
        one.layer
        for one in catalogue.city.of_level()
        if has_place(catalogue, one)
        and UNIT_TYPE in {field.name for field in catalogue.layers[one.layer].fields}
    ]
    return known[-1] if known else None
