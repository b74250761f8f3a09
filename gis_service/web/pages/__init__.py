"""Pages rendered on the server."""

from gis_service.web.pages import account, download, layer_pages, layers, sign_in, upload, uploads
from gis_service.web.pages import map as map_page

PAGES = (
    map_page.blueprint,
    layers.blueprint,
    layer_pages.blueprint,
    download.blueprint,
    sign_in.blueprint,
    account.blueprint,
    uploads.blueprint,
    upload.blueprint,
)
"""Every page; what a handler demands of its readers stands with the handler."""
