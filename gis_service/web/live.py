"""Counts requests that are computed for everybody, so that no address takes the machine for itself."""

from flask import current_app

from gis_service.web import current, limits

COMPUTED = "live_allowance"
"""All that is computed at once."""
SEARCHED = "search_allowance"
"""Searches for layers by words: apart, so that a search never takes a question of the map away."""


def count(what: str = COMPUTED) -> None:
    """Count this request.

    Parameters
    ----------
    what
        Whose allowance it shares.

    Raises
    ------
    Temporary
        ``too_many_requests``.
    """
    context = current.context()
    allowance: limits.Allowance = current_app.extensions.setdefault(
        what, limits.Allowance(context.settings.live_per_minute)
    )
    limits.check(allowance, current.place())
