"""What is found in an uploaded file, written as it is kept: in any language it is told later."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from gis_service.analysis.checks.findings import SHOWN, Feature, Finding, Repair
from gis_service.errors import ErrorCode, Fault, GisError, RefusedInput
from gis_service.services.ingest_inspect import Inspection
from gis_service.services.jobs import plain, written
from gis_service.services.uploads_listed import pack

_INDEX = ".shx"


def told(errors: Iterable[GisError], findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Write what is wrong with a file as it is kept, to be told in any language later; errors first.

    Parameters
    ----------
    errors
        What it, or what was chosen for it, would be refused with.
    findings
        What was seen in it.
    """
    return [*map(of_error, errors), *map(_of_finding, findings)]


def told_of(seen: Inspection) -> dict[str, Any]:
    """Write what was seen as it is kept."""
    told = seen.document()
    guesses = told["guesses"]
    layer = {
        name: told[name]
        for name in ("features", "kept", "crs", "kinds", "box", "columns", "encoding", "about", "coordinates")
    }
    suggested = {name: told[name] for name in ("definition", "renamed", "notices", "placing")}
    return {
        "layers": [{"name": seen.layer, "geometry": bool(seen.kinds), **layer, **suggested}],
        "guesses": [{"kind": kind, **guess} for kind in guesses for guess in guesses[kind]],
        "findings": [_of_finding(finding) for finding in seen.findings],
        "preview": seen.sample,
    }


def _of_finding(finding: Finding) -> dict[str, Any]:
    shown = finding.features[:SHOWN]
    faults = [Fault(feature.where, feature.words) for feature in shown]
    params = {"column": finding.column or "–", **finding.params, "count": finding.count}
    return {
        "severity": finding.severity.value,
        "count": finding.count,
        "repair": finding.remedy,
        "column": finding.column,
        "numbers": [feature.number for feature in shown],
        "places": [(feature.lon, feature.lat) for feature in shown],
        "listed": len(finding.features),
        "more": pack(list(map(_plain, finding.features[SHOWN:]))),
        "error": written(RefusedInput(finding.code, faults, **params)),
    }


def _plain(feature: Feature) -> Feature:
    """Make a value that the database keeps of one of a file; words of ours are such."""
    words = feature.words
    return replace(feature, words=plain(words)) if isinstance(words, str) else feature


def of_error(error: GisError) -> dict[str, Any]:
    """Write a refusal as what was found, without places."""
    nowhere = [(None, None)] * len(error.faults)
    repair = Repair.INDEX.value if lacks_index(error) else None
    told = {"severity": "error", "count": error.params.get("count", 1), "repair": repair, "column": None}
    return {**told, "places": nowhere, "error": written(error)}


def lacks_index(error: GisError) -> bool:
    """Tell a Shapefile that can be read when somebody says so."""
    return error.code is ErrorCode.SHAPEFILE_INCOMPLETE and error.params.get("missing") == _INDEX
