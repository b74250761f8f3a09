"""What the facilities of a gap analysis add before a way begins: a column of their file, in seconds."""

from collections.abc import Sequence

import geopandas as gpd

from gis_service.errors import ErrorCode, WrongUse
from gis_service.services.coverage_inputs import Notice
from gis_service.services.start_waits import starts_of
from gis_service.types import Int64s

_OPTION = "--start-column"


def start_option(column: str | None, *, is_time: bool) -> str | None:
    """Give the column that was asked for; only where a limit is a time.

    Raises
    ------
    WrongUse
        ``wrong_argument`` beside a limit in metres.
    """
    if column is not None and not is_time:
        raise WrongUse(ErrorCode.WRONG_ARGUMENT, name=_OPTION, value=column, expected="--limit-min")
    return column


def starts_of_frame(
    frame: gpd.GeoDataFrame, column: str | None, names: Sequence[str], notices: list[Notice]
) -> Int64s | None:
    """Read what the facilities of a file add; None when nobody asks for it.

    Parameters
    ----------
    frame
        The file, ``n`` rows.
    column
        As `start_option` gives it.
    names, notices
        As of `gis_service.services.start_waits.starts_of`.

    Returns
    -------
    Int64s or None
        ``(n,)`` whole milliseconds.

    Raises
    ------
    WrongUse
        ``wrong_argument``, naming the columns of a file without this one.
    RefusedInput
        ``start_not_seconds``.
    """
    if column is None:
        return None
    if column not in frame.columns:
        known = ", ".join(str(name) for name in frame.columns if name != frame.geometry.name) or "–"
        raise WrongUse(ErrorCode.WRONG_ARGUMENT, name=_OPTION, value=column, expected=known)
    return starts_of(column, frame[column].tolist(), names, notices)
