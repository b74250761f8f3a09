"""Uploads as they are kept, with what was found in them, made without reading any file."""

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text

from gis_service.errors import ErrorCode, Fault, RefusedInput
from gis_service.services.jobs import written
from gis_service.services.transactions import writing
from gis_service.services.uploads import Upload
from gis_service.types import Text
from tests.web.uploaded import Desk, points

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def column(name: str, field: str | None = None, **more: Any) -> dict[str, Any]:  # noqa: ANN401 any JSON
    told = {
        "name": name,
        "type": "string",
        "samples": ["một", "hai"],
        "nulls": 0,
        "kind": "text",
        "unique": False,
        "field": field,
        "reason": "same" if field else None,
        "taken": field is not None,
    }
    return told | more


def seen(*columns: dict[str, Any], **more: Any) -> dict[str, Any]:  # noqa: ANN401 any JSON
    """Give what an inspection tells of the layer that was looked at."""
    told = {
        "name": "wells",
        "geometry": True,
        "features": 214,
        "kept": 214,
        "crs": "EPSG:9209",
        "kinds": {"Point": 214},
        "box": [106.2, 20.3, 106.4, 20.5],
        "columns": list(columns),
        "definition": None,
        "renamed": [],
        "notices": [],
    }
    return told | more


def finding(
    code: ErrorCode,
    severity: str = "error",
    numbers: tuple[int, ...] = (),
    repair: str | None = None,
    **more: Any,  # noqa: ANN401 any JSON
) -> dict[str, Any]:
    count = more.pop("count", max(len(numbers), 1))
    faults = [Fault(Text(f"đối tượng {n}", f"feature {n}"), f"code = '{n}'") for n in numbers]
    params = {"count": count, "column": "–", "file": "giếng.csv", "example": "EPSG:9209"}
    return {
        "severity": severity,
        "count": count,
        "repair": repair,
        "column": None,
        "numbers": list(numbers),
        "places": [(106.3, 20.4)] * len(numbers),
        "error": written(RefusedInput(code, faults, **(params | more.pop("params", {})))),
        **more,
    }


def upload(
    layer: dict[str, Any] | None = None,
    findings: tuple[dict[str, Any], ...] = (),
    choices: dict[str, Any] | None = None,
    **more: Any,  # noqa: ANN401 any JSON
) -> Upload:
    """Give an upload that is ready to be looked at."""
    inspection = {
        "layers": [] if layer is None else [layer],
        "findings": list(findings),
        "guesses": more.pop("guesses", []),
        "target": None,
        "preview": more.pop("preview", None),
    }
    told: dict[str, Any] = {
        "id": "6f0a54b6-37b2-4f5e-9a8c-0c4f3a2f1f00",
        "author": "lan",
        "role": "gis_staff",
        "account": None,
        "file": "giếng nước.csv",
        "size": 12_400_000,
        "state": "ready",
        "revision": 0,
        "job": None,
        "inspection": inspection,
        "choices": choices or {},
        "result": None,
        "problem": None,
        "created_at": NOW,
        "updated_at": NOW,
        "expires_at": NOW,
    }
    return Upload(**(told | more))


def kept(desk: Desk, looked: dict[str, Any], *findings: dict[str, Any], **choices: object) -> str:
    """Keep an upload as one that was looked at, without reading any file; give its id."""
    id_ = desk.later(points("a"), **choices)
    made = upload(looked, findings)
    with writing(desk.context) as connection:
        connection.execute(
            text("UPDATE gis.upload SET state = 'ready', inspection = CAST(:found AS jsonb) WHERE id = :id"),
            {"id": id_, "found": json.dumps(made.inspection)},
        )
    return id_
