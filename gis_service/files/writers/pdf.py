"""PDF reports: title, words, tables and curves on pages of paper, all of it vector and text (record 030).

Equal reports are equal files: no time of writing stands in them.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A3, A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    LongTable,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
)

from gis_service.files.writers.paper import Curve, Grid, Heading, Report, Words
from gis_service.types import Text

PLAIN, BOLD = "Be Vietnam Pro", "Be Vietnam Pro Semibold"
_FONTS = {PLAIN: "be-vietnam-pro-400.ttf", BOLD: "be-vietnam-pro-600.ttf"}
INK, MUTED, LINE, WASH = (HexColor(code) for code in ("#14232b", "#5a6b73", "#dfe6e8", "#f4f7f7"))
BRAND, SUBJECT, OUTSIDE = (HexColor(code) for code in ("#0d3742", "#0b7a83", "#c8450f"))
NOTICE, NOTICE_WASH = HexColor("#7a5a12"), HexColor("#fff7e0")
_MARGIN, _HEAD, _FOOT = 14 * mm, 8 * mm, 9 * mm
_PAGE = Text("Trang {page} / {pages}", "Page {page} of {pages}")


def write_pdf(out: Path, report: Report) -> None:
    """Write a report.

    Raises
    ------
    OSError
        Where the file cannot be written.
    """
    _letters()
    size = landscape({"a4": A4, "a3": A3}[report.paper])
    width = size[0] - 2 * _MARGIN
    frame = Frame(
        _MARGIN,
        _MARGIN + _FOOT,
        width,
        size[1] - 2 * _MARGIN - _FOOT - _HEAD,
        leftPadding=0,
        rightPadding=0,
        topPadding=0,
        bottomPadding=0,
    )
    story: list[Flowable] = [
        Paragraph(escape(report.title), _style("title")),
        Paragraph(escape(report.subtitle), _style("subtitle")),
        Spacer(1, 4 * mm),
    ]
    for block in report.blocks:
        story += _DRAWN[type(block)](block, width)
    document = BaseDocTemplate(
        str(out),
        pagesize=size,
        title=report.title,
        lang=report.language,
        invariant=1,
        author=report.about.get("author", ""),
        subject=report.about.get("subject", ""),
        pageTemplates=[PageTemplate("page", [frame])],
    )
    document.build(story, canvasmaker=_numbered(report))


@cache
def _letters() -> None:
    """Register our own letters, once in a process; only those that are used are put into a file."""
    for name, file in _FONTS.items():
        with as_file(files("gis_service.files") / "assets" / file) as path:
            pdfmetrics.registerFont(TTFont(name, str(path)))


_STYLES: Mapping[str, Mapping[str, Any]] = {
    "title": {"fontName": BOLD, "fontSize": 19, "leading": 24, "textColor": BRAND},
    "subtitle": {"fontSize": 9.5, "leading": 13, "textColor": MUTED, "spaceBefore": 2},
    "heading": {
        "fontName": BOLD,
        "fontSize": 12,
        "leading": 15,
        "textColor": BRAND,
        "spaceBefore": 12,
        "spaceAfter": 5,
    },
    "answer": {"fontSize": 12, "leading": 17.5, "spaceAfter": 5},
    "plain": {"fontSize": 9, "leading": 13, "spaceAfter": 3},
    "small": {"fontSize": 7.5, "leading": 10.5, "textColor": MUTED, "spaceAfter": 2},
    "notice": {
        "fontSize": 8.5,
        "leading": 12,
        "textColor": NOTICE,
        "backColor": NOTICE_WASH,
        "borderPadding": (4, 6, 4, 6),
        "leftIndent": 6,
        "rightIndent": 6,
        "spaceBefore": 9,
        "spaceAfter": 9,
    },
    "cell": {"fontSize": 8, "leading": 10.5},
    "strong": {"fontName": BOLD, "fontSize": 8, "leading": 10.5},
    "head": {"fontName": BOLD, "fontSize": 7.5, "leading": 9.5, "textColor": MUTED},
}


@cache
def _style(name: str, *, right: bool = False) -> ParagraphStyle:
    given = {"fontName": PLAIN, "textColor": INK, **_STYLES[name]}
    if right:
        given["alignment"] = TA_RIGHT
    return ParagraphStyle(name, **given)


def _heading(block: Heading, _width: float) -> list[Flowable]:
    # Not at the foot of a page, with what it is the title of on the next.
    return [CondPageBreak(38 * mm), Paragraph(escape(block.words), _style("heading"))]


def _words(block: Words, _width: float) -> list[Flowable]:
    return [Paragraph(escape(block.words), _style(block.kind))]


def _grid(block: Grid, width: float) -> list[Flowable]:
    whole = sum(block.widths)
    widths = [width * share / whole for share in block.widths]

    def cells(row: Sequence[str], name: str) -> list[Paragraph]:
        return [
            Paragraph(escape(text), _style(name, right=column in block.figures))
            for column, text in enumerate(row)
        ]

    rows = [
        cells(row, "strong" if number in block.strong else "cell") for number, row in enumerate(block.rows)
    ]
    look: list[tuple[Any, ...]] = [
        ("FONTNAME", (0, 0), (-1, -1), PLAIN),
        ("VALIGN", (0, 0), (-1, 0), "BOTTOM"),
        ("VALIGN", (0, 1), (-1, -1), "TOP"),
        ("LINEBELOW", (0, 0), (-1, 0), 0.8, BRAND),
        ("LINEBELOW", (0, 1), (-1, -1), 0.4, LINE),
        ("TOPPADDING", (0, 0), (-1, -1), 2.2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2.6),
        ("LEFTPADDING", (0, 0), (-1, -1), 3),
        ("RIGHTPADDING", (0, 0), (-1, -1), 3),
    ]
    look += [("BACKGROUND", (0, row + 1), (-1, row + 1), WASH) for row in sorted(block.strong)]
    table = LongTable([cells(block.heads, "head"), *rows], colWidths=widths, repeatRows=1, style=look)
    return [table, Spacer(1, 3 * mm)]


def _curve(block: Curve, width: float) -> list[Flowable]:
    drawn = _Stairs(block, width, 62 * mm)
    # A table of one cell keeps it whole on its page.
    return [
        Table(
            [[drawn]],
            colWidths=[width],
            style=[("LEFTPADDING", (0, 0), (-1, -1), 0), ("FONTNAME", (0, 0), (-1, -1), PLAIN)],
        )
    ]


_DRAWN: Mapping[type[Any], Callable[[Any, float], list[Flowable]]] = {
    Heading: _heading,
    Words: _words,
    Grid: _grid,
    Curve: _curve,
}


class _Stairs(Flowable):
    """A curve with its axes, as wide as the page."""

    _LEFT, _BELOW, _ABOVE = 24 * mm, 12 * mm, 7 * mm

    def __init__(self, curve: Curve, width: float, height: float) -> None:
        super().__init__()
        self._curve, self.width, self.height = curve, width, height

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        return self.width, self.height

    def draw(self) -> None:
        canvas, curve = self.canv, self._curve
        most_across = max((point[0] for point in curve.points), default=0.0) or 1.0
        most_up = max((point[1] for point in curve.points), default=0.0) or 1.0
        wide = self.width - self._LEFT - 12 * mm
        high = self.height - self._BELOW - self._ABOVE

        def place(point: tuple[float, float]) -> tuple[float, float]:
            return (
                self._LEFT + wide * point[0] / most_across,
                self._BELOW + high * point[1] / most_up,
            )

        canvas.setFont(PLAIN, 7)
        canvas.setStrokeColor(LINE)
        canvas.setFillColor(MUTED)
        canvas.setLineWidth(0.4)
        for up in round_steps(most_up):
            y = place((0.0, up))[1]
            canvas.line(self._LEFT, y, self._LEFT + wide, y)
            canvas.drawRightString(self._LEFT - 4, y - 2.4, curve.told(up))
        for across in round_steps(most_across):
            canvas.drawCentredString(place((across, 0.0))[0], self._BELOW - 9, curve.told(across))
        canvas.drawRightString(self._LEFT + wide, self._BELOW - 19, curve.across)
        canvas.drawString(0, self.height - 7, curve.up)
        self._draw_marks(place)
        self._draw_line(place)

    def _draw_marks(self, place: Callable[[tuple[float, float]], tuple[float, float]]) -> None:
        canvas = self.canv
        canvas.setDash(1.5, 1.5)
        canvas.setStrokeColor(MUTED)
        for across, words in self._curve.marks:
            x, y = place((across, 0.0))
            canvas.line(x, y, x, self.height - self._ABOVE)
            canvas.setFillColor(MUTED)
            canvas.drawRightString(x - 3, self.height - self._ABOVE + 2, words)
        canvas.setDash()

    def _draw_line(self, place: Callable[[tuple[float, float]], tuple[float, float]]) -> None:
        canvas, path = self.canv, self.canv.beginPath()
        path.moveTo(*place((0.0, 0.0)))
        before = 0.0
        for across, up in self._curve.points:
            path.lineTo(*place((across, before)))
            path.lineTo(*place((across, up)))
            before = up
        canvas.setStrokeColor(SUBJECT)
        canvas.setLineWidth(1.4)
        canvas.setLineJoin(1)
        canvas.drawPath(path, stroke=1, fill=0)


_ROUND = (1.0, 2.0, 2.5, 5.0, 10.0)
_STEPS = 5


def round_steps(most: float) -> list[float]:
    """Give round figures from 0 up to the greatest on an axis, six at most.

    Examples
    --------
    >>> round_steps(995.3)
    [0.0, 200.0, 400.0, 600.0, 800.0]
    """
    power = 10.0 ** math.floor(math.log10(most / _STEPS))
    step = next(power * part for part in _ROUND if power * part * _STEPS >= most * (1 - 1e-9))
    return [step * number for number in range(_STEPS + 1) if step * number <= most * (1 + 1e-9)]


def _numbered(report: Report) -> type[Canvas]:
    """Give a canvas that knows how many pages there are when it draws the foot of the first."""

    class Numbered(Canvas):
        def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401  as of the library
            super().__init__(*args, **{**options, "initialFontName": PLAIN})
            self._pages: list[dict[str, Any]] = []

        def showPage(self) -> None:  # noqa: N802  the name that the library gives it
            self._pages.append(dict(self.__dict__))
            self._startPage()  # type: ignore[attr-defined]  # the stubs do not know it

        def save(self) -> None:
            count = len(self._pages)
            for page, state in enumerate(self._pages, 1):
                self.__dict__.update(state)
                _frame_of(self, report, page, count)
                super().showPage()
            super().save()

    return Numbered


def _frame_of(canvas: Canvas, report: Report, page: int, pages: int) -> None:
    """Draw what each page has: a line of the house at its head, footer and number at its foot."""
    # The library has no other door, and its stubs do not know this one.
    width, height = canvas._pagesize  # type: ignore[attr-defined]  # noqa: SLF001
    canvas.setFillColor(BRAND)
    canvas.rect(0, height - 3 * mm, width, 3 * mm, stroke=0, fill=1)
    canvas.setStrokeColor(LINE)
    canvas.setLineWidth(0.4)
    canvas.line(_MARGIN, _MARGIN + 4 * mm, width - _MARGIN, _MARGIN + 4 * mm)
    canvas.setFont(PLAIN, 7)
    canvas.setFillColor(MUTED)
    canvas.drawString(_MARGIN, _MARGIN, report.footer)
    told = _PAGE.in_language(report.language).format(page=page, pages=pages)
    canvas.drawRightString(width - _MARGIN, _MARGIN, told)
    if page > 1:
        canvas.drawString(_MARGIN, height - 9 * mm, report.title)
