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

# How far a layer is open is told by its definition and by what it was given in its place; both are noted with real
# values, since a definition that is gone tells nobody what it once said. What was said before stands first, at the
# same version: whatever else was lost, nothing from before is judged by what is said today. A layer that is dropped
# is as its next definition says, be that a user's or a file's; personal detail is never given another visibility.
VISIBILITIES = """
CREATE OR REPLACE FUNCTION gis.visibility_with(of_layer text, given text) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE said.visibility WHEN 'personal' THEN said.visibility ELSE coalesce(given, said.visibility) END
    FROM (SELECT (
        SELECT document ->> 'visibility' FROM gis.layer_definition WHERE id = of_layer AND dropped_at IS NULL
    )) AS said (visibility)
$$;
CREATE FUNCTION gis.note_definition() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    given text := (SELECT visibility FROM gis.layer_setting WHERE layer = NEW.id);
    newest bigint := (SELECT max(id) FROM gis.version WHERE layer = NEW.id);
    known boolean := TG_OP = 'UPDATE';
BEGIN
    IF known THEN
        known := OLD.id = NEW.id;
    END IF;
    IF known AND NEW.dropped_at IS NOT NULL THEN
        IF OLD.dropped_at IS NULL THEN
            INSERT INTO gis.layer_visibility (layer, version) VALUES (NEW.id, newest);
        END IF;
        RETURN NULL;
    END IF;
    IF known THEN
        IF OLD.dropped_at IS NULL AND OLD.document ->> 'visibility' IS NOT DISTINCT FROM NEW.document ->> 'visibility' THEN
            RETURN NULL;
        END IF;
        INSERT INTO gis.layer_visibility (layer, visibility, version)
        SELECT NEW.id, CASE before WHEN 'personal' THEN before ELSE coalesce(given, before) END, newest
        FROM (SELECT OLD.document ->> 'visibility') AS past (before);
    END IF;
    INSERT INTO gis.layer_visibility (layer, visibility, version)
    VALUES (NEW.id, gis.visibility_with(NEW.id, given), newest);
    RETURN NULL;
END $$;
CREATE TRIGGER note_definition AFTER INSERT OR UPDATE OF id, document, dropped_at ON gis.layer_definition
    FOR EACH ROW EXECUTE FUNCTION gis.note_definition();
ALTER TABLE gis.layer_definition ENABLE ALWAYS TRIGGER note_definition;
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
        sa.Column(
            "one",
            sa.Boolean,
            sa.CheckConstraint("one", name="catalogue_mark_one_check"),
            server_default=sa.text("true"),
            primary_key=True,
        ),
        sa.Column("number", sa.BigInteger, nullable=False),
        schema="gis",
    )
    op.execute(MARK)
    op.execute(VISIBILITIES)
    op.execute(
        "CREATE TRIGGER audit_direct AFTER INSERT OR UPDATE OR DELETE ON gis.layer_definition"
        " FOR EACH ROW EXECUTE FUNCTION gis.audit_direct()"
    )
    op.execute(
        "CREATE TRIGGER audit_truncate AFTER TRUNCATE ON gis.layer_definition"
        " FOR EACH STATEMENT EXECUTE FUNCTION gis.audit_direct()"
    )
    for trigger in ("audit_direct", "audit_truncate"):
        op.execute(f"ALTER TABLE gis.layer_definition ENABLE ALWAYS TRIGGER {trigger}")
    op.execute("SELECT gis.close_rights()")
