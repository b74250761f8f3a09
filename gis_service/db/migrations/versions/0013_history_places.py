"""History: past rows are found by where they lie, so that a tile of then reads no more than its own rows."""

from pathlib import Path

from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    statements = Path(__file__).with_suffix(".sql").read_text("utf-8")
    # Through a plain cursor, as in 0003.
    op.get_bind().connection.cursor().execute(statements)
