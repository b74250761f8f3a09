"""Faults of an upload beyond those on its page: kept small, and read only for the table to download."""

import base64
import json
import zlib
from collections.abc import Sequence

from gis_service.analysis.checks.findings import Feature, Words
from gis_service.types import Text


def pack(features: Sequence[Feature]) -> str | None:
    """Write features as text for the inspection of an upload; None when there are none."""
    if not features:
        return None
    told = [[one.number, _written(one.words), one.lon, one.lat, one.cell] for one in features]
    return base64.b64encode(zlib.compress(json.dumps(told).encode())).decode()


def unpack(packed: str | None) -> list[Feature]:
    """Read features back."""
    if packed is None:
        return []
    kept = json.loads(zlib.decompress(base64.b64decode(packed)))
    return [Feature(number, _read(words), *told) for number, words, *told in kept]


def _written(words: Words) -> str | dict[str, str]:
    return words if isinstance(words, str) else {"vi": words.vi, "en": words.en}


def _read(words: str | dict[str, str]) -> Words:
    return words if isinstance(words, str) else Text(**words)
