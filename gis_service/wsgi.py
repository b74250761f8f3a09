"""What the web server loads: ``granian --interface wsgi gis_service.wsgi:app``."""

from gis_service.app import create_app
from gis_service.services.tile_watch import TileWatch
from gis_service.services.warm_up import warm_up_in_background
from gis_service.settings import read_settings
from gis_service.web.memory import keep_freed_memory

# Before any thread has memory of its own.
keep_freed_memory()
app = create_app(read_settings())
context = app.extensions["gis"]
warm_up_in_background(context)
TileWatch(context.engine, context.tiles.freshness.look, app.extensions["gis.readers"].look).start()
