"""What each facility adds before a way begins: the wait at its counter, the time until its ambulance leaves.

A column of the facilities tells it in seconds, and a study counts it when it names the column
(``start_column``): nothing that happens to stand in the data changes a time by itself.
"""

from collections.abc import Sequence
from dataclasses import replace
from math import floor, isfinite

import numpy as np

from gis_service.analysis.curve import STEP_S
from gis_service.catalogue.layer_definition import LayerDefinition
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.services.coverage_inputs import Notice
from gis_service.services.coverage_parameters import MAX_TURNOUT_S, CoverageParameters
from gis_service.services.documents import PER_UNIT, plain
from gis_service.services.study_standard import refused
from gis_service.types import Int64s, Text

START_COLUMN = (
    "Column of seconds of the facilities, such as `wait_s`, that every time of a facility begins with: until"
    " its ambulance leaves, or the wait at its counter. For network_time only; nothing is 0 s, and is said."
)
"""What the input of a study means, for who reads its description."""
MOST_S = MAX_TURNOUT_S
"""Longest wait: one day, as of a turn-out."""
_NUMBERS = ("number", "integer")
_SHOWN = 40
"""Letters of a value that is no number."""


def with_start(
    parameters: CoverageParameters, column: str | None, layer: LayerDefinition
) -> CoverageParameters:
    """Say in the parameters of a study which column tells what its facilities add.

    Parameters
    ----------
    parameters, column
        What is asked; without a column no facility adds anything.
    layer
        Definition of the facilities.

    Raises
    ------
    RefusedInput
        ``study_refused`` where the limit is no time, and for a column that is none of numbers of the layer.
    """
    found = replace(parameters, start_column=column)
    found.require_start()
    numbers = [one.name for one in layer.fields if one.type in _NUMBERS and one.unit in (None, "s")]
    if column is None or column in numbers:
        return found
    known = ", ".join(numbers) or "–"
    expected = Text(
        f"một cột số (giây) của {layer.id}: {known}", f"a column of seconds of {layer.id}: {known}"
    )
    raise refused("start_column", column, expected)


def starts_of(column: str, values: Sequence[object], names: Sequence[str], notices: list[Notice]) -> Int64s:
    """Read what the facilities add before their ways begin.

    Parameters
    ----------
    column
        Name of the column, for what is said.
    values
        ``n`` seconds, 0 to `MOST_S`; None, nan and empty text tell nothing, which is 0.
    names
        ``n`` names to tell of facilities by.
    notices
        Told how many have a wait, and how many tell none.

    Returns
    -------
    Int64s
        ``(n,)`` whole milliseconds, rounded half up.

    Raises
    ------
    RefusedInput
        ``start_not_seconds`` for the first value that is no such number of seconds.
    """
    told = [_seconds(column, value, name) for value, name in zip(values, names, strict=True)]
    found = np.array([0 if one is None else floor(one * PER_UNIT + 0.5) for one in told], dtype=np.int64)
    most = max((one for one in told if one is not None), default=0.0)
    params = {
        "column": column,
        "count": int((found > 0).sum()),
        "facilities": len(told),
        "most_s": plain(most),
    }
    notices.append(Notice("start_counted", params))
    if unknown := told.count(None):
        notices.append(Notice("start_unknown", {"column": column, "count": unknown}))
    return found


def require_start_steps(column: str, values: Sequence[object]) -> None:
    """Refuse waits between two steps of the curve: they would move the limit of few people by little.

    Parameters
    ----------
    column, values
        Name of the column, and what stands in it.

    Raises
    ------
    RefusedInput
        ``limit_off_step`` for those who may not see small counts.
    """
    for value in values:
        seconds = np.nan if value is None else float(str(value))
        if isfinite(seconds) and seconds % STEP_S:
            below = int(seconds // STEP_S) * STEP_S
            raise RefusedInput(
                ErrorCode.LIMIT_OFF_STEP,
                name=f"start_column ({column})",
                value=plain(seconds),
                step=STEP_S,
                unit="s",
                nearest=f"{below}, {below + STEP_S}",
            )


def _seconds(column: str, value: object, name: str) -> float | None:
    """Read one value; None where nothing stands."""
    text = "" if value is None or value != value else str(value).strip()  # noqa: PLR0124  nan
    if text in {"", "<NA>", "NaT"}:
        return None
    try:
        seconds = float(text)  # "True" is none, though Python takes it for 1
    except ValueError:
        seconds = np.nan
    if isfinite(seconds) and 0 <= seconds <= MOST_S:
        return seconds
    most = f"{MOST_S:.0f}"
    raise RefusedInput(
        ErrorCode.START_NOT_SECONDS, column=column, facility=name, value=text[:_SHOWN], most=most
    )
