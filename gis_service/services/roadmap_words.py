"""A roadmap in words: one sentence on what the programme brings, and what is wrong with which project."""

from collections.abc import Mapping
from typing import Any

from gis_service.messages.catalogue import notices
from gis_service.messages.plural import counted
from gis_service.text import amount_words, number, percent
from gis_service.types import Language, Text

_PROGRAMME = Text(
    vi="{projects} dự án, {cost} tỷ đồng: {commissioned} đã đưa vào sử dụng, {under_way} đang thực hiện.",
    en=(
        "{projects} {projects:project|projects}, {cost} billion dong: {commissioned} commissioned,"
        " {under_way} under way."
    ),
)
_SERVICE = Text(
    vi=" {service}: từ {before} lên {after} số người trong chuẩn đến hết {phase}.",
    en=" {service}: from {before} to {after} of people within the standard at the end of {phase}.",
)
_PER_BILLION = 1000
_SERVICES_TOLD = 3
"""Services that the sentence names: those whose people change most."""


def roadmap_answer(document: Mapping[str, Any], services: Mapping[str, Text], language: Language) -> str:
    """Say what a programme brings: its projects, and the services that change most from first to last phase.

    Parameters
    ----------
    document
        Of the process ``roadmap``; services whose figures are hidden are left out.
    services
        What people call services; others are named by their ids.
    language
        Of the words.
    """
    row = document["indicators"][-1]
    told = {name: number(row[name], language) for name in ("projects", "commissioned", "under_way")}
    cost = amount_words(row["cost_million_vnd"] / _PER_BILLION, language, 1)
    said = counted(_PROGRAMME.in_language(language)).format(cost=cost, **told)
    phases, moved = document["phases"], []
    last = phases[-1]
    for service in document["services"]:
        before, after = service["before"], last["services"][service["id"]]
        if before["share"] is not None and after["share"] is not None:
            moved.append((abs(after["covered"] - before["covered"]), service["id"], before, after))
    moved.sort(key=lambda one: (-one[0], one[1]))
    for change, service, before, after in moved[:_SERVICES_TOLD]:
        if change:
            name = services.get(service)
            said += _SERVICE.in_language(language).format(
                service=service if name is None else name.in_language(language),
                before=percent(before["share"], language),
                after=percent(after["share"], language),
                phase=short_title(last["title"][language]),
            )
    return said


def short_title(title: str) -> str:
    """Give what stands before the colon or the bracket of the title of a phase.

    Examples
    --------
    >>> short_title("Giai đoạn 1 (2020–2022): nền tảng")
    'Giai đoạn 1'
    """
    return title.split(":", maxsplit=1)[0].split("(", maxsplit=1)[0].strip() or title


_HEADS = (
    Text("Giai đoạn", "Phase"),
    Text("Dự án", "Projects"),
    Text("Tỷ đồng", "Billion dong"),
    Text("Dịch vụ", "Service"),
    Text("Trong chuẩn", "Within"),
    Text("Được thêm", "Won"),
)


def phase_table(
    document: Mapping[str, Any], services: Mapping[str, Text], language: Language
) -> list[list[str]]:
    """Give phases as rows of words: each phase, and beneath it each service at its end.

    Parameters
    ----------
    document, services, language
        As of `roadmap_answer`.
    """
    rows = [[head.in_language(language) for head in _HEADS]]
    for phase in document["phases"]:
        cost = amount_words(phase["cost_million_vnd"] / _PER_BILLION, language, 1)
        own = [short_title(phase["title"][language]), number(phase["projects"], language), cost]
        for service, row in sorted(phase["services"].items()) or [("–", {"share": None, "won": None})]:
            name = services.get(service)
            told = service if name is None else name.in_language(language)
            share = "–" if row["share"] is None else percent(row["share"], language)
            won = "–" if row["won"] is None else number(row["won"], language)
            rows.append([*own, told, share, won])
            own = ["", "", ""]
    return rows


def fault_text(fault: Mapping[str, Any]) -> Text:
    """Say what is wrong with a project, in both languages."""
    params = {"project": fault["project"], **fault["params"]}
    words = notices()[fault["code"]]
    return Text(words.vi.format(**params), words.en.format(**params))
