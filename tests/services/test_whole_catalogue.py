"""One catalogue in every process: what one makes the others know when their next transaction begins."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from gis_service.catalogue.document import Document
from gis_service.catalogue.loader import Catalogue
from gis_service.catalogue.user_layer import body_of, check_user_layer, document_of
from gis_service.db.layer_definitions import mark
from gis_service.errors import Fault
from gis_service.services.accounts import ANONYMOUS, OPERATOR
from gis_service.services.context import Context, open_context
from gis_service.services.openings import oldest_open
from gis_service.services.rights import rights_of
from gis_service.services.transactions import computing, reading, writing
from gis_service.services.user_layers import ANY_STATE, create, describe, drop
from gis_service.settings import Settings
from gis_service.types import LayerId


@pytest.fixture
def processes(make_database: Callable[[], str], tmp_path: Path) -> Iterator[tuple[Context, Context]]:
    settings = Settings(data_dir=tmp_path, database_url=make_database())
    with open_context(settings) as one, open_context(settings) as other:
        yield one, other


def make(context: Context, id_: str = "wells", **others: object) -> None:
    document = document_of(context.definitions.layers["wifi"]) | {"id": id_, **others}
    with writing(context) as connection:
        create(connection, context.catalogue, body_of(document), caller=OPERATOR)


@pytest.mark.parametrize("scope", [reading, computing, writing])
def test_a_transaction_of_any_kind_begins_with_the_layers_of_now(
    processes: tuple[Context, Context], scope: Callable[[Context], object]
) -> None:
    one, other = processes
    with scope(other):  # type: ignore[attr-defined]
        assert "wells" not in other.catalogue.layers
    make(one)
    assert "wells" not in other.catalogue.layers, "nobody has looked yet"
    with scope(other):  # type: ignore[attr-defined]
        assert other.catalogue.layers["wells"].made
        assert other.catalogue.standards == other.definitions.standards


def test_the_catalogue_is_the_same_value_as_long_as_nothing_has_changed(
    processes: tuple[Context, Context],
) -> None:
    one, _ = processes
    make(one)
    with reading(one):
        before = one.catalogue
    with reading(one):
        assert one.catalogue is before
    make(one, "ponds")
    with reading(one):
        assert one.catalogue is not before
    assert "ponds" not in before.layers


def test_only_what_has_changed_is_checked_again(
    processes: tuple[Context, Context], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = processes
    make(one)
    with reading(other):
        wells = other.catalogue.layers["wells"]
    make(one, "ponds")
    checked: list[str] = []

    def note(document: Document, catalogue: Catalogue) -> list[Fault]:
        checked.append(document.name)
        return check_user_layer(document, catalogue)

    monkeypatch.setattr("gis_service.services.whole_catalogue.check_user_layer", note)
    with reading(other):
        assert other.catalogue.layers["wells"] is wells
    assert checked == ["ponds"]


def test_what_was_described_or_dropped_is_known_too(processes: tuple[Context, Context]) -> None:
    one, other = processes
    make(one)
    with writing(one) as connection:
        described = describe(
            connection,
            one.catalogue,
            "wells",
            lambda before: body_of({**before, "licence": "MIT"}),
            expected=ANY_STATE,
            caller=OPERATOR,
        )
    with reading(other):
        assert other.catalogue.layers["wells"] == described
    with writing(one) as connection:
        drop(connection, one.catalogue, "wells", expected=ANY_STATE, caller=OPERATOR)
    with reading(other):
        assert "wells" not in other.catalogue.layers


def test_a_reader_of_an_older_state_does_not_bring_it_back(processes: tuple[Context, Context]) -> None:
    one, other = processes
    with reading(other) as old:
        before = mark(old)
        make(one)
        with reading(other) as new:
            assert mark(new) > before
        other.look_again(old)
        assert "wells" in other.catalogue.layers


def test_what_was_taken_back_is_not_known(processes: tuple[Context, Context]) -> None:
    one, other = processes

    class TakenBackError(Exception):
        pass

    document = document_of(one.definitions.layers["wifi"]) | {"id": "wells"}

    def make_and_fail() -> None:
        with writing(one) as connection:
            create(connection, one.catalogue, body_of(document), caller=OPERATOR)
            raise TakenBackError

    with pytest.raises(TakenBackError):
        make_and_fail()
    for context in (one, other):
        with reading(context):
            assert "wells" not in context.catalogue.layers


def test_other_definitions_over_the_same_database_have_the_same_user_layers(
    processes: tuple[Context, Context],
) -> None:
    one, _ = processes
    make(one)
    with reading(one):
        fewer = replace(one, definitions=replace(one.definitions, layers={}))
        assert list(fewer.catalogue.layers) == ["wells"]


@pytest.mark.parametrize("holds", [True, False])
def test_a_file_that_comes_later_does_not_open_the_table_of_a_user(
    processes: tuple[Context, Context], caplog: pytest.LogCaptureFixture, *, holds: bool
) -> None:
    one, other = processes
    make(one, visibility="draft")
    if not holds:
        with writing(one) as connection:
            connection.execute(
                text(
                    "UPDATE gis.layer_definition SET document = jsonb_set(document::jsonb, '{category}', '9')"
                )
            )
    files = one.definitions
    released = replace(files.layers["wifi"], id=LayerId("wells"))
    later = replace(other, definitions=replace(files, layers={**files.layers, "wells": released}))
    with reading(later):
        found = later.catalogue.layers.get(LayerId("wells"))
    assert (found.visibility if found else None) == ("draft" if holds else None)
    assert "the layer wells of a file is left out" in caplog.text
    with writing(later) as connection:
        connection.execute(text("UPDATE gis.layer_definition SET dropped_at = now()"))
    with reading(later) as connection:
        assert later.catalogue.layers[LayerId("wells")] is released
        rights = rights_of(connection, later.catalogue, ANONYMOUS)
        newest = connection.execute(
            text("SELECT max(id) FROM gis.version WHERE layer = 'wells'")
        ).scalar_one()
        assert oldest_open(connection, rights, LayerId("wells")) == newest, (
            "what the user wrote stays a draft"
        )
