"""Edits of single features: values that no column holds, numbers, the state that they start from."""

from typing import Any

import pytest
import shapely
from sqlalchemy import text

from gis_service.db.engine import Connection
from gis_service.db.layers import ensure_table, version_of
from gis_service.errors import Conflict, ErrorCode, RefusedInput
from gis_service.services.edits import ANY_STATE, Edit, Op, apply, tag_of
from gis_service.services.layers import table_of
from tests.small_city import city_with, field, layer

WELLS = layer("well", fields=(field("code", required=True), field("name"), field("beds", "integer")))
CITY = city_with(WELLS)
PLACE = shapely.Point(106.3, 20.4)


def create(code: str, **properties: object) -> Edit:
    return Edit(Op.CREATE, geometry=PLACE, moves=True, properties={"code": code, **properties})


@pytest.fixture
def wells(connection: Connection) -> Connection:
    ensure_table(connection, table_of(WELLS))
    return connection


@pytest.mark.parametrize(
    "value", [2**63, -(2**200), [1, "a"], {"a": 2**70}, [[1], 2], "\ud800", {"a": [{"b": "\udfff"}]}]
)
@pytest.mark.parametrize("name", ["name", "beds"])
def test_a_value_that_no_column_holds_is_a_value_of_the_wrong_type(
    wells: Connection,
    name: str,
    value: Any,  # noqa: ANN401  what JSON may hold
) -> None:
    with pytest.raises(RefusedInput) as caught:
        apply(wells, CITY, "well", [create("a", **{name: value})], author="lan")
    assert (caught.value.code, caught.value.status) == (ErrorCode.VALUE_WRONG_TYPE, 422)
    assert name in caught.value.faults[0].words("en")
    caught.value.faults[0].words("vi").encode()


def test_of_many_edits_the_one_with_the_wrong_kind_is_named(wells: Connection) -> None:
    edits = [create("a", beds=1), create("b", beds=2**64), create("c", beds=3)]
    with pytest.raises(RefusedInput) as caught:
        apply(wells, CITY, "well", edits, author="lan")
    assert [fault.place("en") for fault in caught.value.faults] == ["feature 2"]


def test_values_of_mixed_kinds_are_all_named(wells: Connection) -> None:
    edits = [create("a", name="x"), create("b", name=5)]
    with pytest.raises(RefusedInput) as caught:
        apply(wells, CITY, "well", edits, author="lan")
    assert [fault.place("en") for fault in caught.value.faults] == ["feature 1", "feature 2"]


def test_a_feature_of_the_number_zero_keeps_what_an_update_does_not_name(wells: Connection) -> None:
    """A table that was there before its history may hold one."""
    wells.execute(text("ALTER TABLE layer.well DROP CONSTRAINT well_fid_check, DISABLE TRIGGER USER"))
    wells.execute(text("INSERT INTO layer.well (fid, code, name) VALUES (0, 'a', 'giữ')"))
    wells.execute(text("DROP TABLE history.well"))
    wells.execute(text("SELECT gis.keep_history('well')"))
    wells.execute(text("ALTER TABLE layer.well DISABLE TRIGGER USER"))
    apply(
        wells,
        CITY,
        "well",
        [Edit(Op.UPDATE, 0, properties={"beds": 4}, geometry=PLACE, moves=True)],
        author="lan",
    )
    assert wells.execute(text("SELECT code, name, beds FROM layer.well")).one() == ("a", "giữ", 4)


def test_a_tag_that_is_a_star_is_not_any_state(wells: Connection) -> None:
    (fid,) = apply(wells, CITY, "well", [create("a")], author="lan").fids
    for expected, right in ((frozenset({"*"}), False), (frozenset[str](), False), (ANY_STATE, True)):
        edit = Edit(Op.UPDATE, fid, expected, properties={"name": "x"})
        if right:
            apply(wells, CITY, "well", [edit], author="lan")
            continue
        with pytest.raises(Conflict) as caught:
            apply(wells, CITY, "well", [edit], author="lan")
        assert caught.value.code is ErrorCode.ITEM_CHANGED
    assert tag_of(wells, WELLS, fid) == str(version_of(wells, WELLS.id))


def test_an_edit_from_an_older_version_of_the_layer_is_refused(wells: Connection) -> None:
    first = apply(wells, CITY, "well", [create("a")], author="lan").version
    wells.execute(text("UPDATE gis.version SET xact = NULL"))
    second = apply(wells, CITY, "well", [create("b")], author="an", base=first).version
    with pytest.raises(Conflict) as caught:
        apply(wells, CITY, "well", [create("c")], author="lan", base=first)
    assert (caught.value.code, caught.value.params["newest"]) == (ErrorCode.BASE_VERSION_CHANGED, second)
    assert caught.value.params["since"] == "+1 ~0 −0"
