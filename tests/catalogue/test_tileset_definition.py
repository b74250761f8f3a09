import pytest

from gis_service.catalogue.tileset_definition import bind_parameters, code_of


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
