"""Pages rendered on the server."""

from gis_service.web.auth import Permission
from gis_service.web.pages import account, layers, sign_in
from gis_service.web.pages import map as map_page

PAGES = (
    (map_page.blueprint, Permission.READ),
    (layers.blueprint, Permission.READ),
    (sign_in.blueprint, Permission.READ),
    (account.blueprint, Permission.OWN_ACCOUNT),
)
"""Every page with what it demands of its readers."""
