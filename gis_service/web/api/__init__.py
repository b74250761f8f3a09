"""The HTTP API, one file per noun."""

from gis_service.web.api import (
    audit,
    collections,
    coverage,
    edits,
    health,
    items,
    jobs,
    landing,
    processes,
    studies,
    tile_matrix_sets,
    tiles,
    tilesets,
    versions,
)

API = (
    health.blueprint,
    landing.blueprint,
    collections.blueprint,
    items.blueprint,
    edits.blueprint,
    versions.blueprint,
    versions.going_back,
    tiles.blueprint,
    tilesets.blueprint,
    tile_matrix_sets.blueprint,
    processes.blueprint,
    processes.execution,
    jobs.blueprint,
    jobs.dismissal,
    studies.blueprint,
    coverage.blueprint,
    audit.blueprint,
)
"""Every blueprint of the API; what a handler demands of its callers stands with the handler."""
