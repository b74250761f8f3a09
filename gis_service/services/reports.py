"""Writes what an analyst takes home: summary, table, places and map, all saying the same."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from gis_service.analysis.demand import ALL
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.files.study_map import render_study_map
from gis_service.services.catchment_files import FILE as CATCHMENTS
from gis_service.services.coverage_document import summary
from gis_service.services.documents import canonical_json
from gis_service.services.gap_analysis import GapAnalysis
from gis_service.services.gap_beside_files import (
    BESIDE_FILES,
    beside_tables,
    beside_words,
    together_words,
)
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
from gis_service.services.gap_network import FILE as NETWORK
from gis_service.services.gap_vintages import GapVintage
from gis_service.services.gap_why import WHY_FILES
from gis_service.services.gap_words import QUOTA_FIGURES, answer
from gis_service.services.tables import TABLES
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
VINTAGES = "vintages"
"""Folder of what is told by other units."""
_SUMMARY, _ZONES = "summary.json", "zones.csv"
_TABLES = (ZONES_GROUPS, *BESIDE_FILES, *(f"{name}.csv" for name in TABLES))
"""Tables that a study may have or not."""
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

    A study that counts groups has their figures by unit in ``zones_groups.csv``, one with others beside it
    those in ``beside.csv`` and, of several services, ``together.csv``; one of two states what has changed in
    the files of `gis_service.services.gap_change_files.write_change`.

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
    paths = [out / name for name in (_SUMMARY, _ZONES, "gaps.gpkg", "map.html")]
    try:
        paths[0].write_bytes(canonical_json(document) + b"\n")
        _write_units(document, paths[1])
        paths[2].unlink(missing_ok=True)
        _gap_frame(analysis, document).to_file(paths[2], layer="gaps", driver="GPKG")
        paths[3].write_text(render_study_map(study_map_of(analysis, document, change)), "utf-8")
        for name in (*CHANGE_FILES, *WHY_FILES, CATCHMENTS, NETWORK):
            (out / name).unlink(missing_ok=True)  # of an earlier run that told more
        paths += _write_tables(document, out)
    except OSError as error:
        raise RefusedInput(ErrorCode.OUT_NOT_WRITABLE, path=str(out), reason=error.strerror) from error
    return paths if change is None else [*paths, *write_change(analysis, change, out)]


def write_vintages(vintages: Sequence[GapVintage], out: Path) -> list[Path]:
    """Write what is told by other units: of each a folder ``vintages/NAME`` with its summary and tables.

    Parameters
    ----------
    vintages
        The study, told by the units of each.
    out
        Folder that exists; files of an earlier run in its folder ``vintages`` are replaced or removed, files
        of others stay.

    Returns
    -------
    list of Path
        The files written: ``summary.json``, ``zones.csv``, and the further tables that the study has.

    Raises
    ------
    RefusedInput
        ``out_not_writable``.
    """
    paths: list[Path] = []
    try:
        for folder in (out / VINTAGES).glob("*"):
            if _is_ours(folder):
                _clear(folder, (_SUMMARY, _ZONES))
        for vintage in vintages:
            folder = out / VINTAGES / vintage.name
            folder.mkdir(parents=True, exist_ok=True)
            document = summary(vintage.document)
            paths += [folder / _SUMMARY, folder / _ZONES]
            paths[-2].write_bytes(canonical_json(document) + b"\n")
            _write_units(document, paths[-1])
            paths += _write_tables(document, folder)
    except OSError as error:
        raise RefusedInput(ErrorCode.OUT_NOT_WRITABLE, path=str(out), reason=error.strerror) from error
    return paths


def _write_units(document: Mapping[str, Any], path: Path) -> None:
    pd.DataFrame([_unit_row(row) for row in document["zones"]]).to_csv(path, index=False)


def _is_ours(folder: Path) -> bool:
    """Tell whether a folder holds the results of an earlier run."""
    try:
        told = json.loads((folder / _SUMMARY).read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(told, dict) and {"schema", "process", "code_version"} <= told.keys()


def _clear(folder: Path, further: Sequence[str] = ()) -> None:
    """Remove the tables of an earlier run that told more; other files stay."""
    for name in (*_TABLES, *further):
        (folder / name).unlink(missing_ok=True)


def _write_tables(document: Mapping[str, Any], folder: Path) -> list[Path]:
    """Write the tables that a document may have or not, and remove those of an earlier run."""
    _clear(folder)
    of_groups = group_rows(document)
    tables = {ZONES_GROUPS: of_groups} if len(of_groups) else {}
    tables |= beside_tables(document)
    tables |= {f"{name}.csv": pd.DataFrame(rows) for name, rows in document.get("tables", {}).items()}
    for name, rows in tables.items():
        rows.to_csv(folder / name, index=False)
    return [folder / name for name in tables]


def _unit_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """Give the row of a unit in a table: its own figures, and what it has of a quota."""
    plain = {name: value for name, value in row.items() if name not in _NESTED}
    return plain | (row["provision"] or {}) if "provision" in row else plain


def as_text(
    analysis: GapAnalysis,
    language: Language,
    rows: int,
    change: GapChange | None = None,
    *,
    together: bool = False,
) -> str:
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
    together
        Whether to say whom all services reach, and whom none of them.
    """
    document = analysis.result.document
    told = (answer(document), outside_words(document, change))
    head = " ".join(text.in_language(language) for text in told)
    more = [*beside_words(analysis), *(together_words(document) if together else [])]
    ranked = sorted(document["zones"], key=lambda row: -row["uncovered"])
    of_quota = QUOTA_FIGURES if document["parameters"]["measure"] == "quota" else ()
    heads = tuple(head.in_language(language) for head in (*_HEADS, *(head for _, head in of_quota)))
    table = [heads, *(_cells(row, of_quota, language) for row in ranked[:rows])]
    widths = [max(len(line[column]) for line in table) for column in range(len(heads))]
    lines = [_aligned(line, widths) for line in table]
    if len(ranked) > rows:
        lines.append(f"… + {len(ranked) - rows}")
    said = [f"! {notice.in_language(language)}" for notice in notice_words(analysis, document, change)]
    beside = [text.in_language(language) for text in more]
    return "\n".join([head, *beside, "", *lines, "", *said]).rstrip() + "\n"


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
            "name_en": gap_name(gap, is_unit=is_quota).en,
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
    columns = ["id", "rank", "name", "name_en", "people", "homes", "kind", "settlement", "zone", "zone_name"]
    columns += [group_column(one) for one in document["parameters"]["groups"] if one != ALL]
    geometry = [place.geometry for place in analysis.result.gaps]  # in the order of the document
    return gpd.GeoDataFrame(pd.DataFrame(rows, columns=columns), geometry=geometry, crs=analysis.inputs.crs)
