"""Overviews: what of each layer's log its overview has digested, and the cells that an update of it touched."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "overview",
        sa.Column("layer", sa.Text, primary_key=True),
        sa.Column("recipe", sa.Text, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("level", sa.BigInteger),
        sa.Column("table_oid", sa.BigInteger),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("gathered_to", sa.SmallInteger, nullable=False),
        sa.Column("rows_then", sa.BigInteger, nullable=False),
        sa.Column("changed_since", sa.BigInteger, nullable=False),
        sa.CheckConstraint("kind IN ('none', 'each', 'coverage', 'lines')", name="overview_kind_check"),
        schema="gis",
    )
    op.create_table(
        "overview_dirty",
        sa.Column("layer", sa.Text, primary_key=True),
        sa.Column("x", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("y", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        schema="gis",
    )
    op.create_index("overview_dirty_layer_number_idx", "overview_dirty", ["layer", "number"], schema="gis")
    # Rises for good, also for a layer that is dropped and made again: processes remember the last one they saw.
    op.execute("CREATE SEQUENCE gis.overview_number")
    # A rise of it is told as a version is.
    op.execute(
        "CREATE FUNCTION gis.tell_overview() RETURNS trigger"
        " LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$ BEGIN"
        " PERFORM pg_notify('gis_change', NEW.layer); RETURN NULL; END $$"
    )
    op.execute(
        "CREATE TRIGGER tell_overview AFTER INSERT OR UPDATE OF number ON gis.overview"
        " FOR EACH ROW EXECUTE FUNCTION gis.tell_overview()"
    )
    op.execute("SELECT gis.close_rights()")
