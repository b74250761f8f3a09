"""Formulas over the bands of a raster: ``(b4 - b3) / (b4 + b3)``; arithmetic, and nothing that could be run.

The text is never run. It is read into a tree by Python's own reader, every part of the tree has to be one of
the few that are known here, and the tree is walked with whole arrays.
"""

import ast
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from gis_service.errors import ErrorCode, WrongUse
from gis_service.types import Floats

LONGEST = 200
"""Letters of a formula."""
MOST_STEPS = 32
"""Operations of a formula."""
MOST_BANDS = 8
"""Bands that a formula may name: all of them are read for every tile."""
_BAND = re.compile(r"b([1-9]\d?)")
_SIGNS = re.compile(r"[0-9b.eE+\-*/() ]*")
"""All that a formula is written with; anything else is refused before it is read at all."""
_TWO: Mapping[type[ast.operator], Callable[[Floats, Floats], Floats]] = {
    ast.Add: np.add,
    ast.Sub: np.subtract,
    ast.Mult: np.multiply,
    ast.Div: np.true_divide,
    ast.Pow: np.power,
}
_ONE: Mapping[type[ast.unaryop], Callable[[Floats], Floats]] = {ast.UAdd: np.positive, ast.USub: np.negative}


@dataclass(frozen=True, slots=True)
class BandFormula:
    """A formula that has been read.

    Parameters
    ----------
    text
        The formula in one way of writing, the same for two that differ by blanks and brackets only.
    bands
        Numbers of the bands that it names, rising, from 1.
    """

    text: str
    bands: tuple[int, ...]

    def of(self, bands: Mapping[int, Floats]) -> Floats:
        """Compute the formula cell by cell.

        Parameters
        ----------
        bands
            Values of each band that it names, all of one shape; nan where there is no data.

        Returns
        -------
        Floats
            Of the same shape; nan where a band has no data, and where nothing finite comes out.
        """
        shape = np.broadcast_shapes(*(values.shape for values in bands.values()))
        with np.errstate(all="ignore"):
            found = np.array(np.broadcast_to(_walk(_tree(self.text), bands), shape), dtype=np.float64)
        # What does not depend on a band's value, as b1 ** 0, depends on its being there all the same.
        for values in bands.values():
            found[np.isnan(values)] = np.nan
        found[~np.isfinite(found)] = np.nan
        return found


def read_formula(text: str) -> BandFormula:
    """Read a formula: ``b1`` to ``b99``, numbers, ``+ - * / **`` and brackets.

    Raises
    ------
    WrongUse
        ``raster_expression_unfit``, with the part that is not understood.

    Examples
    --------
    >>> formula = read_formula("(b2-b1) / (b2+b1)")
    >>> formula.bands, formula.text
    ((1, 2), '(b2 - b1) / (b2 + b1)')
    >>> formula.of({1: np.array([1.0, np.nan]), 2: np.array([3.0, 3.0])}).tolist()
    [0.5, nan]
    """
    if len(text) > LONGEST:
        raise _unfit(text[:LONGEST] + "…", "…")
    if not _SIGNS.fullmatch(text):
        raise _unfit(text, _SIGNS.sub("", text))
    try:
        tree = _tree(text.strip())
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        raise _unfit(text, text) from error
    bands: set[int] = set()
    steps = 0
    for node in ast.walk(tree):
        steps += isinstance(node, ast.BinOp | ast.UnaryOp)
        band = _band(node)
        if band is not None:
            bands.add(band)
        elif not _is_known(node):
            raise _unfit(text, ast.unparse(node) if isinstance(node, ast.expr) else type(node).__name__)
    if not bands or len(bands) > MOST_BANDS or steps > MOST_STEPS:
        raise _unfit(text, text)
    return BandFormula(ast.unparse(tree), tuple(sorted(bands)))


def _tree(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def _band(node: ast.AST) -> int | None:
    found = _BAND.fullmatch(node.id) if isinstance(node, ast.Name) else None
    return int(found[1]) if found else None


def _is_known(node: ast.AST) -> bool:
    if isinstance(node, ast.Constant):
        return _is_number(node.value)
    if isinstance(node, ast.BinOp):
        return type(node.op) in _TWO
    if isinstance(node, ast.UnaryOp):
        return type(node.op) in _ONE
    # Operators stand as nodes of their own, too; each has been looked at with what it joins.
    return isinstance(node, ast.operator | ast.unaryop | ast.Load)


def _is_number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return math.isfinite(float(value))
    except OverflowError:
        return False


def _walk(node: ast.AST, bands: Mapping[int, Floats]) -> Floats:
    if isinstance(node, ast.BinOp):
        return _TWO[type(node.op)](_walk(node.left, bands), _walk(node.right, bands))
    if isinstance(node, ast.UnaryOp):
        return _ONE[type(node.op)](_walk(node.operand, bands))
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return np.float64(node.value) * np.ones(())
    band = _band(node)
    if band is None:
        raise TypeError(type(node).__name__)
    return bands[band]


def _unfit(text: str, part: str) -> WrongUse:
    return WrongUse(
        ErrorCode.RASTER_EXPRESSION_UNFIT,
        expression=text,
        part=part,
        longest=LONGEST,
        steps=MOST_STEPS,
        bands=MOST_BANDS,
    )
