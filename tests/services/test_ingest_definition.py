"""Names of strangers become ids of ours; what they were stays to be seen."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_service.catalogue.layer_checks import folded
from gis_service.catalogue.layer_definition import RESERVED_NAMES
from gis_service.services.ingest_definition import Why, geometry_of, ids_of

LONG = "ten_phuong_xa_day_du_cua_thua_dat_theo_ho_so_dia_chinh"


@pytest.mark.parametrize(
    ("name", "field", "why"),
    [
        ("code", "code", ()),
        ("Tên Phường/Xã", "ten_phuong_xa", ("letters",)),
        ("Đường", "duong", ("letters",)),
        ("geom", "geom_2", ("reserved",)),
        ("XMIN", "xmin_2", ("letters", "reserved")),
        ("2024", "c_2024", ("digit",)),
        (LONG, LONG[:48], ("long",)),
        ("'; DROP TABLE x; --", "drop_table_x", ("letters",)),
        ("", "column", ("empty",)),
        ("人口", "column", ("empty",)),
    ],
)
def test_a_name_becomes_an_id_for_a_reason(name: str, field: str, why: tuple[Why, ...]) -> None:
    (entry,) = ids_of([name])
    assert (entry.column, entry.field, entry.why) == (name, field, why)


def test_names_that_are_alike_are_told_apart() -> None:
    entries = ids_of(["Tên", "ten", "TEN_", "te_n"])
    assert [entry.field for entry in entries] == ["ten", "ten_2", "ten_3", "te_n_4"]
    assert [entry.why[-1] for entry in entries[1:]] == ["twice"] * 3


def test_letters_of_an_old_encoding_are_read_repaired() -> None:
    (entry,) = ids_of(["TªN_X·"], ["TÊN_XÃ"])
    assert (entry.column, entry.field) == ("TªN_X·", "ten_xa")


@given(st.lists(st.text(max_size=60), max_size=20))
def test_every_id_is_one_and_no_two_are_alike(names: list[str]) -> None:
    fields = [entry.field for entry in ids_of(names)]
    assert all(re.fullmatch(r"[a-z][a-z0-9_]{0,47}", field) for field in fields)
    assert len({folded(field) for field in fields}) == len(fields)
    assert not RESERVED_NAMES & set(fields)


@pytest.mark.parametrize(
    ("kinds", "geometry"),
    [
        (["Point"], "Point"),
        (["Point", "MultiPoint"], "MultiPoint"),
        (["Polygon"], "MultiPolygon"),
        (["Polygon", "MultiPolygon"], "MultiPolygon"),
        (["LineString"], "MultiLineString"),
        (["Point", "LineString"], "Geometry"),
        (["GeometryCollection"], "Geometry"),
        ([], "None"),
    ],
)
def test_the_type_that_takes_all_features(kinds: list[str], geometry: str) -> None:
    assert geometry_of(dict.fromkeys(kinds, 1)) == geometry
