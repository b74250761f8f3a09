import re
import string
from itertools import chain

import pytest

from gis_service.errors import ErrorCode
from gis_service.messages.catalogue import Message, errors, faults, notices
from gis_service.types import Text


def placeholders(text: str) -> set[str]:
    """Name the values a text tells; ``source_vi`` and ``source_en`` are one value in two languages."""
    names = {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
    return {re.sub("_(vi|en)$", "", name) for name in names}


def texts_of(message: Message) -> tuple[Text, ...]:
    return (message.title, message.detail, message.expected, message.remedy)


def test_every_code_has_words_and_all_words_have_a_code() -> None:
    assert set(errors()) == {code.value for code in ErrorCode}


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


def test_titles_hold_no_values() -> None:
    assert [code for code, message in errors().items() if placeholders(message.title.en)] == []
