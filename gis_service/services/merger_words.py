"""The answer to the question of a merger in words: a sentence, a small table, the communes that lose."""

from collections.abc import Iterator, Sequence
from typing import Any

from gis_service.analysis.demand import ALL
from gis_service.services.coverage_parameters import CoverageCatchment
from gis_service.services.merger import LIMITS_S, STANDARDS, Merger, Way
from gis_service.services.study_words import limit_words, mode_words
from gis_service.text import number, percent
from gis_service.types import Language, Text

_SENTENCE = Text(
    vi=(
        "Khi {before} bộ phận một cửa cấp xã còn {after}, {lost} trong {total} người không còn {office}"
        " trong {limit}; giữ thêm {branches} điểm phụ ({share} số điểm đóng cửa) thì còn"
        " {lost_with_branches} người."
    ),
    en=(
        "When {before} one-stop offices become {after}, {lost} of {total} people no longer have {office}"
        " within {limit}; with {branches} branches kept ({share} of those that close) it is"
        " {lost_with_branches}."
    ),
)
_OFFICE = {
    "any": Text("bộ phận một cửa nào", "an office"),
    "own_unit": Text("bộ phận một cửa của xã mình", "the office of their own commune"),
}
_GENERATED = Text(vi=" Tính từ dữ liệu minh hoạ.", en=" Computed from generated data.")
_HEADINGS = Text(
    vi="cách đi|trong|{before} điểm|{after} + {branches}|{after} điểm|mất (người)",
    en="way|within|{before} offices|{after} + {branches}|{after} offices|lose (people)",
)
_MINUTES = Text("{minutes} phút", "{minutes} min")
_ADDED = {
    "median_s": Text("xa thêm: một nửa *", "added: median *"),
    "p95_s": Text("xa thêm: 95 % *", "added: 95% *"),
}
FOOTNOTE = Text(vi="* trong số người tới được", en="* among those who arrive")
"""Stands below the table."""
_COMMUNES = Text(
    vi="Xã mất nhiều người nhất trong {limit} ({vintage}), {before} → {after}:",
    en="Communes that lose most people within {limit} ({vintage}), {before} → {after}:",
)


def sentence(found: Merger, catchment: CoverageCatchment = "any") -> Text:
    """Say the answer in one sentence; data that is generated says so."""
    return Text(vi=_sentence(found, catchment, "vi"), en=_sentence(found, catchment, "en"))


def _sentence(found: Merger, catchment: CoverageCatchment, language: Language) -> str:
    way = found.ways[STANDARDS[-1], catchment]
    document = way.document(branches=False)
    totals = document["totals"][ALL]
    said = _SENTENCE.in_language(language).format(
        **_offices(found, language),
        lost=number(totals["lost"], language),
        total=number(totals["total"], language),
        office=_OFFICE[catchment].in_language(language),
        limit=limit_words(document["parameters"]["after"], language),
        share=percent(found.branch_share, language, 0),
        lost_with_branches=number(way.document(branches=True)["totals"][ALL]["lost"], language),
    )
    return said + (_GENERATED.in_language(language) if document["generated_data"] else "")


def _offices(found: Merger, language: Language) -> dict[str, str]:
    counts = found.offices
    told = {"before": counts.before, "after": counts.after, "branches": counts.branches}
    return {name: number(count, language) for name, count in told.items()}


def table(found: Merger, language: Language, catchment: CoverageCatchment = "any") -> list[list[str]]:
    """Give the answer as rows of a table, the first row holding the headings.

    For each way of going and each limit the share of the people within it, in the three states, and how many
    lose it without branches; below these, how much longer the way gets, among those who arrive.
    """
    headings = _HEADINGS.in_language(language).format(**_offices(found, language))
    lines = [headings.split("|")]
    for standard in reversed(STANDARDS):
        lines += _lines(found.ways[standard, catchment], language)
    return lines


def _lines(way: Way, language: Language) -> Iterator[list[str]]:
    with_branches, without = (way.document(branches=branches)["totals"][ALL] for branches in (True, False))
    name = mode_words(way.document(branches=False)["parameters"]["after"]["mode"], language)
    for row, limit in enumerate(LIMITS_S):
        kept, alone = with_branches["limits"][row], without["limits"][row]
        shares = (alone["share_before"], kept["share_after"], alone["share_after"])
        yield [
            name,
            _minutes(limit, language),
            *("–" if share is None else percent(share, language) for share in shares),
            number(alone["lost"], language),
        ]
    for quantile, words in _ADDED.items():
        added = (_minutes(totals["added"][quantile], language, 1) for totals in (with_branches, without))
        yield [name, words.in_language(language), "", *added, ""]


def _minutes(seconds: float | None, language: Language, decimals: int = 0) -> str:
    if seconds is None:
        return "–"
    return _MINUTES.in_language(language).format(minutes=number(seconds / 60, language, decimals))


def communes(
    found: Merger, language: Language, catchment: CoverageCatchment = "any"
) -> Iterator[tuple[str, Sequence[Sequence[str]]]]:
    """Give the communes that lose most, in each vintage: a heading and the rows of a table.

    A row holds the people who lose, those of the commune, and its name.
    """
    way = found.ways[STANDARDS[-1], catchment]
    parameters: dict[str, Any] = way.document(branches=False)["parameters"]["after"]
    for vintage in found.vintages:
        heading = _COMMUNES.in_language(language).format(
            limit=limit_words(parameters, language), vintage=vintage, **_offices(found, language)
        )
        yield (
            heading,
            [
                [number(row["lost"], language), number(row["total"], language), row["name"]]
                for row in way.losers(vintage)
            ],
        )
