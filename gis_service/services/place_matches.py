"""Finding features by their names as people type them: no diacritics, units of before by those of now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from gis_service.catalogue.city_definition import City, Vintage
from gis_service.services.place_names import Named
from gis_service.text import search_form
from gis_service.types import LayerId

SETTLEMENT = LayerId("settlement")


@dataclass(frozen=True, slots=True)
class Match:
    """A name that fits.

    Parameters
    ----------
    vintage
        List of units that the feature belongs to; None for other features.
    heir
        The unit of the shown list that it is, or is part of now; None where there is none.
    is_closed
        Whether it is no longer open.
    """

    named: Named
    vintage: Vintage | None
    heir: Named | None
    is_closed: bool


def find_names(
    layers: Sequence[Sequence[Named]], city: City, shown: Vintage | None, asked: str, today: date, limit: int
) -> list[Match]:
    """Find the names that hold what was typed: at their beginning, at that of a word, inside or by words.

    Parameters
    ----------
    layers
        Names by layer.
    city
        Whose vintages tell which layers hold units.
    shown
        List of units that the reader looks at: its units come first, units of before are told by them.
    asked
        What was typed; nothing but blanks finds nothing.
    today
        Day on which places are open or closed.
    limit
        How many are given.

    Returns
    -------
    list[Match]
        The best fit first; units before settlements before other places, the open before the closed.
    """
    wanted = search_form(asked)
    if not wanted:
        return []
    fits = ((_rank(one, wanted), one) for names in layers for one in names)
    fitting = [(rank, one) for rank, one in fits if rank is not None]
    vintages = {one.layer: one for one in city.vintages}
    units = {
        names[0].layer: {one.code: one for one in names}
        for names in layers
        if names and names[0].layer in vintages
    }
    matches = []
    for rank, one in fitting:
        vintage = vintages.get(one.layer)
        heir = _heir(one, vintage, shown, city, units)
        is_former = heir is not None and heir is not one
        # A name that stayed is found as the unit of now.
        if is_former and heir is not None and heir.folded == one.folded:
            continue
        closed = one.closed_on is not None and one.closed_on <= today.isoformat()
        order = (rank, _kind(one, vintage, heir), closed, len(one.name), one.name, one.layer, one.fid)
        matches.append((order, Match(one, vintage, heir, closed)))
    return [match for _, match in sorted(matches, key=lambda found: found[0])[:limit]]


def _rank(named: Named, wanted: str) -> int | None:
    """Tell how well a name fits, 0 the best; None when it does not."""
    at = named.folded.find(wanted)
    if at == 0 or named.short.startswith(wanted):
        return 0
    if at > 0:
        return 1 if f" {wanted}" in named.folded else 2
    words = wanted.split()
    padded = f" {named.folded}"
    return 3 if len(words) > 1 and all(f" {word}" in padded for word in words) else None


def _kind(named: Named, vintage: Vintage | None, heir: Named | None) -> int:
    if vintage is not None:
        return 0 if heir is named else 1 if heir is not None else 2
    return 3 if named.layer == SETTLEMENT else 4


def _heir(
    named: Named,
    vintage: Vintage | None,
    shown: Vintage | None,
    city: City,
    units: Mapping[LayerId, Mapping[str | None, Named]],
) -> Named | None:
    """Follow a unit from list to list up to the shown one."""
    while vintage is not None and shown is not None and vintage != shown:
        after = next(
            (one for one in city.vintages if one.level == vintage.level and one.start == vintage.end), None
        )
        if after is None or named.successor is None:
            return None
        following = units.get(after.layer, {}).get(named.successor)
        if following is None:
            return None
        named, vintage = following, after
    return named if vintage is not None and vintage == shown else None
