"""Vector tiles put together without decoding them."""

import mapbox_vector_tile
import pytest

from gis_service.files.vector_tiles import LayerSize, layer_sizes, renamed


def tile(*names: str) -> bytes:
    layers = [
        {"name": name, "features": [{"geometry": "POINT (1 2)", "properties": {"tên": "Bờ hồ", "n": 300}}]}
        for name in names
    ]
    made: bytes = mapbox_vector_tile.encode(layers)
    return made


def test_a_layer_gets_another_name_and_nothing_else_changes() -> None:
    new = "market:" + "x" * 200
    before = tile("market", "commune")
    found = mapbox_vector_tile.decode(renamed(before, {"market": new}))
    expected = mapbox_vector_tile.decode(before)
    assert found == {new: expected["market"], "commune": expected["commune"]}
    assert renamed(before, {"school": "x"}) == before
    assert renamed(renamed(before, {"market": new}), {new: "market"}) == before


def test_tiles_on_each_other_are_one_tile() -> None:
    joined = renamed(tile("market"), {"market": "market:own"}) + tile("market")
    assert set(mapbox_vector_tile.decode(joined)) == {"market", "market:own"}


def test_each_layer_of_a_tile_is_measured() -> None:
    market, commune = tile("market"), tile("commune") + tile("school", "road")
    found = layer_sizes(market + commune)
    assert found["market"] == LayerSize(len(market), 1)
    assert sum(size.bytes for size in found.values()) == len(market + commune)
    assert list(found) == ["market", "commune", "school", "road"]
    assert layer_sizes(b"") == {}


@pytest.mark.parametrize("content", [b"\x1a", b"\x1a\x05ab", b"\x80", b"\x1d\x00\x00\x00\x00", b"\x1b"])
def test_what_is_no_tile_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match="vector tile"):
        renamed(content, {})
    with pytest.raises(ValueError, match="vector tile"):
        layer_sizes(content)
