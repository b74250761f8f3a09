"""The first study of a new installation: whom fewer, larger communes move away from their one-stop office.

Before 1 July 2025 each of the old communes had its office, from then on only the new ones have. People stand
at the point of their commune of 2024 and distances are straight: a first approximation, and it says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from gis_service.analysis.demand import ALL
from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import Connection
from gis_service.db.layer_rows import read_layer
from gis_service.errors import ErrorCode, NotFound
from gis_service.files.store import ArtefactStore
from gis_service.services.studies import PROCESSES, Study, run
from gis_service.services.study_inputs import open_on
from gis_service.services.study_words import notice_text
from gis_service.text import number, percent
from gis_service.types import Language, LayerId, Text

SERVICE = LayerId("one_stop_office")
BEFORE, AFTER = datetime(2025, 6, 24, 10, 0), datetime(2025, 7, 1, 10, 0)  # noqa: DTZ001 (local times, both Tuesdays)
STANDARDS = ("one_stop_office_straight_5km", "one_stop_office_straight_3km")
"""In this order, so that the newest study, the one the map opens with, is the telling one."""

_SENTENCE = Text(
    vi=(
        "Khi {offices_before} bộ phận một cửa cấp xã còn {offices_after}, số người có bộ phận một cửa trong"
        " bán kính {km} km (đường chim bay) giảm từ {covered_before} xuống {covered_after} trong {total}"
        " người ({share}): thêm {lost} người ở ngoài; đây là ước lượng đầu tiên, từ dữ liệu minh hoạ."
    ),
    en=(
        "When {offices_before} one-stop offices become {offices_after}, the people with an office within"
        " {km} km (as the crow flies) fall from {covered_before} to {covered_after} of {total} ({share}):"
        " {lost} more are outside; a first approximation, from generated data."
    ),
)


@dataclass(frozen=True)
class Comparison:
    """One radius before and after.

    Parameters
    ----------
    radius_m
        Straight radius in metres.
    before, after
        The two studies.
    """

    radius_m: float
    before: Study
    after: Study

    def people(self, study: Study, figure: str) -> float:
        """Give a figure of all people in one of the two studies: persons, or a share 0..1."""
        return float(study.document["totals"][ALL][figure])


@dataclass(frozen=True)
class FirstStudy:
    """The first study.

    Parameters
    ----------
    offices_before, offices_after
        Offices open on the two days.
    rows
        One comparison per radius, the smaller first.
    sentence
        The answer.
    notices
        What must be said beside it, each once.
    """

    offices_before: int
    offices_after: int
    rows: tuple[Comparison, ...]
    sentence: Text
    notices: tuple[Text, ...]


def run_first_study(
    connection: Connection, catalogue: Catalogue, author: str, store: ArtefactStore | None = None
) -> FirstStudy:
    """Run and keep the four studies, and put them together.

    Raises
    ------
    NotFound
        ``first_study_not_here`` when the city does not define its standards.
    RefusedInput
        ``study_layer_empty`` when the layers of the demo city are not loaded.
    """
    if absent := [standard for standard in STANDARDS if standard not in catalogue.standards]:
        raise NotFound(ErrorCode.FIRST_STUDY_NOT_HERE, city=catalogue.city.id, absent=", ".join(absent))
    rows = tuple(
        Comparison(
            float(catalogue.standards[standard].limit or 0),
            *(_run(connection, catalogue, standard, at, author, store) for at in (BEFORE, AFTER)),
        )
        for standard in STANDARDS
    )
    rows = tuple(sorted(rows, key=lambda row: row.radius_m))
    offices = read_layer(connection, SERVICE, ("open_from", "open_to"))
    before, after = (int(open_on(offices, at.date()).sum()) for at in (BEFORE, AFTER))
    said = [
        notice for row in rows for study in (row.before, row.after) for notice in study.document["notices"]
    ]
    texts = tuple(dict.fromkeys(notice_text(notice) for notice in said))
    return FirstStudy(before, after, rows, _sentence(before, after, rows[0]), texts)


def _run(
    connection: Connection,
    catalogue: Catalogue,
    standard: str,
    at: datetime,
    author: str,
    store: ArtefactStore | None,
) -> Study:
    request = {"standard": standard, "at": at.isoformat()}
    return run(connection, catalogue, PROCESSES[0], request, author, store=store)


def _sentence(before: int, after: int, row: Comparison) -> Text:
    return Text(vi=_words(before, after, row, "vi"), en=_words(before, after, row, "en"))


def _words(before: int, after: int, row: Comparison, language: Language) -> str:
    was, now = row.people(row.before, "covered"), row.people(row.after, "covered")
    return _SENTENCE.in_language(language).format(
        offices_before=number(before, language),
        offices_after=number(after, language),
        km=number(row.radius_m / 1000, language),
        covered_before=number(was, language),
        covered_after=number(now, language),
        total=number(row.people(row.after, "total"), language),
        share=percent(row.people(row.after, "share"), language),
        lost=number(was - now, language),
    )


def table(found: FirstStudy, language: Language) -> Sequence[Sequence[str]]:
    """Give the comparison as rows of a table, the first row holding the headings."""
    headings = Text(
        vi="bán kính|điểm|người trong|tỷ lệ|người ngoài|thay đổi|phân tích",
        en="radius|offices|people within|share|outside|change|study",
    )
    lines = [headings.in_language(language).split("|")]
    for row in found.rows:
        for study, offices in ((row.before, found.offices_before), (row.after, found.offices_after)):
            change = row.people(study, "covered") - row.people(row.before, "covered")
            lines.append(
                [
                    f"{number(row.radius_m / 1000, language)} km",
                    number(offices, language),
                    number(row.people(study, "covered"), language),
                    percent(row.people(study, "share"), language),
                    number(row.people(study, "uncovered"), language),
                    "–" if study is row.before else number(change, language),
                    study.id,
                ]
            )
    return lines
