import unicodedata

import numpy as np
import pytest

from gis_service.analysis.demo_city.village_names import village_names


def names(count: int, unit_type: str, seed: int = 1) -> list[str]:
    return village_names(count, unit_type, np.random.Generator(np.random.PCG64(seed)))


def test_village_names_do_not_repeat_and_are_composed_letters() -> None:
    found = names(60, "commune")
    assert len(set(found)) == 60
    assert all(unicodedata.is_normalized("NFC", name) for name in found)


def test_a_name_has_no_word_for_village_in_it_and_no_two_directions() -> None:
    directions = {"Đông", "Đoài", "Nam", "Thượng", "Hạ", "Trung", "Nội", "Ngoại", "Hậu", "Tiền"}
    for name in names(1_500, "commune"):
        village, first, second = name.split()
        assert (village, second == "Thôn") == ("Thôn", False)
        assert not {first, second} <= directions


@pytest.mark.parametrize("unit_type", ["ward", "township"])
def test_street_groups_are_numbered(unit_type: str) -> None:
    assert names(3, unit_type) == ["Tổ dân phố số 1", "Tổ dân phố số 2", "Tổ dân phố số 3"]


def test_the_same_chance_gives_the_same_names() -> None:
    assert names(9, "commune") == names(9, "commune")
    assert names(9, "commune") != names(9, "commune", seed=2)
