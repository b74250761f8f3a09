"""Names of features with their places, of any layer that the caller may read.

They stay in memory by layer and version, a few thousand for a province: a search then costs milliseconds, and
no index that every layer table would have to carry.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from gis_service.catalogue.layer_definition import LayerDefinition
from gis_service.db.engine import Connection
from gis_service.db.place_names import named_rows
from gis_service.db.tile_changes import versions_of
from gis_service.services.memo import Memo
from gis_service.services.rights import Rights, is_personal
from gis_service.text import search_form
from gis_service.types import LayerId

NAME, FULL_NAME = "name", "full_name"
_SUCCESSOR, _CLOSED_ON = "successor", "open_to"
_NO_PLACES = frozenset({"None", "Raster", "LineString", "MultiLineString"})
"""Kinds of layers whose names are not looked for: a road or a river is hundreds of lines of one name."""
_LAYERS, _MOST_NAMES = 256, 200_000
"""Layers whose names are kept in memory, and the names of all of them together."""


@dataclass(frozen=True, slots=True)
class Named:
    """A feature with a name and a place.

    Parameters
    ----------
    folded, short
        Its name in search form; of a unit, ``short`` is that without its kind.
    at
        Longitude and latitude of a point on it.
    code
        Key of the feature; None in a layer without one.
    successor
        Code of the unit that it is part of in the next list of units; None of other features.
    closed_on
        First day (ISO) on which it is no longer open; None while it is.
    """

    layer: LayerId
    fid: int
    name: str
    folded: str
    short: str
    at: tuple[float, float]
    code: str | None
    successor: str | None
    closed_on: str | None


class PlaceNames:
    """Names of features by layer, each read once per version of its layer."""

    def __init__(self) -> None:
        self._known = Memo(_LAYERS, most=_MOST_NAMES)

    def of(self, connection: Connection, rights: Rights) -> list[Sequence[Named]]:
        """Give the names of each layer that the caller may read; personal ones have none for anybody.

        Parameters
        ----------
        connection
            Always of the same database.
        """
        asked = [rights.catalogue.layers[layer] for layer in rights.readable()]
        asked = [one for one in asked if _has_places(one)]
        versions = versions_of(connection, [one.id for one in asked])
        return [
            self._known.by_name((one.id, versions[one.id]), lambda one=one: _read(connection, one))  # type: ignore[misc]
            for one in asked
            if versions[one.id]
        ]


def _has_places(definition: LayerDefinition) -> bool:
    if definition.geometry in _NO_PLACES or is_personal(definition):
        return False
    field = definition.field(NAME)
    return field is not None and field.type == "text"


def _read(connection: Connection, definition: LayerDefinition) -> list[Named]:
    names = [name for name in (FULL_NAME, NAME) if definition.field(name)]
    extra = [name for name in (_SUCCESSOR, _CLOSED_ON) if definition.field(name)]
    columns = [NAME, *([definition.key] if definition.key else []), *extra]
    found = []
    for row in named_rows(connection, definition.id, names, columns):
        values = dict(zip(columns, row.values, strict=True))
        found.append(
            Named(
                layer=definition.id,
                fid=row.fid,
                name=row.name,
                folded=search_form(row.name),
                short=search_form(values[NAME] or ""),
                at=row.at,
                code=values.get(definition.key or ""),
                successor=values.get(_SUCCESSOR),
                closed_on=values.get(_CLOSED_ON),
            )
        )
    return found
