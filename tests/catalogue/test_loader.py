import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from gis_service.catalogue.loader import load_catalogue
from gis_service.errors import ErrorCode, Fault, NotFound, RefusedInput
from gis_service.settings import ROOT

CITIES = Path(__file__).parents[1] / "cities"

TILESET = """\
id: town
title: {vi: Thị trấn, en: Town}
minzoom: 6
maxzoom: 16
layers:
  - id: commune
    fields: [code, name]
  - id: clinic
    fields: [name]
"""
QUERY = """\
-- The town; see :nothing here.
SELECT (SELECT ST_AsMVT(rows, 'clinic') FROM (SELECT fid, name, geom FROM drawn_clinic) AS rows)
    || (SELECT ST_AsMVT(rows, 'commune')
          FROM (SELECT ST_AsMVTGeom(c.geom, ST_TileEnvelope(:z, :x, :y)) FROM drawn_commune AS c) AS rows)
"""
STYLE = """\
{
  "layers": [
    {"id": "commune", "type": "fill", "source": "town", "source-layer": "commune"},
    {"id": "name", "type": "symbol", "source": "town", "source-layer": "clinic",
     "layout": {"text-field": ["coalesce", ["get", "name"], ""]}}
  ]
}
"""


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """Give a sound copy of the small city and a tileset for it, for a test to spoil."""
    layers, town = tmp_path / "layers", tmp_path / "tiles" / "town"
    shutil.copytree(CITIES, layers)
    town.mkdir(parents=True)
    (town / "tileset.yaml").write_text(TILESET, "utf-8")
    (town / "query.sql").write_text(QUERY, "utf-8")
    (town / "style.json").write_text(STYLE, "utf-8")
    return layers, tmp_path / "tiles"


def spoil(root: Path, name: str, old: str, new: str) -> None:
    path = root / name
    content = path.read_text("utf-8")
    assert old in content
    path.write_text(content.replace(old, new, 1), "utf-8")


def faults_of(folders: tuple[Path, Path]) -> Sequence[Fault]:
    with pytest.raises(RefusedInput) as refusal:
        load_catalogue(*folders, "ben_nho")
    assert refusal.value.code == ErrorCode.DEFINITIONS_FAULTY
    return refusal.value.faults


CLINIC = "layers/ben_nho/health/clinic.yaml"
CITY = "layers/ben_nho/city.yaml"
STANDARDS = "layers/ben_nho/standards/health.yaml"
TOWN = "tiles/town/tileset.yaml"
SQL = "tiles/town/query.sql"
LOOK = "tiles/town/style.json"

WAYS = "id: roads\n    fields: [road_class]\n    classes: {field: road_class, from: {way: 9}}"
CLASSES = "fields: [name]\n    classes: "
VALID = "valid_from: 2025-07-01"

FAULTY = [
    # writing
    (CLINIC, "licence: CC0-1.0", "licence: [CC0", 14, "not YAML"),
    (CLINIC, "key: code", "key: code\nkey: name", 7, "'key' stands twice; first on line 6"),
    (CLINIC, "key: code", "key: &k code", 6, "anchors"),
    # schema
    (CLINIC, "licence:", "licens:", 13, "unknown key 'licens' (did you mean 'licence'?)"),
    (CLINIC, "licence: CC0-1.0\n", "", 1, "'licence' is missing"),
    (CLINIC, "title: {vi: Phòng khám, en: Clinics}", "title: {vi: Phòng khám}", 2, "'en' is missing"),
    (CLINIC, "en: Made up for tests", "en: ''", 12, "source.en: the text is empty"),
    (CLINIC, "geometry: Point", "geometry: Pont", 5, "did you mean 'Point'?"),
    (CLINIC, "generated: true", "generated: maybe", 15, "'maybe' is not yes or no"),
    (CLINIC, "id: clinic", "id: Clinic", 1, "'Clinic' is not written as"),
    (CLINIC, "name: beds, type: integer", "name: beds, type: whole", 11, "fields[4].type: 'whole'"),
    (CLINIC, "name: beds", "nome: beds", 11, "unknown key 'nome' (did you mean 'name'?)"),
    (CITY, "draws: 20", "draws: 0", 30, "conventions.range.draws: 0 is less than 1"),
    (CITY, "width_m: 300", "width_m: 200", 31, "conventions.hexagons.width_m: 200 is less than 250"),
    (CITY, "from: 2025-07-01", "from: 2025-07-32", 15, "'2025-07-32' is not a date"),
    (CITY, "max_m: 500", "max_m: .inf", 26, "'.inf' is not a number"),
    (CITY, "bbox: [105.70, 19.80, 105.78, 19.86]", "bbox: [1, 2, 3]", 5, "the list needs at least 4"),
    # layers
    (CLINIC, "id: clinic", "id: klinic", 1, "the id is 'klinic', the file is clinic.yaml"),
    (CLINIC, "category: health", "category: people", 4, "the category is 'people', the folder is health/"),
    (CLINIC, "key: code", "key: kode", 6, "the key 'kode' is not a field (did you mean 'code'?)"),
    (CLINIC, "key: code", "key: name", 6, "the key 'name' must be a field with required: true"),
    (CLINIC, "name: beds", "name: fid", 11, "'fid' is a column that every layer has of its own"),
    (CLINIC, "name: beds", "name: geom", 11, "'geom' is a column"),
    *(
        (CLINIC, "name: beds", f"name: {name}", 11, f"'{name}' is a column")
        for name in ("ctid", "xmin", "xmax", "cmin", "cmax", "tableoid")
    ),
    (CLINIC, "name: beds", "name: op_enfrom", 11, "'open_from' and 'op_enfrom' cannot be told apart"),
    (
        CLINIC,
        "type: integer",
        "type: integer, values: [1, two]",
        11,
        "the value 'two' of 'beds' is not of type",
    ),
    (CLINIC, "type: integer", "type: text, values: {few: {vi: ít}}", 11, "'en' is missing"),
    (
        CLINIC,
        "type: integer",
        "type: integer, values: {1: {vi: một, en: one}}",
        11,
        "only values of a text have words, and 'beds' is of type integer",
    ),
    # city
    (CITY, "id: ben_nho", "id: ben_lon", 2, "the id is 'ben_lon', the folder is ben_nho/"),
    (CITY, "EPSG:5897", "EPSG:4326", 4, "is not a projected system in metres"),
    (CITY, "EPSG:5897", "EPSG:3857", 4, "is not a projected system in metres"),
    (CITY, "EPSG:5897", "EPSG:999999", 4, "EPSG:999999 is not known"),
    (CITY, "bbox: [105", 'systems: ["EPSG:32648", "EPSG:999999"]\nbbox: [105', 5, "EPSG:999999 is not known"),
    (CITY, "bbox: [105", 'systems: ["utm"]\nbbox: [105', 5, "utm"),
    (CITY, "[105.70, 19.80, 105.78", "[105.70, 19.80, 105.60", 5, "is not west, south, east, north"),
    (CITY, "from_age: 15", "from_age: 16", 13, "begins at age 16; expected 15"),
    (CITY, "from_age: 15", "from_age: 15, to_age: 59", 13, "the last group must be without to_age"),
    (CITY, "to_age: 14, ", "", 13, "the group 'age_15' follows one that has no end"),
    (CITY, "from_age: 0, to_age: 14", "from_age: 0, to_age: -1", 12, "-1 is less than 0"),
    (CITY, "from_age: 15", "from_age: 15, to_age: 3", 13, "the group 'age_15' ends at age 3"),
    (CITY, VALID, f"{VALID}, valid_to: 2025-07-01", 15, "it ends on 2025-07-01, not after"),
    (CITY, VALID, f"{VALID}, level: district", 14, "there is no vintage of the level 'commune'"),
    (CITY, VALID, f"{VALID}, level: village", 15, "'village'"),
    (CITY, "layer: commune", "layer: comune", 15, "no layer 'comune' (did you mean 'commune'?)"),
    (CITY, "layer: town_outline", "layer: town_outlin", 32, "no layer 'town_outlin' (did you mean"),
    (CITY, "layer: town_outline", "layer: roads", 32, "the layer 'roads' holds LineString; an outline is"),
    (CITY, "id: age_15,", "id: age_0_14,", 13, "the id 'age_0_14' stands twice"),
    # standards
    (STANDARDS, "service: clinic", "service: clinc", 4, "no layer 'clinc' (did you mean 'clinic'?)"),
    (STANDARDS, "    mode: walk\n", "", 5, "the measure network_time needs 'mode'"),
    (STANDARDS, "    limit: 900\n", "", 5, "the measure network_time needs 'limit'"),
    (STANDARDS, "network_time", "straight_radius", 6, "the measure straight_radius takes no 'mode'"),
    (STANDARDS, "measure:", "group: age_3_5\n    measure:", 5, "no group 'age_3_5'"),
    (STANDARDS, "limit: 900", "limit: -1", 7, "-1 is not more than 0"),
    (
        STANDARDS,
        "verified: no",
        "in_force_from: 2026-01-01\n    in_force_to: 2025-01-01\n    verified: no",
        10,
        "in force to 2025-01-01, not after 2026-01-01",
    ),
    # tilesets
    (TOWN, "id: town", "id: city", 1, "the id is 'city', the folder is town/"),
    (TOWN, "minzoom: 6", "minzoom: 17", 3, "minzoom 17 is more than maxzoom 16"),
    (TOWN, "id: clinic", "id: clinics", 8, "no layer 'clinics' (did you mean 'clinic'?)"),
    (TOWN, "fields: [code, name]", "fields: [code, nome]", 7, "no field 'nome' (did you mean 'name'?)"),
    (TOWN, "id: clinic\n    fields: [name]", "id: residents\n    fields: []", 8, "personal"),
    (TOWN, "maxzoom: 16", "maxzoom: high", 4, "'high' is not a whole number"),
    (TOWN, "fields: [name]", "fields: [name]\n    minzoom: 9\n    maxzoom: 8", 10, "minzoom 9 is more than"),
    (TOWN, "fields: [name]", f"{CLASSES}{{field: code, from: {{a: 9}}}}", 10, "not among the 'fields'"),
    (TOWN, "id: clinic\n    fields: [name]", WAYS, 10, "no value 'way'"),
    (TOWN, "fields: [name]", f"{CLASSES}{{field: name, from: {{a: soon}}}}", 10, "'soon'"),
    (SQL, ":z,", ":zoom,", 4, "unknown parameter :zoom"),
    (SQL, ":y", "1", 1, "the parameter :y is not used"),
    (SQL, "SELECT (SELECT", "DELETE FROM x; SELECT (SELECT", 2, "one statement; found a second one"),
    (SQL, "SELECT (SELECT", "DELETE (SELECT", 1, "begins with SELECT or WITH"),
    (SQL, "FROM drawn_commune", "FROM layer.residents, drawn_commune", 4, "the table layer.residents"),
    (SQL, "FROM drawn_commune", "FROM drawn_commune JOIN\n  pg_temp.x", 5, "the table pg_temp.x"),
    (SQL, "FROM drawn_commune", 'FROM drawn_commune, GIS . "account"', 4, "does not read the table"),
    (SQL, "drawn_clinic", "drawn_clinics", 2, "no layer 'clinics' (did you mean 'clinic'?)"),
    (SQL, "FROM drawn_clinic", "FROM drawn_commune", 1, "does not read drawn_clinic"),
    (LOOK, '"layers": [', '"layers": [,', 2, "not JSON"),
    (LOOK, '"layers"', '"layer"', 1, "needs a list 'layers'"),
    (LOOK, '"source-layer": "clinic"', '"source-layer": "clinc"', 4, "no source-layer 'clinc'"),
    (LOOK, '["get", "name"]', '["get", "title"]', 4, "no field 'title' in 'clinic'"),
    (
        LOOK,
        '"source": "town", "source-layer": "commune"',
        '"source": "base", "source-layer": "commune"',
        3,
        "'town'",
    ),
]


@pytest.mark.parametrize(("name", "old", "new", "line", "text"), FAULTY, ids=[case[4] for case in FAULTY])
def test_a_fault_is_told_at_its_line(
    folders: tuple[Path, Path], name: str, old: str, new: str, line: int, text: str
) -> None:
    spoil(folders[0].parent, name, old, new)
    told = [fault.where for fault in faults_of(folders) if text in fault.words("en")]
    assert told == [f"{name}:{line}"]


def test_faults_are_told_in_vietnamese_too(folders: tuple[Path, Path]) -> None:
    root = folders[0].parent
    spoil(root, CLINIC, "licence:", "licens:")
    spoil(root, STANDARDS, "limit: 900", "limit: yes")
    spoil(root, SQL, ":z,", ":zoom,")
    told = [fault.words("vi") for fault in faults_of(folders)]
    assert told[:2] == ["thiếu 'licence'", "không có khoá 'licens' (ý là 'licence'?)"]
    assert "standards[1].limit: True không phải một số" in told
    assert any(text.startswith("không có tham số :zoom; truy vấn ô bản đồ dùng :") for text in told)


def test_a_near_city_is_offered_in_both_languages(folders: tuple[Path, Path]) -> None:
    with pytest.raises(NotFound) as refusal:
        load_catalogue(*folders, "ben_nhoo")
    assert "(ý là 'ben_nho'?)" in refusal.value.expected("vi")
    assert "(did you mean 'ben_nho'?)" in refusal.value.expected("en")


def test_all_faults_are_told_at_once_in_the_order_of_files_and_lines(folders: tuple[Path, Path]) -> None:
    root = folders[0].parent
    spoil(root, CLINIC, "licence:", "licens:")
    spoil(root, CLINIC, "geometry: Point", "geometry: Pont")
    spoil(root, STANDARDS, "limit: 900", "limit: 0")
    spoil(root, CITY, "EPSG:5897", "EPSG:4326")
    spoil(root, SQL, ":z,", ":zoom,")
    assert [fault.where for fault in faults_of(folders)] == [
        f"{CITY}:4",
        f"{CLINIC}:1",  # licence is missing
        f"{CLINIC}:5",
        f"{CLINIC}:13",
        f"{STANDARDS}:7",
        f"{SQL}:1",
        f"{SQL}:4",
    ]


def test_a_category_that_the_city_does_not_have_is_a_fault_of_the_layer(folders: tuple[Path, Path]) -> None:
    spoil(folders[0].parent, CITY, "health: {vi: Y tế, en: Health}", "care: {vi: Y tế, en: Care}")
    assert [(fault.where, fault.words("en")) for fault in faults_of(folders)] == [
        (f"{CLINIC}:4", "city.yaml has no category 'health'")
    ]


def test_a_layer_that_is_faulty_still_counts_as_there(folders: tuple[Path, Path]) -> None:
    spoil(folders[0].parent, CLINIC, "geometry: Point", "geometry: Pont")
    assert [fault.where for fault in faults_of(folders)] == [f"{CLINIC}:5"]


def test_the_refusal_names_every_fault_in_its_text(folders: tuple[Path, Path]) -> None:
    spoil(folders[0].parent, CLINIC, "geometry: Point", "geometry: Pont")
    with pytest.raises(RefusedInput, match=r"(?s)1 fault\..*clinic\.yaml:5: geometry: 'Pont'"):
        load_catalogue(*folders, "ben_nho")


def test_one_id_in_two_folders_is_a_fault(folders: tuple[Path, Path]) -> None:
    city = folders[0] / "ben_nho"
    shutil.copy(city / "health" / "clinic.yaml", city / "people" / "clinic.yaml")
    assert [(fault.where, fault.words("en")) for fault in faults_of(folders)] == [
        ("layers/ben_nho/people/clinic.yaml:1", "the layer 'clinic' stands twice; also in health/")
    ]


def test_one_standard_in_two_files_is_a_fault(folders: tuple[Path, Path]) -> None:
    standards = folders[0] / "ben_nho" / "standards"
    shutil.copy(standards / "health.yaml", standards / "zz.yaml")
    [fault] = faults_of(folders)
    assert fault.where == "layers/ben_nho/standards/zz.yaml:2"
    assert "first in layers/ben_nho/standards/health.yaml:2" in fault.words("en")


@pytest.mark.parametrize(
    ("name", "content", "text"),
    [
        ("health/empty.yaml", "", "the file is empty"),
        ("health/latin.yaml", "id: Th\xe1i".encode("latin-1"), "not UTF-8 at byte 6"),
        ("health/old.yml", "id: old", "rename the file"),
        ("stray.yaml", "id: stray", "in the folder of its category"),
    ],
)
def test_a_stray_file_is_a_fault(
    folders: tuple[Path, Path], name: str, content: str | bytes, text: str
) -> None:
    path = folders[0] / "ben_nho" / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    [fault] = faults_of(folders)
    assert fault.where == f"layers/ben_nho/{name}:1"
    assert text in fault.words("en")


def test_a_tileset_of_another_city_is_left_out(folders: tuple[Path, Path]) -> None:
    spoil(folders[0].parent, TOWN, "minzoom: 6", "city: ben_to\nminzoom: 6")
    spoil(folders[0].parent, TOWN, "fields: [code, name]", "fields: [code, nome]")
    assert load_catalogue(*folders, "ben_nho").tilesets == {}


def test_a_tileset_of_this_city_is_checked_against_its_layers(folders: tuple[Path, Path]) -> None:
    spoil(folders[0].parent, TOWN, "minzoom: 6", "city: ben_nho\nminzoom: 6")
    assert set(load_catalogue(*folders, "ben_nho").tilesets) == {"town"}
    spoil(folders[0].parent, TOWN, "fields: [code, name]", "fields: [code, nome]")
    assert [fault.where for fault in faults_of(folders)] == [f"{TOWN}:8"]


def test_the_tilesets_of_this_project_stand_in_no_other_citys_way() -> None:
    assert load_catalogue(CITIES, ROOT / "tiles", "ben_nho").tilesets == {}


def test_a_tileset_without_its_query_is_a_fault(folders: tuple[Path, Path]) -> None:
    (folders[1] / "town" / "query.sql").unlink()
    assert [fault.where for fault in faults_of(folders)] == ["tiles/town/query.sql:1"]


NOW = "  - {id: now, layer: commune, valid_from: 2025-07-01, title: {vi: Hiện nay, en: Today}}\n"
BEFORE = NOW.replace("id: now", "id: before").replace("2025-07-01", "2020-01-01, valid_to: 2025-07-01")


@pytest.mark.parametrize(
    ("before", "text"),
    [
        (
            BEFORE.replace("valid_to: 2025-07-01", "valid_to: 2025-07-02"),
            "'before' of the same level holds until",
        ),
        (BEFORE.replace("valid_to: 2025-07-01", "valid_to: null"), "'before' of the same level has no end"),
        (BEFORE.replace("2020-01-01, valid_to: 2025-07-01", "2026-01-01"), "the older one stands first"),
    ],
)
def test_two_vintages_of_a_level_never_hold_on_the_same_day(
    folders: tuple[Path, Path], before: str, text: str
) -> None:
    spoil(folders[0].parent, CITY, NOW, before + NOW)
    [fault] = faults_of(folders)
    assert fault.where == f"{CITY}:16"
    assert text in fault.words("en")


@pytest.mark.parametrize(
    "before", [BEFORE, BEFORE.replace("valid_to: 2025-07-01", "level: district")], ids=["earlier", "beside"]
)
def test_vintages_follow_each_other_and_two_levels_stand_side_by_side(
    folders: tuple[Path, Path], before: str
) -> None:
    spoil(folders[0].parent, CITY, NOW, before + NOW)
    city = load_catalogue(*folders, "ben_nho").city
    assert [vintage.id for vintage in city.vintages] == ["before", "now"]
    assert [vintage.id for vintage in city.of_level()][-1] == "now"


PHASES = """\
source: {vi: Đặt ra, en: Made up}
phases:
  - {id: one, title: {vi: Một, en: One}, from: 2020-01-01, to: 2023-01-01}
  - {id: two, title: {vi: Hai, en: Two}, from: 2023-01-01, to: 2026-01-01}
"""


@pytest.mark.parametrize(
    ("old", "new", "line", "text"),
    [
        ("from: 2023-01-01", "from: 2023-01-02", 4, "each phase begins on the day the one before it ends"),
        ("from: 2023-01-01", "from: 2022-01-01", 4, "begins on 2022-01-01, but 'one' ends on 2023-01-01"),
        ("to: 2026-01-01", "to: 2023-01-01", 4, "ends on 2023-01-01, not after 2023-01-01"),
        ("id: two", "id: one", 4, "the id 'one' stands twice"),
    ],
)
def test_phases_follow_each_other(
    folders: tuple[Path, Path], old: str, new: str, line: int, text: str
) -> None:
    path = folders[0] / "ben_nho" / "phases.yaml"
    path.write_text(PHASES.replace(old, new), "utf-8")
    [fault] = faults_of(folders)
    assert fault.where == f"layers/ben_nho/phases.yaml:{line}"
    assert text in fault.words("en")


def test_an_unknown_city_is_not_found_and_a_near_one_offered(folders: tuple[Path, Path]) -> None:
    with pytest.raises(NotFound, match="did you mean 'ben_nho'") as refusal:
        load_catalogue(*folders, "ben_nh")
    assert refusal.value.code == ErrorCode.CITY_UNKNOWN


def test_the_sound_folders_have_no_fault(folders: tuple[Path, Path]) -> None:
    catalogue = load_catalogue(*folders, "ben_nho")
    assert catalogue.tilesets["town"].layers == ("commune", "clinic")
    assert catalogue.tilesets["town"].fields == {"commune": ("code", "name"), "clinic": ("name",)}


def test_a_layer_without_geometry_cannot_be_drawn(folders: tuple[Path, Path]) -> None:
    spoil(folders[0].parent, CLINIC, "geometry: Point", "geometry: None")
    assert [(fault.where, fault.words("en")) for fault in faults_of(folders)] == [
        (f"{TOWN}:8", "the layer 'clinic' has no geometry to draw")
    ]


def test_a_layer_may_be_without_a_key(folders: tuple[Path, Path]) -> None:
    spoil(folders[0].parent, CLINIC, "key: code", "key: null")
    assert load_catalogue(*folders, "ben_nho").layers["clinic"].key is None
