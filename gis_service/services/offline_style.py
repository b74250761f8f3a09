"""How a package looks and what it says of itself: a MapLibre style, and the metadata of its tiles."""

from collections.abc import Iterator, Mapping
from typing import Any

from gis_service.catalogue.layer_definition import LayerDefinition
from gis_service.services import offline_study_look as look
from gis_service.services.features import fields_of
from gis_service.services.layer_looks import GROUND, PAPER, look_of
from gis_service.services.layer_metadata import licence_address
from gis_service.services.offline import Taken, View
from gis_service.types import Text

SOURCE = "map"
ARCHIVE = "map.pmtiles"
_INK, _WATER = "#14232b", "#2f6f8f"
_FONT = ["Be Vietnam Pro"]
_PLACES = "places"
_ARCHIPELAGOS = (
    (112.0, 16.5, Text("Quần đảo Hoàng Sa\n(Việt Nam)", "Hoàng Sa archipelago\n(Việt Nam)")),
    (114.0, 10.0, Text("Quần đảo Trường Sa\n(Việt Nam)", "Trường Sa archipelago\n(Việt Nam)")),
)
"""Names that every map of Viet Nam's sea carries, as places.ts has them; points for the labels only."""
_UNITS = "boundaries"
_KINDS = {"integer": "Number", "number": "Number", "boolean": "Boolean"}
Json = dict[str, Any]
StyleLayer = Mapping[str, Any]


def style_of(view: View) -> Json:
    """Give the style of a view over the one file of its tiles, for this page and for other programs."""
    drawn = [*_of_tilesets(view)]
    own = [*_of_layers(view)]
    # Units are ground: what a tileset draws from its mark on, its roads above all, lies on them.
    at = next((i for i, one in enumerate(drawn) if _is_mark(one)), len(drawn))
    ground = {f"{one.definition.id}:area" for one in view.layers if one.definition.category == _UNITS}
    drawn[at:at] = [one for one in own if one["id"] in ground]
    if view.study is not None:
        own = [*look.style_of_results(view.study, SOURCE), *own]
    drawn += [one for one in own if one["id"] not in ground]
    return {
        "version": 8,
        "sources": {
            SOURCE: {"type": "vector", "url": f"pmtiles://{ARCHIVE}", "attribution": attribution(view)},
            _PLACES: {"type": "geojson", "data": _archipelagos(view)},
        },
        "layers": [
            {"id": "land", "type": "background", "paint": {"background-color": GROUND}},
            # Names above everything, as on the map.
            *(one for one in drawn if one["type"] != "symbol"),
            *(one for one in drawn if one["type"] == "symbol"),
            _place_names(),
        ],
    }


def metadata_of(view: View, title: str, taken: Taken) -> Json:
    """Say in the file of tiles what it holds, from where, in which version, and under which terms.

    Parameters
    ----------
    view
        What it shows.
    title
        Of the whole.
    taken
        With the layers that were changed meanwhile.
    """
    study = view.study
    return {
        "name": title,
        "description": "; ".join(one.definition.title.in_language(view.language) for one in view.collections),
        "attribution": attribution(view),
        "type": "overlay",
        "generated_data": view.generated,
        "vector_layers": [
            *_vector_layers(view),
            *([] if study is None else look.vector_layers(study, view.zooms)),
        ],
        "layers": [*_layers(view, taken), *([] if study is None else look.entries(study, view.language))],
    }


def attribution(view: View) -> str:
    """Name the sources of all layers, each once."""
    definitions = [one.definition for one in view.collections]
    definitions += () if view.study is None else view.study.layers
    sources = [one.source.in_language(view.language) for one in definitions]
    return "; ".join(dict.fromkeys(sources))


def _layers(view: View, taken: Taken) -> Iterator[Json]:
    own = {one.definition.id: one for one in view.layers}
    inside_sets = {one.definition.id for tileset in view.tilesets for one in tileset.layers}
    for one in view.collections:
        definition, mine = one.definition, own.get(one.definition.id)
        yield {
            "id": definition.id,
            "title": definition.title.in_language(view.language),
            "inside": [
                *([definition.id] if definition.id in inside_sets else []),
                *([view.name_inside(definition.id)] if mine else []),
            ],
            "version": mine.version if mine else one.version,
            "version_to": taken.changed.get(definition.id),
            "shown": mine.told if mine else "",
            "generated": definition.generated,
            "source": definition.source.in_language(view.language),
            "licence": definition.licence,
            "licence_address": licence_address(definition.licence),
            "labels": {field.name: field.label.in_language(view.language) for field in definition.fields},
        }


def _vector_layers(view: View) -> Iterator[Json]:
    zooms = {"minzoom": view.zooms[0], "maxzoom": view.zooms[1]}
    for tileset in view.tilesets:
        for one in tileset.layers:
            fields = tileset.definition.fields[one.definition.id]
            yield {"id": one.definition.id, "fields": _fields(one.definition, fields), **zooms}
    for mine in view.layers:
        fields = tuple(fields_of(mine.definition))
        yield {
            "id": view.name_inside(mine.definition.id),
            "fields": _fields(mine.definition, fields),
            **zooms,
        }


def _fields(definition: LayerDefinition, names: tuple[str, ...]) -> dict[str, str]:
    kinds = {field.name: _KINDS.get(field.type, "String") for field in definition.fields}
    return {name: kinds[name] for name in names}


def _of_tilesets(view: View) -> Iterator[StyleLayer]:
    for tileset in view.tilesets:
        for layer in tileset.definition.style["layers"]:
            told = {**layer, "id": f"{tileset.definition.id}:{layer['id']}"}
            yield told | ({"source": SOURCE} if "source" in layer else {})


def _of_layers(view: View) -> Iterator[StyleLayer]:
    """Draw every kind of shape of each layer: its geometry is a promise, not what each row has."""
    for one in view.layers:
        definition, own = one.definition, look_of(one.definition)
        id_ = definition.id
        base = {"source": SOURCE, "source-layer": view.name_inside(id_)}
        area, line, point = (
            {**base, "filter": ["==", ["geometry-type"], kind]} for kind in ("Polygon", "LineString", "Point")
        )
        fill = {"fill-color": _fill(view, definition) or own.fill, "fill-opacity": own.fill_opacity}
        yield {"id": f"{id_}:area", "type": "fill", **area, "paint": fill}
        yield {"id": f"{id_}:edge", "type": "line", **area, "paint": _line(own.edge, 0.8, 2.2)}
        yield {"id": f"{id_}:line", "type": "line", **line, "paint": _line(own.colour, 0.8, 3.2)}
        yield {
            "id": f"{id_}:point",
            "type": "circle",
            **point,
            "paint": {
                "circle-color": own.colour,
                "circle-stroke-color": PAPER,
                "circle-stroke-width": 1.5,
                "circle-radius": ["interpolate", ["linear"], ["zoom"], 8, 2.75, 11, 5, 15, 8],
            },
        }
        if definition.field("name") is not None:
            yield {"id": f"{id_}:name", "type": "symbol", **base, **_names(definition)}


def _fill(view: View, definition: LayerDefinition) -> object:
    """Give the colour of the units that a study is told by; None for any other layer."""
    if view.study is None or definition.key is None or definition.id != view.study.units:
        return None
    return look.unit_colour(view.study, definition.key)


def _is_mark(layer: StyleLayer) -> bool:
    return bool(layer.get("metadata", {}).get("gis:units-below"))


def _line(colour: str, far: float, near: float) -> Json:
    return {"line-color": colour, "line-width": ["interpolate", ["linear"], ["zoom"], 8, far, 14, near]}


def _names(definition: LayerDefinition) -> Json:
    return {
        "minzoom": 9 if definition.category == _UNITS else 13,
        "layout": {
            "text-field": ["to-string", ["get", "name"]],
            "text-font": _FONT,
            "text-size": 12,
            "text-variable-anchor": ["center", "top", "bottom"],
            "text-radial-offset": 0.9,
            "text-max-width": 8,
        },
        "paint": {"text-color": _INK, "text-halo-color": PAPER, "text-halo-width": 1.6},
    }


def _archipelagos(view: View) -> Json:
    features = [
        {
            "type": "Feature",
            "properties": {"label": name.in_language(view.language)},
            "geometry": {"type": "Point", "coordinates": [longitude, latitude]},
        }
        for longitude, latitude, name in _ARCHIPELAGOS
    ]
    return {"type": "FeatureCollection", "features": features}


def _place_names() -> Json:
    return {
        "id": _PLACES,
        "type": "symbol",
        "source": _PLACES,
        "layout": {
            "text-field": ["get", "label"],
            "text-font": _FONT,
            "text-size": 12,
            "text-max-width": 20,
            # These two names are never thinned out.
            "text-allow-overlap": True,
        },
        "paint": {"text-color": _WATER, "text-halo-color": PAPER, "text-halo-width": 1.5},
    }
