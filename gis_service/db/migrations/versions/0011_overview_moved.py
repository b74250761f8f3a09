"""Overviews: of each cell also the last update after which the shapes there look otherwise."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("overview_dirty", sa.Column("moved", sa.BigInteger), schema="gis")
    # Of earlier updates it is not known: any of them may have.
    op.execute("UPDATE gis.overview_dirty SET moved = number")
    op.alter_column("overview_dirty", "moved", nullable=False, schema="gis")
