from collections import Counter

import numpy as np
import shapely

from gis_service.analysis.demo_city.land import Land
from gis_service.analysis.demo_city.villages import make_villages
from tests.analysis.demo_city.delta import land, villages


def test_the_people_of_the_villages_add_up_exactly_to_their_commune() -> None:
    found = villages()
    sums = np.bincount(found.unit, found.people, minlength=242).astype(np.int64)
    assert sums.tolist() == [unit.people for unit in land().units]
    assert found.people.sum() == 1_860_447
    assert (found.people > 0).all()


def test_there_are_enough_named_settlements_and_names_do_not_repeat_in_a_commune() -> None:
    found = villages()
    assert len(found.name) >= 1_500
    assert max(Counter(zip(found.unit.tolist(), found.name, strict=True)).values()) == 1
    assert np.bincount(found.unit).min() >= 4


def test_settlements_are_named_after_what_they_are() -> None:
    found = villages()
    for row, kind, name, main in zip(found.unit, found.kind, found.name, found.is_main, strict=True):
        unit = land().units[row]
        if unit.unit_type == "commune":
            assert (kind, name[:5]) == ("village", "Thôn ")
        elif not main:
            assert kind == "street_group"
            assert name.startswith("Tổ dân phố số ")


def test_a_town_is_the_main_settlement_of_a_township_and_the_city_that_of_its_seat() -> None:
    found, units = villages(), land().units
    towns = {
        (name, units[row].name)
        for row, kind, name in zip(found.unit, found.kind, found.name, strict=True)
        if kind == "town"
    }
    townships = {(unit.name, unit.name) for unit in units if unit.unit_type == "township"}
    assert towns == townships | {("Thái Bình", "Trần Lãm")}
    assert all(main for kind, main in zip(found.kind, found.is_main, strict=True) if kind == "town")


def test_the_main_settlement_of_a_ward_bears_its_name() -> None:
    found = villages()
    for row, name in zip(found.unit[found.is_main], np.array(found.name)[found.is_main], strict=True):
        unit = land().units[row]
        assert unit.unit_type != "ward" or name in (unit.name, "Thái Bình")


def test_there_is_one_main_settlement_for_each_commune_and_it_stands_at_the_communes_point() -> None:
    found = villages()
    assert found.unit[found.is_main].tolist() == list(range(242))
    points = np.array([unit.xy for unit in land().units])
    assert np.hypot(*(found.xy[found.is_main] - points).T).max() < 150.0


def test_settlements_are_disjoint_valid_polygons() -> None:
    shapes = villages().shape
    assert shapely.is_valid(shapes).all()
    assert {shape.geom_type for shape in shapes} == {"Polygon"}
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    assert (one == other).all()


def test_settlements_lie_in_their_commune_and_off_the_water() -> None:
    found = villages()
    assert shapely.contains(land().outlines[found.unit], found.shape).all()
    assert shapely.distance(found.shape, land().water).min() > 55.0


def test_hearts_lie_inside() -> None:
    found = villages()
    assert shapely.contains_xy(found.shape, found.xy[:, 0], found.xy[:, 1]).all()


def test_between_the_villages_lies_paddy() -> None:
    share = shapely.area(villages().shape).sum() / land().province.area
    assert 0.12 < share < 0.18


def test_sizes_are_uneven_and_the_main_one_is_the_largest() -> None:
    found = villages()
    assert np.percentile(found.people, 95) > 2 * np.median(found.people)
    largest = [found.people[found.unit == row].argmax() for row in range(242)]
    assert largest == [0] * 242


def test_a_commune_alone_is_settled_as_among_the_others() -> None:
    whole, row = land(), 100
    alone = Land(
        whole.units[row : row + 1],
        whole.outlines[row : row + 1],
        whole.outlines[row],
        whole.waters,
        whole.water,
    )
    found, all_of_them = make_villages(alone), villages()
    mine = all_of_them.unit == row
    assert shapely.to_wkb(found.shape).tolist() == shapely.to_wkb(all_of_them.shape[mine]).tolist()
    assert found.people.tolist() == all_of_them.people[mine].tolist()
    assert list(found.name) == [name for name, my in zip(all_of_them.name, mine, strict=True) if my]
