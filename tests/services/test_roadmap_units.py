"""What everybody may see of units: shares in steps, each of which stands for at least ten people."""

from math import floor

from hypothesis import given
from hypothesis import strategies as st

from gis_service.services.roadmap_units import LEAST_SHOWN, STEPS, hide_units
from gis_service.services.suppression import SMALLEST_SHOWN, Row

PEOPLE = st.integers(0, 3000).flatmap(lambda total: st.tuples(st.just(total), st.integers(0, total)))


def shown_of(total: int, covered: int, told: int | None = 500) -> Row:
    """Give the figures of one unit as everybody may see them; ``told`` is the sum of its service."""
    share = covered / total if total else None
    row: Row = {"total": total, "covered": {"now": covered}, "share": {"now": share}}
    document = {
        "services": [{"id": "office", "now": {"covered": told}}],
        "units": [{"id": "1", "name": "Xã", "services": {"office": row}}],
    }
    hide_units(document)
    return row


@given(PEOPLE)
def test_a_step_hides_at_least_ten_people(people: tuple[int, int]) -> None:
    total, covered = people
    row = shown_of(total, covered)
    assert row["total"] is row["covered"]["now"] is None
    share = row["share"]["now"]
    if total < LEAST_SHOWN:
        assert share is None
        return
    assert share == floor(covered * STEPS / total) / STEPS
    # As few as can live outside the standard there, and as many: at least ten numbers of people look alike.
    alike = [other for other in range(total) if floor(other * STEPS / total) / STEPS == share]
    assert covered == total or len(alike) >= SMALLEST_SHOWN


def test_units_of_a_hidden_service_are_hidden() -> None:
    assert shown_of(1000, 700, told=None)["share"]["now"] is None
    assert shown_of(1000, 700)["share"]["now"] == 0.7


def test_a_study_that_tells_no_units_stays_so() -> None:
    document: Row = {"services": []}
    hide_units(document)
    assert document == {"services": []}
