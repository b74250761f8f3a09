"""Reads the definition of the layers that are made of an OpenStreetMap extract (``layers/osm.yaml``)."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from gis_service.errors import ErrorCode, RefusedInput

Rule: TypeAlias = Mapping[str, Any]
"""How one layer is made, or one field of it."""
_SOURCES = {"points", "lines", "areas"}
_KEYS = {"from", "where", "not", "point", "fields"}
_FIELD_KEYS = {"tag", "values", "otherwise", "absent", "number", "id"}


def load_definition(path: Path) -> dict[str, object]:
    """Read the definition of layers.

    Parameters
    ----------
    path
        YAML: ``layers``, by name ``from`` (``points lines areas``), ``where`` and ``not`` (lists of
        alternatives, each ``tag: value | [values] | "*"``, all of which must hold), ``point: true`` (areas as
        a point inside), and ``fields`` (``{tag, values, otherwise, absent, number}`` or ``{id: true}``).

    Raises
    ------
    RefusedInput
        ``osm_layers_faulty``.
    """
    try:
        content = yaml.safe_load(path.read_text("utf-8"))
        layers = content["layers"]
        faults = [fault for name, rule in layers.items() for fault in _faults(name, rule)]
    except (OSError, yaml.YAMLError, KeyError, TypeError, AttributeError, ValueError) as error:
        raise RefusedInput(ErrorCode.OSM_LAYERS_FAULTY, path=path.name, reason=str(error)) from error
    if faults:
        raise RefusedInput(ErrorCode.OSM_LAYERS_FAULTY, path=path.name, reason="; ".join(faults))
    return dict(layers)


def _faults(name: str, rule: Rule) -> Iterator[str]:
    for key in rule.keys() - _KEYS:
        yield f"{name}: {key}"
    for source in set(rule["from"]) - _SOURCES:
        yield f"{name}: from {source}"
    for alternative in [*rule["where"], *rule.get("not", ())]:
        for tag, value in alternative.items():
            if not all(isinstance(each, str) for each in listed(value)):
                yield f"{name}: {tag}: {value} (quotes around yes, no and numbers)"
    for field, how in rule["fields"].items():
        if how.keys() - _FIELD_KEYS or not how.keys() & {"tag", "id"}:
            yield f"{name}: {field}"
        if not all(isinstance(value, str) for value in how.get("values", ())):
            yield f"{name}: {field}: values (quotes around yes, no and numbers)"


def listed(value: Any) -> list[Any]:  # noqa: ANN401  a word or several, as YAML gives them
    """Give a word alone as a list of one."""
    return list(value) if isinstance(value, list) else [value]
