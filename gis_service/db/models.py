"""The service's own tables, in schema ``gis``; the tables of layers are made from their definitions."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Double,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from gis_service.db.models_base import SCHEMA, metadata
from gis_service.db.models_scenarios import scenario, scenario_version

# Whoever asks for all tables finds these here too.
__all__ = ["SCHEMA", "metadata", "scenario", "scenario_version"]

_ROLES = "role IN ('viewer', 'gis_staff', 'planner', 'analyst', 'admin')"

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

history_of = Table(
    "history_of",
    metadata,
    Column("layer", Text, primary_key=True),
    Column("table_oid", BigInteger, nullable=False),
)
"""Which table the history of a layer is level with, by the server's number of it."""

overview = Table(
    "overview",
    metadata,
    Column("layer", Text, primary_key=True),
    Column("recipe", Text, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("level", BigInteger),
    Column("table_oid", BigInteger),
    Column("kind", Text, nullable=False),
    Column("gathered_to", SmallInteger, nullable=False),
    Column("rows_then", BigInteger, nullable=False),
    Column("changed_since", BigInteger, nullable=False),
    CheckConstraint("kind IN ('none', 'each', 'coverage', 'lines')", name="kind"),
)
"""One row per overview: how it is made (``recipe``, ``kind``, ``gathered_to``), the version of its layer that
it is level with (null while it is made), the number of its last update. It is made anew when too much has
changed since."""

overview_dirty = Table(
    "overview_dirty",
    metadata,
    Column("layer", Text, primary_key=True),
    Column("x", Integer, primary_key=True, autoincrement=False),
    Column("y", Integer, primary_key=True, autoincrement=False),
    Column("class", Text, primary_key=True, server_default=""),
    Column("number", BigInteger, nullable=False),
    Column("moved", BigInteger, nullable=False),
    Index(None, "layer", "number"),
)
"""The last update of an overview that touched a tile of zoom 14, and the last one after which shapes look
otherwise there, be it that their own rows have not changed (``moved``, 0 for none), by the class of shapes,
empty for any; column and row are -1 for any tile at all."""

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
    Column("account", BigInteger, ForeignKey("gis.account.id", ondelete="CASCADE")),
    Column("scopes", ARRAY(Text)),
    Column("revoked_at", DateTime(timezone=True)),
    CheckConstraint(_ROLES, name="role"),
    CheckConstraint("octet_length(hash) = 32", name="hash"),
    Index(None, "account"),
)
"""API tokens; only their SHA-256 is kept. One without an account is the operator's, one without scopes may do
all that its role may."""

job = Table(
    "job",
    metadata,
    Column("id", Text, primary_key=True),
    Column("process", Text, nullable=False),
    Column("inputs", JSONB, nullable=False),
    Column("response", Text, nullable=False, server_default="raw"),
    Column("author", Text, nullable=False),
    Column("role", Text),
    Column("account", BigInteger),
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

# Accounts, sessions, rights, audit
account = Table(
    "account",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("login", Text, nullable=False),
    Column("key", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False, server_default=""),
    Column("role", Text, nullable=False),
    Column("password", Text),
    Column("code", LargeBinary, unique=True),
    Column("code_expires_at", DateTime(timezone=True)),
    Column("disabled_at", DateTime(timezone=True)),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("changed_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint(_ROLES, name="role"),
)
"""People who sign in. ``key`` is the search form of the login, ``password`` an Argon2id hash, ``code`` the
SHA-256 of the one-time code by which a password is chosen."""

session = Table(
    "session",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("hash", LargeBinary, nullable=False, unique=True),
    Column("account", BigInteger, ForeignKey("gis.account.id", ondelete="CASCADE"), nullable=False),
    Column("address", Text),
    Column("browser", Text, nullable=False, server_default=""),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("seen_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("octet_length(hash) = 32", name="hash"),
    Index(None, "account"),
)
"""Browsers that have signed in; only the SHA-256 of what their cookie holds is kept."""

sign_in_failure = Table(
    "sign_in_failure",
    metadata,
    Column("key", LargeBinary, primary_key=True),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("last_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("next_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("known_at", DateTime(timezone=True)),
    Index(None, "last_at"),
)
"""Tries to sign in, by the SHA-256 of an account, an address, or both; rows of both know the last success."""

team = Table(
    "team",
    metadata,
    Column("id", Text, primary_key=True),
    Column("title", Text, nullable=False, server_default=""),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)
"""Groups of people."""

team_member = Table(
    "team_member",
    metadata,
    Column("team", Text, ForeignKey("gis.team.id", ondelete="CASCADE"), primary_key=True),
    Column("account", BigInteger, ForeignKey("gis.account.id", ondelete="CASCADE"), primary_key=True),
    Index(None, "account"),
)
"""Who belongs to which group."""

layer_right = Table(
    "layer_right",
    metadata,
    Column("layer", Text, primary_key=True),
    Column("team", Text, ForeignKey("gis.team.id", ondelete="CASCADE"), primary_key=True),
    Column("right", Text, primary_key=True),
    CheckConstraint("\"right\" IN ('read', 'edit')", name="right"),
)
"""What a group may do with a layer beyond the roles of its members."""

layer_setting = Table(
    "layer_setting",
    metadata,
    Column("layer", Text, primary_key=True),
    Column("visibility", Text, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint("visibility IN ('draft', 'internal', 'public')", name="visibility"),
)
"""Visibility of a layer where it is not that of its definition."""

layer_visibility = Table(
    "layer_visibility",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("layer", Text, nullable=False),
    Column("visibility", Text),
    Column("version", BigInteger),
    Column("at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Index(None, "layer", "id"),
)
"""Every change of the visibility of a layer, and its newest version of then; null is as a file defines it.
Triggers on ``layer_setting`` and ``layer_definition`` write it."""

audit = Table(
    "audit",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    Column("actor", Text, nullable=False, server_default=text("SESSION_USER")),
    Column("role", Text),
    Column("by", Text, nullable=False, server_default="sql"),
    Column("address", Text),
    Column("action", Text, nullable=False),
    Column("object", Text, nullable=False, server_default=""),
    Column("before", JSONB),
    Column("after", JSONB),
    Column("request_id", Text),
    CheckConstraint("by IN ('token', 'session', 'command', 'sql', 'nobody')", name="by"),
    Index(None, "at", "id"),
    Index(None, "actor", "id"),
    Index(None, "object", "id"),
    Index(
        "audit_version_idx",
        "object",
        text("(after -> 'version')"),
        postgresql_where=text("action = 'layer.version'"),
    ),
)
"""Who did what, when, from where; rows are added and never changed."""

# Rasters
raster = Table(
    "raster",
    metadata,
    Column("version", BigInteger, primary_key=True),
    Column("layer", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("crs", Text, nullable=False),
    Column("affine", ARRAY(Double), nullable=False),
    Column("bbox", ARRAY(Double), nullable=False),
    Column("bands", JSONB, nullable=False),
    Column("kind", Text, nullable=False),
    CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256"),
    CheckConstraint("kind IN ('values', 'classes')", name="kind"),
    Index(None, "layer", "version"),
)
"""One row per version of a raster layer that holds anything: its file by content, and what is in it. Rows are
added and never changed; ``bbox`` is west, south, east, north in degrees of WGS 84."""

# Layers that users have made
layer_definition = Table(
    "layer_definition",
    metadata,
    Column("id", Text, primary_key=True),
    Column("document", JSON, nullable=False),
    Column("created_by", Text, nullable=False, server_default=text("SESSION_USER")),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("changed_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("dropped_at", DateTime(timezone=True)),
)
"""Definitions of layers that users have made, as the files have them; one that was dropped keeps its row."""

catalogue_mark = Table(
    "catalogue_mark",
    metadata,
    Column("one", Boolean, primary_key=True, server_default=text("true")),
    Column("number", BigInteger, nullable=False),
    CheckConstraint("one", name="one"),
)
"""One row; its number rises with every change of a definition, in the order of the commits."""

upload = Table(
    "upload",
    metadata,
    Column("id", Uuid(as_uuid=False), primary_key=True),
    Column("author", Text, nullable=False),
    Column("role", Text),
    Column("account", BigInteger),
    Column("file", Text, nullable=False, server_default=""),
    Column("size", BigInteger),
    Column("state", Text, nullable=False, server_default="receiving"),
    Column("revision", Integer, nullable=False, server_default="0"),
    Column("job", Text),
    Column("inspection", JSONB),
    Column("choices", JSONB, nullable=False, server_default=text("'{}'")),
    Column("result", JSONB),
    Column("problem", JSONB),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("updated_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    CheckConstraint(
        "state IN ('receiving', 'received', 'inspecting', 'ready', 'refused', 'committing', 'committed',"
        " 'dropped')",
        name="state",
    ),
    CheckConstraint("size >= 0", name="size"),
    Index(None, "created_at", "id"),
    Index(None, "expires_at", postgresql_where=text("state NOT IN ('committed', 'dropped')")),
)
"""Files on their way to a layer: whose they are, what was found, chosen, and came of them. ``size`` is what
was announced, in bytes; how many have come the file itself tells. ``revision`` counts the changes of what was
chosen, ``job`` is the one under way."""
