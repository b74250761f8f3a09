"""How a raster is drawn: what somebody asked for, made whole by what the raster is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from gis_service.analysis.band_algebra import read_formula
from gis_service.catalogue.layer_definition import LayerDefinition
from gis_service.db.rasters import RasterRow, bands_of_data
from gis_service.errors import ErrorCode, WrongUse
from gis_service.files.raster_drawing import Drawing, Ends, Kind
from gis_service.services.raster_bands import RasterBand, band_called
from gis_service.types import Text

PLAIN_COLOURS = "viridis"
"""Of measures for which no colours were asked for: even steps stay even for the eye, on paper too."""
_PHOTOGRAPH = ("red", "green", "blue")
_BYTES: Ends = (0.0, 255.0)
_THREE = len(_PHOTOGRAPH)


@dataclass(frozen=True, slots=True)
class Look:
    """How somebody wants a raster to be drawn; what is not said follows from the raster.

    Parameters
    ----------
    bands
        One band, or three as red, green and blue; by number or name.
    expression
        A formula over bands (:func:`gis_service.analysis.band_algebra.read_formula`) in place of a band.
    rescale
        Value of the first colour and of the last: one pair for all bands, or one for each.
    colormap
        Name of the colours.
    nodata
        Value of cells that are left out, as the file holds it, in place of the one that the file declares.
    """

    bands: tuple[str, ...] = ()
    expression: str | None = None
    rescale: tuple[Ends, ...] = ()
    colormap: str | None = None
    nodata: float | None = None


PLAIN = Look()
"""As the raster itself suggests."""


def drawing_of(definition: LayerDefinition, row: RasterRow, look: Look = PLAIN) -> Drawing:
    """Work out how a version of a raster is drawn.

    Parameters
    ----------
    definition, row
        The layer and the version.
    look
        What was asked for.

    Raises
    ------
    WrongUse
        ``raster_band_unknown``, ``raster_expression_unfit``; ``raster_look_unfit`` for parameters that do not
        go together.
    """
    if look.nodata is not None and not _fits(look.nodata, str(row.bands[0]["dtype"])):
        dtype = row.bands[0]["dtype"]
        words = Text(f"Một giá trị mà ô kiểu {dtype} chứa được", f"A value that cells of {dtype} can hold")
        raise _unfit(f"nodata={look.nodata:g}", words)
    if look.expression is not None:
        return _computed(definition, row, look, look.expression)
    bands = tuple(band_called(definition, row, asked) for asked in look.bands) or _suggested(row)
    if len(bands) == 1:
        return _single(row, look, bands[0])
    if len(bands) != _THREE:
        told = f"bidx={','.join(look.bands)}"
        raise _unfit(
            told, Text("Một kênh, hoặc ba kênh đỏ, lục, lam", "One band, or three: red, green, blue")
        )
    if look.colormap is not None:
        words = Text("Bảng màu chỉ dành cho một kênh", "A colour map belongs to a single band")
        raise _unfit(f"colormap={look.colormap}", words)
    ends = look.rescale or tuple(_usual_ends(row, band) for band in bands)
    return Drawing("photograph", bands, _for_each(ends, bands), None, _is_classes(row), look.nodata)


def _computed(definition: LayerDefinition, row: RasterRow, look: Look, expression: str) -> Drawing:
    formula = read_formula(expression)
    for band in formula.bands:
        band_called(definition, row, str(band))
    if look.bands:
        words = Text("Chỉ một trong hai: expression hoặc bidx", "One of the two: expression or bidx")
        raise _unfit("bidx, expression", words)
    if not look.rescale:
        words = Text(
            "rescale=nhỏ,lớn cùng với expression, vì không ai biết trước hai đầu của kết quả",
            "rescale=low,high beside expression: nobody knows the ends of its results beforehand",
        )
        raise _unfit("expression", words)
    ends, colours = _for_each(look.rescale, (1,)), look.colormap or PLAIN_COLOURS
    return Drawing(
        "measures", formula.bands, ends, colours, _is_classes(row), look.nodata, formula.text, formula.of
    )


def _single(row: RasterRow, look: Look, band: int) -> Drawing:
    classes = _is_classes(row)
    if classes and look.colormap is None and not look.rescale:
        kind: Kind = "palette" if _role(row, band) == "palette" else "classes"
        return Drawing(kind, (band,), (), None, classes, look.nodata)
    ends = look.rescale or (RasterBand(row, band).ends or _BYTES,)
    colours = look.colormap or PLAIN_COLOURS
    return Drawing("measures", (band,), _for_each(ends, (band,)), colours, classes, look.nodata)


def is_photograph(row: RasterRow) -> bool:
    """Tell whether a raster has bands for red, green and blue."""
    return _roles(row).keys() >= set(_PHOTOGRAPH)


def _roles(row: RasterRow) -> dict[str, int]:
    """Give the number of the band of each role."""
    there = bands_of_data(row.bands)
    return {str(band["about"].get("role")): number for number, band in there.items()}


def _suggested(row: RasterRow) -> tuple[int, ...]:
    if is_photograph(row):
        by_role = _roles(row)
        return tuple(by_role[role] for role in _PHOTOGRAPH)
    return (next(iter(bands_of_data(row.bands))),)


def _usual_ends(row: RasterRow, band: int) -> Ends:
    """Give the ends of a band of a photograph: of bytes all that a byte can be, so that it looks as it is."""
    told = _told(row, band)
    if told["dtype"] == "uint8" and (told["scale"], told["offset"]) == (1.0, 0.0):
        return _BYTES
    return RasterBand(row, band).ends or _BYTES


def _for_each(ends: tuple[Ends, ...], bands: tuple[int, ...]) -> tuple[Ends, ...]:
    if len(ends) == len(bands):
        return ends
    if len(ends) == 1:
        return ends * len(bands)
    told = ",".join(f"{low:g},{high:g}" for low, high in ends)
    words = Text("Một cặp nhỏ,lớn, hoặc mỗi kênh một cặp", "One pair low,high, or one for each band")
    raise _unfit(f"rescale={told}", words)


def _fits(value: float, dtype: str) -> bool:
    kind = np.dtype(dtype)
    if kind.kind == "f":
        return abs(value) <= float(np.finfo(kind).max)
    ends = np.iinfo(kind)
    return value.is_integer() and int(ends.min) <= value <= int(ends.max)


def _is_classes(row: RasterRow) -> bool:
    return row.kind == "classes"


def _role(row: RasterRow, band: int) -> str:
    return str(_told(row, band)["about"].get("role"))


def _told(row: RasterRow, band: int) -> Mapping[str, Any]:
    return row.bands[band - 1]


def _unfit(given: str, fitting: Text) -> WrongUse:
    return WrongUse(ErrorCode.RASTER_LOOK_UNFIT, given=given, fitting=fitting)
