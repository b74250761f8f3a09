"""Versions of a layer: listed, named, found by time, compared."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from gis_service.db.engine import transaction
from gis_service.db.history import Tally
from gis_service.db.layer_changes import add_missing_columns
from gis_service.errors import ErrorCode, NotFound
from gis_service.services.features import one as one_feature
from gis_service.services.features import page as page_of_features
from gis_service.services.history import (
    BEFORE_ALL,
    all_differences,
    as_of,
    compare,
    kept_version,
    one,
    page,
    require_table,
)
from gis_service.services.history_table import COLUMNS, csv_text, field_rows, geojson_text
from gis_service.services.layers import table_of
from tests.well_town import CITY, TWO, WELLS, WellTown


def test_versions_come_the_newest_first_with_what_each_did(wells: WellTown) -> None:
    first = wells.write(TWO, message="lần đầu")
    second = wells.write(
        "UPDATE layer.well SET depth = 9 WHERE code = 'a'",
        "DELETE FROM layer.well WHERE code = 'b'",
        "INSERT INTO layer.well (code) VALUES ('c')",
        author="minh",
    )
    with transaction(wells.engine) as connection:
        found = page(connection, WELLS)
    assert [(entry.version.id, entry.version.author, entry.tally) for entry in found.items] == [
        (second, "minh", Tally(1, 1, 1)),
        (first, "lan", Tally(2, 0, 0)),
    ]
    assert found.items[1].version.message == "lần đầu"
    assert found.next_before is None


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 5])
def test_pages_of_versions_joined_are_the_whole(wells: WellTown, limit: int) -> None:
    made = [wells.write(TWO), *(wells.write("UPDATE layer.well SET depth = depth + 1") for _ in range(3))]
    seen: list[int] = []
    before = None
    with transaction(wells.engine) as connection:
        while True:
            found = page(connection, WELLS, before=before, limit=limit)
            assert len(found.items) <= limit
            seen += [entry.version.id for entry in found.items]
            if found.next_before is None:
                break
            before = found.next_before
    assert seen == made[::-1]


def test_what_a_version_without_rows_did_is_not_told(wells: WellTown) -> None:
    wells.write_unkept()
    with transaction(wells.engine) as connection:
        (entry,) = page(connection, WELLS).items
        assert (entry.version.kept, entry.tally) == (False, None)
        assert one(connection, WELLS, entry.version.id) == entry


@pytest.mark.parametrize("asked", [0, 10**9, 2**63 - 1, 2**63, 10**30])
def test_a_version_that_is_not_there_is_told_with_those_that_are(wells: WellTown, asked: int) -> None:
    first, last = wells.write(TWO), wells.write("DELETE FROM layer.well")
    with transaction(wells.engine) as connection:
        for ask in (one, kept_version):
            with pytest.raises(NotFound) as caught:
                ask(connection, WELLS, asked)
            assert caught.value.code == ErrorCode.VERSION_UNKNOWN
            assert caught.value.status == 404
            assert caught.value.params == {"layer": "well", "asked": asked, "oldest": first, "newest": last}


def test_a_version_of_another_layer_is_not_one_of_this(wells: WellTown) -> None:
    with transaction(wells.engine) as connection:
        other = connection.execute(
            text(
                "INSERT INTO gis.version (layer, author, message, kept, committed_at)"
                " VALUES ('dry', 'x', '', true, now()) RETURNING id"
            )
        ).scalar_one()
        with pytest.raises(NotFound) as caught:
            kept_version(connection, WELLS, other)
    assert caught.value.params["newest"] == "-"


def test_a_version_of_before_the_history_is_gone(wells: WellTown) -> None:
    wells.write_unkept()
    first = wells.write(TWO)
    with transaction(wells.engine) as connection:
        number = page(connection, WELLS).items[-1].version.id
        for ask in ({"version": number}, {"at": datetime(2024, 6, 1, tzinfo=UTC)}):
            with pytest.raises(NotFound) as caught:
                kept_version(connection, WELLS, **ask)
            assert (caught.value.code, caught.value.status) == (ErrorCode.VERSION_NOT_KEPT, 410)
            assert caught.value.params["oldest"] == first
        with pytest.raises(NotFound):
            as_of(connection, WELLS, datetime(2024, 6, 1, tzinfo=UTC))


def test_a_time_names_the_version_that_was_the_newest_then(wells: WellTown) -> None:
    first, second = wells.write(TWO), wells.write("DELETE FROM layer.well")
    instant = timedelta(microseconds=1)
    with transaction(wells.engine) as connection:
        begun = kept_version(connection, WELLS, first).committed_at
        ended = kept_version(connection, WELLS, second).committed_at
        assert kept_version(connection, WELLS, at=begun).id == first
        assert kept_version(connection, WELLS, at=ended - instant).id == first
        assert kept_version(connection, WELLS, at=ended).id == second
        assert kept_version(connection, WELLS).id == second
        assert as_of(connection, WELLS, begun - instant) == BEFORE_ALL
        with pytest.raises(NotFound) as caught:
            kept_version(connection, WELLS, at=begun - instant)
    assert caught.value.params["asked"] == (begun - instant).isoformat()


def test_features_are_read_as_they_were(wells: WellTown) -> None:
    first = wells.write(TWO)
    wells.write("UPDATE layer.well SET name = 'mới', geom = ST_Point(106.5, 20.6, 4326) WHERE code = 'a'")
    wells.write("DELETE FROM layer.well WHERE code = 'b'")
    with transaction(wells.engine) as connection:
        then = [json.loads(f) for f in page_of_features(connection, WELLS, version=first).features]
        assert [f["properties"]["name"] for f in then] == ["Giếng Đông", None]
        assert then[0]["geometry"]["coordinates"] == [106.3, 20.4]
        fid = then[1]["id"]
        assert json.loads(one_feature(connection, WELLS, str(fid), first)) == then[1]
        with pytest.raises(NotFound):
            one_feature(connection, WELLS, str(fid))
        box = (106.25, 20.35, 106.35, 20.45)
        assert len(page_of_features(connection, WELLS, bbox=box, version=first).features) == 1
        assert page_of_features(connection, WELLS, bbox=box).features == []
        assert page_of_features(connection, WELLS, version=BEFORE_ALL).features == []


def test_two_versions_are_compared_page_by_page(wells: WellTown) -> None:
    first = wells.write(TWO)
    wells.write("UPDATE layer.well SET depth = 7")
    last = wells.write("INSERT INTO layer.well (code) VALUES ('c')")
    with transaction(wells.engine) as connection:
        whole = compare(connection, WELLS, first)
        assert (whole.old.id, whole.new.id, whole.tally) == (first, last, Tally(1, 2, 0))
        assert whole.next_after is None
        seen, after = [], 0
        while True:
            found = compare(connection, WELLS, first, last, after=after, limit=2)
            assert found.tally == whole.tally
            seen += found.rows
            if found.next_after is None:
                break
            after = found.next_after
        assert seen == whole.rows
        assert list(all_differences(connection, WELLS, whole.old, whole.new, batch=2)) == whole.rows
        assert compare(connection, WELLS, last, first).tally == Tally(0, 2, 1)
        assert compare(connection, WELLS, first, after=2**63).rows == []


def test_a_difference_as_a_table_has_a_row_for_each_field(wells: WellTown) -> None:
    first = wells.write(TWO)
    wells.write(
        "UPDATE layer.well SET name = 'a, \"b\"', geom = ST_Point(106.31, 20.4, 4326) WHERE code = 'a'",
        "DELETE FROM layer.well WHERE code = 'b'",
        "INSERT INTO layer.well (code, depth) VALUES ('c', 1.5)",
    )
    fids = [str(row[0]) for row in wells.rows()]
    with transaction(wells.engine) as connection:
        rows = compare(connection, WELLS, first).rows
    gone = str(rows[1].fid)
    assert list(field_rows(WELLS, rows)) == [
        (fids[0], "a", "update", "geom", "POINT (106.3 20.4)", "POINT (106.31 20.4)"),
        (fids[0], "a", "update", "name", "Giếng Đông", 'a, "b"'),
        (gone, "b", "delete", "geom", "POINT (106.4 20.5)", ""),
        (gone, "b", "delete", "code", "b", ""),
        (gone, "b", "delete", "depth", "2", ""),
        (fids[1], "c", "insert", "code", "", "c"),
        (fids[1], "c", "insert", "depth", "", "1.5"),
    ]
    lines = "".join(csv_text(WELLS, rows)).split("\r\n")
    assert lines[0] == "\ufeff" + ",".join(COLUMNS)
    assert lines[2] == f'{fids[0]},a,update,name,Giếng Đông,"a, ""b"""'
    document = json.loads("".join(geojson_text({"from": first}, rows)))
    assert [f["properties"]["op"] for f in document["features"]] == ["update", "delete", "insert"]
    assert document["from"] == first


def test_no_value_of_the_table_is_a_formula_in_a_spreadsheet(wells: WellTown) -> None:
    first = wells.write(TWO)
    wells.write("UPDATE layer.well SET name = '=HYPERLINK(1)', depth = -2 WHERE code = 'b'")
    with transaction(wells.engine) as connection:
        rows = compare(connection, WELLS, first).rows
    lines = "".join(csv_text(WELLS, rows)).split("\r\n")
    assert [line.split(",")[3:] for line in lines[1:-1]] == [
        ["name", "", "'=HYPERLINK(1)"],
        ["depth", "2", "-2"],
    ]


def test_a_row_without_any_value_has_its_line_in_the_table(wells: WellTown) -> None:
    first = wells.write(TWO)
    wells.write("INSERT INTO layer.well (code) VALUES (NULL)")
    with transaction(wells.engine) as connection:
        ((_, *told),) = field_rows(WELLS, compare(connection, WELLS, first).rows)
    assert told == ["", "insert", "", "", ""]


def test_rows_that_differ_only_in_what_the_definition_does_not_have_are_counted(wells: WellTown) -> None:
    wells.write(
        'ALTER TABLE layer.well ADD "ghi\\:chú" text, ADD made json, ADD size double precision',
        TWO,
        "INSERT INTO layer.well (code) VALUES ('c'), ('d')",
    )
    first = wells.write("""UPDATE layer.well SET made = '{"by": 1}'""")
    narrow = replace(WELLS, fields=WELLS.fields[:2])
    last = wells.write(
        """UPDATE layer.well SET "ghi\\:chú" = 'cũ' WHERE code = 'a'""",
        """UPDATE layer.well SET made = '{"by": 2}' WHERE code = 'b'""",
        "UPDATE layer.well SET depth = 7 WHERE code = 'c'",
        "UPDATE layer.well SET name = 'mới', size = 1 WHERE code = 'd'",
    )
    with transaction(wells.engine) as connection:
        for asked, tally, others in ((WELLS, Tally(0, 2, 0), 2), (narrow, Tally(0, 1, 0), 3)):
            for pair in ((first, last), (last, first)):
                found = compare(connection, asked, *pair)
                assert (found.tally, found.others) == (tally, others)
                assert len(found.rows) == tally.changed
        assert compare(connection, WELLS, last, last).others == 0


def test_a_field_that_a_definition_has_gained_is_empty_in_the_past(wells: WellTown) -> None:
    first = wells.write(TWO)
    with transaction(wells.engine) as connection:
        connection.execute(text("ALTER TABLE layer.well DROP COLUMN depth"))
        connection.execute(text("ALTER TABLE history.well DROP COLUMN depth"))
    with transaction(wells.engine) as connection:
        add_missing_columns(connection, table_of(WELLS))
    with transaction(wells.engine) as connection:
        then = [
            json.loads(f)["properties"] for f in page_of_features(connection, WELLS, version=first).features
        ]
    assert [properties["depth"] for properties in then] == [None, None]


def test_a_layer_without_a_table_has_no_history(wells: WellTown) -> None:
    with transaction(wells.engine) as connection:
        require_table(connection, WELLS)
        with pytest.raises(NotFound) as caught:
            require_table(connection, CITY.layers["dry"])
    assert caught.value.code == ErrorCode.LAYER_EMPTY
