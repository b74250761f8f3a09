"""What of a definition decides how a layer looks from afar, and that the layers of studies keep every row."""

from dataclasses import replace

import pytest

from gis_service.catalogue.layer_definition import LayerDefinition
from gis_service.db.tiles import Importance
from gis_service.services.overview_recipes import importance_of, is_of_studies, recipe_of
from gis_service.types import LayerId, Text
from tests.demo_city import catalogue

CITY = catalogue()


def layer(name: str) -> LayerDefinition:
    return CITY.layers[LayerId(name)]


@pytest.mark.parametrize(
    "name", ["commune", "commune_2024", "district_2024", "one_stop_office", "hospital", "park"]
)
def test_units_and_facilities_are_never_thinned(name: str) -> None:
    assert is_of_studies(CITY, layer(name))
    assert importance_of(CITY, layer(name)) is None
    assert not recipe_of(CITY, layer(name)).may_gather


@pytest.mark.parametrize("name", ["roads", "residents", "land_use", "camera", "water_main"])
def test_other_layers_may_be(name: str) -> None:
    assert not is_of_studies(CITY, layer(name))
    assert recipe_of(CITY, layer(name)).may_gather


def test_what_was_published_of_a_study_is_one_of_theirs() -> None:
    source = Text(
        "Kết quả phân tích của dịch vụ (coverage: zones)", "Study of this service (coverage: zones)"
    )
    published = replace(layer("land_use"), id=LayerId("reach"), made=True, source=source)
    assert is_of_studies(CITY, published)
    assert not is_of_studies(CITY, replace(published, made=False)), "a file that says so is none"


def test_roads_are_joined_by_class_and_the_great_ones_stay() -> None:
    recipe, importance = recipe_of(CITY, layer("roads")), importance_of(CITY, layer("roads"))
    assert (recipe.table.by_class, recipe.dimension) == ("road_class", 1)
    assert recipe.table.joined_by == ("road_class", "name"), "the base map shows names"
    assert recipe_of(replace(CITY, tilesets={}), layer("roads")).table.joined_by == ("road_class",)
    assert importance is not None
    assert importance.ranked is not None
    assert importance.ranked[1][:3] == ("expressway", "national", "provincial")


def test_people_are_summed_and_keys_and_codes_are_not() -> None:
    recipe = recipe_of(CITY, layer("residents"))
    assert recipe.table.is_point
    assert recipe.table.summed[:2] == ("people", "age_0_2")
    assert "level" in recipe_of(CITY, layer("roads")).table.summed
    assert "oneway" not in recipe_of(CITY, layer("roads")).table.summed
    assert importance_of(CITY, layer("residents")) == Importance(0, None, "people")


def test_another_field_or_another_way_is_another_recipe() -> None:
    before = recipe_of(CITY, layer("roads")).mark
    fewer = replace(layer("roads"), fields=layer("roads").fields[:-1])
    assert recipe_of(CITY, fewer).mark != before
    assert recipe_of(CITY, replace(layer("roads"), description=Text("a", "b"))).mark == before
    assert (
        recipe_of(CITY, replace(layer("land_use"), coverage=False)).mark
        != recipe_of(CITY, layer("land_use")).mark
    )
