import csv
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from gis_service.analysis.lattice import LATTICE, Lattice
from gis_service.analysis.modes import FERRY_KMH, MODES, WALK_KMH, mode
from gis_service.analysis.network import ROAD_CLASSES
from gis_service.catalogue.loader import Catalogue, load_catalogue
from gis_service.services.network import FERRY_RULES
from gis_service.settings import ROOT

CENSUS = ROOT / "layers" / "thai_binh" / "census"

JUDGED = [
    "one_stop_office",
    "health_station",
    "hospital",
    "kindergarten",
    "school_primary",
    "school_lower_secondary",
    "school_upper_secondary",
    "market",
    "park",
    "fire_station",
    "bus_stop",
]
DEMO_LAYERS = [
    *JUDGED,
    "commune",
    "commune_2019",
    "commune_2024",
    "district_2024",
    "unit_change",
    "residents",
    "roads",
    "ferries",
    "rivers",
    "land_use",
    "settlement",
    "flood_area",
    "protected_area",
    "wifi",
    "camera",
    "water_main",
    "sewer",
    "power_line",
    "projects",
]


@pytest.fixture(scope="module")
def thai_binh() -> Catalogue:
    return load_catalogue(ROOT / "layers", ROOT / "tiles", "thai_binh")


@pytest.fixture(scope="module")
def communes() -> list[dict[str, str]]:
    with (CENSUS / "communes_2019.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_demo_layer_is_defined_and_no_other(thai_binh: Catalogue) -> None:
    assert sorted(thai_binh.layers) == sorted(DEMO_LAYERS)


@pytest.mark.parametrize("layer", DEMO_LAYERS)
def test_a_layer_speaks_both_languages(thai_binh: Catalogue, layer: str) -> None:
    definition = thai_binh.layers[layer]
    texts = [definition.title, definition.description, definition.source]
    texts += [field.label for field in definition.fields]
    assert all(text.vi.strip() and text.en.strip() for text in texts)
    assert definition.title.vi != definition.title.en


def test_every_word_of_a_fixed_list_is_said_in_both_languages(thai_binh: Catalogue) -> None:
    lists = [
        (layer.id, field)
        for layer in thai_binh.layers.values()
        for field in layer.fields
        if field.type == "text" and field.values is not None
    ]
    assert len(lists) > 20
    assert [
        (layer, field.name) for layer, field in lists if set(field.values or ()) != field.words.keys()
    ] == []


def test_every_layer_is_public_but_the_residents(thai_binh: Catalogue) -> None:
    seen = {name: definition.visibility for name, definition in thai_binh.layers.items()}
    assert seen.pop("residents") == "personal"
    assert set(seen.values()) == {"public"}


@pytest.mark.parametrize("layer", [*JUDGED, "wifi"])
def test_a_facility_has_what_studies_ask_of_it(thai_binh: Catalogue, layer: str) -> None:
    definition = thai_binh.layers[layer]
    role = definition.field("role")
    assert role is not None
    assert role.values == ("main", "branch")
    for name, kind in [
        ("site_id", "text"),
        ("open_from", "date"),
        ("open_to", "date"),
        ("commune_code", "text"),
    ]:
        field = definition.field(name)
        assert field is not None
        assert field.type == kind


def test_residents_have_a_column_for_everybody_and_for_each_age_group(thai_binh: Catalogue) -> None:
    fields = {field.name: field.type for field in thai_binh.layers["residents"].fields}
    for name in ["people", *(group.id for group in thai_binh.city.groups)]:
        assert fields[name] == "number"


def test_units_have_the_three_kinds(thai_binh: Catalogue) -> None:
    for layer in ("commune", "commune_2024", "commune_2019"):
        field = thai_binh.layers[layer].field("unit_type")
        assert field is not None
        assert field.values == ("ward", "township", "commune")


def test_road_classes_are_those_of_the_engine(thai_binh: Catalogue) -> None:
    field = thai_binh.layers["roads"].field("road_class")
    assert field is not None
    assert field.values == ROAD_CLASSES


def test_speeds_of_the_city_are_those_of_the_engine(thai_binh: Catalogue) -> None:
    conventions = thai_binh.city.conventions
    assert set(conventions.modes) == set(MODES)
    for name, speeds in conventions.modes.items():
        known = mode(name)
        by_class = dict(zip(ROAD_CLASSES, known.speeds_kmh, strict=True))
        assert speeds.speeds_kmh == {name: kmh for name, kmh in by_class.items() if kmh is not None}
        assert (speeds.access_kmh, speeds.unpaved_factor, speeds.min_width_m) == (
            known.access_kmh,
            known.unpaved_factor,
            known.min_width_m,
        )
    assert {"all": 4.8, **conventions.walkers_kmh} == WALK_KMH


def test_ferries_and_the_lattice_of_the_city_are_those_of_the_engine(thai_binh: Catalogue) -> None:
    conventions = thai_binh.city.conventions
    ferry = conventions.ferry
    assert (ferry.speed_kmh, ferry.wait_s / 60) == (FERRY_KMH, FERRY_RULES.wait_min)
    assert (ferry.first.hour, ferry.last.hour, ferry.first.minute, ferry.last.minute) == (
        *FERRY_RULES.hours,
        0,
        0,
    )
    assert Lattice(conventions.lattice_step_m, conventions.lattice_offset_m) == LATTICE


def test_phases_are_three_from_2020_to_2030(thai_binh: Catalogue) -> None:
    days = [phase.start for phase in thai_binh.phases] + [thai_binh.phases[-1].end]
    assert days == [date(2020, 1, 1), date(2023, 1, 1), date(2026, 1, 1), date(2031, 1, 1)]


@pytest.mark.parametrize("service", JUDGED)
def test_a_service_has_a_straight_standard_and_one_along_roads(thai_binh: Catalogue, service: str) -> None:
    measures = {entry.measure for entry in thai_binh.standards.values() if entry.service == service}
    assert {"straight_radius", "network_time"} <= measures


def test_no_standard_is_called_verified_before_somebody_read_the_law(thai_binh: Catalogue) -> None:
    assert [entry.id for entry in thai_binh.standards.values() if entry.verified] == []


def test_planning_law_is_straight_or_a_quota_with_its_days_in_force(thai_binh: Catalogue) -> None:
    law = [entry for entry in thai_binh.standards.values() if "QCVN" in entry.source.en]
    assert len(law) > 20
    for entry in law:
        assert entry.measure in {"straight_radius", "quota"}
        assert entry.in_force_from is not None
        assert "second-hand" in entry.source.en
    ends = {entry.in_force_to for entry in law if "2021" in entry.source.en}
    assert ends == {date(2027, 1, 1)}


def test_every_other_standard_says_that_it_is_an_assumption(thai_binh: Catalogue) -> None:
    others = [entry for entry in thai_binh.standards.values() if "QCVN" not in entry.source.en]
    assert all(entry.source.en.startswith("Demonstration assumption") for entry in others)
    assert {(entry.mode, entry.limit) for entry in others if entry.measure == "network_time"} == {
        ("motorbike", 600),
        ("walk", 900),
        ("car", 600),
    }


def test_the_first_approximation_of_one_stop_offices_is_3_and_5_km(thai_binh: Catalogue) -> None:
    limits = [thai_binh.standards[f"one_stop_office_straight_{km}km"].limit for km in (3, 5)]
    assert limits == [3000, 5000]


def test_schools_are_for_their_ages(thai_binh: Catalogue) -> None:
    reach = [entry for entry in thai_binh.standards.values() if entry.measure != "quota"]
    groups = {service: {entry.group for entry in reach if entry.service == service} for service in JUDGED}
    named = {service: found for service, found in groups.items() if found != {"all"}}
    assert named == {
        "kindergarten": {"age_3_5"},
        "school_primary": {"age_6_10"},
        "school_lower_secondary": {"age_11_14"},
    }


def test_the_census_holds_286_communes_and_1860447_people(communes: list[dict[str, str]]) -> None:
    assert len({row["code"] for row in communes}) == len(communes) == 286
    assert sum(int(row["people"]) for row in communes) == 1_860_447


def test_286_communes_became_242_and_then_65(communes: list[dict[str, str]]) -> None:
    assert len({row["code_2024"] for row in communes}) == 242
    assert len({row["code_2025"] for row in communes}) == 65
    assert len({(row["code_2024"], row["code_2025"]) for row in communes}) == 242


def test_districts_hold_the_published_numbers_of_units_and_people(communes: list[dict[str, str]]) -> None:
    people: Counter[str] = Counter()
    for row in communes:
        people[row["district"]] += int(row["people"])
    units = Counter(row["district"] for row in communes)
    assert {name: (units[name], people[name]) for name in people} == {
        "Thái Bình": (19, 206_037),
        "Đông Hưng": (44, 244_838),
        "Hưng Hà": (35, 253_272),
        "Kiến Xương": (37, 216_682),
        "Quỳnh Phụ": (38, 240_940),
        "Thái Thụy": (48, 255_222),
        "Tiền Hải": (35, 215_535),
        "Vũ Thư": (30, 227_921),
    }


def test_areas_add_up_to_the_published_area_of_the_province(communes: list[dict[str, str]]) -> None:
    with (CENSUS / "areas_2025.csv").open(encoding="utf-8", newline="") as file:
        areas = {row["code"]: float(row["area_km2"]) for row in csv.DictReader(file)}
    assert set(areas) == {row["code_2025"] for row in communes}
    assert round(sum(areas.values()), 2) == 1584.61


def test_the_census_agrees_with_the_change_table_it_was_taken_from(
    communes: list[dict[str, str]], shared_data: Path
) -> None:
    source = shared_data / "thai_binh" / "communes_2019_2024_2025.csv"
    with source.open(encoding="utf-8", newline="") as file:
        expected = {
            (row["gso_code_2019"], row["pop_2019"], row["gso_code_nov2024"]) for row in csv.DictReader(file)
        }
    assert {(row["code"], row["people"], row["code_2024"]) for row in communes} == expected


def test_definition_folders_hold_no_code() -> None:
    assert [path for folder in ("layers", "tiles") for path in (ROOT / folder).rglob("*.py")] == []


@pytest.mark.parametrize("folder", ["layers", "tiles"])
def test_the_first_line_of_a_readme_says_that_there_is_no_code(folder: str) -> None:
    first = (ROOT / folder / "README.md").read_text("utf-8").splitlines()[0]
    assert first.endswith("definitions, no code")
