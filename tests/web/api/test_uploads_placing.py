"""Uploaded lists without coordinates: their units are guessed, chosen, completed by hand, and published."""

import pytest
from sqlalchemy import text

from gis_service.services.accounts import OPERATOR
from gis_service.services.transactions import reading, writing
from gis_service.services.uploads_changes import Changes, changes_of
from tests.unit_points import load_units
from tests.web.uploaded import Desk, Service, desk_of

LIST = "mã,xã,huyện\n1,Bồ Xuyên,Thái Bình\n2,Minh Tân,Hưng Hà\n3,Minh Tân,Tiền Hải\n".encode()
CHOSEN = {"vintage": "communes_2024", "column": "xã", "by": "name"}


@pytest.fixture(scope="module")
def units_desk(upload_service: Service) -> Desk:
    """Give somebody of GIS staff in a city whose communes are loaded."""
    desk = desk_of(upload_service, "gis_staff")
    with writing(desk.context) as connection:
        load_units(connection, desk.context.catalogue)
    return desk


def test_a_list_is_placed_by_its_units_and_by_hand_and_then_published(units_desk: Desk) -> None:
    desk = units_desk
    sent = desk.send(LIST, "danh sách.csv").get_json()
    guess = next(one for one in sent["guesses"] if one["kind"] == "units")
    assert {name: guess[name] for name in CHOSEN} == CHOSEN
    mine = {"layer": "hospital", "columns": {"mã": "code", "xã": "name"}, "placing": CHOSEN}
    told = desk.choose(sent["id"], **mine).get_json()
    assert [(one["code"], one["count"], one.get("repair")) for one in told["faults"]] == [
        ("row_unit_ambiguous", 2, "empty")
    ]
    to_place = told["layers"][0]["placing"]["to_place"]
    assert [(one["number"], len(one["candidates"])) for one in to_place] == [(2, 2), (3, 2)]
    assert desk.commit(sent["id"]).get_json()["code"] == "row_unit_ambiguous"
    # What cannot be published has nothing to count.
    assert changes_of(desk.context, sent["id"], OPERATOR) is None
    given = {"2": to_place[0]["candidates"][0]["code"], "3": [106.5, 20.5]}
    told = desk.choose(sent["id"], placing={"given": given}).get_json()
    assert (told["faults"], told["choices"]["placing"]["given"]) == ([], given)
    counted = changes_of(desk.context, sent["id"], OPERATOR)
    done = desk.commit(sent["id"], **{"Accept-Language": "en"})
    assert done.status_code == 201, done.get_json()
    result = done.get_json()["result"]
    assert counted == Changes(*(result[name] for name in ("added", "changed", "removed", "unchanged")))
    assert counted.added == 3
    moved = given | {"3": [106.45, 20.45]}
    chosen = mine | {"placing": CHOSEN | {"given": moved}}
    again = desk.send(LIST, "danh sách.csv", choices=chosen).get_json()
    assert changes_of(desk.context, again["id"], OPERATOR) == Changes(0, 1, 0, 2)
    assert "2 rows were placed by hand." in done.get_json()["result"]["notices"]
    with reading(desk.context) as connection:
        asked = text("SELECT code, round(ST_X(geom)::numeric, 2)::float FROM layer.hospital ORDER BY code")
        assert [tuple(row) for row in connection.execute(asked)] == [
            ("1", 106.34),
            ("2", 106.2),
            ("3", 106.5),
        ]


def test_wrong_places_are_told_and_the_rows_still_wait(units_desk: Desk) -> None:
    chosen = CHOSEN | {"given": {"2": "12553", "3": "999", "8": "13102"}}
    told = units_desk.send(LIST, "danh sách.csv", choices={"placing": chosen}).get_json()
    wrong = next(one for one in told["faults"] if one["code"] == "placing_refused")
    assert [(one["where"], one["text"]) for one in wrong["features"]] == [
        ("đối tượng 3", "999"),
        ("đối tượng 8", "8"),
    ]
    placing = told["layers"][0]["placing"]
    assert ([one["number"] for one in placing["to_place"]], placing["by_hand"]) == ([3], 1)


@pytest.mark.parametrize(
    "placing",
    [
        {"vintage": "communes_2024"},
        CHOSEN | {"by": "colour"},
        CHOSEN | {"given": {"0": "a"}},
        CHOSEN | {"given": {"1": [200, 20]}},
        CHOSEN | {"given": {"1": []}},
    ],
)
def test_a_placing_of_another_shape_is_refused(units_desk: Desk, placing: dict[str, object]) -> None:
    answer = units_desk.send(LIST, "danh sách.csv", choices={"placing": placing})
    assert (answer.status_code, answer.get_json()["code"]) == (422, "body_invalid")


def test_a_placing_that_does_not_fit_the_file_is_told_and_the_upload_stays_open(units_desk: Desk) -> None:
    wrong = CHOSEN | {"column": "thôn"}
    sent = units_desk.send(LIST, "danh sách.csv", choices={"layer": "hospital", "placing": wrong})
    assert sent.status_code == 201
    assert [one["code"] for one in sent.get_json()["faults"]] == ["placing_refused"]
    again = units_desk.choose(sent.get_json()["id"], placing=CHOSEN | {"within": "huyện"}).get_json()
    assert "placing_refused" not in {one["code"] for one in again["faults"]}
