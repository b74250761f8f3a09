"""What is said of a fault in a definition, in both languages."""

import difflib

from gis_service.messages.catalogue import faults
from gis_service.types import Language, Text

NOTHING = Text("", "")


def say(code: str, **params: object) -> Text:
    """Give the words of a fault.

    Parameters
    ----------
    code
        Entry of ``messages/definition_faults.yaml``.
    params
        Values for its placeholders; those that are texts stand in the language of the sentence.
    """
    words = faults()[code]
    return Text(_filled(words, params, "vi"), _filled(words, params, "en"))


def _filled(words: Text, params: dict[str, object], language: Language) -> str:
    said = {
        name: value.in_language(language) if isinstance(value, Text) else value
        for name, value in params.items()
    }
    return words.in_language(language).format(**said)


def did_you_mean(word: str, known: list[str]) -> Text:
    """Give `` (did you mean 'x'?)`` for the nearest known word, or an empty text."""
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    if not close:
        return NOTHING
    found = say("did_you_mean", word=close[0])
    return Text(f" {found.vi}", f" {found.en}")
