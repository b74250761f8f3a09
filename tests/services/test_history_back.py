"""Going back: whole versions, single features, what one version did."""

import threading
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as budget
from hypothesis import strategies as st
from sqlalchemy import text

from gis_service.catalogue.layer_definition import GeometryType
from gis_service.db.engine import transaction
from gis_service.db.history import Tally
from gis_service.db.history_check import check
from gis_service.errors import Conflict, ErrorCode, GisError
from gis_service.services import history_back
from gis_service.services.history import compare, one
from gis_service.services.history_back import PutBack, restore, undo
from gis_service.types import VersionId
from tests.well_town import TWO, WELLS, WellTown

DEEPER = "UPDATE layer.well SET depth = depth + 1"
TRUNCATE = "TRUNCATE layer.well"


def bring_back(
    wells: WellTown, number: int, fids: list[int] | None = None, message: str | None = None
) -> PutBack:
    with transaction(wells.engine) as connection:
        return restore(connection, WELLS, number, author="an", message=message, fids=fids)


def undone(wells: WellTown, number: int, message: str | None = None) -> PutBack:
    with transaction(wells.engine) as connection:
        return undo(connection, WELLS, number, author="an", message=message)


def told(wells: WellTown, number: VersionId | None) -> tuple[str, str, Tally | None]:
    assert number is not None
    with transaction(wells.engine) as connection:
        entry = one(connection, WELLS, number)
    return entry.version.author, entry.version.message, entry.tally


def fid_of(wells: WellTown, code: str) -> int:
    return next(int(str(row[0])) for row in wells.rows() if row[1] == code)


def test_a_version_is_restored_as_a_new_one_that_says_so(wells: WellTown) -> None:
    first = wells.write(TWO)
    before = wells.rows()
    wells.write(
        DEEPER, "DELETE FROM layer.well WHERE code = 'b'", "INSERT INTO layer.well (code) VALUES ('c')"
    )
    done = bring_back(wells, first)
    assert wells.rows() == before
    assert done == PutBack(wells.newest(), Tally(1, 1, 1))
    assert told(wells, done.version) == (
        "an",
        f"Khôi phục bản {first} / restored version {first}",
        done.tally,
    )
    with transaction(wells.engine) as connection:
        assert compare(connection, WELLS, first).tally == Tally(0, 0, 0)


def test_single_features_are_restored_and_the_others_stay(wells: WellTown) -> None:
    first = wells.write(TWO)
    a, b = fid_of(wells, "a"), fid_of(wells, "b")
    wells.write(DEEPER, "DELETE FROM layer.well WHERE code = 'b'")
    done = bring_back(wells, first, [b, b])
    assert [(row[0], row[3]) for row in wells.rows()] == [(a, 2), (b, 2)]
    assert told(wells, done.version)[1:] == (
        f"Khôi phục 1 đối tượng từ bản {first} / restored 1 feature from version {first}",
        Tally(1, 0, 0),
    )


def test_a_feature_that_was_not_there_then_goes(wells: WellTown) -> None:
    first = wells.write(TWO)
    wells.write("INSERT INTO layer.well (code) VALUES ('c')")
    assert bring_back(wells, first, [fid_of(wells, "c")]).tally == Tally(0, 0, 1)
    assert [row[1] for row in wells.rows()] == ["a", "b"]


def test_words_of_ones_own_are_kept_with_the_version(wells: WellTown) -> None:
    first = wells.write(TWO)
    second = wells.write(DEEPER)
    assert told(wells, bring_back(wells, first, message="sai độ sâu").version)[1] == "sai độ sâu"
    third = wells.write("UPDATE layer.well SET name = 'x'")
    assert told(wells, undone(wells, third, "nhầm tên").version)[1] == "nhầm tên"
    assert told(wells, bring_back(wells, second).version)[1].startswith("Khôi phục bản")


def test_where_nothing_has_to_be_done_there_is_no_new_version(wells: WellTown) -> None:
    first = wells.write(TWO)
    empty = wells.write()
    nothing = PutBack(None, Tally(0, 0, 0))
    assert bring_back(wells, first) == nothing
    assert bring_back(wells, first, [fid_of(wells, "a")]) == nothing
    assert undone(wells, empty) == nothing
    assert wells.newest() == empty


def test_a_version_is_undone_and_what_others_did_elsewhere_stays(wells: WellTown) -> None:
    wells.write(TWO)
    wrong = wells.write(
        "UPDATE layer.well SET depth = 99 WHERE code = 'a'", "INSERT INTO layer.well (code) VALUES ('c')"
    )
    wells.write("UPDATE layer.well SET name = 'giữ' WHERE code = 'b'")
    done = undone(wells, wrong)
    assert [row[1:] for row in wells.rows()] == [("a", "Giếng Đông", 1), ("b", "giữ", 2)]
    assert told(wells, done.version) == (
        "an",
        f"Hoàn tác bản {wrong} / undid version {wrong}",
        Tally(0, 1, 1),
    )


def test_a_deletion_is_undone_under_the_old_number(wells: WellTown) -> None:
    wells.write(TWO)
    before = wells.rows()
    assert undone(wells, wells.write("TRUNCATE layer.well")).tally == Tally(2, 0, 0)
    assert wells.rows() == before


def test_undoing_the_first_version_leaves_what_was_before_it(wells: WellTown) -> None:
    assert undone(wells, wells.write(TWO)).tally == Tally(0, 0, 2)
    assert wells.rows() == []


def test_an_undoing_is_undone_itself(wells: WellTown) -> None:
    wells.write(TWO)
    second = wells.write(DEEPER)
    after = wells.rows()
    made = undone(wells, second).version
    assert made
    undone(wells, made)
    assert wells.rows() == after


@pytest.mark.parametrize(
    ("later", "count"),
    [
        ("UPDATE layer.well SET name = 'x' WHERE code = 'a'", 1),
        ("DELETE FROM layer.well WHERE code = 'b'", 1),
        ("TRUNCATE layer.well", 2),
        ("UPDATE layer.well SET name = name", 2),
    ],
)
def test_what_later_versions_touched_is_not_undone(wells: WellTown, later: str, count: int) -> None:
    wells.write(TWO)
    second = wells.write(DEEPER)
    last = wells.write(later)
    before = wells.rows()
    with pytest.raises(Conflict) as caught:
        undone(wells, second)
    assert (caught.value.code, caught.value.status) == (ErrorCode.VERSION_OVERTAKEN, 409)
    assert caught.value.params == {"layer": "well", "version": second, "count": count}
    assert (wells.rows(), wells.newest()) == (before, last)


def test_a_version_after_one_whose_rows_are_gone_cannot_be_undone(wells: WellTown) -> None:
    gone = wells.write_unkept()
    first = wells.write(TWO)
    for action, number in ((undone, first), (undone, gone), (bring_back, gone)):
        with pytest.raises(GisError) as caught:
            action(wells, number)
        assert (caught.value.code, caught.value.params["asked"]) == (ErrorCode.VERSION_NOT_KEPT, gone)
    assert len(wells.rows()) == 2


def key_taken(wells: WellTown) -> tuple[VersionId, int]:
    """Give a version, and a feature of it whose key another one has taken over."""
    first = wells.write(TWO)
    fid = fid_of(wells, "a")
    wells.write("DELETE FROM layer.well WHERE code = 'a'", "INSERT INTO layer.well (code) VALUES ('a')")
    return first, fid


def test_a_feature_whose_key_another_bears_now_is_not_restored(wells: WellTown) -> None:
    first, fid = key_taken(wells)
    bearer, last = fid_of(wells, "a"), wells.newest()
    with pytest.raises(Conflict) as caught:
        bring_back(wells, first, [fid])
    assert caught.value.code == ErrorCode.VERSION_KEY_TAKEN
    assert caught.value.params["shown"] == f"{fid}: 'a' → {bearer}"
    assert wells.newest() == last
    assert bring_back(wells, first, [fid, bearer]).tally == Tally(1, 0, 1)


def test_an_undoing_that_would_double_a_key_is_refused(wells: WellTown) -> None:
    wells.write(TWO)
    wrong = wells.write("UPDATE layer.well SET code = 'z' WHERE code = 'a'")
    wells.write("INSERT INTO layer.well (code) VALUES ('a')")
    with pytest.raises(Conflict) as caught:
        undone(wells, wrong)
    assert caught.value.code == ErrorCode.VERSION_KEY_TAKEN


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (lambda wells: bring_back(wells, 10**12), ErrorCode.VERSION_UNKNOWN),
        (lambda wells: undone(wells, 10**12), ErrorCode.VERSION_UNKNOWN),
        (lambda wells: bring_back(wells, wells.newest(), [1, 777]), ErrorCode.ITEM_NOT_FOUND),
    ],
)
def test_what_is_not_there_cannot_be_brought_back(
    wells: WellTown, act: Callable[[WellTown], PutBack], code: ErrorCode
) -> None:
    wells.write("INSERT INTO layer.well (fid, code) VALUES (1, 'a')")
    with pytest.raises(GisError) as caught:
        act(wells)
    assert caught.value.code == code


def test_a_refusal_leaves_the_callers_transaction_usable(wells: WellTown) -> None:
    first, fid = key_taken(wells)
    with transaction(wells.engine) as connection:
        with pytest.raises(Conflict):
            restore(connection, WELLS, first, author="an", fids=[fid])
        assert connection.execute(text("SELECT count(*) FROM layer.well")).scalar_one() == 2


def test_somebody_who_is_writing_is_waited_for_and_then_named(
    wells: WellTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = wells.write(TWO)
    monkeypatch.setattr(history_back, "LOCK_WAIT_S", 0.1)
    with transaction(wells.engine) as other:
        other.execute(text(DEEPER))
        with pytest.raises(Conflict) as caught:
            bring_back(wells, first)
    assert caught.value.code == ErrorCode.LAYER_BUSY


def test_who_waits_for_an_answer_says_how_long(wells: WellTown) -> None:
    first = wells.write(TWO)
    for action in (restore, undo):
        with transaction(wells.engine) as other, transaction(wells.engine) as connection:
            other.execute(text(DEEPER))
            with pytest.raises(Conflict) as caught:
                action(connection, WELLS, first, author="an", wait_s=0.05)
            assert caught.value.params["seconds"] == "0.05"


ONE_POLYGON = "ST_GeomFromText('POLYGON((106 20, 106.1 20, 106 20.1, 106 20))', 4326)"


@pytest.mark.parametrize(
    ("before", "after", "shape"),
    [
        ("Polygon", "MultiPolygon", ONE_POLYGON),
        ("MultiPolygon", "Polygon", f"ST_Multi({ONE_POLYGON})"),
        ("Polygon", "Geometry", ONE_POLYGON),
    ],
)
def test_a_geometry_comes_back_as_the_table_takes_it_now(
    wells: WellTown, before: str, after: GeometryType, shape: str
) -> None:
    alter = "ALTER TABLE layer.well ALTER COLUMN geom TYPE geometry({},4326) USING {}"
    first = wells.write(
        alter.format(before, "NULL"),
        f"INSERT INTO layer.well (geom, code) VALUES ({shape}, 'a')",  # noqa: S608  written here
    )
    wells.write("DELETE FROM layer.well", alter.format(after, "NULL"))
    definition = replace(WELLS, geometry=after)
    with transaction(wells.engine) as connection:
        assert restore(connection, definition, first, author="an").tally == Tally(1, 0, 0)
    with transaction(wells.engine) as connection:
        assert restore(connection, definition, first, author="an") == PutBack(None, Tally(0, 0, 0))
        area = f"SELECT ST_Area(geom) = ST_Area({ONE_POLYGON}) FROM layer.well"  # noqa: S608  written here
        assert connection.execute(text(area)).scalar_one() is True


def test_a_geometry_that_the_table_takes_no_more_is_refused(wells: WellTown) -> None:
    first = wells.write(TWO)
    fid = fid_of(wells, "a")
    last = wells.write(
        "DELETE FROM layer.well",
        "ALTER TABLE layer.well ALTER COLUMN geom TYPE geometry(Polygon,4326) USING NULL",
    )
    definition = replace(WELLS, geometry="Polygon")
    for fids in (None, [fid]):
        with transaction(wells.engine) as connection, pytest.raises(Conflict) as caught:
            restore(connection, definition, first, author="an", fids=fids)
        assert caught.value.code == ErrorCode.VERSION_UNFIT
        assert caught.value.params["what"] == f"geom ≠ Polygon ({1 if fids else 2})"
    with transaction(wells.engine) as connection, pytest.raises(Conflict) as caught:
        undo(connection, definition, last, author="an")
    assert caught.value.code == ErrorCode.VERSION_UNFIT


def test_a_row_against_a_constraint_made_by_hand_is_refused_and_the_constraint_named(wells: WellTown) -> None:
    first = wells.write(TWO)
    wells.write(
        "DELETE FROM layer.well", "ALTER TABLE layer.well ADD CONSTRAINT deep_enough CHECK (depth > 5)"
    )
    with transaction(wells.engine) as connection:
        with pytest.raises(Conflict) as caught:
            restore(connection, WELLS, first, author="an")
        assert (caught.value.code, caught.value.params["what"]) == (ErrorCode.VERSION_UNFIT, "deep_enough")
        assert connection.execute(text("SELECT count(*) FROM layer.well")).scalar_one() == 0


def test_what_came_with_a_column_is_written_down_before_single_features_go_back(wells: WellTown) -> None:
    first = wells.write(TWO)
    wells.write(DEEPER)
    with transaction(wells.engine) as connection:
        connection.execute(text("ALTER TABLE layer.well ADD COLUMN seats bigint DEFAULT 5"))
    bring_back(wells, first, [fid_of(wells, "a")])
    with transaction(wells.engine) as connection:
        assert list(check(connection)) == []
        seats = text("SELECT seats FROM layer.well ORDER BY fid")
        assert list(connection.execute(seats).scalars()) == [None, 5]


def test_a_column_made_by_hand_comes_back_too_and_what_the_table_works_out_is_left_to_it(
    wells: WellTown,
) -> None:
    note = '"Ghi chú: %"'
    first = wells.write(
        f"ALTER TABLE layer.well ADD COLUMN {note.replace(':', chr(92) + ':')} text,"
        " ADD COLUMN twice double precision GENERATED ALWAYS AS (depth * 2) STORED",
        TWO,
        f"UPDATE layer.well SET {note.replace(':', chr(92) + ':')} = code",  # noqa: S608  written here
    )
    wells.write(f"UPDATE layer.well SET {note.replace(':', chr(92) + ':')} = NULL, depth = 9")  # noqa: S608
    assert bring_back(wells, first).tally == Tally(0, 2, 0)
    wells.write("DELETE FROM layer.well")
    bring_back(wells, first)
    with transaction(wells.engine) as connection:
        shown = f"SELECT {note}, twice FROM layer.well ORDER BY fid".replace(":", "\\:")  # noqa: S608
        assert connection.execute(text(shown)).all() == [("a", 2), ("b", 4)]


def test_the_first_rows_of_a_layer_that_was_empty_when_its_history_began_are_undone(wells: WellTown) -> None:
    with transaction(wells.engine) as connection:
        connection.execute(text("DROP TABLE history.well"))
    wells.write_unkept()
    with transaction(wells.engine) as connection:
        connection.execute(text("SELECT gis.keep_history('well')"))
    assert undone(wells, wells.write(TWO)).tally == Tally(0, 0, 2)


def test_what_was_committed_while_it_waited_is_put_back_too(wells: WellTown) -> None:
    first = wells.write(TWO)
    before, done = wells.rows(), []
    with transaction(wells.engine) as other:
        other.execute(text(DEEPER))
        waiting = threading.Thread(target=lambda: done.append(bring_back(wells, first)))
        waiting.start()
        while (
            waiting.is_alive()
            and not other.execute(text("SELECT count(*) FROM pg_locks WHERE NOT granted")).scalar_one()
        ):
            pass
    waiting.join()
    assert done[0].tally == Tally(0, 2, 0)
    assert wells.rows() == before


CODE = st.sampled_from(["'a'", "'b'", "'c'", "'d'"])
STEP = st.one_of(
    st.builds("INSERT INTO layer.well (code, depth) VALUES ({}, 1) ON CONFLICT DO NOTHING".format, CODE),
    st.builds("UPDATE layer.well SET depth = depth + 1 WHERE code <= {}".format, CODE),
    st.builds("DELETE FROM layer.well WHERE code >= {}".format, CODE),
    st.just("TRUNCATE layer.well"),
)


@given(steps=st.lists(STEP, min_size=1, max_size=5), back=st.data())
@budget(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_state_comes_back_whole_and_an_undoing_gives_the_state_before(
    wells: WellTown, steps: list[str], back: st.DataObject
) -> None:
    """Whatever was done: restoring gives the state of then, and undoing the newest that of just before it."""
    states = [(made := wells.write(step), wells.rows()) for step in (TRUNCATE, TWO, *steps)]
    before = states[-2][1]
    undone(wells, made)
    assert wells.rows() == before
    number, rows = back.draw(st.sampled_from(states))
    bring_back(wells, number)
    assert wells.rows() == rows


@pytest.mark.parametrize(
    ("kind", "value"), [("json", "'{}'"), ("xml", "'<a/>'"), ("point", "'(1,2)'"), ("jsonb", "'{}'")]
)
def test_a_column_of_a_type_without_equality_comes_back_too(wells: WellTown, kind: str, value: str) -> None:
    first = wells.write(f"ALTER TABLE layer.well ADD COLUMN more {kind} DEFAULT {value}", TWO)
    wells.write("UPDATE layer.well SET more = NULL WHERE code = 'a'")
    assert bring_back(wells, first).tally == Tally(0, 1, 0)
