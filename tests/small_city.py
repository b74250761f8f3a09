"""A catalogue of a few layers, made in code: tests of loading need no file of definitions."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from gis_service.catalogue.layer_definition import FieldDefinition, FieldType, GeometryType, LayerDefinition
from gis_service.catalogue.loader import Catalogue
from gis_service.types import LayerId, Text
from tests.demo_city import catalogue as real_catalogue

WORDS = Text("Thử", "Test")


def field(
    name: str,
    kind: FieldType = "text",
    *,
    required: bool = False,
    values: tuple[str | float, ...] | None = None,
) -> FieldDefinition:
    return FieldDefinition(name, kind, required, values, WORDS, None)


FIELDS = (
    field("code", required=True),
    field("name"),
    field("beds", "integer"),
    field("area_km2", "number"),
    field("open", "boolean"),
    field("built", "date"),
    field("seen", "timestamp"),
)


def layer(
    name: str,
    geometry: GeometryType = "Point",
    fields: Iterable[FieldDefinition] = FIELDS,
    *,
    key: str | None = "code",
    generated: bool = False,
    coverage: bool = False,
) -> LayerDefinition:
    return LayerDefinition(
        id=LayerId(name),
        title=WORDS,
        description=WORDS,
        category="health",
        geometry=geometry,
        key=key,
        fields=tuple(fields),
        source=WORDS,
        licence="CC0-1.0",
        visibility="public",
        generated=generated,
        coverage=coverage,
    )


def city_with(*layers: LayerDefinition) -> Catalogue:
    """Give the real city with these layers in place of its own."""
    return replace(real_catalogue(), layers={entry.id: entry for entry in layers})


def places(count: int, seed: int = 1) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Give places inside the city, (count, 2) degrees."""
    draw = np.random.default_rng(seed)
    return np.column_stack([draw.uniform(106.2, 106.6, count), draw.uniform(20.3, 20.7, count)])


def write_text(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path
