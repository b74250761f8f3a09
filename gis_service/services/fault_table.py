"""What was found in a file as a table: one line for each fault, the same over the API and in a terminal."""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from gis_service.analysis.checks.findings import Feature, Finding
from gis_service.text import BYTE_ORDER_MARK, plain_cell
from gis_service.types import Language

_ENDS = ("code", "severity", "count", "title"), ("text", "lon", "lat", "remedy")


@dataclass(frozen=True, slots=True)
class FaultLine:
    """One line.

    Parameters
    ----------
    code, severity, count, title, remedy
        Of the kind of fault; ``count`` is of all of its kind.
    where, text
        Which feature, and what stands there; for what concerns the file as a whole nothing, and the detail.
    lon, lat
        Where to look, in degrees (WGS 84); None where that is not known.
    """

    code: str
    severity: str
    count: int
    title: str
    where: str
    text: str
    lon: float | None
    lat: float | None
    remedy: str


def fault_lines(findings: Iterable[Finding], language: Language) -> Iterator[FaultLine]:
    """Tell every feature that is kept of every finding.

    Parameters
    ----------
    findings
        Of an inspection.
    language
        Of the words.
    """
    for found in findings:
        for one in found.features or (Feature(None, found.detail(language)),):
            where = one.where.in_language(language) if found.features else ""
            yield FaultLine(
                found.code.value,
                found.severity.value,
                found.count,
                found.title(language),
                where,
                one.said(language),
                one.lon,
                one.lat,
                found.advice(language),
            )


def fault_table(faults: Iterable[FaultLine], named: str = "where") -> str:
    """Write a table that a spreadsheet opens with its Vietnamese, running nothing in it.

    Parameters
    ----------
    faults
        The lines.
    named
        What the column of ``where`` is called.
    """
    out = io.StringIO()
    out.write(BYTE_ORDER_MARK)
    lines = csv.writer(out)
    lines.writerow((*_ENDS[0], named, *_ENDS[1]))
    for one in faults:
        place = ("" if side is None else repr(side) for side in (one.lon, one.lat))
        told = (one.code, one.severity, str(one.count), one.title, one.where, one.text, *place, one.remedy)
        lines.writerow(map(plain_cell, told))
    return out.getvalue()
