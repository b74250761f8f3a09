"""Definitions of layers that users have made, as documents; the mark that tells whether any has changed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from gis_service.db import overviews
from gis_service.db.models import catalogue_mark, layer_definition, layer_setting
from gis_service.db.query import identifier, sql
from gis_service.types import LayerId


@dataclass(frozen=True, slots=True)
class DefinitionRow:
    """The definition of one layer.

    Parameters
    ----------
    document
        As a file of definitions would have it.
    dropped_at
        When the layer was dropped; None while it is there.
    """

    id: str
    document: dict[str, Any]
    dropped_at: datetime | None


def mark(connection: Connection) -> int:
    """Give a number that is higher after every change of any definition."""
    return int(connection.execute(select(catalogue_mark.c.number)).scalar_one())


def definitions(connection: Connection) -> list[DefinitionRow]:
    """Give the definitions of all layers that users have made and not dropped, by id."""
    asked = _columns().where(layer_definition.c.dropped_at.is_(None)).order_by(layer_definition.c.id)
    return [DefinitionRow(*row) for row in connection.execute(asked)]


def definition_for_change(connection: Connection, layer: str) -> DefinitionRow | None:
    """Give one definition, dropped or not, and let nobody else change it until the transaction ends."""
    row = connection.execute(_columns().where(layer_definition.c.id == layer).with_for_update()).one_or_none()
    return None if row is None else DefinitionRow(*row)


def insert_definition(connection: Connection, layer: str, document: dict[str, Any], author: str) -> bool:
    """Keep the definition of a new layer, or of one that was dropped; tell whether its id was free."""
    values = {"id": layer, "document": document, "created_by": author}
    again = {
        **values,
        "created_at": func.now(),
        "changed_at": func.now(),
        "dropped_at": None,
    }
    kept = (
        upsert(layer_definition)
        .values(**values)
        .on_conflict_do_update(
            index_elements=["id"], set_=again, where=layer_definition.c.dropped_at.is_not(None)
        )
        .returning(layer_definition.c.id)
    )
    return connection.execute(kept).scalar_one_or_none() is not None


def update_definition(connection: Connection, layer: str, document: dict[str, Any]) -> None:
    """Replace the definition of a layer."""
    changed = update(layer_definition).where(layer_definition.c.id == layer)
    connection.execute(changed.values(document=document, changed_at=func.now()))


def empty_table(connection: Connection, layer: str) -> None:
    """Remove all rows of a layer, as a write like any other: the history tells of it."""
    connection.execute(text(f"DELETE FROM layer.{identifier(layer)}"))  # noqa: S608 quoted


def drop_layer(connection: Connection, layer: str) -> None:
    """Drop the table of a layer; its history, its definition and what groups may do with it stay.

    Whoever makes the layer again gets its past: a group that kept it must not lose it to others meanwhile.

    Parameters
    ----------
    connection
        Inside a transaction that has ended all rows of the layer.
    """
    connection.execute(text(f"DROP TABLE IF EXISTS layer.{identifier(layer)}"))
    overviews.drop(connection, LayerId(layer))
    connection.execute(delete(layer_setting).where(layer_setting.c.layer == layer))
    gone = update(layer_definition).where(layer_definition.c.id == layer)
    connection.execute(gone.values(dropped_at=func.now()))


def has_history(connection: Connection, layer: str) -> bool:
    """Tell whether rows of a layer are kept from before, be the layer there or not."""
    found = text("SELECT to_regclass(format('history.%I', CAST(:layer AS text))) IS NOT NULL")
    return bool(connection.execute(found, {"layer": layer}).scalar_one())


def readers_of(connection: Connection, layer: str, most: int) -> list[str]:
    """Name studies that are kept and jobs that wait or run, and that read a layer; at most so many."""
    rows = connection.execute(sql("layer_definitions_readers"), {"layer": layer, "most": most})
    return [str(row.reader) for row in rows]


def _columns() -> Any:  # noqa: ANN401 the type of a select names all its columns
    return select(layer_definition.c.id, layer_definition.c.document, layer_definition.c.dropped_at)
