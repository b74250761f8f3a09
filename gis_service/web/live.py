"""Counts requests that are computed for everybody, so that no address takes the machine for itself."""

from typing import TYPE_CHECKING

from flask import Flask, current_app, request

from gis_service.web import current, limits

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

COMPUTED = "live_allowance"
"""All that is computed at once."""
SEARCHED = "search_allowance"
"""Searches for layers by words: apart, so that a search never takes a question of the map away."""
LOOKED_FOR = "places_allowance"
"""Searches for places by their names, letter by letter."""
FILTERED = "filtered_tiles_allowance"
"""Tiles that have to be made, of which there are as many as people can think of: of filters, of past states,
with fields or colours of one's own, of several layers."""
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
    count_at(current_app, request.environ, what, times)


def count_at(app: Flask, environ: "WSGIEnvironment", what: str, times: int) -> None:
    """Count a request that has not come to Flask yet.

    Parameters
    ----------
    app
        Which keeps the allowances.
    environ
        The request.
    what, times
        As of `count`.

    Raises
    ------
    Temporary
        ``too_many_requests``.
    """
    settings = current.context_of(app).settings
    allowance: limits.Allowance = app.extensions.setdefault(
        what, limits.Allowance(times * settings.live_per_minute)
    )
    limits.check(allowance, current.place_of(environ, settings.proxies))
