"""Dumps a whole database, in one state of the data, and puts a dump back into an empty one.

The dump is PostgreSQL's own (custom format): ``pg_restore`` reads it without this service. The rows of its
tables are counted in the same snapshot, so that what comes back can be compared with what was there.
"""

import re
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text

from gis_service.db.clients import Clients, find_clients
from gis_service.db.engine import Connection, Engine
from gis_service.db.failures import shown
from gis_service.db.migrate import current_revision
from gis_service.db.query import sql
from gis_service.db.snapshot import snapshot
from gis_service.errors import ErrorCode, Temporary

# Made anew by whoever prepares a database: extensions, and the schema public, belong to its administrator,
# who need not be the one who restores. The rights on what is only added to name its owner, maybe another one:
# they are given anew afterwards. What opens the service to its bearer is not put back at all.
_NOT_PUT_BACK = re.compile(
    r"\d+; \d+ \d+ (EXTENSION|COMMENT - EXTENSION|DEFAULT ACL"
    r"|SCHEMA - public|COMMENT - SCHEMA public|ACL - SCHEMA public"
    r"|TABLE DATA public spatial_ref_sys|ACL public TABLE spatial_ref_sys|ACL gis TABLE (audit|dirty)"
    r"|TABLE DATA gis (session|token))\b"
)
NOT_RESTORED = frozenset({"gis.session", "gis.token"})
"""Tables whose rows are in a dump and are not put back."""
_SCHEMAS = ("gis", "history", "layer", "overview", "queue")
_LAST_LINES = 5
_LOCK_WAIT_MS = 2000


@dataclass(frozen=True, slots=True)
class DatabaseContent:
    """What a database holds, in one state of it.

    Parameters
    ----------
    taken_at
        When it was looked at; ISO 8601, UTC.
    server
        Version number of the server, as ``150004``.
    postgis
        Version of PostGIS.
    revision
        Schema revision.
    roles
        Who has been given rights on it, its owner apart.
    tables
        Number of rows by table.
    """

    taken_at: str
    server: int
    postgis: str
    revision: str
    roles: tuple[str, ...]
    tables: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Frozen:
    """One state of a database that other programs can read too, as long as its scope is open.

    Parameters
    ----------
    connection
        Sees it.
    name
        Name of the snapshot.
    """

    connection: Connection
    name: str


@contextmanager
def frozen(engine: Engine) -> Iterator[Frozen]:
    """Open a scope that holds one committed state of the data; everybody goes on writing meanwhile.

    Raises
    ------
    Temporary
        ``database_not_migrated`` when it is not a database of the service.
    """
    with snapshot(engine) as connection:
        if current_revision(connection) is None:
            raise Temporary(ErrorCode.DATABASE_NOT_MIGRATED, url=shown(engine.url))
        names = ", ".join(table_bytes(connection))
    with snapshot(engine, statement_s=0) as connection:
        # Before anything is read: emptying a table is not of any snapshot, and would be seen in this one.
        connection.execute(text(f"LOCK TABLE {names} IN ACCESS SHARE MODE"))
        yield Frozen(connection, connection.execute(text("SELECT pg_export_snapshot()")).scalar_one())


def server_version(connection: Connection) -> int:
    """Give the version number of the server, as ``150004``."""
    return int(connection.execute(text("SHOW server_version_num")).scalar_one())


def clients_of(connection: Connection) -> Clients:
    """Find the client programs for the server of a connection.

    Raises
    ------
    Temporary
        ``backup_programs_missing``.
    """
    return find_clients(server_version(connection) // 10_000)


def table_bytes(connection: Connection) -> dict[str, int]:
    """Give the bytes of the rows of every table, by its quoted name, those of extensions apart."""
    return {row.name: int(row.bytes) for row in connection.execute(sql("backup_tables"))}


def content(connection: Connection) -> DatabaseContent:
    """Count every row of every table, and tell what the database is; reads all of it."""
    counts = {
        name: int(connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one())  # noqa: S608  quoted by the server
        for name in table_bytes(connection)
    }
    told = connection.execute(
        text(
            "SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24\\:MI\\:SS\"Z\"') AS taken_at,"
            " (SELECT extversion FROM pg_extension WHERE extname = 'postgis') AS postgis,"
            " (SELECT version_num FROM gis.alembic_version) AS revision"
        )
    ).one()
    return DatabaseContent(
        taken_at=told.taken_at,
        server=server_version(connection),
        postgis=told.postgis,
        revision=told.revision,
        roles=tuple(connection.execute(sql("backup_roles")).scalars()),
        tables=counts,
    )


def dump(state: Frozen, url: str, file: Path) -> str | None:
    """Write all of a database to a file; give the program's last words when it fails.

    It fails when somebody waits to empty or to alter a table: they wait for the scope of the state to end,
    and the program would wait for them.

    Parameters
    ----------
    state
        What is written.
    url
        Address of its database.
    file
        Does not exist yet.
    """
    arguments = ["--format=custom", f"--snapshot={state.name}", f"--file={file}"]
    # Overviews follow from the layers: they are made anew after a restore.
    arguments += [f"--lock-wait-timeout={_LOCK_WAIT_MS}", "--exclude-table=overview.*"]
    return _failure(clients_of(state.connection).run(url, "pg_dump", *arguments))


def was_in_the_way(words: str) -> bool:
    """Tell whether a dump failed because somebody waits to empty or to alter a table: try it again."""
    return "LOCK TABLE" in words


def is_empty(connection: Connection) -> bool:
    """Tell whether a database holds nothing but what extensions brought."""
    schemas = text("SELECT count(*) FROM pg_namespace WHERE nspname = ANY (:names)")
    found = connection.execute(schemas, {"names": list(_SCHEMAS)}).scalar_one()
    return not found and not table_bytes(connection)


def absent_roles(connection: Connection, roles: tuple[str, ...]) -> tuple[str, ...]:
    """Name those of some roles that the server does not know."""
    known = set(connection.execute(text("SELECT rolname::text FROM pg_roles")).scalars())
    return tuple(role for role in roles if role not in known)


def put_back(clients: Clients, url: str, file: Path, *, rights: bool) -> str | None:
    """Put a dump into an empty database, all of it or nothing; give the program's last words when it fails.

    Parameters
    ----------
    clients
        Programs for the server.
    url
        Address of the database; its role owns everything afterwards.
    file
        The dump.
    rights
        Whether the rights that were given to roles are given again.
    """
    with tempfile.TemporaryDirectory(prefix="gis-service-") as folder:
        listing = Path(folder) / "contents"
        listed = clients.read("pg_restore", "--list", f"--file={listing}", str(file))
        if failure := _failure(listed):
            return failure
        lines = listing.read_text("utf-8").splitlines()
        kept = [line for line in lines if not _NOT_PUT_BACK.match(line)]
        listing.write_text("\n".join(kept) + "\n", "utf-8")
        arguments = ["--single-transaction", "--exit-on-error", "--no-owner", f"--use-list={listing}"]
        arguments += [] if rights else ["--no-privileges"]
        return _failure(clients.run(url, "pg_restore", *arguments, str(file)))


def _failure(done: subprocess.CompletedProcess[str]) -> str | None:
    if done.returncode == 0:
        return None
    return " | ".join(done.stderr.strip().splitlines()[-_LAST_LINES:]) or f"exit code {done.returncode}"
