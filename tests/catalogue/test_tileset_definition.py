import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_service.catalogue.tileset_definition import LayerZooms, bind_parameters, code_of


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("SELECT :z,\n :x", {"z": 1, "x": 2}),
        ("SELECT a::int, :z", {"z": 1}),
        ("-- :a\n/* :b\n :c */ SELECT :z", {"z": 3}),
        ("SELECT 1", {}),
    ],
)
def test_parameters_are_found_with_their_first_line(query: str, found: dict[str, int]) -> None:
    assert bind_parameters(query) == found


def test_blanking_comments_keeps_the_lines() -> None:
    assert code_of("a /* x\ny */ b -- c\nd").splitlines() == ["a     ", "     b     ", "d"]


FIRST = st.none() | st.integers(0, 15)


@given(
    classes=st.dictionaries(st.sampled_from("abcd"), FIRST, min_size=1),
    others=FIRST,
    band=st.tuples(st.integers(0, 15), st.integers(0, 15)),
    zoom=st.integers(0, 15),
)
def test_a_layer_shows_each_class_from_its_zoom_on(
    classes: dict[str, int | None], others: int | None, band: tuple[int, int], zoom: int
) -> None:
    zooms = LayerZooms(*band, "kind", tuple(classes.items()), others)
    due = {
        kind
        for kind in "abcdx"
        if band[0] <= zoom <= band[1] and (first := classes.get(kind, others)) is not None and first <= zoom
    }
    # Where every class has a zoom of its own, there may be none but those.
    assert zooms.has(zoom) or not due
    if zooms.has(zoom):
        values, is_listed = zooms.shown(zoom)
        assert {kind for kind in "abcdx" if (kind in values) is is_listed} == due
