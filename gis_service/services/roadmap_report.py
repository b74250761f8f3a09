"""A roadmap on paper: its answer, phases, services, curve, indicators, projects, and their faults."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from gis_service.files.writers.paper import Block, Curve, Grid, Heading, Report, Words
from gis_service.messages.catalogue import notices
from gis_service.services.roadmap_document import ALL
from gis_service.services.roadmap_names import Names
from gis_service.services.roadmap_report_words import HEADS, WORDS
from gis_service.services.roadmap_words import fault_text, roadmap_answer, short_title
from gis_service.text import amount_words, number, percent
from gis_service.types import Language, Text

_DASH = "–"
_BILLION = 1000


class _Told:
    """Writes the parts of a report in one language."""

    def __init__(self, document: Mapping[str, Any], names: Names, language: Language) -> None:
        self.document, self.names, self.language = document, names, language
        self.phase_titles = {phase["id"]: phase["title"][language] for phase in document["phases"]}

    def say(self, name: str, **values: object) -> str:
        return WORDS[name].in_language(self.language).format(**values)

    def heads(self, name: str) -> list[str]:
        return [head.in_language(self.language) for head in HEADS[name]]

    def people(self, value: float | None) -> str:
        return _DASH if value is None else number(round(value), self.language)

    def billion(self, value: float | None) -> str:
        return _DASH if value is None else amount_words(value / _BILLION, self.language, 2)

    def share(self, value: float | None) -> str:
        return _DASH if value is None else percent(value, self.language)

    def day(self, value: str | None) -> str:
        if value is None:
            return _DASH
        return f"{date.fromisoformat(value):%d/%m/%Y}" if self.language == "vi" else value

    def built(self, name: str | None) -> str:
        """Name the phase that a project is built in, or say that it is not."""
        return self.say("never") if name is None else self.phase(name)

    def phase(self, name: str | None) -> str:
        """Name a phase by the short part of its title."""
        title = self.phase_titles.get(str(name))
        if name is None:
            return _DASH
        return self.names.said({}, name, self.language) if title is None else short_title(title)


def roadmap_report(document: Mapping[str, Any], names: Names, language: Language) -> Report:
    """Write the report of a roadmap.

    Parameters
    ----------
    document
        Of the process ``roadmap``, as its reader may see it.
    names
        What people call things.
    language
        Of the report.
    """
    told = _Told(document, names, language)
    blocks: list[Block] = [Words(roadmap_answer(document, names.services, language), "answer")]
    if document["generated_data"]:
        blocks.append(Words(told.say("generated"), "notice"))
    blocks += [Heading(told.say("phases")), _phases(told)]
    if document["services"]:
        blocks += [Heading(told.say("services")), _services(told)]
    blocks += _curve(told)
    blocks += _best(told)
    blocks += [Heading(told.say("indicators")), _indicators(told)]
    blocks += [Heading(told.say("projects")), _projects(told)]
    if document["faults"]:
        blocks += [Heading(told.say("faults")), _faults(told)]
    blocks += _method(told)
    city = "" if names.city is None else f"{names.city.in_language(language)} · "
    subtitle = told.say(
        "subtitle",
        city=city,
        day=told.day(document["parameters"]["day"]),
        phases=len(document["phases"]),
        projects=len(document["projects"]),
        id=document["id"],
    )
    footer = told.say("footer", id=document["id"])
    if document["generated_data"]:
        footer += f" · {told.say('generated')}"
    return Report(told.say("title"), subtitle, blocks, footer, language)


def _phases(told: _Told) -> Grid:
    rows = [
        [
            phase["title"][told.language],
            told.day(phase["from"]),
            told.day(_day_before(phase["to"])),
            number(phase["projects"], told.language),
            told.billion(phase["cost_million_vnd"]),
            told.billion(phase["budget_million_vnd"]),
            told.billion(phase["over_million_vnd"]),
            told.people(phase["people_won"]),
        ]
        for phase in told.document["phases"]
    ]
    return Grid(told.heads("phases"), rows, (30, 9, 9, 7, 11, 11, 11, 11), frozenset(range(3, 8)))


def _day_before(day: str) -> str:
    return date.fromordinal(date.fromisoformat(day).toordinal() - 1).isoformat()


def _services(told: _Told) -> Grid:
    """Tell each service: its people, its share before, and at the end of each phase with the people won."""
    phases = told.document["phases"]
    fixed = [Text("Dịch vụ", "Service"), Text("Tiêu chuẩn", "Standard"), Text("Số người", "People")]
    heads = [text.in_language(told.language) for text in fixed]
    heads.append(Text("Trước", "Before").in_language(told.language))
    won = Text("được thêm", "won").in_language(told.language)
    for phase in phases:
        short = short_title(phase["title"][told.language])
        heads += [short, f"{short}: {won}"]
    rows = []
    for service in told.document["services"]:
        name = told.names.said(told.names.services, service["id"], told.language)
        standard = told.names.said(told.names.standards, service["standard"], told.language)
        row = [name, standard, told.people(service["before"]["total"])]
        row.append(told.share(service["before"]["share"]))
        for phase in phases:
            figures = phase["services"][service["id"]]
            row += [told.share(figures["share"]), told.people(figures["won"])]
        rows.append(row)
    widths = (17, 25, 9, 7, *(7, 9) * len(phases))
    return Grid(heads, rows, widths, frozenset(range(2, len(heads))))


def _curve(told: _Told) -> list[Block]:
    rows = told.document["cumulative"]
    if not rows or any(row["people_total"] is None for row in rows) or not rows[-1]["people_total"]:
        return []
    points = [(row["cost_total_million_vnd"] / _BILLION, row["people_total"]) for row in rows]
    last = {row["phase"]: at for at, row in enumerate(rows)}
    marks = [(points[at][0], told.phase(phase)) for phase, at in last.items()]

    def figure(value: float) -> str:
        return number(round(value), told.language)

    drawn = Curve(points, told.say("cost_axis"), told.say("people_axis"), marks, figure)
    return [Heading(told.say("curve")), drawn]


def _best(told: _Told) -> list[Block]:
    """Tell the best roadmap beside the planned one, and which projects it moves."""
    best = told.document["best"]
    if best is None:
        return []
    words = told.say(
        "best_words",
        best=told.people(best["person_years"]),
        bound=told.people(best["bound_person_years"]),
        gap=_proof(told, best),
        planned=told.people(best["planned"]["person_years"]),
        broken=told.say("broken", count=len(best["planned"]["broken"])) if best["planned"]["broken"] else "",
        now=told.people(best["best_now"]["regret_person_years"]),
        end=told.people(best["best_end"]["regret_person_years"]),
    )
    blocks: list[Block] = [Heading(told.say("best")), Words(words)]
    names = {project["code"]: project["name"] for project in told.document["projects"]}
    rows = [
        [one["code"], names[one["code"]], told.built(one["phase"]), told.built(one["best_phase"])]
        for one in best["projects"]
        if one["phase"] != one["best_phase"]
    ]
    if rows:
        blocks.append(Grid(told.heads("best"), rows, (10, 60, 20, 20)))
    cut = best["cut"]
    if cut is not None:
        slips = [
            f"{one['code']} ({told.built(one['was'])} – {told.built(one['now'])})" for one in cut["slips"]
        ]
        said = ", ".join(slips) or told.say("no_slips")
        lost = told.people(cut["lost_person_years"])
        blocks.append(Words(told.say("cut_words", cut=cut["percent"], lost=lost, slips=said)))
    return blocks


def _proof(told: _Told, best: Mapping[str, Any]) -> str:
    if best["status"] == "optimal":
        return told.say("proved")
    return told.say("within", gap=_DASH if best["gap"] is None else percent(best["gap"], told.language, 2))


def _indicators(told: _Told) -> Grid:
    rows = []
    strong = set()
    for at, row in enumerate(told.document["indicators"]):
        if row["sector"] == ALL:
            strong.add(at)
        rows.append(
            [
                told.names.said(told.names.sectors, row["sector"], told.language),
                *(
                    number(row[name], told.language)
                    for name in ("projects", "planned", "under_way", "commissioned", "stopped")
                ),
                told.billion(row["cost_million_vnd"]),
                told.billion(row["cost_commissioned_million_vnd"]),
                told.people(row["people_reached"]),
                told.people(row["people_planned"]),
                told.share(row["share_done"]),
            ]
        )
    widths = (20, 7, 7, 8, 9, 7, 10, 11, 10, 10, 8)
    return Grid(told.heads("indicators"), rows, widths, frozenset(range(1, 11)), frozenset(strong))


def _projects(told: _Told) -> Grid:
    rows = [
        [
            project["code"],
            project["name"],
            told.names.said(told.names.sectors, project["sector"], told.language),
            _DASH if project["priority"] is None else str(project["priority"]),
            told.names.said(told.names.statuses, project["status"], told.language),
            told.day(project["counts_from"]),
            told.phase(project["counts_in"]),
            told.billion(project["cost_million_vnd"]),
            told.people(project["people_alone"]),
            told.people(project["people_in_order"]),
            told.people(project["people_per_billion_vnd"]),
        ]
        for project in told.document["projects"]
    ]
    widths = (7, 30, 15, 6, 16, 11, 11, 9, 9, 9, 9)
    return Grid(told.heads("projects"), rows, widths, frozenset((3, 7, 8, 9, 10)))


def _faults(told: _Told) -> Grid:
    rows = [
        [str(fault["project"] or _DASH), fault_text(fault).in_language(told.language)]
        for fault in told.document["faults"]
    ]
    return Grid(told.heads("faults"), rows, (12, 100))


def _method(told: _Told) -> list[Block]:
    document, language = told.document, told.language
    said = [
        notices()[notice["code"]].in_language(language).format(**notice["params"])
        for notice in document["notices"]
    ]
    inputs = ", ".join(_input_words(role, one) for role, one in sorted(document["inputs"].items()))
    return [
        Heading(told.say("method")),
        Words(told.say("method_words")),
        *(Words(words) for words in said),
        Words(told.say("inputs", inputs=inputs), "small"),
        *_credits(told),
        Words(told.say("code", code=document["code_version"]), "small"),
    ]


def _credits(told: _Told) -> list[Block]:
    """Name the sources of the layers, each once."""
    layers = [one.get("layer") for one in told.document["inputs"].values() if isinstance(one, Mapping)]
    known = (told.names.sources.get(str(layer)) for layer in sorted(map(str, layers)))
    sources = list(dict.fromkeys(one.in_language(told.language) for one in known if one is not None))
    return [Words(told.say("credits", sources=" ".join(sources)), "small")] if sources else []


def _input_words(role: str, one: Any) -> str:  # noqa: ANN401  of a document
    if not isinstance(one, Mapping):
        return f"{role} {one}"
    if "layer" in one:
        return f"{one['layer']} (v{one['version']})"
    return f"{one.get('name', role)}"
