"""How a kept study was asked: its request again, from its parameters and inputs."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from gis_service.analysis.demand import ALL
from gis_service.services.closure_rules import asked_again
from gis_service.services.study_request import CoverageRequest

_ASKED = ("service", "standard", "measure", "mode", "limit", "direction", "turnout_s", "catchment", "seed")
References = Mapping[str, Mapping[str, Any]]
"""Layer and version by role."""


def request_of(asked: Mapping[str, Any], references: References) -> dict[str, Any]:
    """Give the request that a study was asked by."""
    roles = {role: dict(one) for role, one in references.items() if role in CoverageRequest.model_fields}
    facilities = roles.pop("facilities") | {"branch_share": asked["branch_share"]}
    groups = [group for group in asked["groups"] if group != ALL]
    at = None if _moment(asked["at"]) is None else asked["at"]
    request = {name: asked[name] for name in _ASKED} | roles
    tables = asked.get("tables", [])
    closures = asked_again(asked.get("closures", []), references)
    told = {"facilities": facilities, "groups": groups, "tables": tables, "closures": closures}
    told |= {"start_column": asked.get("start_column")}
    told |= {"beside": asked.get("beside", []), "group_speeds": "group_speeds_kmh" in asked}
    return request | told | {"vintage": asked["vintage"], "at": at, "rank_column": asked.get("rank_column")}


def _moment(at: str) -> datetime | None:
    """Read the time of a study; None for the usual time of the city, ``Tuesday 10:00``."""
    try:
        return datetime.fromisoformat(at)
    except ValueError:
        return None


def day_of(asked: Mapping[str, Any]) -> date:
    """Give a day on which the same facilities were open as on that of the study."""
    since = asked["open_on"]
    return datetime.now(UTC).astimezone().date() if since is None else date.fromisoformat(since)
