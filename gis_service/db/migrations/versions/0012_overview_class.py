"""Overviews: of each cell the last update that has moved shapes there, by the class of the shapes."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    # Of earlier updates it is not known: they may have moved shapes of any class.
    op.add_column(
        "overview_dirty", sa.Column("class", sa.Text, nullable=False, server_default=""), schema="gis"
    )
    op.drop_constraint("overview_dirty_pkey", "overview_dirty", schema="gis")
    op.create_primary_key("overview_dirty_pkey", "overview_dirty", ["layer", "x", "y", "class"], schema="gis")
