"""What is kept of an inspection once the file is committed: what there was, and how much, but no values."""

from collections.abc import Iterable, Mapping
from typing import Any

_OF_LAYER = ("name", "geometry", "features", "kept", "crs", "encoding", "kinds", "notices")
_OF_FINDING = ("severity", "count", "repair", "column")

_OF_PROBLEM = frozenset(
    ("file", "layer", "id", "crs", "column", "columns", "field", "fields", "since", "summary", "reference")
)
"""Texts of an error that are no values of a file; nor are numbers, and texts of our own in both languages."""
_LEFT_OUT = "…"


def without_values(inspection: Mapping[str, Any]) -> dict[str, Any]:
    """Take out of an inspection what stood in the file: the layer holds it, for those who may read it.

    Parameters
    ----------
    inspection
        As :func:`gis_service.services.uploads_inspection.inspect` gives it.

    Returns
    -------
    dict
        Of the same form. Layers with their counts and what was done to their rows; findings with their codes
        and counts, but without features, places and bad values; the target. No samples, no guesses, no
        preview, no picture.
    """
    return {
        "layers": [_chosen(layer, _OF_LAYER) for layer in inspection.get("layers", [])],
        "findings": counts_alone(inspection.get("findings", [])),
        "guesses": [],
        "target": inspection.get("target"),
        "preview": None,
        "picture": None,
    }


def counts_alone(findings: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Take the features out of findings, with their places and bad values.

    Parameters
    ----------
    findings
        As :func:`gis_service.services.uploads_told.told` writes them.
    """
    return [
        {
            **_chosen(finding, _OF_FINDING),
            "numbers": [],
            "places": [],
            "listed": 0,
            "error": {**finding["error"], "faults": []},
        }
        for finding in findings
    ]


def problem_alone(problem: Mapping[str, Any]) -> dict[str, Any]:
    """Take out of an error what stood in the file: what bears it stays longer than the file does.

    Parameters
    ----------
    problem
        As :func:`gis_service.services.jobs.written` gives it.

    Returns
    -------
    dict
        Of the same form: the code, numbers, and the names of files, layers, columns and systems. No faults;
        in place of any other text stands a sign that it was left out.
    """
    params = {
        name: _LEFT_OUT if isinstance(value, str) and name not in _OF_PROBLEM else value
        for name, value in problem["params"].items()
    }
    return {**problem, "params": params, "faults": []}


def _chosen(told: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: told[name] for name in names if name in told}
