"""Coordinates of tables: what cannot be read is told as what it is, and their columns can be chosen."""

from pathlib import Path

import pytest

from gis_service.analysis.checks.findings import Repair
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.services.ingest_inspect import Inspection, inspect
from gis_service.services.ingest_source import LoadOptions
from tests.small_city import city_with, field, layer, write_text

CITY = city_with(layer("clinic", fields=[field("code", required=True), field("cot1")]))
BAD = "code,kinh_do,vi_do\na,106.3,20.4\nb,abc,20.4\nc,106.3,\nd,,\ne,105°xx,20.4\n"
UNNAMED = "code,cot1,cot2\na,20.40,106.30\nb,20.41,106.31\nc,,106.32\n"


def look(tmp_path: Path, text: str, target: str | None = "clinic", **options: object) -> Inspection:
    definition = next((one for name, one in CITY.layers.items() if name == target), None)
    chosen = LoadOptions(**options)  # type: ignore[arg-type]
    return inspect(write_text(tmp_path / "bảng.csv", text), CITY, definition, chosen)


def told(found: Inspection) -> list[tuple[str, str | None, list[tuple[int | None, str]]]]:
    return [
        (one.code.value, one.column, [(feature.number, feature.said("en")) for feature in one.features])
        for one in found.findings
    ]


def test_a_coordinate_that_cannot_be_read_is_told_by_row_column_and_value(tmp_path: Path) -> None:
    found = look(tmp_path, BAD)
    assert told(found) == [
        ("coordinate_unreadable", "kinh_do", [(2, "kinh_do = 'abc'"), (5, "kinh_do = '105°xx'")]),
        ("coordinate_unreadable", "vi_do", [(3, "vi_do = ''")]),
        ("geometry_missing", None, [(4, "no geometry (null)")]),
    ]
    assert "--x CỘT --y CỘT" in found.findings[0].advice("vi")
    assert found.coordinates == ("kinh_do", "vi_do")


def test_rows_whose_coordinates_cannot_be_read_are_left_out_by_choice(tmp_path: Path) -> None:
    found = look(tmp_path, BAD, repairs=frozenset({Repair.EMPTY}))
    assert (told(found), found.kept) == ([], 1)
    assert [one for one in found.notices if one["code"] == "repaired_empty"] == [
        {"code": "repaired_empty", "params": {"count": 4}}
    ]


def test_columns_without_a_name_for_it_are_guessed_by_their_values_and_chosen(tmp_path: Path) -> None:
    found = look(tmp_path, UNNAMED)
    assert [one.code.value for one in found.findings] == ["coordinates_missing"]
    assert (found.coordinates, found.findings[0].remedy) == ((), "coordinates")
    (guess,) = found.document()["guesses"]["coordinates"]
    assert guess == {"coordinates": ["cot2", "cot1"], "measure": "degrees", "share": pytest.approx(2 / 3)}
    chosen = look(tmp_path, UNNAMED, coordinates=("cot2", "cot1"), crs="EPSG:4326")
    assert told(chosen) == [("coordinate_unreadable", "cot1", [(3, "cot1 = ''")])]
    assert [column.name for column in chosen.columns] == ["code"]
    # Of columns that are called as nothing in particular, nobody knows the system; the city tells.
    asked = look(tmp_path, UNNAMED, coordinates=("cot2", "cot1"))
    assert "needs_crs" in {one.code.value for one in asked.findings}
    assert asked.crs_guesses[0].crs == "EPSG:4326"


def test_columns_that_are_only_called_so_can_be_left_alone(tmp_path: Path) -> None:
    found = look(tmp_path, BAD, None, coordinates=())
    assert (found.coordinates, [column.name for column in found.columns]) == (
        (),
        ["code", "kinh_do", "vi_do"],
    )


def test_a_column_that_is_not_there_cannot_be_chosen(tmp_path: Path) -> None:
    with pytest.raises(RefusedInput) as caught:
        look(tmp_path, BAD, coordinates=("kinh_do", "vido"))
    assert caught.value.code is ErrorCode.COORDINATES_CHOICE
    assert "code, kinh_do, vi_do" in caught.value.expected("en")


def test_a_format_with_geometries_of_its_own_has_no_such_columns(tmp_path: Path) -> None:
    shapes = '{"type": "FeatureCollection", "features": []}'
    with pytest.raises(RefusedInput) as caught:
        inspect(write_text(tmp_path / "a.geojson", shapes), CITY, None, LoadOptions(coordinates=("a", "b")))
    assert caught.value.code is ErrorCode.COORDINATES_CHOICE
