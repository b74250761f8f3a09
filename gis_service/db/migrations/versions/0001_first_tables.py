"""Schemas, the first tables of the service, and the search form of text.

There is no way back: a database is put back from a back-up, not by a downgrade that drops people's data.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None

NOW = sa.text("now()")

# The same as text.search_form in Python: composed form, white space folded, small letters, đ as d, no marks.
# The ICU collation makes lower() right for Vietnamese whatever the locale of the database.
SEARCH_FORM = r"""
CREATE FUNCTION gis.search_form(words text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN regexp_replace(
    normalize(
        replace(lower(btrim(regexp_replace(normalize(words, NFC), '\s+', ' ', 'g')) COLLATE "und-x-icu"), 'đ', 'd'),
        NFD
    ),
    '[\u0300-\u036f]', '', 'g'
)
"""


def upgrade() -> None:
    for schema in ("layer", "history", "overview"):
        op.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
    op.create_table(
        "version",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("layer", sa.Text, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("message", sa.Text, nullable=False, server_default=""),
        sa.Column("committed_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        schema="gis",
    )
    op.create_index("version_layer_id_idx", "version", ["layer", "id"], schema="gis")
    op.create_table(
        "study",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("process", sa.Text, nullable=False),
        sa.Column("document", JSONB, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.Column("seconds", sa.Double, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        schema="gis",
    )
    op.create_index("study_created_at_id_idx", "study", ["created_at", "id"], schema="gis")
    op.create_table(
        "token",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("hash", sa.LargeBinary, sa.CheckConstraint("octet_length(hash) = 32", name="token_hash_check"),
                  nullable=False),
        sa.Column("role", sa.Text,
                  sa.CheckConstraint("role IN ('viewer', 'gis_staff', 'planner', 'analyst', 'admin')",
                                     name="token_role_check"),
                  nullable=False),
        sa.Column("label", sa.Text, nullable=False, server_default=""),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("hash", name="token_hash_key"),
        schema="gis",
    )
    op.execute(SEARCH_FORM)
