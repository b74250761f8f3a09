"""What looks like a value that is no unit: the likest first, those of its district before others."""

import pytest

from gis_service.analysis.unit_similar import MOST_SUGGESTED, NEAR_NAME, similar

LOOKS = [{"dongdo"}, {"donga"}, {"vulac", "xavulac"}, {"thaihung"}, set[str]()]


@pytest.mark.parametrize(
    ("wanted", "here", "found"),
    [
        (["dongd"], None, (0, 1)),
        (["dongd"], {1}, (1, 0)),
        (["dongd"], {3}, (0, 1)),
        (["xavulacc"], None, (2,)),
        (["xxx", "thaihunq"], None, (3,)),
        (["hanoi"], None, ()),
        ([], None, ()),
    ],
)
def test_the_likest_are_found(wanted: list[str], here: set[int] | None, found: tuple[int, ...]) -> None:
    assert similar(wanted, LOOKS, here, NEAR_NAME) == found


def test_not_more_are_shown_than_anybody_reads() -> None:
    looks = [{f"dongdo{number}"} for number in range(9)]
    assert similar(["dongdo"], looks, None, NEAR_NAME) == tuple(range(MOST_SUGGESTED))
