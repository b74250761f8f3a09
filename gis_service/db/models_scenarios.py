"""The tables of scenarios and of their versions."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    func,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from gis_service.db.models_base import metadata

scenario = Table(
    "scenario",
    metadata,
    Column("id", Text, primary_key=True),
    Column("title", JSONB, nullable=False),
    Column("note", Text, nullable=False, server_default=""),
    Column("owner", Text, nullable=False),
    Column("account", BigInteger),
    Column("shared", Text, nullable=False),
    Column("team", Text, ForeignKey("gis.team.id", ondelete="SET NULL")),
    Column("version", Integer, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    Column("changed_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    CheckConstraint("shared IN ('nobody', 'team', 'everybody')", name="shared"),
    Index(None, "created_at", "id"),
)
"""Named sets of edits. ``version`` is the newest of its versions, ``revision`` counts every change."""

scenario_version = Table(
    "scenario_version",
    metadata,
    Column("scenario", Text, ForeignKey("gis.scenario.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("inputs", JSONB, nullable=False),
    Column("edits", JSONB, nullable=False),
    Column("edits_hash", Text, nullable=False),
    Column("base", JSONB, nullable=False),
    Column("layers", ARRAY(Text), nullable=False),
    Column("author", Text, nullable=False),
    Column("message", Text, nullable=False, server_default=""),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
)
"""Versions of scenarios, never changed. ``base`` names layer and version by role, ``layers`` all those that a
reader must be allowed to read."""
