"""Which of the old offices to keep, in words: figures by group, how sure it is, exchanges, who loses."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gis_service.analysis.demand import ALL
from gis_service.catalogue.loader import Catalogue
from gis_service.messages.plural import counted
from gis_service.services.group_words import people_words
from gis_service.services.merger import TOP
from gis_service.services.merger_keep import OBJECTIVES
from gis_service.services.siting_words import proof_words
from gis_service.services.study_words import limit_words
from gis_service.text import amount_words, cost_words, number
from gis_service.types import Language, Text

Document = Mapping[str, Any]
Table = tuple[str, Sequence[Sequence[str]]]
"""A heading, and rows of cells."""

_NAMES = {
    "people": Text("nhiều người nhất trong giới hạn", "most people within the limit"),
    "time": Text("ít thời gian đi nhất", "least time"),
}
_SHORT = {
    "people": Text("tốt nhất: người", "best: people"),
    "time": Text("tốt nhất: thời gian", "best: time"),
}
_HEADINGS = Text(
    "ai|con số|{every} điểm|{plans}|thực tế: {count}", "who|figure|{every} offices|{plans}|made: {count}"
)
_FIGURES = (
    ("covered", Text("trong {limit}", "within {limit}")),
    ("arrived_mean", Text("trung bình *", "mean *")),
    ("arrived_p95", Text("95 % trong *", "95% within *")),
)
_PROOF = Text("Mục tiêu “{name}”. {proof}", "Aim “{name}”. {proof}")
_MADE = Text(
    " Phương án thực tế kém phương án tốt nhất có thể nhiều nhất {gap} %; trùng {both} trong {count} điểm.",
    " The choice that was made is within {gap} % of the best possible; {both} of its {count} offices are in"
    " the best one.",
)
_LISTS = {
    "both": Text("Giữ ở cả hai ({name}; {count}): {names}", "Kept in both ({name}; {count}): {names}"),
    "only_chosen": Text(
        "Chỉ giữ trong thực tế ({name}; {count}): {names}",
        "Kept only as it was made ({name}; {count}): {names}",
    ),
    "only_plan": Text(
        "Chỉ giữ theo phương án tốt nhất ({name}; {count}): {names}",
        "Kept only in the best plan ({name}; {count}): {names}",
    ),
}
_DRAWS = Text(
    " Trong {better} trên {draws} lần rút thử (khoảng giả định), phương án này hơn phương án thực tế;"
    " {always} điểm lần nào cũng được chọn.",
    " In {better} of {draws} {draws:draw|draws} (assumption range) this plan is better than the one that was"
    " made; {always} {always:office is|offices are} chosen in all of them.",
)
_SWAPS = Text(
    "Đổi từ phương án thực tế ({name}): {shown} lần đổi đầu trong {every} lần",
    "Exchanges from the choice that was made ({name}): the first {shown} of {every}",
)
_SWAP = Text("đóng {close}, giữ {open}", "close {close}, keep {open}")
_GAINS = {
    "people": Text("{gain} người", "{gain} people"),
    "time": Text("{gain} giây mỗi người", "{gain} s a person"),
}
_LOSERS = Text(
    "Xã mất nhiều người nhất trong {limit} ({name})", "Communes that lose most people within {limit} ({name})"
)
_REAL = Text("phương án thực tế", "the choice that was made")


def group_table(found: Mapping[str, Document], catalogue: Catalogue, language: Language) -> list[list[str]]:
    """Give people within the limit, mean and 95 % of each group: before, by each plan, and as it was made.

    Parameters
    ----------
    found
        Documents of the process ``siting``, by objective.
    catalogue
        Titles of groups.
    language
        Of the words.
    """
    first = next(iter(found.values()))
    chosen, plan = first["plan"]["chosen"], first["plan"]
    plans = "|".join(_SHORT[name].in_language(language) for name in found)
    every = len(plan["kept"]) + len(plan["closed"])
    headings = _HEADINGS.in_language(language).format(
        every=number(every, language), plans=plans, count=number(chosen["count"], language)
    )
    limit = limit_words(first["parameters"]["after"], language)
    rows = [headings.split("|")]
    for group in chosen["totals"]:
        states = [chosen["totals"][group]["before"]]
        states += [one["plan"]["chosen"]["totals"][group]["plan"] for one in found.values()]
        states.append(chosen["totals"][group]["chosen"])
        who = people_words(group, language, catalogue)
        for figure, words in _FIGURES:
            cells = [_cell(state, figure, language) for state in states]
            rows.append([who, words.in_language(language).format(limit=limit), *cells])
    return rows


def _cell(state: Mapping[str, Any], figure: str, language: Language) -> str:
    if figure == "covered":
        return number(state["covered"], language)
    name = figure.removeprefix("arrived_")
    for unit in ("s", "m"):
        if (value := state["arrived"].get(f"{name}_{unit}")) is not None:
            return cost_words(value, unit, language)
    return "–"


def proof_lines(found: Mapping[str, Document], language: Language) -> Iterator[str]:
    """Say for each plan how sure it is, how good the choice that was made is, and what draws tell."""
    for name, document in found.items():
        plan = document["plan"]
        chosen = plan["chosen"]
        proof = proof_words(plan["status"], plan["gap"], language, _bound_words(plan, language))
        said = _PROOF.in_language(language).format(name=_NAMES[name].in_language(language), proof=proof)
        if chosen["gap"] is not None:
            # The best possible lies between plan and bound: measured from the bound it is never understated.
            gap = amount_words(math.ceil(1e5 * chosen["gap"]) / 1e3, language)
            counts = {"both": len(chosen["both"]), "count": chosen["count"]}
            said += _MADE.in_language(language).format(gap=gap, **counts)
        if (drawn := chosen.get("under_draws")) is not None:
            always = len(plan["under_draws"]["always"])
            told = {"better": drawn["plan_better"], "draws": drawn["draws"], "always": always}
            said += counted(_DRAWS.in_language(language)).format(**told)
        yield said


def _bound_words(plan: Mapping[str, Any], language: Language) -> str:
    """Say what no choice can be better than: people, or the mean time."""
    if plan["model"] == OBJECTIVES["people"]:
        return amount_words(plan["bound"], language)
    mean = None if not plan["objective"] else plan["mean"] * plan["bound"] / plan["objective"]
    return cost_words(mean, plan["unit"][-1], language)


def office_lists(found: Mapping[str, Document], language: Language) -> Iterator[str]:
    """Name for each plan the offices that both have, and those that only one of them has."""
    for objective, document in found.items():
        plan = document["plan"]
        names = {row["id"]: row["name"] for row in plan["existing"]}
        for member, words in _LISTS.items():
            codes = plan["chosen"][member]
            told = ", ".join(names[code] for code in codes) or "–"
            name = _NAMES[objective].in_language(language)
            yield words.in_language(language).format(name=name, count=len(codes), names=told)


def swap_tables(found: Mapping[str, Document], language: Language) -> Iterator[Table]:
    """Give the first ten of the exchanges that lead from the choice that was made to each plan."""
    for name, document in found.items():
        chosen = document["plan"]["chosen"]
        swaps = chosen["swaps"]
        if not swaps:
            continue
        people = chosen["totals"][ALL]["before"]["total"]
        rows = []
        for swap in swaps[:TOP]:
            gain = -swap["gain"] / people if name == "time" else swap["gain"]
            sign = "+" if gain > 0 else ""
            brings = _GAINS[name].in_language(language).format(gain=sign + amount_words(gain, language, 1))
            names = {"close": swap["close"]["name"], "open": swap["open"]["name"]}
            rows.append([brings, _SWAP.in_language(language).format(**names)])
        heading = _SWAPS.in_language(language).format(
            name=_NAMES[name].in_language(language), shown=len(rows), every=len(swaps)
        )
        yield heading, rows


def loser_tables(found: Mapping[str, Document], language: Language) -> Iterator[Table]:
    """Give the communes that lose most people by each plan, and by the choice that was made."""
    first = next(iter(found.values()))
    limit = limit_words(first["parameters"]["after"], language)
    asked = [(_NAMES[name], document, "plan") for name, document in found.items()]
    for words, document, state in (*asked, (_REAL, first, "chosen")):
        zones = document["plan"]["chosen"]["zones"]
        ranked = sorted((-row[f"lost_{state}"], row["id"], row["total"], row["name"]) for row in zones)
        rows = [
            [number(-lost, language), number(total, language), name]
            for lost, _, total, name in ranked[:TOP]
            if lost
        ]
        name = words.in_language(language)
        yield _LOSERS.in_language(language).format(limit=limit, name=name), rows
