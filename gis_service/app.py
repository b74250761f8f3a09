"""The one place where the service is wired together."""

import mimetypes
from pathlib import Path

from flask import Flask

from gis_service.services.context import open_context
from gis_service.services.kernels import load_in_background
from gis_service.services.known_readers import KnownReaders
from gis_service.services.study_reach import LIVE
from gis_service.settings import Settings
from gis_service.web import auth, current, errors, headers, personal, tus
from gis_service.web.api import API
from gis_service.web.cross_origin import CrossOrigin
from gis_service.web.pages import PAGES
from gis_service.web.tile_gate import TileGate

_HERE = Path(__file__).resolve().parent
MAX_BODY_BYTES = 1024 * 1024
"""Largest body of a request; files come another way."""


def create_app(settings: Settings) -> Flask:
    """Make the web application: one pool of connections, one catalogue, for the life of the process.

    Parameters
    ----------
    settings
        Read once by the caller; nothing below reads the environment.

    Raises
    ------
    RefusedInput
        ``definitions_faulty`` when the definitions of the city have faults.
    Temporary
        ``database_not_running`` when there is no database to talk to.
    """
    # Debian's list of types does not know module scripts, and browsers refuse them without their type.
    mimetypes.add_type("text/javascript", ".mjs")
    app = Flask(
        "gis_service.web",
        static_folder=_HERE / "static",
        static_url_path="/static",
        template_folder=_HERE / "web" / "templates",
    )
    app.config.update(MAX_CONTENT_LENGTH=MAX_BODY_BYTES, MAX_FORM_MEMORY_SIZE=MAX_BODY_BYTES)
    context = open_context(settings, LIVE)
    load_in_background()
    current.keep(app, context)
    errors.register(app)
    # Called from the last to the first: what is noted may change the answer, and its headers come after.
    headers.register(app)
    personal.register(app)
    app.before_request(lambda: auth.check(app))
    for blueprint in (*API, *PAGES):
        app.register_blueprint(blueprint)
    tus.take_overrides(app)
    # Before everything else: a tile that is at hand needs nothing of it.
    readers = app.extensions["gis.readers"] = KnownReaders(settings.session_idle_minutes * 60)
    app.wsgi_app = TileGate(app, app.wsgi_app, context.tiles, readers)  # type: ignore[method-assign]
    if origins := frozenset((settings.cors_origins or "").lower().split()):
        app.wsgi_app = CrossOrigin(app.wsgi_app, origins)  # type: ignore[method-assign]
    return app
