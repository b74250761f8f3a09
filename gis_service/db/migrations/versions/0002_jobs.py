"""Jobs, and the queue behind them.

The queue is procrastinate's: its schema is run as the library ships it, and the names of the library's own
migrations that this schema holds are written down. A later version of the library that has more of them gets a
migration of ours that runs those that are not in the list, so that a database made then and one brought up over the
years come out the same. (Running all of them from the first one is not possible: PostgreSQL does not let one
transaction add a value to an enum and use it.)
"""

from importlib.resources import files

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002"
down_revision = "0001"

NOW = sa.text("now()")

# The library names its tables without a schema. Fixing the path in its functions makes their triggers work for
# whoever writes to the tables, whatever that session's own path is.
FIX_PATHS = """
DO $$
DECLARE
    own regprocedure;
BEGIN
    FOR own IN SELECT oid FROM pg_proc WHERE pronamespace = 'queue'::regnamespace LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = queue, pg_catalog, pg_temp', own);
    END LOOP;
END
$$
"""


def upgrade() -> None:
    op.create_table(
        "job",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("process", sa.Text, nullable=False),
        sa.Column("inputs", JSONB, nullable=False),
        sa.Column("response", sa.Text,
                  sa.CheckConstraint("response IN ('raw', 'document')", name="job_response_check"),
                  nullable=False, server_default="raw"),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("role", sa.Text),
        sa.Column("status", sa.Text,
                  sa.CheckConstraint("status IN ('accepted', 'running', 'successful', 'failed', 'dismissed')",
                                     name="job_status_check"),
                  nullable=False, server_default="accepted"),
        sa.Column("progress", sa.SmallInteger,
                  sa.CheckConstraint("progress BETWEEN 0 AND 100", name="job_progress_check"),
                  nullable=False, server_default="0"),
        sa.Column("step", sa.Text, nullable=False, server_default=""),
        sa.Column("study", sa.Text),
        sa.Column("problem", JSONB),
        sa.Column("attempts", sa.SmallInteger, nullable=False, server_default="0"),
        sa.Column("queue_id", sa.BigInteger),
        sa.Column("worker", sa.Text),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.Column("started_at", sa.DateTime(timezone=True)),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        schema="gis",
    )
    op.create_index("job_created_at_id_idx", "job", ["created_at", "id"], schema="gis")
    op.execute("CREATE SCHEMA IF NOT EXISTS queue")
    connection = op.get_bind()
    before = connection.exec_driver_sql("SHOW search_path").scalar_one()
    connection.exec_driver_sql("SET LOCAL search_path TO queue, public")
    library = files("procrastinate") / "sql"
    # Through a plain cursor: it takes several statements at once, and a percent sign is a percent sign.
    connection.connection.cursor().execute((library / "schema.sql").read_text("utf-8"))
    connection.execute(sa.text("SELECT set_config('search_path', :before, true)"), {"before": before})
    op.execute(FIX_PATHS)
    held = op.create_table("library_migration", sa.Column("name", sa.Text, primary_key=True), schema="queue")
    names = sorted(file.name for file in (library / "migrations").iterdir() if file.name.endswith(".sql"))
    op.bulk_insert(held, [{"name": name} for name in names])
