"""Text in the encodings of before Unicode: recognised, shown, and repaired where it is surely broken."""

from gis_service.analysis.legacy_text.encodings import Encoding, decode
from gis_service.analysis.legacy_text.guess import ColumnGuess, Sample, TextGuess, guess_text
from gis_service.analysis.legacy_text.repair import repair_names, repair_text

__all__ = [
    "ColumnGuess",
    "Encoding",
    "Sample",
    "TextGuess",
    "decode",
    "guess_text",
    "repair_names",
    "repair_text",
]
