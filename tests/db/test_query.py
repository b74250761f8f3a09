from importlib.resources import files

import pytest

from gis_service.db.query import identifier, sql


@pytest.mark.parametrize("name", ["roads", "commune_2024", "select", "a" * 63])
def test_a_good_name_is_quoted(name: str) -> None:
    assert identifier(name) == f'"{name}"'


@pytest.mark.parametrize("name", ["", "Roads", "1st", 'a"b', "a b", "a;--", "đường", "a" * 64, "a\n", "_a"])
def test_any_other_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="not an identifier"):
        identifier(name)


def test_a_query_is_found_by_its_name() -> None:
    assert "gis.version" in sql("database_layers").text


def test_every_query_begins_with_a_comment_that_explains_it() -> None:
    folder = files("gis_service.db") / "sql"
    bare = [file.name for file in folder.iterdir() if not file.read_text("utf-8").startswith("--")]
    assert bare == []
