"""Units through time, in a town whose communes were merged."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date

import pytest
from sqlalchemy import text

from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import Connection, Engine
from gis_service.errors import ErrorCode, NotFound, RefusedInput
from gis_service.services import studies
from gis_service.services.unit_checks import check_changes
from gis_service.services.units import CHANGES, Relative, UnitLife, lives_of
from tests.demo_city import catalogue as real_catalogue
from tests.filled_database import opened, taken_back
from tests.merged_town import AFTER, state


@pytest.fixture(scope="module")
def town_engine(make_town_database: Callable[[str], str]) -> Iterator[Engine]:
    yield from opened(make_town_database("merged_town"))


@pytest.fixture
def town(town_engine: Engine) -> Iterator[Connection]:
    yield from taken_back(town_engine)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return real_catalogue()


def told(life: UnitLife) -> tuple[list[tuple[str, str, str]], list[tuple[str, str, str]]]:
    def names(found: Sequence[Relative]) -> list[tuple[str, str, str]]:
        return [(one.vintage.id, one.unit.code, one.kind) for one in found]

    return names(life.was), names(life.became)


def test_an_old_unit_tells_what_became_of_it(town: Connection, catalogue: Catalogue) -> None:
    [life] = lives_of(town, catalogue, "b")
    assert (life.vintage.id, life.unit.name) == ("communes_2024", "Xã B")
    assert told(life) == ([], [("communes_2025", "ab", "whole")])
    change = life.became[0].change
    assert change is not None
    assert (change.changed_on, change.source) == (date(2025, 7, 1), "Nghị quyết thử")


def test_a_new_unit_tells_what_it_was(town: Connection, catalogue: Catalogue) -> None:
    [life] = lives_of(town, catalogue, "ab")
    assert told(life) == ([("communes_2024", "a", "whole"), ("communes_2024", "b", "whole")], [])


def test_a_split_unit_went_to_several_in_part(town: Connection, catalogue: Catalogue) -> None:
    insert = text(
        "INSERT INTO layer.unit_change (code, from_vintage, old_code, to_vintage, new_code, kind)"
        " VALUES ('b:c2', 'communes_2024', 'b', 'communes_2025', 'c2', 'part')"
    )
    town.execute(insert)
    town.execute(text("UPDATE layer.unit_change SET kind = 'part' WHERE code = 'b:ab'"))
    [old] = lives_of(town, catalogue, "b")
    assert told(old)[1] == [("communes_2025", "ab", "part"), ("communes_2025", "c2", "part")]
    [new] = lives_of(town, catalogue, "c2")
    assert told(new)[0] == [("communes_2024", "b", "part"), ("communes_2024", "c", "whole")]
    assert check_changes(town, catalogue).rows == 4


def test_a_unit_without_a_full_name_is_called_by_its_name_and_else_by_its_code(
    town: Connection, catalogue: Catalogue
) -> None:
    town.execute(text("UPDATE layer.district_2024 SET full_name = NULL"))
    town.execute(text("ALTER TABLE layer.district_2024 ALTER COLUMN name DROP NOT NULL"))
    town.execute(text("UPDATE layer.district_2024 SET name = NULL WHERE code = 'd2'"))
    names = [lives_of(town, catalogue, code)[0].unit.name for code in ("d1", "d2")]
    assert names == ["D1", "d2"]
    zones = studies.run(town, catalogue, "coverage", state(AFTER, vintage="districts_2024"), "lan")
    assert [row["name"] for row in zones.document["zones"]] == names


def test_units_of_a_closed_layer_are_not_spoken_of(town: Connection, catalogue: Catalogue) -> None:
    [life] = lives_of(town, catalogue, "ab", may_read=lambda layer: layer != "commune_2024")
    assert told(life) == ([], [])
    [bare] = lives_of(town, catalogue, "ab", may_read=lambda layer: layer != CHANGES)
    assert told(bare) == ([], [])
    with pytest.raises(NotFound):
        lives_of(town, catalogue, "b", may_read=lambda layer: layer != "commune_2024")


@pytest.mark.parametrize(
    ("code", "vintage", "error"),
    [
        ("zz", None, ErrorCode.UNIT_NOT_FOUND),
        ("b", "communes_2025", ErrorCode.UNIT_NOT_FOUND),
        ("b", "communes_1900", ErrorCode.STUDY_REFUSED),
    ],
)
def test_unknown_units_and_vintages_are_told(
    town: Connection, catalogue: Catalogue, code: str, vintage: str | None, error: ErrorCode
) -> None:
    with pytest.raises((NotFound, RefusedInput)) as refusal:
        lives_of(town, catalogue, code, vintage)
    assert refusal.value.code == error


def test_a_sound_table_says_how_much_was_looked_at(town: Connection, catalogue: Catalogue) -> None:
    found = check_changes(town, catalogue)
    assert (found.rows, found.steps) == (3, 1)


def test_a_row_taken_away_by_hand_is_found(town: Connection, catalogue: Catalogue) -> None:
    town.execute(text("DELETE FROM layer.unit_change WHERE code = 'b:ab'"))
    with pytest.raises(RefusedInput) as refusal:
        check_changes(town, catalogue)
    assert refusal.value.code == ErrorCode.UNIT_CHANGES_FAULTY
    assert [fault.words("en") for fault in refusal.value.faults] == ["the unit b (Xã B) goes nowhere"]


def test_an_empty_table_is_said_to_be_missing(town: Connection, catalogue: Catalogue) -> None:
    town.execute(text("DELETE FROM layer.unit_change"))
    with pytest.raises(NotFound) as refusal:
        check_changes(town, catalogue)
    assert refusal.value.code == ErrorCode.UNIT_CHANGES_MISSING
