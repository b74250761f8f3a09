"""A version tells those who listen that there is one, once it is committed."""

from alembic import op

revision = "0008"
down_revision = "0007"

TOLD = """
CREATE FUNCTION gis.tell_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    -- Delivered at the commit, and never for what is taken back. Whoever does not hear it looks by themselves.
    PERFORM pg_notify('gis_change', NEW.layer);
    RETURN NULL;
END $$;
CREATE TRIGGER tell_change AFTER INSERT ON gis.version FOR EACH ROW EXECUTE FUNCTION gis.tell_change();
"""


def upgrade() -> None:
    op.execute(TOLD)
    op.execute("SELECT gis.close_rights()")
