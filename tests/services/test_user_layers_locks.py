"""Layers are made, described and dropped while others write: nobody is chosen to give way without need."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import text

from gis_service.catalogue.user_layer import body_of, document_of
from gis_service.db.engine import Connection, Engine, transaction
from gis_service.db.layer_definitions import readers_of
from gis_service.errors import Conflict, ErrorCode, RefusedInput
from gis_service.services import user_layers
from gis_service.services.accounts import OPERATOR
from gis_service.services.context import Context, open_context
from gis_service.services.transactions import writing
from gis_service.services.user_layers import ANY_STATE, create, describe, drop
from gis_service.settings import Settings


@pytest.fixture(scope="module")
def context(make_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Context]:
    folder: Path = tmp_path_factory.mktemp("data")
    with open_context(Settings(data_dir=folder, database_url=make_database())) as opened:
        yield opened


def field(name: str, kind: str = "number") -> dict[str, Any]:
    return {"name": name, "type": kind, "label": {"vi": name, "en": name}}


def make(context: Context, id_: str, *fields: dict[str, Any]) -> None:
    document = document_of(context.definitions.layers["wifi"]) | {"id": id_}
    document["fields"] = [*document["fields"], *fields]
    with writing(context) as connection:
        create(connection, context.catalogue, body_of(document), caller=OPERATOR)


def describe_as(context: Context, id_: str, **others: object) -> None:
    with writing(context) as connection:
        describe(
            connection,
            context.catalogue,
            id_,
            lambda before: body_of({**before, **others}),
            expected=ANY_STATE,
            caller=OPERATOR,
        )


def drop_now(context: Context, id_: str) -> None:
    with writing(context) as connection:
        drop(connection, context.catalogue, id_, expected=ANY_STATE, caller=OPERATOR)


class Writer:
    """Somebody who writes by SQL and waits; how it ended is known when it has."""

    def __init__(self, engine: Engine, statement: str) -> None:
        self.ended: list[BaseException | None] = []
        url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)

        def write() -> None:
            try:
                with psycopg.connect(url) as connection:
                    connection.execute(statement.encode())
                self.ended.append(None)
            except psycopg.Error as error:
                self.ended.append(error)

        self._thread = threading.Thread(target=write)
        self._thread.start()
        waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query = %s"
        with psycopg.connect(url, autocommit=True) as watch:
            while watch.execute(waits, [statement]).fetchone() == (0,) and not self.ended:
                time.sleep(0.01)

    def end(self) -> BaseException | None:
        self._thread.join()
        return self.ended[0]


def test_a_layer_is_dropped_while_a_writer_waits(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    make(context, "dropped")
    begun: list[Writer] = []

    def and_somebody_comes(connection: Connection, layer: str, most: int) -> list[str]:
        begun.append(Writer(context.engine, "DELETE FROM layer.dropped"))
        return readers_of(connection, layer, most)

    monkeypatch.setattr("gis_service.db.layer_definitions.readers_of", and_somebody_comes)
    drop_now(context, "dropped")
    assert isinstance(begun[0].end(), psycopg.errors.UndefinedTable)


def test_who_waits_for_a_layer_keeps_nobody_from_making_another(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(context, "busy")
    monkeypatch.setattr(user_layers, "LOCK_WAIT_S", 10.0)
    with transaction(context.engine) as editor:
        editor.execute(text("INSERT INTO layer.busy (code, name) VALUES ('a', 'b')"))
        refused: list[BaseException] = []

        def wait() -> None:
            try:
                describe_as(
                    context,
                    "busy",
                    licence="MIT",
                    fields=[*document_of(context.definitions.layers["wifi"])["fields"], field("depth")],
                )
            except Conflict as error:
                refused.append(error)

        waiting = threading.Thread(target=wait)
        waiting.start()
        waits = text(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        seen = 0
        while not seen:
            # A transaction of its own each time: what it sees of others' doings stays as it first was.
            with transaction(context.engine) as watch:
                seen = watch.execute(waits).scalar_one()
            time.sleep(0.01)
        make(context, "another")
        assert waiting.is_alive(), "the other one was made meanwhile"
    waiting.join()
    assert refused == []


def test_fields_end_where_the_database_has_no_more_room(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(user_layers, "_MOST_COLUMNS", 20)
    make(context, "wide", *(field(f"a{number}") for number in range(5)))
    fields = document_of(context.definitions.layers["wifi"])["fields"]

    def describe_again_and_again() -> None:
        for letter in "bcdefgh":
            describe_as(context, "wide", fields=[*fields, *(field(f"{letter}{n}") for n in range(5))])

    with pytest.raises(RefusedInput) as caught:
        describe_again_and_again()
    assert caught.value.code == ErrorCode.LAYER_DEFINITION_FAULTY
    assert [fault.place("en") for fault in caught.value.faults] == ["body/fields"]
    drop_now(context, "wide")
    with pytest.raises(RefusedInput):
        make(context, "wide", *(field(f"z{number}") for number in range(12)))
