"""Role, database and extensions inside a private cluster."""

import psycopg
from psycopg.sql import SQL, Identifier, Literal

ADMIN = "gis_admin"
OWNER = "gis_service"
DATABASE = "gis"
EXTENSIONS = ("postgis", "unaccent", "pg_trgm", "btree_gist")
PREPARATION = " ".join((OWNER, DATABASE, *EXTENSIONS))
"""What ``prepare_database`` brings about, as a mark that another list of extensions makes void."""


def prepare_database(admin_url: str, database_url: str, owner_password: str) -> None:
    """Bring role, database and extensions to what they should be; what is there stays.

    Parameters
    ----------
    admin_url, database_url
        The superuser's URL of the database ``postgres`` and of the service's own one.
    owner_password
        Of the role that owns the layer tables.
    """
    role, database = Identifier(OWNER), Identifier(DATABASE)
    with psycopg.connect(admin_url, autocommit=True) as admin:
        if not admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [OWNER]).fetchone():
            admin.execute(SQL("CREATE ROLE {} LOGIN").format(role))
        admin.execute(SQL("ALTER ROLE {} PASSWORD {}").format(role, Literal(owner_password)))
        if not admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            admin.execute(SQL("CREATE DATABASE {} OWNER {}").format(database, role))
    with psycopg.connect(database_url, autocommit=True) as admin:
        admin.execute("SET client_min_messages = warning")
        for extension in EXTENSIONS:
            admin.execute(SQL("CREATE EXTENSION IF NOT EXISTS {}").format(Identifier(extension)))
