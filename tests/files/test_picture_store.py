"""Pictures on disk: whole ones, and only the newest of a name."""

from pathlib import Path

import pytest

from gis_service.files.picture_store import PictureStore

ONE, TWO = "0" * 32, "1" * 32


def test_only_the_newest_picture_of_a_name_stays(tmp_path: Path) -> None:
    store = PictureStore(tmp_path / "pictures")
    assert store.find("wells", ONE) is None
    store.keep("wells", ONE, b"one")
    store.keep("wells_deep", ONE, b"another layer")
    store.keep("wells", TWO, b"two")
    assert (store.find("wells", ONE), store.find("wells", TWO)) == (None, b"two")
    assert store.find("wells_deep", ONE) == b"another layer"
    assert sorted(path.name for path in (tmp_path / "pictures").iterdir()) == [
        f"wells-{TWO}.png",
        f"wells_deep-{ONE}.png",
    ]


@pytest.mark.parametrize(("name", "mark"), [("../etc", ONE), ("wells", "../x"), ("", ONE), ("wells", "")])
def test_nothing_outside_the_folder_can_be_named(tmp_path: Path, name: str, mark: str) -> None:
    with pytest.raises(ValueError, match="no name"):
        PictureStore(tmp_path).find(name, mark)
