"""Layers are found as people type."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_service.catalogue.loader import Catalogue
from gis_service.services import layer_search
from gis_service.services.layer_search import distance, search
from gis_service.text import search_form
from gis_service.types import LayerId, Text


def found(catalogue: Catalogue, asked: str) -> list[str]:
    scores = search(list(catalogue.layers.values()), catalogue.city.categories, asked)
    return sorted(scores, key=lambda id_: (-scores[id_], id_))


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ("tram y te", "health_station"),
        ("TRẠM Y TẾ", "health_station"),
        ("Trạm  y tế xã", "health_station"),
        ("health station", "health_station"),
        ("health_station", "health_station"),
        ("benh vien", "hospital"),
        ("hospitl", "hospital"),
        ("hosiptal", "hospital"),
        ("tarm y te", "health_station"),
        ("đường", "roads"),
        ("roads", "roads"),
        ("giao thong duong", "roads"),
        ("đat", "land_use"),
        ("giao thong", "bus_stop"),
        ("ngập", "flood_area"),
        ("wi-fi", "wifi"),
        ("truong tieu hoc", "school_primary"),
        ("mam non", "kindergarten"),
        ("sch prim", "school_primary"),
    ],
)
def test_the_layer_that_is_meant_comes_first(catalogue: Catalogue, asked: str, first: str) -> None:
    assert found(catalogue, asked)[:1] == [first]


@pytest.mark.parametrize("asked", ["qqqq", "tram vu tru", "cho meo"])
def test_a_word_that_no_layer_knows_finds_none(catalogue: Catalogue, asked: str) -> None:
    assert found(catalogue, asked) == []


def test_nothing_asked_finds_everything(catalogue: Catalogue) -> None:
    assert set(found(catalogue, " .,- ")) == set(catalogue.layers)


def test_a_word_that_is_known_is_not_taken_for_a_slip(catalogue: Catalogue) -> None:
    assert "hospital" not in found(catalogue, "market")


@given(st.sampled_from(["Trạm y tế", "Đất đai", "Chợ", "Bệnh viện"]))
def test_marks_and_case_make_no_difference(words: str) -> None:
    assert search_form(words) == search_form(search_form(words).upper())


@given(st.text("abcd", max_size=8), st.text("abcd", max_size=8))
def test_the_distance_of_words_is_the_same_from_both_sides(one: str, other: str) -> None:
    assert distance(one, other, 9) == distance(other, one, 9) <= max(len(one), len(other))
    assert (distance(one, other, 9) == 0) is (one == other)
    assert distance(one, other, 1) == min(distance(one, other, 9), 2)


def test_nonsense_is_compared_with_few_words_however_much_is_written(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[str] = []

    def note(one: str, other: str, most: int) -> int:
        compared.append(one)
        return distance(one, other, most)

    monkeypatch.setattr(layer_search, "distance", note)
    wifi = catalogue.layers[LayerId("wifi")]
    written = " ".join(f"dulieu{number:04}" for number in range(500))
    layers = [*catalogue.layers.values(), replace(wifi, id=LayerId("w"), description=Text(written, written))]
    asked = " ".join(f"qwertyu{letter}" for letter in "abcdefghij")
    assert search(layers, catalogue.city.categories, asked) == {}
    assert len(set(compared)) <= 4
    assert len(compared) < 4 * len(layers) * 10, "titles, ids and sectors alone"


def test_words_after_the_eighth_do_not_count(catalogue: Catalogue) -> None:
    assert "wifi" in found(catalogue, "wifi " * 8 + "qqqq")
    assert "wifi" not in found(catalogue, "wifi " * 7 + "qqqq")
