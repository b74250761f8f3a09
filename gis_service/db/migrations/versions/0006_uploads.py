"""Uploads: files on their way to a layer."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0006"
down_revision = "0005"

NOW = sa.text("now()")
STATES = (
    "state IN ('receiving', 'received', 'inspecting', 'ready', 'refused', 'committing', 'committed', 'dropped')"
)


def upgrade() -> None:
    op.create_table(
        "upload",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("role", sa.Text),
        sa.Column("account", sa.BigInteger),
        sa.Column("file", sa.Text, nullable=False, server_default=""),
        sa.Column("size", sa.BigInteger, sa.CheckConstraint("size >= 0", name="upload_size_check")),
        sa.Column(
            "state",
            sa.Text,
            sa.CheckConstraint(STATES, name="upload_state_check"),
            nullable=False,
            server_default="receiving",
        ),
        sa.Column("revision", sa.Integer, nullable=False, server_default="0"),
        sa.Column("job", sa.Text),
        sa.Column("inspection", JSONB),
        sa.Column("choices", JSONB, nullable=False, server_default=sa.text("'{}'")),
        sa.Column("result", JSONB),
        sa.Column("problem", JSONB),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        schema="gis",
    )
    op.create_index("upload_created_at_id_idx", "upload", ["created_at", "id"], schema="gis")
    op.create_index(
        "upload_expires_at_idx",
        "upload",
        ["expires_at"],
        schema="gis",
        postgresql_where=sa.text("state NOT IN ('committed', 'dropped')"),
    )
    op.execute("SELECT gis.close_rights()")
