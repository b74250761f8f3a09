"""The quota of a gap analysis: files have no standard, so what it is of and whom it is for is typed too."""

from dataclasses import replace
from math import isfinite
from typing import Any, get_args, get_type_hints

from gis_service.catalogue.service_standard import EVERYBODY, Quota
from gis_service.errors import ErrorCode, WrongUse
from gis_service.services.coverage_parameters import CoverageParameters
from gis_service.services.gap_groups import named_groups
from gis_service.services.quota_rules import QuotaRule
from gis_service.types import Text

_HINTS = get_type_hints(Quota)
QUOTA_OF: tuple[str, ...] = get_args(_HINTS["of"])
"""What a quota may be of."""
QUOTA_PER: tuple[str, ...] = get_args(_HINTS["per"])
"""Whom it may be for."""
STANDARD = "quota"
"""Stands for the standard of a quota that somebody has typed."""
OF_PROVISION = "provision"
"""The further table that tells what units have and need."""
MOST = 1_000_000.0
"""Largest amount: a square kilometre for each person."""
_LIMIT_OR_TABLE = Text(
    "--tables provision, hoặc không có --limit-min và --limit-m",
    "--tables provision, or neither --limit-min nor --limit-m",
)


def quota_option(
    amount: float | None, of: str | None, per: str | None, group: str | None
) -> QuotaRule | None:
    """Give the quota that was typed; None when nobody asks for one.

    Parameters
    ----------
    amount
        The least that is asked for.
    of, per
        One of `QUOTA_OF`, and of `QUOTA_PER`: both are needed, a figure alone says nothing.
    group
        Column of the people who are counted, or their age; everybody when None.

    Raises
    ------
    WrongUse
        ``wrong_argument``.
    """
    if amount is None:
        for name, value in (("--quota-of", of), ("--quota-per", per), ("--quota-group", group)):
            if value is not None:
                raise WrongUse(ErrorCode.WRONG_ARGUMENT, name=name, value=value, expected="--quota")
        return None
    if not (isfinite(amount) and 0 < amount <= MOST):
        raise WrongUse(
            ErrorCode.WRONG_ARGUMENT, name="--quota", value=f"{amount:g}", expected=f"> 0, ≤ {MOST:.0f}"
        )
    for name, value, known in (("--quota-of", of, QUOTA_OF), ("--quota-per", per, QUOTA_PER)):
        if value not in known:
            raise WrongUse(ErrorCode.WRONG_ARGUMENT, name=name, value=value or "–", expected=", ".join(known))
    counted = next(iter(named_groups((group or EVERYBODY,))), EVERYBODY)
    chosen: Any = {"of": of, "per": per}
    return QuotaRule(STANDARD, counted, Quota(amount, **chosen))


def with_quota(asked: CoverageParameters, rule: QuotaRule | None) -> CoverageParameters:
    """Put a quota into what is asked: as the rule of the study, or against which a table tells what there is.

    Parameters
    ----------
    asked
        With the groups that the quota counts.
    rule
        As `quota_option` gives it.

    Raises
    ------
    WrongUse
        ``wrong_argument`` where the measure needs a quota and there is none, or nothing would tell of it.
    """
    is_rule = asked.measure == "quota"
    if rule is None:
        if is_rule:
            raise WrongUse(ErrorCode.WRONG_ARGUMENT, name="--measure", value="quota", expected="--quota")
        return asked
    has_table = OF_PROVISION in asked.tables
    if not is_rule and not has_table:
        raise WrongUse(
            ErrorCode.WRONG_ARGUMENT, name="--quota", value=f"{rule.quota.amount:g}", expected=_LIMIT_OR_TABLE
        )
    if has_table:
        asked = replace(asked, quotas=(rule,))
    if not is_rule:
        return asked
    # As in a study of a standard: no way is gone, and whom a facility is for is the matter of its unit.
    return replace(
        asked, mode=None, catchment="any", quota=rule.quota, quota_group=rule.group, group=rule.group
    )
