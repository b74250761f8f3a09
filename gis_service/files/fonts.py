"""The letters of pages that open with no network: our own copies of Be Vietnam Pro, written into the page."""

import base64
from importlib.resources import files

_ASSETS = files("gis_service.files") / "assets"
_LATIN = "U+0000-024F,U+2000-206F,U+20AC,U+2122,U+2212"
_VIETNAMESE = (
    "U+0102-0103,U+0110-0111,U+0128-0129,U+0168-0169,U+01A0-01A1,U+01AF-01B0,U+0300-0309,U+0323,U+1EA0-1EF9"
)
_LETTERS = {"latin": _LATIN, "vietnamese": _VIETNAMESE}
_WEIGHTS = (400, 600)
_FAMILY, _HALF_BOLD = "Be Vietnam Pro", "Be Vietnam Pro Semibold"
FONTS = tuple(f"be-vietnam-pro-{subset}-{weight}.woff2" for weight in _WEIGHTS for subset in _LETTERS)
"""Files in ``assets/``."""


def font_faces(*, for_maps: bool = False) -> str:
    """Give the style rules that hold the letters.

    Parameters
    ----------
    for_maps
        Whether labels of a map ask for the half-bold by a family of its own (``tiles/base/style.json``).
    """
    faces = [_face(_FAMILY, weight, subset) for weight in _WEIGHTS for subset in _LETTERS]
    if for_maps:
        faces += [_face(_HALF_BOLD, _WEIGHTS[-1], subset) for subset in _LETTERS]
    return "".join(faces)


def _face(family: str, weight: int, subset: str) -> str:
    data = base64.b64encode((_ASSETS / f"be-vietnam-pro-{subset}-{weight}.woff2").read_bytes()).decode()
    return (
        f"@font-face{{font-family:'{family}';font-weight:{weight};unicode-range:{_LETTERS[subset]};"
        f"src:url(data:font/woff2;base64,{data}) format('woff2')}}"
    )
