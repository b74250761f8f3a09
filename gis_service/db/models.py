"""The service's own tables, in schema ``gis``; the tables of layers are made from their definitions."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Double,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

SCHEMA = "gis"
"""Schema of the service's own tables; Alembic owns it."""

metadata = MetaData(
    schema=SCHEMA,
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "uq": "%(table_name)s_%(column_0_name)s_key",
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
        "ck": "%(table_name)s_%(constraint_name)s_check",
    },
)

version = Table(
    "version",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("layer", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("message", Text, nullable=False, server_default=""),
    Column("committed_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("xact", BigInteger),
    Column("begun_at", DateTime(timezone=True)),
    Column("kept", Boolean, nullable=False, server_default=text("false")),
    Index(None, "layer", "id"),
)
"""One row per commit to a layer; studies name their inputs by it.

``xact`` and ``begun_at`` tell the transaction that made it; ``kept`` that its rows can be read again.
"""

dirty = Table(
    "dirty",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("layer", Text, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("x", Integer),
    Column("y", Integer),
    Index(None, "layer", "version", postgresql_include=["x", "y"]),
)
"""Tiles of zoom 14 that a version touched, only ever added to; both numbers are null for any tile at all."""

study = Table(
    "study",
    metadata,
    Column("id", Text, primary_key=True),
    Column("process", Text, nullable=False),
    Column("document", JSONB, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("seconds", Double, nullable=False),
    Column("author", Text, nullable=False),
    Index(None, "created_at", "id"),
)
"""One row per study: the document, and beside it who ran it, when and how long."""

token = Table(
    "token",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("hash", LargeBinary, nullable=False, unique=True),
    Column("role", Text, nullable=False),
    Column("label", Text, nullable=False, server_default=""),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("role IN ('viewer', 'gis_staff', 'planner', 'analyst', 'admin')", name="role"),
    CheckConstraint("octet_length(hash) = 32", name="hash"),
)
"""API tokens; only their SHA-256 is kept."""

job = Table(
    "job",
    metadata,
    Column("id", Text, primary_key=True),
    Column("process", Text, nullable=False),
    Column("inputs", JSONB, nullable=False),
    Column("response", Text, nullable=False, server_default="raw"),
    Column("author", Text, nullable=False),
    Column("role", Text),
    Column("status", Text, nullable=False, server_default="accepted"),
    Column("progress", SmallInteger, nullable=False, server_default="0"),
    Column("step", Text, nullable=False, server_default=""),
    Column("study", Text),
    Column("problem", JSONB),
    Column("attempts", SmallInteger, nullable=False, server_default="0"),
    Column("queue_id", BigInteger),
    Column("worker", Text),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("started_at", DateTime(timezone=True)),
    Column("finished_at", DateTime(timezone=True)),
    Column("updated_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint("status IN ('accepted', 'running', 'successful', 'failed', 'dismissed')", name="status"),
    CheckConstraint("response IN ('raw', 'document')", name="response"),
    CheckConstraint("progress BETWEEN 0 AND 100", name="progress"),
    Index(None, "created_at", "id"),
)
"""One row per job: what was asked, for whom, how far it is, and the study or the error that came of it."""
