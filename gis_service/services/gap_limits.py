"""Further limits of a gap analysis: minutes or metres, as the limit of the study is."""

import re
from collections.abc import Iterable
from math import floor

from gis_service.errors import ErrorCode, WrongUse
from gis_service.services.coverage_parameters import MAX_LIMIT, CoverageParameters
from gis_service.services.documents import PER_UNIT

_NUMBER = re.compile(r"\d{1,9}(?:\.\d+)?")
_MINUTE_S = 60


def further_limits(
    said: Iterable[str], parameters: CoverageParameters, option: str, most: int
) -> tuple[float, ...]:
    """Give limits, each once, rising, in seconds or metres.

    Parameters
    ----------
    said, option
        The numbers, and the option that names them.
    parameters
        Tell whether the limit is a time.
    most
        How many there may be.

    Raises
    ------
    WrongUse
        ``wrong_argument`` for what is no limit, for more than there may be, and where nothing is limited.
    """
    largest, unit = MAX_LIMIT, _MINUTE_S if parameters.is_time else 1
    found = set()
    for one in said:
        limit = float(one) * unit if _NUMBER.fullmatch(one.strip()) else 0.0
        # To the millisecond or millimetre, as the limit of the study is.
        limit = floor(limit * PER_UNIT + 0.5) / PER_UNIT
        if not 0 < limit <= largest or parameters.measure == "inside_area":
            expected = f"> 0, ≤ {largest / unit:.0f} (--limit-min, --limit-m)"
            raise WrongUse(ErrorCode.WRONG_ARGUMENT, name=option, value=one, expected=expected)
        found.add(limit)
    if len(found) > most:
        raise WrongUse(ErrorCode.WRONG_ARGUMENT, name=option, value=len(found), expected=f"≤ {most}")
    return tuple(sorted(found))
