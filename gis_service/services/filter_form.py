"""One form for filters that say the same, so that what was made for one is given to all of them."""

from gis_service.db.filters import Always, Among, Between, Comparison, Condition, Joined, Not


def normal_form(condition: Condition) -> Condition:
    """Give the condition that is fulfilled by the same rows, in a form that does not tell how it was written.

    The order and the repetition of parts and of values, brackets around parts that are joined alike, and
    double negation make no difference; nor do parts that are always, or never, fulfilled.

    Parameters
    ----------
    condition
        Any condition. A row fulfils it when it is true: an unknown (an absent value) counts as not fulfilled.
    """
    if isinstance(condition, Joined):
        return _joined(condition)
    if isinstance(condition, Not):
        return _not(normal_form(condition.part))
    if isinstance(condition, Among):
        values = tuple(sorted(set(condition.values), key=repr))
        several = len(values) > 1
        return Among(condition.column, values) if several else Comparison(condition.column, "=", values[0])
    if isinstance(condition, Between) and condition.low == condition.high:
        return Comparison(condition.column, "=", condition.low)
    return condition


def _joined(condition: Joined) -> Condition:
    word = condition.word
    parts: list[Condition] = []
    for part in map(normal_form, condition.parts):
        parts += part.parts if isinstance(part, Joined) and part.word == word else [part]
    ends = Always(word == "OR")
    if ends in parts:
        return ends
    named = {repr(part): part for part in parts if part != Always(word == "AND")}
    kept = tuple(named[name] for name in sorted(named))
    if not kept:
        return Always(word == "AND")
    return kept[0] if len(kept) == 1 else Joined(word, kept)


def _not(part: Condition) -> Condition:
    if isinstance(part, Not):
        return part.part
    if isinstance(part, Always):
        return Always(not part.value)
    return Not(part)
