"""Counts requests that are computed for everybody, so that no address takes the machine for itself."""

from flask import current_app

from gis_service.web import current, limits

COMPUTED = "live_allowance"
"""All that is computed at once."""
SEARCHED = "search_allowance"
"""Searches for layers by words: apart, so that a search never takes a question of the map away."""
FILTERED = "filtered_tiles_allowance"
"""Tiles of filters and of past states that have to be made."""
TILES_PER_QUESTION = 5
"""Tiles, also of pictures, for each question that an address may ask: a view has some thirty."""


def count(what: str = COMPUTED, times: int = 1) -> None:
    """Count this request.

    Parameters
    ----------
    what
        Whose allowance it shares.
    times
        How many times as many of these are allowed as questions; the same at each call.

    Raises
    ------
    Temporary
        ``too_many_requests``.
    """
    context = current.context()
    allowance: limits.Allowance = current_app.extensions.setdefault(
        what, limits.Allowance(times * context.settings.live_per_minute)
    )
    limits.check(allowance, current.place())
