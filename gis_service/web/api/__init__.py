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
    units,
    versions,
)
from gis_service.web.auth import Permission

API = (
    (health.blueprint, Permission.READ),
    (landing.blueprint, Permission.READ),
    (collections.blueprint, Permission.READ),
    (items.blueprint, Permission.READ),
    (edits.blueprint, Permission.EDIT_LAYERS),
    (versions.blueprint, Permission.READ),
    (versions.going_back, Permission.EDIT_LAYERS),
    (tiles.blueprint, Permission.READ),
    (tilesets.blueprint, Permission.READ),
    (tile_matrix_sets.blueprint, Permission.READ),
    (processes.blueprint, Permission.READ),
    (processes.execution, Permission.STORE_STUDIES),
    (jobs.blueprint, Permission.READ),
    (jobs.dismissal, Permission.STORE_STUDIES),
    (studies.blueprint, Permission.READ),
    (coverage.blueprint, Permission.READ),
    (units.blueprint, Permission.READ),
    (audit.blueprint, Permission.ADMINISTER),
)
"""Every blueprint of the API with what it demands of its callers."""
