"""Every encoding and every reason of a guess has its words."""

from typing import get_args

import pytest

from gis_service.analysis.crs_guess import Why
from gis_service.analysis.legacy_text import Encoding
from gis_service.messages.catalogue import notices

NEEDED = [*(f"text_{encoding.value}" for encoding in Encoding), *(f"crs_{why}" for why in get_args(Why))]


@pytest.mark.parametrize("code", [*NEEDED, "tcvn3_capitals", "vn2000_recognised"])
def test_it_is_said_in_both_languages(code: str) -> None:
    words = notices()[code]
    assert words.vi
    assert words.en


def test_what_was_recognised_names_the_system_written_and_the_one_taken() -> None:
    said = notices()["vn2000_recognised"]
    for text in (said.vi, said.en):
        told = text.format(written="KTT 105-30", taken="EPSG:9209")
        assert "KTT 105-30" in told
        assert "EPSG:9209" in told
