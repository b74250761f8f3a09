"""Row history: versions that are made by every write, states of rows, dirty cells; the SQL lies beside this file."""

from pathlib import Path

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    statements = Path(__file__).with_suffix(".sql").read_text("utf-8")
    # Through a plain cursor: it takes several statements at once, and a percent sign is a percent sign.
    op.get_bind().connection.cursor().execute(statements)
