"""The commit of uploads: a version of a layer, whole or not at all, never over what others have done."""

import pytest
from sqlalchemy import text

from gis_service.db.layers import ensure_table
from gis_service.services.layers import table_of
from gis_service.services.transactions import reading, writing
from gis_service.types import LayerId
from tests.bad_files.marks import bad_input
from tests.bad_files.told import Told
from tests.web.made_layers import both, wells
from tests.web.uploaded import Desk, Service, desk_of, folders, points, rows


def test_a_file_replaces_the_rows_of_a_layer_as_one_version_and_only_once(desk: Desk) -> None:
    id_ = desk.ready(points("a", "b"), layer="market", message="đợt 1")
    done = desk.commit(id_)
    assert done.status_code == 201, done.get_json()
    result = done.get_json()["result"]
    assert (result["layer"], result["new"], result["features"], result["added"]) == ("market", False, 2, 2)
    again = desk.commit(id_)
    assert again.get_json()["result"] == result
    assert rows(desk, "market") == ["a", "b"]
    assert done.get_json()["state"] == "committed"
    assert id_ not in folders(desk)
    with reading(desk.context) as connection:
        made = connection.execute(text("SELECT id, author, message FROM gis.version WHERE layer = 'market'"))
        assert made.all() == [(result["version"], "a gis_staff", "đợt 1")]
        asked = text(
            "SELECT action FROM gis.audit WHERE object = :id"
            " OR action = 'layer.version' AND object = 'market' ORDER BY id"
        )
        told = connection.execute(asked, {"id": id_}).scalars().all()
        assert told == ["upload.begin", "upload.choose", "upload.commit", "layer.version"]


def test_a_file_becomes_a_new_layer_whole_or_not_at_all(desk: Desk) -> None:
    fields = [
        {"name": name, "type": "text", "required": True, "label": {"vi": name, "en": name}}
        for name in ("code", "name")
    ]
    id_ = desk.ready(points("a", "b"), definition=wells("new_stops", fields=fields))
    done = desk.commit(id_).get_json()
    assert (done["result"]["new"], done["result"]["features"]) == (True, 2)
    assert rows(desk, "new_stops") == ["a", "b"]
    with reading(desk.context) as connection:
        count = connection.execute(text("SELECT count(*) FROM gis.version WHERE layer = 'new_stops'"))
        assert count.scalar_one() == 1


def test_what_was_found_on_the_way_into_the_layer_is_told_with_the_commit(desk: Desk) -> None:
    id_ = desk.ready(points("a", name="<b>Chợ</b>"), layer="market")
    done = desk.commit(id_).get_json()
    (note,) = done["result"]["faults"]
    assert (note["code"], note["severity"], note["count"]) == ("markup_in_text", "note", 1)
    assert (note["features"], note["listed"]) == ([], 0)
    assert "<b>" not in str(desk.get(id_).get_json())
    page = desk.client.get(f"/uploads/{id_}?lang=vi", headers=desk.headers).text
    assert note["detail"] in page


def test_a_new_layer_says_its_licence_and_its_source_before_it_is_published(desk: Desk) -> None:
    suggested = desk.send(points("a")).get_json()["layers"][0]["definition"] | {"id": "unsaid_stops"}
    unsaid = {"source": suggested["source"], "licence": "?", "title": both("Điểm", "Stops")}
    id_ = desk.ready(points("a"), definition=suggested | unsaid)
    for asked in ({}, {"Prefer": "respond-async"}):
        refused = desk.commit(id_, **asked)
        assert (refused.status_code, refused.get_json()["code"]) == (422, "layer_definition_faulty")
        assert len(refused.get_json()["errors"]) == 2
    assert (
        desk.choose(id_, definition={"licence": "CC0-1.0", "source": both("Sở", "Office")}).status_code == 200
    )
    assert desk.commit(id_).status_code == 201


@pytest.mark.slow
def test_a_new_layer_that_cannot_be_made_leaves_no_table(desk: Desk) -> None:
    fields = [{"name": "code", "type": "text", "required": True, "label": {"vi": "mã", "en": "code"}}]
    first, second = (desk.ready(points("c"), definition=wells("taken_stops", fields=fields)) for _ in "ab")
    assert desk.commit(first).status_code == 201
    taken = desk.commit(second)
    assert (taken.status_code, taken.get_json()["code"]) == (409, "layer_taken")
    refused = desk.ready(points("c", "c"), definition=wells("other_stops", fields=fields))
    assert desk.commit(refused).status_code == 422
    with reading(desk.context) as connection:
        assert connection.execute(text("SELECT to_regclass('layer.other_stops')")).scalar_one() is None


@bad_input(27, (409, "base_version_changed"))
def test_the_second_of_two_who_replace_a_layer_hears_what_the_first_has_changed(
    upload_service: Service, told: Told
) -> None:
    first, second = desk_of(upload_service, "gis_staff"), desk_of(upload_service, "other")
    with writing(first.context) as connection:
        ensure_table(connection, table_of(first.context.catalogue.layers[LayerId("kindergarten")]))
        connection.execute(text("INSERT INTO layer.kindergarten (code) VALUES ('a'), ('b')"))
    ours, theirs = (desk.ready(points("a", "b", "c"), layer="kindergarten") for desk in (first, second))
    assert first.commit(ours).status_code == 201
    late = second.commit(theirs)
    told(late)
    assert (late.status_code, late.get_json()["code"]) == (409, "base_version_changed")
    assert {entry["text"] for entry in late.get_json()["errors"]} >= {"được thêm"}
    assert 'rel="related"' in late.headers["Link"]
    # Looking again at what is there now is what it takes to go on.
    second.choose(theirs, message="sau khi xem")
    assert second.commit(theirs).status_code == 201


@pytest.mark.slow
def test_two_who_fill_an_empty_layer_do_not_overwrite_each_other(desk: Desk) -> None:
    first, second = (desk.ready(points(code), layer="wifi") for code in "ab")
    assert desk.commit(first).status_code == 201
    late = desk.commit(second)
    assert (late.status_code, late.get_json()["code"]) == (409, "layer_no_longer_empty")
    assert rows(desk, "wifi") == ["a"]


@pytest.mark.slow
def test_what_was_made_from_an_older_version_is_not_taken_for_the_newest(desk: Desk) -> None:
    id_ = desk.ready(points("a"), layer="camera")
    version = desk.commit(id_).get_json()["result"]["version"]
    assert desk.commit(desk.ready(points("a", "b"), layer="camera")).status_code == 201
    old = desk.ready(points("a", "c"), layer="camera", base=version)
    assert desk.commit(old).get_json()["code"] == "base_version_changed"


def test_a_right_that_was_taken_back_since_keeps_the_commit_from_the_layer(
    upload_service: Service,
) -> None:
    desk = desk_of(upload_service, "gis_staff")
    id_ = desk.ready(points("a"), layer="fire_station")
    with writing(desk.context) as connection:
        connection.execute(text("INSERT INTO gis.team (id) VALUES ('others')"))
        connection.execute(text("INSERT INTO gis.layer_right VALUES ('fire_station', 'others', 'edit')"))
    refused = desk.commit(id_)
    assert (refused.status_code, refused.get_json()["code"]) == (403, "layer_kept_by_team")
    with reading(desk.context) as connection:
        assert connection.execute(text("SELECT to_regclass('layer.fire_station')")).scalar_one() is None
