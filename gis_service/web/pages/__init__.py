"""Pages rendered on the server."""

from gis_service.web.pages import account, layers, sign_in
from gis_service.web.pages import map as map_page

PAGES = (
    map_page.blueprint,
    layers.blueprint,
    sign_in.blueprint,
    account.blueprint,
)
"""Every page; what a handler demands of its readers stands with the handler."""
