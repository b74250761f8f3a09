"""Whether everything that an answer needs is there."""

from gis_service.db.engine import transaction
from gis_service.db.jobs import workers_alive
from gis_service.db.migrate import current_revision, newest_revision
from gis_service.errors import Temporary
from gis_service.services.context import Context
from gis_service.services.kernels import are_loaded


def checks(context: Context) -> dict[str, bool]:
    """Tell for each need whether it is met.

    ``database``: a connection can be had. ``migrations``: the schema is the one of this code. ``kernels``:
    the computing kernels are loaded, so that no request waits for the compiler.
    """
    database = migrated = False
    try:
        with transaction(context.engine) as connection:
            database = True
            migrated = current_revision(connection) == newest_revision()
    except Temporary:
        # Not being there is an answer here, not an error.
        pass
    return {"database": database, "migrations": migrated, "kernels": are_loaded()}


def workers(context: Context) -> int | None:
    """Count the workers that live; None when the database cannot be asked."""
    try:
        with transaction(context.engine) as connection:
            return workers_alive(connection, context.settings.worker_dead_seconds)
    except Temporary:
        return None
