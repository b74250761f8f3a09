"""Definitions of the layers that users have made, and the mark by which every process sees that one has changed."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

NOW = sa.text("now()")

# One row that every change of a definition counts up. Its lock lets writers wait for each other, so that a higher
# number is always a later commit: a sequence could hide a change that was numbered early and committed late.
MARK = """
CREATE FUNCTION gis.mark_definitions() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE gis.catalogue_mark SET number = number + 1;
    RETURN NULL;
END $$;
CREATE TRIGGER mark_definitions AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON gis.layer_definition
    FOR EACH STATEMENT EXECUTE FUNCTION gis.mark_definitions();
INSERT INTO gis.catalogue_mark (one, number) VALUES (true, 1);
"""


def upgrade() -> None:
    op.create_table(
        "layer_definition",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("document", sa.JSON, nullable=False),
        sa.Column("created_by", sa.Text, nullable=False, server_default=sa.text("SESSION_USER")),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.Column("dropped_at", sa.DateTime(timezone=True)),
        schema="gis",
    )
    op.create_table(
        "catalogue_mark",
        sa.Column("one", sa.Boolean, sa.CheckConstraint("one", name="catalogue_mark_one_check"),
                  server_default=sa.text("true"), primary_key=True),
        sa.Column("number", sa.BigInteger, nullable=False),
        schema="gis",
    )
    op.execute(MARK)
    op.execute(
        "CREATE TRIGGER audit_direct AFTER INSERT OR UPDATE OR DELETE ON gis.layer_definition"
        " FOR EACH ROW EXECUTE FUNCTION gis.audit_direct()"
    )
