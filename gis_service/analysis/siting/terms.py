"""What a choice of sites has to keep to: money, room, distance from one another, what stands."""

from dataclasses import dataclass, fields

import numpy as np

from gis_service.errors import ErrorCode, WrongUse
from gis_service.types import Bools, Floats, Int32s, Int64s


@dataclass(frozen=True, slots=True)
class SitingTerms:
    """The terms of a question; each is None, or 0, where it does not matter.

    Parameters
    ----------
    site_cost
        ``(m,)`` whole, not negative: what each site costs when it is chosen; of an existing one what it costs
        to keep it. In any one unit of money. Without a budget it is told (LSCP: the least total is sought).
    budget
        What the chosen sites, and the closed ones, may cost together; with `site_cost` alone. It stands
        instead of the number of sites, or beside it: the number is then the most that may be chosen, not the
        number of them.
    capacity
        ``(m,)`` not negative: the weight that each site can serve (MCLP, p-median). The people of one place
        may go to several sites.
    is_existing
        ``(m,)`` sites that stand: they are chosen, unless they may be closed.
    is_closable
        ``(m,)`` existing sites that may be closed. An existing site that is excluded is closed.
    close_cost
        ``(m,)`` whole: what it costs to close an existing site; what it saves where negative.
    conflicts
        ``(k, 2)`` numbers of sites of which at most one is chosen: too near to one another, or versions of
        one place (as it is, enlarged, new) with costs, room and reach of their own. A site and itself are no
        pair.
    backup
        From 0 to 1: what the weight counts for when it is covered by a second site too, as a share of what it
        counts for when it is covered by one (MCLP).

    Notes
    -----
    Backup is the weighted form of BACOP2 (Hogan & ReVelle 1986, *Management Science* 32, 1434-1444).
    """

    site_cost: Int64s | None = None
    budget: int | None = None
    capacity: Floats | None = None
    is_existing: Bools | None = None
    is_closable: Bools | None = None
    close_cost: Int64s | None = None
    conflicts: Int32s | None = None
    backup: float = 0.0

    @property
    def is_none(self) -> bool:
        """Whether nothing was said: the question is that of the plain models."""
        return all(
            given is None
            for given in (self.site_cost, self.budget, self.capacity, self.is_existing, self.conflicts)
        ) and not (self.backup or self.is_closable is not None or self.close_cost is not None)


NO_TERMS = SitingTerms()
_MODELS_OF = {
    "budget": ("mclp", "p-median", "p-center"),
    "capacity": ("mclp", "p-median"),
    "backup": ("mclp",),
}
"""Models that a term has a meaning for; the others have one for all."""
_NEEDS = {"budget": "site_cost", "is_closable": "is_existing", "close_cost": "is_existing"}
"""Terms that mean nothing without another one."""


def require_terms(model: str, terms: SitingTerms) -> None:
    """Refuse terms that a model has no use for, that lack another one, and values that mean nothing.

    Parameters
    ----------
    model
        Name of the model.
    terms
        What is asked.

    Raises
    ------
    WrongUse
        ``siting_term_unfit``, ``siting_term_missing``, ``wrong_argument``.
    """
    given = {name for name in _NAMES if getattr(terms, name) is not None and name != "backup"}
    given |= {"backup"} if terms.backup else set()
    for name, models in _MODELS_OF.items():
        if name in given and model not in models:
            raise WrongUse(ErrorCode.SITING_TERM_UNFIT, term=name, model=model, models=", ".join(models))
    if {"backup", "capacity"} <= given:
        raise WrongUse(ErrorCode.SITING_TERM_UNFIT, term="backup", model=f"{model} + capacity", models="mclp")
    for name, needed in _NEEDS.items():
        if name in given and needed not in given:
            raise WrongUse(ErrorCode.SITING_TERM_MISSING, term=name, needed=needed)
    for name in ("site_cost", "capacity", "budget"):
        if name in given and not np.all(np.asarray(value := getattr(terms, name)) >= 0):
            raise WrongUse(
                ErrorCode.WRONG_ARGUMENT, name=name, value=f"{float(np.min(value)):g}", expected=">= 0"
            )
    if not 0 <= terms.backup <= 1:
        raise WrongUse(ErrorCode.WRONG_ARGUMENT, name="backup", value=terms.backup, expected="0..1")


_NAMES = tuple(field.name for field in fields(SitingTerms))
