import re
import string
from itertools import chain

import pytest

from gis_service.errors import CODES, ErrorCode, RoadmapCode, code_named
from gis_service.messages.catalogue import Message, errors, faults, layer_remedies, notices
from gis_service.messages.plural import Counted
from gis_service.types import Text


def placeholders(text: str) -> set[str]:
    """Name the values a text tells; ``source_vi`` and ``source_en`` are one value in two languages."""
    names = {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
    return {re.sub("_(vi|en)$", "", name) for name in names}


def placeholders_of(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


VERBS = "is|has|was|does|as|differs|waits|counts|holds|still|MiB"
"""Words in s that one thing does."""
SEVERAL = re.compile(
    rf"(?<![\w.,:×-])(?<!× )1 (?!(?:{VERBS})\b)(?:[a-z-]+s|people|required [a-z]+s|narrow [a-z]+s)\b"
)


def texts_of(message: Message) -> tuple[Text, ...]:
    return (message.title, message.detail, message.expected, message.remedy)


def test_every_code_has_words_and_all_words_have_a_code() -> None:
    assert set(errors()) == {code.value for code in CODES}


def test_a_code_is_known_by_the_name_that_it_had_before() -> None:
    assert ErrorCode("file_crs_missing") is ErrorCode.NEEDS_CRS
    with pytest.raises(ValueError, match="no_such_code"):
        ErrorCode("no_such_code")


def test_a_code_of_any_list_is_found_by_its_name() -> None:
    assert len({code.value for code in CODES}) == len(CODES)
    assert all(code_named(code.value) is code for code in CODES)
    assert code_named("roadmap_not_one") is RoadmapCode.ROADMAP_NOT_ONE
    assert code_named("file_crs_missing") is ErrorCode.NEEDS_CRS
    with pytest.raises(ValueError, match="no_such_code"):
        code_named("no_such_code")


@pytest.mark.parametrize("code", sorted(errors()))
def test_both_languages_tell_the_same_values(code: str) -> None:
    for text in texts_of(errors()[code]):
        assert placeholders(text.vi) == placeholders(text.en)


def test_no_text_takes_a_value_of_the_other_language() -> None:
    texts = [*notices().values(), *chain.from_iterable(texts_of(message) for message in errors().values())]
    assert [text for text in texts if "_en}" in text.vi or "_vi}" in text.en] == []


@pytest.mark.parametrize("code", sorted(notices()))
def test_both_languages_of_a_notice_tell_the_same_values(code: str) -> None:
    text = notices()[code]
    assert placeholders(text.vi) == placeholders(text.en)


@pytest.mark.parametrize("code", sorted(faults()))
def test_both_languages_of_a_fault_tell_the_same_values(code: str) -> None:
    text = faults()[code]
    assert placeholders(text.vi) == placeholders(text.en)


def test_every_status_is_one_of_an_error() -> None:
    assert {
        code: message.status for code, message in errors().items() if not 400 <= message.status < 600
    } == {}


def test_every_text_is_there_and_said_once_in_each_language() -> None:
    texts = list(chain.from_iterable(texts_of(message) for message in errors().values()))
    assert [text for text in texts if not text.vi or not text.en] == []


def all_texts() -> list[Text]:
    told = [*notices().values(), *faults().values(), *layer_remedies().values()]
    return [*told, *chain.from_iterable(texts_of(message) for message in errors().values())]


def test_no_english_text_says_several_of_one() -> None:
    texts = [text.en for text in all_texts()]
    # What bears a form in one text is a count in all of them.
    counts = {
        name for text in texts for _, name, spec, _ in string.Formatter().parse(text) if "|" in (spec or "")
    }
    assert "count" in counts
    said = [
        text.format(**{name: 1 if name in counts else "X" for name in placeholders_of(text)})
        for text in texts
    ]
    assert [text for text in said if SEVERAL.search(text) or "(s)" in text] == []


def test_only_english_texts_have_forms_that_follow_a_count() -> None:
    assert [text.vi for text in all_texts() if isinstance(text.vi, Counted)] == []
    for text in all_texts():
        for _, name, spec, _ in string.Formatter().parse(text.en):
            assert name is None or not spec or (spec.count("|") == 1 and isinstance(text.en, Counted)), (
                text.en
            )


def test_titles_hold_no_values() -> None:
    assert [code for code, message in errors().items() if placeholders(message.title.en)] == []
