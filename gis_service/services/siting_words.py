"""A plan of sites in words: what it brings, and how far from the best possible it can be."""

import math
from collections.abc import Mapping
from typing import Any

from gis_service.messages.plural import counted
from gis_service.text import amount_words, cost_words, number
from gis_service.types import Language, Text

_LEADS = {
    "mclp": Text(vi="{count} điểm mới.", en="{count} new {count:site|sites}."),
    "lscp": Text(
        vi="Ai phục vụ được cũng có {service} trong {limit} khi thêm {count} điểm.",
        en="Everybody who can be served has {service} within {limit} with {count} more {count:site|sites}.",
    ),
    "p-median": Text(
        vi="{count} điểm mới; trung bình mỗi người cách {service} {mean}.",
        en="{count} new {count:site|sites}; people are {mean} from {service} on average.",
    ),
    "p-center": Text(
        vi="{count} điểm mới; người xa nhất cách {service} {mean}.",
        en="{count} new {count:site|sites}; who is farthest is {mean} from {service}.",
    ),
}
_CLOSED = Text(
    vi=" {closed} điểm hiện có đóng cửa, {kept} điểm được giữ lại.",
    en=" {closed} existing {closed:facility closes|facilities close}, {kept} {kept:is|are} kept.",
)
_BEST = Text(vi=" Đã chứng minh là phương án tốt nhất.", en=" This is proved to be the best possible.")
_WITHIN = Text(
    vi=" Kém phương án tốt nhất có thể nhiều nhất {gap} %.", en=" It is within {gap} % of the best possible."
)
_NOT_KNOWN = Text(
    vi=" Chưa biết kém phương án tốt nhất bao nhiêu.",
    en=" How far it is from the best possible is not known.",
)


def lead_words(plan: Mapping[str, Any], service: str, limit: str, language: Language) -> str:
    """Say how many sites there are, and what they are chosen for.

    Parameters
    ----------
    plan
        Of a siting; figures that are hidden in it are told as a dash.
    service, limit
        Inside a sentence.
    language
        Of the words.
    """
    unit = plan["unit"][-1]
    value = plan["mean"] if plan["model"] == "p-median" else plan["objective"]
    said = counted(_LEADS[plan["model"]].in_language(language)).format(
        count=len(plan["sites"]),
        service=service,
        limit=limit,
        mean="–" if value is None else cost_words(value, unit, language),
    )
    if plan["closed"]:
        closed = counted(_CLOSED.in_language(language))
        said += closed.format(closed=len(plan["closed"]), kept=len(plan["kept"]))
    return said


def proof_words(plan: Mapping[str, Any], language: Language) -> str:
    """Say how far from the best possible a plan can be: never nearer than it is known to be."""
    if plan["status"] == "optimal":
        return _BEST.in_language(language)
    if plan["gap"] is None:
        return _NOT_KNOWN.in_language(language)
    gap = math.ceil(1e5 * plan["gap"]) / 1e3
    return _WITHIN.in_language(language).format(gap=amount_words(gap, language))


def sites_table(plan: Mapping[str, Any], language: Language) -> list[list[str]]:
    """Give the sites as rows of a table for a terminal: order, name, commune, people gained, id."""
    head = (
        ["Thứ tự", "Điểm", "Xã", "Người được thêm", "Mã"]
        if language == "vi"
        else ["Order", "Site", "Commune", "People gained", "Id"]
    )
    rows = [
        [
            str(one["order"]),
            one["name"],
            one["commune"] or "–",
            "–" if one["gain"] is None else number(one["gain"], language),
            one["id"],
        ]
        for one in plan["sites"]
    ]
    return [head, *rows]
