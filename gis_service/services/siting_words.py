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
_KEPT = Text(
    vi="Giữ lại {kept} trong {every} điểm hiện có.",
    en="{kept} of {every} existing {every:facility is|facilities are} kept.",
)
_KEPT_MEAN = {
    "p-median": Text(
        vi="Giữ lại {kept} trong {every} điểm hiện có; trung bình mỗi người cách {service} {mean}.",
        en="{kept} of {every} existing {every:facility is|facilities are} kept; people are {mean} from"
        " {service} on average.",
    ),
    "p-center": Text(
        vi="Giữ lại {kept} trong {every} điểm hiện có; người xa nhất cách {service} {mean}.",
        en="{kept} of {every} existing {every:facility is|facilities are} kept; who is farthest is {mean}"
        " from {service}.",
    ),
}
_ROOM = Text(
    vi=" {served} người có chỗ, {without} người ở gần một điểm đang mở nhưng không còn chỗ.",
    en=" {served} people have a place, {without} are near an open site and have none.",
)
_CHOSEN = Text(
    vi=" Phương án thực tế có {count} điểm, {both} điểm trùng với phương án này.",
    en=" The choice that was made has {count} {count:site|sites}, {both} of them {both:is|are} in this plan.",
)
_CHOSEN_WITHIN = Text(
    vi=" Trong {limit}: {plan} người theo phương án này, {chosen} người theo phương án thực tế.",
    en=" Within {limit}: {plan} people by this plan, {chosen} by the choice that was made.",
)
_BEST = Text(vi="Đã chứng minh là phương án tốt nhất.", en="This is proved to be the best possible.")
_WITHIN = Text(
    vi="Kém phương án tốt nhất có thể nhiều nhất {gap} %{bound}.",
    en="It is within {gap} % of the best possible{bound}.",
)
_NOT_KNOWN = Text(
    vi="Chưa biết kém phương án tốt nhất bao nhiêu{bound}.",
    en="How far it is from the best possible is not known{bound}.",
)
_BOUND = Text(vi=" (cận {bound})", en=" (bound {bound})")


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
    only_kept = not plan["sites"] and plan["kept"]
    lead = _KEPT_MEAN.get(plan["model"], _KEPT) if only_kept else _LEADS[plan["model"]]
    said = counted(lead.in_language(language)).format(
        count=len(plan["sites"]),
        kept=len(plan["kept"]),
        every=len(plan["kept"]) + len(plan["closed"]),
        service=service,
        limit=limit,
        mean="–" if value is None else cost_words(value, unit, language),
    )
    if plan["closed"] and not only_kept:
        closed = counted(_CLOSED.in_language(language))
        said += closed.format(closed=len(plan["closed"]), kept=len(plan["kept"]))
    return said


def room_words(plan: Mapping[str, Any], language: Language) -> str:
    """Say who has a place where capacities count; nothing where they do not."""
    if "room" not in plan:
        return ""
    told = {name: _figure(plan["room"][name], language) for name in ("served", "without")}
    return _ROOM.in_language(language).format(**told)


def chosen_words(plan: Mapping[str, Any], group: str, limit: str, language: Language) -> str:
    """Say what a choice that was made has in common with a plan, and whom both reach; nothing without one.

    Parameters
    ----------
    plan
        Of a siting; figures that are hidden are not told.
    group
        Whom the plan is for.
    limit
        Inside a sentence.
    language
        Of the words.
    """
    if (chosen := plan.get("chosen")) is None:
        return ""
    counts = {"count": chosen["count"], "both": len(chosen["both"])}
    said = counted(_CHOSEN.in_language(language)).format(**counts)
    if (figures := chosen["totals"].get(group)) is not None:
        within = {name: _figure(figures[name]["covered"], language) for name in ("plan", "chosen")}
        said += _CHOSEN_WITHIN.in_language(language).format(limit=limit, **within)
    return said


def _figure(value: float | None, language: Language) -> str:
    return "–" if value is None else number(value, language)


def proof_words(status: str, gap: float | None, language: Language, bound: str | None = None) -> str:
    """Say how far from the best possible a plan can be: never nearer than it is known to be.

    Parameters
    ----------
    status, gap
        Of the answer.
    language
        Of the words.
    bound
        In words, told beside it where it stands nowhere else.
    """
    if status == "optimal":
        return _BEST.in_language(language)
    said = "" if bound is None else _BOUND.in_language(language).format(bound=bound)
    if gap is None:
        return _NOT_KNOWN.in_language(language).format(bound=said)
    # Rounded up: it is never nearer than it says.
    told = amount_words(math.ceil(1e5 * gap) / 1e3, language)
    return _WITHIN.in_language(language).format(gap=told, bound=said)


def sites_table(plan: Mapping[str, Any], language: Language) -> list[list[str]]:
    """Give the sites as rows of a table for a terminal: order, name, commune, people, id.

    The people are those whom a site gains; where capacities count, those who have a place there.
    """
    with_rooms = "room" in plan
    head = {
        "vi": ["Thứ tự", "Điểm", "Xã", "Người có chỗ" if with_rooms else "Người được thêm", "Mã"],
        "en": ["Order", "Site", "Commune", "People with a place" if with_rooms else "People gained", "Id"],
    }[language]
    rows = [
        [
            str(one["order"]),
            one["name"],
            one["commune"] or "–",
            _figure(one.get("served") if one["gain"] is None else one["gain"], language),
            one["id"],
        ]
        for one in plan["sites"]
    ]
    return [head, *rows]
