"""Rasters: which file a version of a raster layer is, and what it holds."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0007"
down_revision = "0006"

# What a version was does not change. A version is kept when its raster can be read again, as one of a table is when
# its rows can.
KEPT = """
CREATE TRIGGER raster_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON gis.raster
    FOR EACH STATEMENT EXECUTE FUNCTION gis.refuse_change();
ALTER TABLE gis.raster ENABLE ALWAYS TRIGGER raster_is_append_only;
CREATE FUNCTION gis.keep_raster() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM set_config('gis.history_writes', 'on', true);
    UPDATE gis.version SET kept = true WHERE id = NEW.version AND layer = NEW.layer;
    PERFORM set_config('gis.history_writes', 'off', true);
    RETURN NULL;
END $$;
CREATE TRIGGER keep_raster AFTER INSERT ON gis.raster FOR EACH ROW EXECUTE FUNCTION gis.keep_raster();
"""


def upgrade() -> None:
    op.create_table(
        "raster",
        sa.Column("version", sa.BigInteger, primary_key=True),
        sa.Column("layer", sa.Text, nullable=False),
        sa.Column(
            "sha256",
            sa.Text,
            sa.CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="raster_sha256_check"),
            nullable=False,
        ),
        sa.Column("bytes", sa.BigInteger, nullable=False),
        sa.Column("width", sa.Integer, nullable=False),
        sa.Column("height", sa.Integer, nullable=False),
        sa.Column("crs", sa.Text, nullable=False),
        sa.Column("affine", ARRAY(sa.Double), nullable=False),
        sa.Column("bbox", ARRAY(sa.Double), nullable=False),
        sa.Column("bands", JSONB, nullable=False),
        sa.Column(
            "kind",
            sa.Text,
            sa.CheckConstraint("kind IN ('values', 'classes')", name="raster_kind_check"),
            nullable=False,
        ),
        schema="gis",
    )
    op.create_index("raster_layer_version_idx", "raster", ["layer", "version"], schema="gis")
    op.execute(KEPT)
    op.execute("SELECT gis.close_rights()")
