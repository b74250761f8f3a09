"""Pages rendered on the server."""

from gis_service.web.auth import Permission
from gis_service.web.pages import map as map_page

PAGES = ((map_page.blueprint, Permission.READ),)
"""Every page with what it demands of its readers."""
