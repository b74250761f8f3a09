"""What is a Vietnamese syllable is told by its spelling."""

import unicodedata

import pytest

from gis_service.analysis.legacy_text.syllables import is_minority_syllable, is_syllable, syllables
from tests.old_encodings import real_names

GOOD = "nghiêng Nghĩa gì giếng giặt quốc Quỳnh khuya Thuỷ Thủy hoà hòa Hoàng Mỹ Mĩ yêu ưỡn XOĂN nguyệt ngoẹo"
BAD = "ngĩa ghà kà cế Thôy Quúnh Hýng hac̉ bòt Phø zà fỹ huyở áà THái tHái huếé"
MINORITY = "Đắk Krông Păh Ngọk KDăm BHốk Drót"
BROKEN = "Thaùi Hueá Quaûng Zürich Köln Café tHắk đắkḱ"


@pytest.mark.parametrize("word", GOOD.split())
def test_a_syllable_is_known_in_every_spelling(word: str) -> None:
    assert is_syllable(word)


@pytest.mark.parametrize("word", BAD.split())
def test_what_spelling_forbids_is_no_syllable(word: str) -> None:
    assert not is_syllable(word)


def test_stopped_syllables_bear_two_tones_only() -> None:
    assert {"bác", "bạc"} == {word for word in syllables() if word in {"bác", "bạc", "bàc", "bảc", "bãc"}}


def test_syllables_are_small_letters_in_nfc_and_about_as_many_as_spelling_allows() -> None:
    assert 17_000 < len(syllables()) < 23_000
    assert all(word == unicodedata.normalize("NFC", word.lower()) for word in syllables())


@pytest.mark.parametrize("word", MINORITY.split())
def test_names_of_the_minority_languages_may_be_spelt_their_way(word: str) -> None:
    assert is_minority_syllable(word)
    assert not is_syllable(word)


@pytest.mark.parametrize("word", BROKEN.split())
def test_they_have_a_spelling_too(word: str) -> None:
    assert not is_minority_syllable(word)


def test_nearly_every_word_of_the_real_names_is_known() -> None:
    words = [word for name in real_names() for word in name.replace("-", " ").split() if not word.isascii()]
    strictly = [word for word in words if is_syllable(word)]
    known = [word for word in words if is_syllable(word) or is_minority_syllable(word)]
    assert len(strictly) / len(words) > 0.98
    assert len(known) / len(words) > 0.995
