"""Brings a database to the newest schema of the service."""

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from gis_service.db.cluster_roles import EXTENSIONS
from gis_service.db.engine import open_engine, transaction, without_password
from gis_service.db.models import SCHEMA
from gis_service.errors import ErrorCode, RefusedInput

_LOCK = 0x67697320  # "gis " in ASCII: any number that nobody else locks


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "gis_service:db/migrations")
    config.set_main_option("path_separator", "os")
    return config


def newest_revision() -> str:
    """Name the revision that this code needs."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def current_revision(connection: Connection) -> str | None:
    """Name the revision that the database has; None when it is empty."""
    context = MigrationContext.configure(connection, opts={"version_table_schema": SCHEMA})
    return context.get_current_revision()


def is_known_revision(revision: str) -> bool:
    """Tell whether this code knows a revision, so that it can bring it up to the newest."""
    return revision in {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}


def prepare(url: str) -> None:
    """Add the extensions that a database lacks, and nothing else.

    Raises
    ------
    RefusedInput
        ``database_without_postgis`` when its role may not add them.
    Temporary
        ``database_unavailable``.
    """
    engine = open_engine(url, pool_size=1)
    try:
        with transaction(engine) as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            _add_extensions(connection, url)
    finally:
        engine.dispose()


def migrate(url: str, revision: str = "head") -> str:
    """Bring the database to the newest revision and name it; all in one transaction, one at a time.

    Parameters
    ----------
    url
        Address of the database.
    revision
        An earlier one to stop at, as a back-up of that time has it.

    Raises
    ------
    RefusedInput
        ``database_without_postgis`` when the database lacks an extension and its role may not add it.
    Temporary
        ``database_unavailable``.
    """
    engine = open_engine(url, pool_size=1)
    try:
        with transaction(engine) as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            _add_extensions(connection, url)
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
    finally:
        engine.dispose()
    return newest_revision() if revision == "head" else revision


def _add_extensions(connection: Connection, url: str) -> None:
    """Add the extensions that are missing, or say which ones somebody else has to add."""
    present = set(connection.execute(text("SELECT extname FROM pg_extension")).scalars())
    missing = [name for name in EXTENSIONS if name not in present]
    if not missing:
        return
    allowed = connection.execute(
        text(
            "SELECT name FROM pg_available_extension_versions WHERE name = ANY(:names)"
            " AND (NOT superuser OR trusted OR (SELECT rolsuper FROM pg_roles WHERE rolname = current_user))"
        ),
        {"names": missing},
    ).scalars()
    if refused := sorted(set(missing) - set(allowed)):
        lines = " ".join(f"CREATE EXTENSION {name};" for name in refused)
        raise RefusedInput(
            ErrorCode.DATABASE_WITHOUT_POSTGIS,
            url=without_password(url),
            missing=", ".join(refused),
            lines=lines,
        )
    for name in missing:
        connection.execute(text(f'CREATE EXTENSION IF NOT EXISTS "{name}"'))
