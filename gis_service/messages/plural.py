"""English words that follow a count: ``1 feature is``, ``2 features are``; Vietnamese has no such forms."""

import re
import string

_FORM = re.compile(r"\{\w+:([^{}|]*)\|([^{}|]*)\}")


class Counted(str):
    """A text in which ``{count:feature is|features are}`` becomes the words that fit the value of ``count``.

    Examples
    --------
    >>> text = Counted("{count} {count:feature has|features have} arcs.")
    >>> text.format(count=1), text.format(count=0)
    ('1 feature has arcs.', '0 features have arcs.')
    """

    __slots__ = ()

    def format(self, *values: object, **named: object) -> str:
        """Put values in their places, and with them the words that fit."""
        return _FORMATTER.vformat(self, values, named)


class _Formatter(string.Formatter):
    def format_field(self, value: object, format_spec: str) -> str:
        if "|" not in format_spec:
            return str(super().format_field(value, format_spec))
        one, many = format_spec.split("|")
        # Counts come as numbers, or written already.
        return one if str(value) == "1" else many


_FORMATTER = _Formatter()


def counted(text: str) -> str:
    """Give a text that knows the forms in it; one without any as it is."""
    return Counted(text) if _FORM.search(text) else text


def plural(count: int, one: str, many: str) -> str:
    """Give the words that fit a count: ``plural(1, "feature", "features")``."""
    return one if count == 1 else many


def with_many(text: str) -> str:
    """Write a text for people who look at its placeholders: of each form the one for several.

    Examples
    --------
    >>> with_many("{count} {count:feature has|features have} arcs.")
    '{count} features have arcs.'
    """
    return _FORM.sub(r"\2", text)
