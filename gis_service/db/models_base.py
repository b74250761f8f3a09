"""What all tables of the service share: their schema, and how their keys and checks are named."""

from sqlalchemy import MetaData

SCHEMA = "gis"
"""Schema of the service's own tables; Alembic owns it."""

metadata = MetaData(
    schema=SCHEMA,
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "uq": "%(table_name)s_%(column_0_name)s_key",
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
        "ck": "%(table_name)s_%(constraint_name)s_check",
        "fk": "%(table_name)s_%(column_0_name)s_fkey",
    },
)
