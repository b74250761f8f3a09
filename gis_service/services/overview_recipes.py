"""How the overview of a layer is to be made, and what of a layer stays when a tile has to be thinned.

Both follow from the definition. Layers that a study reads or writes, its units, its facilities and what was
published of it, are never thinned and never gathered: every row of them is in every tile that it lies in.
"""

from dataclasses import dataclass

from gis_service.catalogue.layer_definition import FieldDefinition, LayerDefinition
from gis_service.catalogue.loader import Catalogue
from gis_service.db.layers import Column
from gis_service.db.overview_tables import OverviewTable
from gis_service.db.tiles import Importance
from gis_service.services.study_publish_words import is_of_study
from gis_service.services.tile_sources import mark_of

_RECIPE = 1
"""Another number has every overview made anew."""
_DIMENSIONS = {
    "Point": 0,
    "MultiPoint": 0,
    "LineString": 1,
    "MultiLineString": 1,
    "Polygon": 2,
    "MultiPolygon": 2,
}
_OF_FACILITIES = frozenset({"site_id", "capacity"})
"""Fields that only facilities have."""
_MEASURES = ("people", "population", "pop")
"""Fields by which one place is more important than another, the first that a layer has."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How the overview of a layer is made, as far as its definition tells.

    Parameters
    ----------
    table
        What a row of it holds.
    dimension
        0 points, 1 lines, 2 areas; None for mixed layers.
    may_gather
        Whether rows may stand for each other.
    is_coverage
        Whether the definition says that its areas share borders; others are looked at.
    """

    table: OverviewTable
    dimension: int | None
    may_gather: bool
    is_coverage: bool

    @property
    def mark(self) -> str:
        """Tells one recipe from another."""
        return mark_of(_RECIPE, self)


def recipe_of(catalogue: Catalogue, definition: LayerDefinition) -> Recipe:
    """Tell how the overview of a layer is made."""
    classes = class_of(definition)
    columns = tuple(Column(field.name, field.type) for field in definition.fields)
    summed = tuple(
        field.name
        for field in definition.fields
        if field.type in {"integer", "number"} and field.values is None and field.name != definition.key
    )
    dimension = _DIMENSIONS.get(definition.geometry)
    by_class = classes.name if classes else None
    named = _named(catalogue, definition, by_class) if dimension == 1 else ()
    return Recipe(
        OverviewTable(definition.id, columns, summed, by_class, dimension == 0, named),
        dimension,
        not is_of_studies(catalogue, definition),
        definition.coverage,
    )


def importance_of(catalogue: Catalogue, definition: LayerDefinition) -> Importance | None:
    """Tell what stays when a tile of a layer has to be thinned; None where it never is."""
    if is_of_studies(catalogue, definition):
        return None
    classes = class_of(definition)
    names = {field.name for field in definition.fields}
    return Importance(
        _DIMENSIONS.get(definition.geometry),
        None if classes is None else (classes.name, tuple(str(value) for value in classes.values or ())),
        next((name for name in _MEASURES if name in names), None),
    )


def is_of_studies(catalogue: Catalogue, definition: LayerDefinition) -> bool:
    """Tell whether studies read a layer as their units or their facilities, or have written it."""
    units = {vintage.layer for vintage in catalogue.city.vintages} | {catalogue.city.outline_layer}
    services = {standard.service for standard in catalogue.standards.values()}
    return (
        definition.id in units | services
        or is_of_study(definition)
        or any(field.name in _OF_FACILITIES for field in definition.fields)
    )


def _named(catalogue: Catalogue, definition: LayerDefinition, by_class: str | None) -> tuple[str, ...]:
    """Give what tilesets show of lines beside their class: what they could not show of joined ones else."""
    shown = {
        name for tileset in catalogue.tilesets.values() for name in tileset.fields.get(definition.id, ())
    }
    return tuple(field.name for field in definition.fields if field.name in shown - {by_class})


def class_of(definition: LayerDefinition) -> FieldDefinition | None:
    """Give the field that tells what a row is: the first with words of a fixed list."""
    return next((field for field in definition.fields if field.type == "text" and field.values), None)
