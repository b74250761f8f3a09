"""What the demo city promises, measured on the city that a first start loads."""

from collections import Counter

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from gis_service.analysis.demand import ALL
from gis_service.analysis.demo_city.ages import GROUPS, unit_groups
from gis_service.services.demo import DemoCity
from gis_service.services.demo_build import City
from gis_service.services.demo_figures import Figures, measure

PEOPLE = 1_860_447
DISTRICTS = {
    "Thái Bình": 206_037,
    "Đông Hưng": 244_838,
    "Hưng Hà": 253_272,
    "Kiến Xương": 216_682,
    "Quỳnh Phụ": 240_940,
    "Thái Thụy": 255_222,
    "Tiền Hải": 215_535,
    "Vũ Thư": 227_921,
}
ABOUT = {
    "one_stop_office": (307, 307),
    "health_station": (242, 300),
    "hospital": (18, 22),
    "kindergarten": (290, 310),
    "school_primary": (270, 290),
    "school_lower_secondary": (250, 270),
    "school_upper_secondary": (38, 42),
    "market": (210, 230),
    "park": (36, 44),
    "fire_station": (8, 10),
    "bus_stop": (340, 460),
    "wifi": (190, 210),
    "camera": (450, 550),
    "projects": (40, 60),
    "settlement": (1_500, 2_500),
    "ferries": (3, 6),
    "residents": (100_000, 120_000),
}


@pytest.fixture(scope="module")
def frames(demo_city: DemoCity) -> dict[str, pd.DataFrame]:
    return {written.layer: gpd.read_file(written.path) for written in demo_city.layers}


@pytest.fixture(scope="module")
def figures(built_city: City) -> Figures:
    return measure(built_city)


def test_there_are_286_242_and_65_communes_and_8_districts(frames: dict[str, pd.DataFrame]) -> None:
    counts = [len(frames[layer]) for layer in ("commune_2019", "commune_2024", "commune", "district_2024")]
    assert counts == [286, 242, 65, 8]
    assert (
        dict(zip(frames["district_2024"]["name"], frames["district_2024"]["pop_2019"], strict=True))
        == DISTRICTS
    )


@pytest.mark.parametrize("layer", ABOUT)
def test_layers_have_plausible_numbers_of_features(frames: dict[str, pd.DataFrame], layer: str) -> None:
    least, most = ABOUT[layer]
    assert least <= len(frames[layer]) <= most


@pytest.mark.parametrize(
    ("layer", "column"),
    [
        ("commune_2024", "pop_2019"),
        ("commune", "pop_2019"),
        ("district_2024", "pop_2019"),
        ("residents", "people"),
    ],
)
def test_no_person_is_lost_on_the_way(frames: dict[str, pd.DataFrame], layer: str, column: str) -> None:
    assert frames[layer][column].sum() == PEOPLE


@pytest.mark.parametrize(("field", "layer"), [("commune_2024", "commune_2024"), ("commune", "commune")])
def test_people_of_every_commune_are_those_of_the_census(
    frames: dict[str, pd.DataFrame], field: str, layer: str
) -> None:
    counted = frames["residents"].groupby(field)["people"].sum()
    wanted = frames[layer].set_index("code")["pop_2019"]
    assert counted.astype(int).to_dict() == wanted.astype(int).to_dict()


def test_age_groups_add_up_at_every_home_and_in_every_commune(
    frames: dict[str, pd.DataFrame], built_city: City
) -> None:
    homes = frames["residents"]
    assert (homes[list(GROUPS)].sum(axis=1) == homes["people"]).all()
    counted = homes.groupby("commune_2024")[list(GROUPS)].sum().astype(int)
    assert (counted.to_numpy() == unit_groups(built_city.land.units)).all()
    assert ALL not in homes.columns


def test_every_home_lies_in_its_communes_and_off_the_water(frames: dict[str, pd.DataFrame]) -> None:
    homes = frames["residents"].geometry.to_numpy()
    for field, layer in (("commune_2024", "commune_2024"), ("commune", "commune")):
        outline = frames[layer].set_index("code").geometry[frames["residents"][field]].to_numpy()
        assert shapely.contains(outline, homes).all()
    waters = frames["rivers"]
    water = waters[waters["kind"] != "canal"].geometry.to_numpy()
    assert len(shapely.STRtree(homes).query(water, predicate="intersects")[1]) == 0


def test_outlines_of_a_vintage_cover_the_province_once(built_city: City) -> None:
    land = built_city.land
    assert shapely.coverage_is_valid(land.outlines)
    assert sum(shapely.area(land.outlines)) == pytest.approx(land.province.area, rel=1e-9)


def test_districts_and_new_communes_are_unions_of_the_old_ones(frames: dict[str, gpd.GeoDataFrame]) -> None:
    old = frames["commune_2024"].to_crs(9209)
    for field, layer in (("successor", "commune"), ("district_code", "district_2024")):
        area = pd.Series(shapely.area(frames[layer].to_crs(9209).geometry.to_numpy()), frames[layer]["code"])
        parts = pd.Series(shapely.area(old.geometry.to_numpy())).groupby(old[field]).sum()
        assert np.allclose(area.loc[parts.index], parts, rtol=1e-6)


def test_the_network_is_large_and_nearly_everybody_is_on_its_main_part(figures: Figures) -> None:
    assert all(count >= 100_000 for count in figures.arcs.values()), figures.arcs
    assert all(share >= 0.98 for share in figures.connected.values()), figures.connected


def test_two_lanes_in_five_are_narrow_and_rivers_are_crossed_in_few_places(figures: Figures) -> None:
    assert figures.narrow == pytest.approx(0.4, abs=0.02)
    assert 6 <= figures.bridges <= 8
    assert 3 <= figures.ferries <= 6


def test_roads_have_one_ways_dead_ends_and_all_classes(built_city: City) -> None:
    roads = built_city.roads
    assert {"national", "provincial", "district", "commune", "village_lane", "alley"} <= set(roads.road_class)
    assert (roads.oneway != 0).sum() > 50
    ends = np.concatenate([shapely.get_coordinates(shapely.get_point(roads.lines, at)) for at in (0, -1)])
    _, count = np.unique(np.round(ends, 2), axis=0, return_counts=True)
    assert (count == 1).sum() > 1_000


def test_settlements_are_named_and_the_great_rivers_are_there(frames: dict[str, pd.DataFrame]) -> None:
    settlements = frames["settlement"]
    assert settlements["name"].str.len().min() > 3
    assert not settlements.duplicated(["commune_2024", "name"]).any()
    assert Counter(settlements["rank"])[1] == 8
    names = set(frames["rivers"]["name"])
    assert {"Sông Hồng", "Sông Luộc", "Sông Hóa", "Sông Trà Lý"} <= names


def test_towns_wards_and_seats_are_called_by_their_names(frames: dict[str, pd.DataFrame]) -> None:
    settlements = frames["settlement"]
    place = frames["commune_2024"].set_index("code")["name"].to_dict()
    great = settlements[settlements["rank"] <= 2]
    assert len(great) == 19
    for name, code, kind in zip(great["name"], great["commune_2024"], great["kind"], strict=True):
        assert name == ("Thái Bình" if (kind, place[code]) == ("town", "Trần Lãm") else place[code])
    assert Counter(settlements["kind"])["town"] == 10
    seats = set(settlements.loc[settlements["rank"] == 1, "name"])
    assert {"Thái Bình", "Quỳnh Côi", "Hưng Hà", "Diêm Điền"} <= seats


def test_offices_hold_both_states_and_177_may_stay_as_branches(frames: dict[str, pd.DataFrame]) -> None:
    offices = frames["one_stop_office"]
    before, after = offices[offices["open_to"].notna()], offices[offices["open_from"].notna()]
    assert (len(before), len(after)) == (242, 65)
    ranked = before[before["branch_rank"].notna()]
    assert sorted(ranked["branch_rank"].astype(int)) == list(range(1, 178))
    assert after["branch_rank"].isna().all()
    site = before.set_index("site_id").geometry
    assert after.geometry.geom_equals(
        gpd.GeoSeries(site.loc[after["site_id"]].to_numpy(), after.index, crs=4326)
    ).all()
    assert set(after["commune_code"]) == set(frames["commune"]["code"])


def test_offices_stand_in_their_communes(frames: dict[str, pd.DataFrame]) -> None:
    offices = frames["one_stop_office"]
    outline = frames["commune"].set_index("code").geometry[offices["commune_code"]].to_numpy()
    assert shapely.contains(outline, offices.geometry.to_numpy()).all()


def test_every_sample_project_is_called_so(frames: dict[str, pd.DataFrame]) -> None:
    names = frames["projects"]["name"].tolist()
    assert names[6].startswith("Dự án mẫu 07: ")
    assert all(name.startswith("Dự án mẫu ") for name in names)
    assert set(frames["projects"]["phase"]) == {"phase_1", "phase_2", "phase_3"}


def test_projects_are_spread_over_the_communes_and_branches_stand_at_former_offices(
    frames: dict[str, gpd.GeoDataFrame],
) -> None:
    projects, offices = frames["projects"], frames["one_stop_office"]
    assert projects["commune_code"].value_counts().max() <= 2
    former = offices[offices["branch_rank"].notna()].sort_values("branch_rank").head(12)
    branches = projects[projects["service"] == "one_stop_office"]
    assert len(branches) == 5
    assert set(shapely.to_wkb(branches.geometry.to_numpy())) <= set(
        shapely.to_wkb(former.geometry.to_numpy())
    )
