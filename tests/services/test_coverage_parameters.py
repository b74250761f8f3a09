"""The bounds of what a study of coverage may be asked."""

from dataclasses import replace

import pytest

from gis_service.errors import RefusedInput
from gis_service.services.coverage import run_coverage
from tests.street import WALK_800_M, street


def test_a_turn_out_of_more_than_a_day_is_refused() -> None:
    driven = replace(WALK_800_M, measure="network_time", direction="from_facility", turnout_s=86_400.0)
    assert run_coverage(street(), driven).document["totals"]["all"]["covered"] == 0
    with pytest.raises(RefusedInput) as refused:
        run_coverage(street(), replace(driven, turnout_s=9.2e15))
    assert refused.value.params["name"] == "turnout_s"


def test_the_longest_limit_covers_nobody_whom_no_way_reaches() -> None:
    totals = run_coverage(street(), replace(WALK_800_M, limit=1e7)).document["totals"]["all"]
    assert totals["uncovered"] == totals["unreachable"]
