"""Counts requests that are computed for everybody, so that no address takes the machine for itself."""

from flask import current_app

from gis_service.web import current, limits

_ALLOWANCE = "live_allowance"


def count() -> None:
    """Count this request; all that is computed at once shares one allowance.

    Raises
    ------
    Temporary
        ``too_many_requests``.
    """
    context = current.context()
    allowance: limits.Allowance = current_app.extensions.setdefault(
        _ALLOWANCE, limits.Allowance(context.settings.live_per_minute)
    )
    limits.check(allowance, current.place())
