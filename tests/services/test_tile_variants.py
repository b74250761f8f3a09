"""Tiles of filters and of past states: some of them, in a share of the memory."""

from gis_service.services.tile_memory import Tile
from gis_service.services.tile_variants import TileVariants

HERE = (3, 1, 2)


def tile(mark: str, size: int = 10) -> Tile:
    return Tile(b"x" * size, {}, mark)


def test_the_variant_asked_for_longest_ago_goes_first() -> None:
    variants = TileVariants(1 << 20, most=2)
    for mark in ("a", "b"):
        variants.keep((mark, HERE), tile(mark))
    assert variants.find(("a", HERE)) is not None
    variants.keep(("c", HERE), tile("c"))
    assert [variants.find((mark, HERE)) is not None for mark in "abc"] == [True, False, True]
    assert len(variants) == 2


def test_a_variant_that_comes_again_begins_anew() -> None:
    variants = TileVariants(1 << 20, most=1)
    variants.keep(("a", HERE), tile("a"))
    variants.keep(("b", HERE), tile("b"))
    variants.keep(("a", (0, 0, 0)), tile("a"))
    assert variants.find(("a", HERE)) is None
    assert variants.find(("a", (0, 0, 0))) is not None


def test_they_have_a_quarter_of_the_memory() -> None:
    variants = TileVariants(40_000, most=64)
    for number in range(20):
        variants.keep((str(number), HERE), tile(str(number), 1_000))
    kept = [number for number in range(20) if variants.find((str(number), HERE)) is not None]
    assert kept == list(range(20 - len(kept), 20))
    assert 0 < len(kept) * 2_000 < 10_000
