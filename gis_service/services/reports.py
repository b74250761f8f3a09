"""Writes what an analyst takes home: summary, table, places and map, all saying the same."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from gis_service.analysis.demand import ALL
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.files.study_map import render_study_map
from gis_service.services.coverage_document import summary
from gis_service.services.documents import canonical_json
from gis_service.services.gap_analysis import GapAnalysis
from gis_service.services.gap_change import GapChange
from gis_service.services.gap_change_files import CHANGE_FILES, write_change
from gis_service.services.gap_groups import group_column, group_rows
from gis_service.services.gap_map import (
    gap_name,
    notice_words,
    outside_words,
    people_of_groups,
    study_map_of,
)
from gis_service.services.gap_why import WHY_FILES
from gis_service.services.gap_words import QUOTA_FIGURES, answer
from gis_service.text import amount_words, number, percent
from gis_service.types import Language, Text

_HEADS = (
    Text("Đơn vị", "Unit"),
    Text("Số người", "People"),
    Text("Ở ngoài", "Outside"),
    Text("Trong chuẩn", "Within"),
)
ZONES_GROUPS = "zones_groups.csv"
"""The figures of groups by unit, where a study counts groups."""
_NESTED = ("arrived", "groups", "provision")
"""Members of a row of a unit that hold figures of their own."""


def prepare_folder(out: Path) -> None:
    """Make the folder of the results, before anything is computed.

    Raises
    ------
    RefusedInput
        ``out_not_writable``.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        probe = out / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise RefusedInput(ErrorCode.OUT_NOT_WRITABLE, path=str(out), reason=error.strerror) from error


def write_reports(analysis: GapAnalysis, out: Path, change: GapChange | None = None) -> list[Path]:
    """Write ``summary.json``, ``zones.csv``, ``gaps.gpkg``, ``map.html`` and a CSV file per further table.

    A study that counts groups has their figures by unit in ``zones_groups.csv``, one of two states what has
    changed in the files of `gis_service.services.gap_change_files.write_change`.

    Parameters
    ----------
    analysis
        The study.
    out
        Folder that exists; files of the same names in it are replaced.
    change
        Its comparison with a state before, if there is one.

    Returns
    -------
    list of Path
        The files written. ``gaps.gpkg`` holds homes and belongs to whoever owns the population file, and so
        do the further tables; the others show nothing finer than units and cells of 250 m.

    Raises
    ------
    RefusedInput
        ``out_not_writable``.
    """
    document = summary(analysis.result.document)
    if change is not None:
        document |= {"change": change.document}
    paths = [out / name for name in ("summary.json", "zones.csv", "gaps.gpkg", "map.html")]
    try:
        paths[0].write_bytes(canonical_json(document) + b"\n")
        pd.DataFrame([_unit_row(row) for row in document["zones"]]).to_csv(paths[1], index=False)
        paths[2].unlink(missing_ok=True)
        _gap_frame(analysis, document).to_file(paths[2], layer="gaps", driver="GPKG")
        paths[3].write_text(render_study_map(study_map_of(analysis, document, change)), "utf-8")
        for name in (ZONES_GROUPS, *CHANGE_FILES, *WHY_FILES):
            (out / name).unlink(missing_ok=True)  # of an earlier run that told more
        of_groups = group_rows(document)
        if len(of_groups):
            paths.append(out / ZONES_GROUPS)
            of_groups.to_csv(paths[-1], index=False)
        for name, rows in document.get("tables", {}).items():
            paths.append(out / f"{name}.csv")
            pd.DataFrame(rows).to_csv(paths[-1], index=False)
    except OSError as error:
        raise RefusedInput(ErrorCode.OUT_NOT_WRITABLE, path=str(out), reason=error.strerror) from error
    return paths if change is None else [*paths, *write_change(analysis, change, out)]


def _unit_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """Give the row of a unit in a table: its own figures, and what it has of a quota."""
    plain = {name: value for name, value in row.items() if name not in _NESTED}
    return plain | (row["provision"] or {}) if "provision" in row else plain


def as_text(analysis: GapAnalysis, language: Language, rows: int, change: GapChange | None = None) -> str:
    """Tell the result for a terminal: the answer, the units with most people outside, the notices.

    Parameters
    ----------
    analysis
        The study.
    language
        Language of the words and the numbers.
    rows
        How many units to show.
    change
        Its comparison with a state before, if there is one.
    """
    document = analysis.result.document
    told = (answer(document), outside_words(document, change))
    head = " ".join(text.in_language(language) for text in told)
    ranked = sorted(document["zones"], key=lambda row: -row["uncovered"])
    of_quota = QUOTA_FIGURES if document["parameters"]["measure"] == "quota" else ()
    heads = tuple(head.in_language(language) for head in (*_HEADS, *(head for _, head in of_quota)))
    table = [heads, *(_cells(row, of_quota, language) for row in ranked[:rows])]
    widths = [max(len(line[column]) for line in table) for column in range(len(heads))]
    lines = [_aligned(line, widths) for line in table]
    if len(ranked) > rows:
        lines.append(f"… + {len(ranked) - rows}")
    said = [f"! {notice.in_language(language)}" for notice in notice_words(document, change)]
    return "\n".join([head, "", *lines, "", *said]).rstrip() + "\n"


def _aligned(line: Sequence[str], widths: Sequence[int]) -> str:
    """Names to the left, figures to the right."""
    figures = (cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True))
    return "  ".join([line[0].ljust(widths[0]), *figures])


def _cells(
    row: Mapping[str, Any], of_quota: Sequence[tuple[str, Text]], language: Language
) -> tuple[str, ...]:
    share = "–" if row["share"] is None else percent(row["share"], language)
    has = row.get("provision")
    more = ("–" if has is None else amount_words(has[name], language) for name, _ in of_quota)
    return (row["name"], *(number(row[name], language) for name in ("total", "uncovered")), share, *more)


def _gap_frame(analysis: GapAnalysis, document: Mapping[str, Any]) -> gpd.GeoDataFrame:
    """One row per gap place, ranked, with its people of each group; the geometry is its homes, in metres."""
    is_quota = document["parameters"]["measure"] == "quota"
    rows = [
        {
            "id": gap["id"],
            "rank": rank,
            "name": gap_name(gap, is_unit=is_quota).vi,
            "people": float(gap["people"]),
            "homes": gap["homes"],
            "kind": gap["kind"],
            "settlement": gap["settlement"],
            "zone": gap["zone"],
            "zone_name": gap["zone_name"],
            **{group_column(group): people for group, people in people_of_groups(analysis, place)},
        }
        for rank, (gap, place) in enumerate(zip(document["gaps"], analysis.result.gaps, strict=True), 1)
    ]
    columns = ["id", "rank", "name", "people", "homes", "kind", "settlement", "zone", "zone_name"]
    columns += [group_column(one) for one in document["parameters"]["groups"] if one != ALL]
    geometry = [place.geometry for place in analysis.result.gaps]  # in the order of the document
    return gpd.GeoDataFrame(pd.DataFrame(rows, columns=columns), geometry=geometry, crs=analysis.inputs.crs)
