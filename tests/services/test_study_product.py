"""Compact products: their files, what they are named by, and that they are the studies of their readers."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import Connection
from gis_service.errors import ErrorCode, NotFound
from gis_service.services import studies
from gis_service.services.accounts import ANONYMOUS, Caller, Role
from gis_service.services.prepared import Prepared
from gis_service.services.step_tables_closed import public_study
from gis_service.services.study_product import DEGREE, NEVER
from gis_service.services.study_product_bytes import packed, unpacked
from gis_service.services.study_products import ask_product, live_product, require_name, stored_product
from tests import product_fixture
from tests.live_town import MOTORBIKE
from tests.services.test_step_tables import FIGURES, rows_of, thresholded

PLANNER = Caller(Role.PLANNER, "lan")
GROUPS = MOTORBIKE | {"groups": ["age_60"]}
LIMITS = (15, 60, 300, 600, 900, 3600)


@pytest.fixture(scope="module")
def town_url(make_town_database: Callable[[str], str]) -> str:
    return make_town_database("live_town")


def stored(connection: Connection, catalogue: Catalogue, **inputs: object) -> dict[str, Any]:
    return studies.run(connection, catalogue, "coverage", GROUPS | inputs, "lan").document


def figures_of(document: dict[str, Any], ids: list[str]) -> dict[tuple[str, str, str], float | None]:
    return {
        (id_, group, name): row[name]
        for id_ in ids
        for group, row in rows_of(document, id_).items()
        for name in FIGURES
    }


def counted(product: bytes, limit: int) -> dict[tuple[str, str, str], float | None]:
    """Count the places of a product within a limit, as a client does."""
    head, columns = unpacked(product)
    found: dict[tuple[str, str, str], float | None] = {}
    for number, row in enumerate(head["rows"]):
        inside = (columns["row"] == number) | (number == 0)
        for at, group in enumerate(head["groups"]):
            cost, people = columns["cost"][head["cost_of"][at]], columns["people"][at].astype(np.int64)
            total, covered, lost = (
                int(people[inside & chosen].sum())
                for chosen in (inside, (cost >= 0) & (cost <= limit * 1000), cost == NEVER)
            )
            for name, value in zip(FIGURES, (total, covered, total - covered, lost), strict=True):
                found[row["id"], group, name] = value / 1000
    return found


def test_a_file_is_read_as_it_was_written() -> None:
    columns = {
        "a": np.arange(3, dtype=np.uint16),
        "b": np.arange(6.0).reshape(2, 3),
        "c": np.empty(0, np.int32),
    }
    file = packed({"tên": "sản phẩm"}, columns)
    head, found = unpacked(file)
    assert head["tên"] == "sản phẩm"
    assert {name: values.tolist() for name, values in found.items()} == {
        name: values.tolist() for name, values in columns.items()
    }
    assert len(file) % 8 == 0
    assert all(one["offset"] % 8 == 0 for one in head["columns"])


def test_the_fixture_of_the_client_is_in_step() -> None:
    assert product_fixture.FILE.read_text("utf-8") == product_fixture.made()


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"vintage": "communes_2024"},
        {"catchment": "own_unit"},
        {"mode": "walk", "group_speeds": True},
        {"measure": "straight_radius", "beside": []},
    ],
    ids=str,
)
def test_a_product_of_a_study_is_the_study_as_each_reader_may_see_it(
    town: Connection, catalogue: Catalogue, asked: dict[str, object]
) -> None:
    prepared = Prepared()
    limits = LIMITS if "measure" not in asked else (25, 500, 2000, 10_000)
    kept = stored(town, catalogue, limit=limits[-1], **asked)
    steps, points = (
        stored_product(town, catalogue, kept, prepared, detail).content for detail in ("steps", "points")
    )
    head, _ = unpacked(steps)
    ids = [row["id"] for row in head["rows"]]
    for limit in limits:
        study = stored(town, catalogue, limit=limit, **asked)
        assert counted(points, limit) == figures_of(study, ids)
        assert thresholded(steps, limit // head["step"]) == figures_of(public_study(study), ids)


def test_the_product_of_a_question_is_that_of_its_study(town: Connection, catalogue: Catalogue) -> None:
    prepared = Prepared()
    for detail in ("steps", "points"):
        asked = ask_product(town, catalogue, GROUPS, PLANNER, detail)
        found = live_product(asked, prepared).content
        assert found == stored_product(town, catalogue, stored(town, catalogue), prepared, detail).content


def test_all_limits_share_a_name_and_any_edit_gives_another(town: Connection, catalogue: Catalogue) -> None:
    def name(**inputs: object) -> str:
        return ask_product(town, catalogue, GROUPS | inputs, ANONYMOUS, "steps").name

    before = name()
    assert before == name(limit=900) == name(tables=["facilities"]) == name(beside=[])
    assert len({before, name(mode="walk"), name(groups=[]), name(vintage="communes_2024")}) == 4
    asked = ask_product(town, catalogue, GROUPS, ANONYMOUS, "points")
    assert asked.name != before
    with pytest.raises(NotFound) as caught:
        require_name(asked, before)
    assert caught.value.code is ErrorCode.PRODUCT_UNKNOWN
    town.exec_driver_sql("UPDATE layer.residents SET people = people + 100 WHERE code = 'residents3'")
    assert name() != before


def test_places_are_told_to_the_centimetre(town: Connection, catalogue: Catalogue) -> None:
    asked = ask_product(town, catalogue, MOTORBIKE, PLANNER, "points")
    _, columns = unpacked(live_product(asked, Prepared()).content)
    rows = town.exec_driver_sql("SELECT ST_X(geom), ST_Y(geom) FROM layer.residents ORDER BY 1").all()
    found = np.column_stack([columns["lon"], columns["lat"]]) / DEGREE
    assert np.abs(found[np.argsort(found[:, 0])] - np.array(rows)).max() < 2e-7


@pytest.mark.parametrize("process", ["compare", "catchment"])
def test_a_study_without_steps_has_no_product(town: Connection, catalogue: Catalogue, process: str) -> None:
    document = stored(town, catalogue) | {"process": process}
    with pytest.raises(NotFound) as caught:
        stored_product(town, catalogue, document, Prepared(), "steps")
    assert caught.value.code is ErrorCode.PRODUCT_WITHOUT_STEPS


def test_a_question_without_a_limit_has_no_product(town: Connection, catalogue: Catalogue) -> None:
    asked = {"service": "one_stop_office", "measure": "inside_area"}
    with pytest.raises(NotFound) as caught:
        ask_product(town, catalogue, asked, ANONYMOUS, "steps")
    assert caught.value.code is ErrorCode.PRODUCT_WITHOUT_STEPS


def test_units_that_change_later_give_the_product_of_a_kept_study_another_name(
    town: Connection, catalogue: Catalogue
) -> None:
    prepared, kept = Prepared(), stored(town, catalogue)
    before = stored_product(town, catalogue, kept, prepared, "steps")
    assert stored_product(town, catalogue, kept, prepared, "steps") is before
    # What the step table closes follows from the units of all vintages.
    town.exec_driver_sql("DELETE FROM layer.commune_2024 WHERE code = 'commune_20240'")
    assert stored_product(town, catalogue, kept, prepared, "steps").mark != before.mark
