"""Tables follow their definitions, all of them or none, and each change begins a version."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from gis_service.catalogue.loader import Catalogue, load_catalogue
from gis_service.db.engine import Connection
from gis_service.db.layers import columns_of, ensure_table
from gis_service.errors import ErrorCode, NotFound, RefusedInput
from gis_service.services import layer_changes
from gis_service.services.layer_changes import add_new_fields, migrate_layers
from gis_service.services.layers import table_of
from gis_service.settings import Settings
from gis_service.types import LayerId

WIFI, CAMERA = LayerId("wifi"), LayerId("camera")


@pytest.fixture
def catalogue(settings: Settings, connection: Connection) -> Catalogue:
    """Give the definitions of the city; two of their tables are there, as defined."""
    known = load_catalogue(settings.layers_dir, settings.tiles_dir, settings.city)
    for layer in (WIFI, CAMERA):
        ensure_table(connection, table_of(known.layers[layer]))
    return known


def without_last_field(catalogue: Catalogue, layer: LayerId) -> Catalogue:
    definition = catalogue.layers[layer]
    return replace(
        catalogue, layers={**catalogue.layers, layer: replace(definition, fields=definition.fields[:-1])}
    )


def kinds(connection: Connection, catalogue: Catalogue, **options: bool) -> dict[str, list[str]]:
    found = migrate_layers(connection, catalogue, [], author="lan", **options)
    return {one.layer: [change.kind for change in (*one.done, *one.left)] for one in found}


def test_tables_as_defined_are_not_told(connection: Connection, catalogue: Catalogue) -> None:
    assert migrate_layers(connection, catalogue, [], author="lan") == []


def test_a_new_field_begins_a_version_that_touches_any_tile(
    connection: Connection, catalogue: Catalogue
) -> None:
    name = catalogue.layers[WIFI].fields[-1].name
    connection.execute(text(f"ALTER TABLE layer.wifi DROP COLUMN {name}"))
    (told,) = migrate_layers(connection, catalogue, [WIFI], author="lan")
    assert [change.kind for change in told.done] == ["add"]
    row = connection.execute(
        text("SELECT author, message FROM gis.version WHERE id = :v"), {"v": told.version}
    )
    author, message = row.one()
    assert author == "lan"
    assert name in message
    cells = connection.execute(text("SELECT x, y FROM gis.dirty WHERE version = :v"), {"v": told.version})
    assert cells.all() == [(None, None)]


def test_a_new_release_adds_what_is_missing_alone_and_begins_no_version(
    connection: Connection, catalogue: Catalogue
) -> None:
    name = catalogue.layers[WIFI].fields[-1].name
    connection.execute(text(f"ALTER TABLE layer.wifi DROP COLUMN {name}"))
    connection.execute(text("ALTER TABLE layer.wifi ADD COLUMN by_hand text"))
    versions = text("SELECT count(*) FROM gis.version WHERE layer = 'wifi'")
    before = connection.execute(versions).scalar_one()
    assert add_new_fields(connection, catalogue) == {WIFI: (name,)}
    assert {name, "by_hand"} <= set(columns_of(connection, WIFI))
    assert connection.execute(versions).scalar_one() == before
    assert add_new_fields(connection, catalogue) == {}


def test_a_field_that_is_no_more_is_dropped_only_on_request(
    connection: Connection, catalogue: Catalogue
) -> None:
    changed, name = without_last_field(catalogue, WIFI), catalogue.layers[WIFI].fields[-1].name
    (told,) = migrate_layers(connection, changed, [WIFI, CAMERA], author="lan")
    assert ([change.name for change in told.left], told.done, told.version) == ([name], (), None)
    (dropped,) = migrate_layers(connection, changed, [WIFI], author="lan", drop=True)
    assert [change.name for change in dropped.done] == [name]
    assert name not in columns_of(connection, WIFI)


def test_a_dry_run_changes_nothing(connection: Connection, catalogue: Catalogue) -> None:
    changed = without_last_field(catalogue, WIFI)
    assert kinds(connection, changed, drop=True, dry=True) == {"wifi": ["drop"]}
    assert kinds(connection, changed, drop=True, dry=True) == {"wifi": ["drop"]}


def test_what_would_lose_a_value_refuses_all_of_it(connection: Connection, catalogue: Catalogue) -> None:
    connection.execute(text("ALTER TABLE layer.camera ADD COLUMN more text"))
    connection.execute(text("INSERT INTO layer.wifi (code, name) VALUES ('w1', 'mười')"))
    definition = catalogue.layers[WIFI]
    fields = tuple(replace(one, type="integer") if one.name == "name" else one for one in definition.fields)
    changed = replace(catalogue, layers={**catalogue.layers, WIFI: replace(definition, fields=fields)})
    with pytest.raises(RefusedInput) as caught:
        migrate_layers(connection, changed, [], author="lan", drop=True)
    assert caught.value.code is ErrorCode.LAYER_CHANGE_LOSSY
    assert [fault.place("vi") for fault in caught.value.faults] == ["wifi"]
    assert "text → bigint" in caught.value.faults[0].words("vi")
    assert "more" in columns_of(connection, CAMERA)


LOOKS = ["changes camera", "changes wifi"]
HOLDS = ["keep_writers_out camera", "lock_layer camera", "keep_writers_out wifi", "lock_layer wifi"]


@pytest.mark.parametrize(("options", "order"), [({}, HOLDS + LOOKS), ({"dry": True}, LOOKS)])
def test_nobody_writes_from_the_first_look_on_and_layers_are_held_in_the_order_of_their_ids(
    connection: Connection,
    catalogue: Catalogue,
    monkeypatch: pytest.MonkeyPatch,
    options: dict[str, bool],
    order: list[str],
) -> None:
    told: list[str] = []

    def telling(name: str) -> Callable[[Connection, Any], list[object]]:
        def tell(_connection: Connection, of: Any) -> list[object]:  # noqa: ANN401  a layer, or its table
            told.append(f"{name} {getattr(of, 'id', of)}")
            return []

        return tell

    for name in ("changes", "keep_writers_out", "lock_layer"):
        monkeypatch.setattr(layer_changes, name, telling(name))
    assert migrate_layers(connection, catalogue, [WIFI, CAMERA, WIFI], author="lan", **options) == []
    assert told == order


def test_an_unknown_layer_is_said(connection: Connection, catalogue: Catalogue) -> None:
    with pytest.raises(NotFound):
        migrate_layers(connection, catalogue, ["wify"], author="lan")
