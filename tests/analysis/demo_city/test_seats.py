from dataclasses import replace

from gis_service.analysis.demo_city.seats import district_seats
from tests.analysis.demo_city import paper_city
from tests.analysis.demo_city.delta import units


def test_the_seats_of_the_districts_are_the_real_ones() -> None:
    named = {units()[row].district: units()[row].name for row in district_seats(units()).values()}
    assert named == {
        "Thành phố Thái Bình": "Trần Lãm",
        "Huyện Quỳnh Phụ": "Quỳnh Côi",
        "Huyện Hưng Hà": "Hưng Hà",
        "Huyện Đông Hưng": "Đông Hưng",
        "Huyện Thái Thụy": "Diêm Điền",
        "Huyện Tiền Hải": "Tiền Hải",
        "Huyện Kiến Xương": "Kiến Xương",
        "Huyện Vũ Thư": "Vũ Thư",
    }


def test_without_a_name_to_go_by_it_is_the_most_populous_town() -> None:
    assert district_seats(paper_city.units()) == {"1": 0, "2": 3}


def test_a_commune_of_the_districts_name_is_no_seat_while_there_is_a_town() -> None:
    found = list(paper_city.units())
    found[4] = replace(found[4], name="Mực")
    assert district_seats(found)["2"] == 3
    found[3] = replace(found[3], unit_type="commune")
    assert district_seats(found)["2"] == 3
    found[5] = replace(found[5], unit_type="township")
    assert district_seats(found)["2"] == 5
