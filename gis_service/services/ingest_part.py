"""What a file tells of itself as a whole: a part of a layer, layers beside it."""

import json
from collections.abc import Mapping
from typing import Any

from gis_service.catalogue.layer_definition import LayerDefinition
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.files.readers import BESIDE
from gis_service.services.export_names import OUR_COLUMNS, is_named_part
from gis_service.services.ingest_faults import FaultList
from gis_service.services.ingest_plan import is_far_fewer
from gis_service.services.ingest_source import Rows

_EITHER = "filter / bbox"


def part_of(about: Mapping[str, str], definition: LayerDefinition, file: str = "") -> str | None:
    """Tell which part of a layer a file says that it holds; None when it does not, or it is of another layer.

    Parameters
    ----------
    about
        What the file says about itself.
    definition
        The layer that it is meant for.
    file
        What people call it: a table of text that may be ours tells it by its name alone.

    Returns
    -------
    str or None
        ``filter=…``, ``bbox=…``, or both; just these two words where nothing but the name tells it.
    """
    if OUR_COLUMNS in about:
        return _EITHER if is_named_part(definition, file) else None
    if about.get("LAYER") != definition.id:
        return None
    told = [f"{name.lower()}={about[name]}" for name in ("FILTER", "BBOX") if about.get(name)]
    return ", ".join(told) or None


def tell_part(
    faults: FaultList, rows: Rows, definition: LayerDefinition, kept: int, now: int | None, *, agreed: bool
) -> None:
    """Warn of a part of a layer; refuse it while nobody has agreed that features go.

    Parameters
    ----------
    faults
        Is added to.
    rows, definition
        The source, and the layer that it is meant for.
    kept, now
        Features that would come in, and that the layer has; None for a layer without a version.
    agreed
        Whether somebody has said yes to fewer features.
    """
    told = _told(rows, definition)
    if told is None:
        return
    faults.add(ErrorCode.FILE_IS_A_PART, **told)
    # Where far fewer would stay, the yes is asked for by that already.
    if now is not None and kept < now and not agreed and not is_far_fewer(kept, now):
        faults.add(ErrorCode.PART_REMOVES_ROWS, **told, removed=now - kept)


def tell_beside(faults: FaultList, rows: Rows) -> None:
    """Note the layers that a file has beside the one that was taken without being asked for.

    Parameters
    ----------
    faults
        Is added to.
    rows
        The source.
    """
    if others := others_in(rows.header.about):
        faults.add(ErrorCode.LAYERS_BESIDE, layer=rows.header.layer, beside=", ".join(others))


def others_in(about: Mapping[str, str]) -> list[str]:
    """Name the layers that a file has beside the one that was taken without being asked for.

    Parameters
    ----------
    about
        What its reader tells of it.
    """
    return [str(name) for name in json.loads(about.get(BESIDE, "[]"))]


def require_agreed(rows: Rows, definition: LayerDefinition, removed: int, *, agreed: bool) -> None:
    """Refuse a part of a layer that removes features while others come in, so that the numbers told nothing.

    Parameters
    ----------
    rows, definition, agreed
        As in :func:`tell_part`.
    removed
        Features that the load has removed.

    Raises
    ------
    RefusedInput
        ``part_removes_rows``.
    """
    told = _told(rows, definition)
    if told is not None and removed and not agreed:
        raise RefusedInput(ErrorCode.PART_REMOVES_ROWS, **told, removed=removed)


def _told(rows: Rows, definition: LayerDefinition) -> dict[str, Any] | None:
    part = part_of(rows.header.about, definition, rows.file)
    return None if part is None else {"file": rows.file, "layer": definition.id, "part": part}
