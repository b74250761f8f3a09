"""Layers that users make: the same schema and checks as for files, and one catalogue of both kinds.

A document from a file is told about by line, one from a request or from the database by JSON path.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from gis_service.catalogue.document import Document, Pointer, Value, read_document
from gis_service.catalogue.layer_checks import check_layer
from gis_service.catalogue.layer_definition import FieldDefinition, LayerDefinition, layer_from
from gis_service.catalogue.loader import Catalogue
from gis_service.catalogue.schema import check_schema
from gis_service.catalogue.words import say
from gis_service.errors import Fault
from gis_service.types import Text

_NOT_KEPT = re.compile("[\x00\ud800-\udfff]")
"""NUL and halves of surrogate pairs."""


@dataclass(frozen=True, slots=True)
class Body(Document):
    """A document that came as JSON; its faults stand at JSON paths such as ``body/fields/2/name``."""

    def fault(self, text: Text, *pointer: str | int) -> Fault:
        """Place a fault at a value."""
        return Fault("/".join((self.name, *map(str, pointer))), text)


def body_of(value: object, name: str = "body") -> Document:
    """Take a JSON value as a document, under the name by which its faults are told."""
    return Body(Path(name), name, cast("Value", value))


def read_layer_file(path: Path) -> tuple[Document, Sequence[Fault]]:
    """Read one definition that lies anywhere; the faults are those of its writing."""
    return read_document(path, path.parent)


def check_user_layer(document: Document, catalogue: Catalogue) -> list[Fault]:
    """Find everything that is wrong with the definition of a layer.

    Parameters
    ----------
    document
        A definition as the files have it.
    catalogue
        Of the city.

    Returns
    -------
    list[Fault]
        In no particular order; contradictions are only looked for where the schema finds nothing.
    """
    faults = [*_unkeepable(document, document.value, ()), *check_schema(document, "layer")]
    return faults or list(check_layer(document, catalogue.city.categories))


def _unkeepable(document: Document, value: Value, at: Pointer) -> Iterator[Fault]:
    """Find signs that the database keeps in no text."""
    if isinstance(value, str) and (found := _NOT_KEPT.search(value)):
        yield document.fault(say("sign_not_kept", sign=f"U+{ord(found[0]):04X}"), *at)
    elif isinstance(value, list):
        for index, entry in enumerate(value):
            yield from _unkeepable(document, entry, (*at, index))
    elif isinstance(value, dict):
        for key, entry in value.items():
            yield from _unkeepable(document, key, at)
            yield from _unkeepable(document, entry, (*at, key))


def user_layer_from(document: Mapping[str, Any]) -> LayerDefinition:
    """Build the definition of a layer from a checked document."""
    return layer_from(document, made=True)


def with_user_layers(
    catalogue: Catalogue, layers: Sequence[LayerDefinition], held: Collection[str] = ()
) -> Catalogue:
    """Give a catalogue with further layers.

    An id that both a file and a user define is the user's: the table is, and a file that comes with a later
    release would show it to whoever may read the file's layer.

    Parameters
    ----------
    catalogue
        Of the files.
    layers
        Of users.
    held
        Ids under which users have tables whose definitions do not hold any more: nobody's.
    """
    every = {name: layer for name, layer in catalogue.layers.items() if name not in held}
    every |= {layer.id: layer for layer in layers}
    return replace(catalogue, layers={name: every[name] for name in sorted(every)})


def document_of(definition: LayerDefinition) -> dict[str, Any]:
    """Write a definition as the files have it, in both languages; what is not known is left out."""
    told: dict[str, Any] = {
        "id": definition.id,
        "title": _text(definition.title),
        "description": _text(definition.description),
        "category": definition.category,
        "geometry": definition.geometry,
        "key": definition.key,
        "fields": [_field(field) for field in definition.fields],
        "source": _text(definition.source),
        "licence": definition.licence,
        "visibility": definition.visibility,
        "generated": definition.generated,
    }
    if definition.bands:
        told["bands"] = [
            {"name": band.name, **_known({"unit": band.unit}), "label": _text(band.label)}
            for band in definition.bands
        ]
    if definition.contact is not None:
        contact = definition.contact
        further = {"email": contact.email, "phone": contact.phone, "url": contact.url}
        told["contact"] = {"organisation": _text(contact.organisation), **_known(further)}
    texts = {"lineage": definition.lineage, "quality": definition.quality}
    told |= {name: _text(text) for name, text in texts.items() if text is not None}
    if definition.coverage:
        told["coverage"] = True
    return told | _known({"frequency": definition.frequency})


def _field(field: FieldDefinition) -> dict[str, Any]:
    told: dict[str, Any] = {"name": field.name, "type": field.type}
    if field.required:
        told["required"] = True
    if field.words:
        told["values"] = {value: _text(words) for value, words in field.words.items()}
    elif field.values is not None:
        told["values"] = list(field.values)
    return told | _known({"unit": field.unit}) | {"label": _text(field.label)}


def _text(text: Text) -> dict[str, str]:
    return {"vi": text.vi, "en": text.en}


def _known(values: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in values.items() if value is not None}
