"""Scenarios: named sets of edits, whom they are shared with, and their versions, which are never changed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0010"
down_revision = "0009"

NOW = sa.text("clock_timestamp()")


def upgrade() -> None:
    op.create_table(
        "scenario",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("title", JSONB, nullable=False),
        sa.Column("note", sa.Text, nullable=False, server_default=""),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("account", sa.BigInteger),
        sa.Column("shared", sa.Text, nullable=False),
        sa.Column("team", sa.Text, sa.ForeignKey("gis.team.id", ondelete="SET NULL")),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.CheckConstraint("shared IN ('nobody', 'team', 'everybody')", name="scenario_shared_check"),
        schema="gis",
    )
    op.create_index("scenario_created_at_id_idx", "scenario", ["created_at", "id"], schema="gis")
    op.create_table(
        "scenario_version",
        sa.Column(
            "scenario", sa.Text, sa.ForeignKey("gis.scenario.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("inputs", JSONB, nullable=False),
        sa.Column("edits", JSONB, nullable=False),
        sa.Column("edits_hash", sa.Text, nullable=False),
        sa.Column("base", JSONB, nullable=False),
        sa.Column("layers", ARRAY(sa.Text), nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("message", sa.Text, nullable=False, server_default=""),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        schema="gis",
    )
    # Whoever has quoted a version must find it as it was: it goes with its scenario, and never changes.
    op.execute(
        "CREATE TRIGGER scenario_version_stays BEFORE UPDATE ON gis.scenario_version"
        " FOR EACH STATEMENT EXECUTE FUNCTION gis.refuse_change()"
    )
    op.execute("SELECT gis.close_rights()")
