"""Alembic's steps: how schema ``gis`` came to be."""
