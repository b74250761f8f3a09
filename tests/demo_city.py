"""The demo city for tests: built once in a run, whatever the number of workers, and loaded once."""

import fcntl
import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

from gis_service.catalogue.loader import Catalogue, load_catalogue
from gis_service.services import first_data
from gis_service.services.context import open_context
from gis_service.services.demo import DemoCity, write_city
from gis_service.services.demo_build import City, build_city
from gis_service.services.demo_layers import LAYERS
from gis_service.services.first_data import FirstData, Listener, load_first_data
from gis_service.settings import ROOT, Settings

CENSUS = ROOT / "layers" / "thai_binh" / "census"


@cache
def catalogue() -> Catalogue:
    """Give the real definitions of Thai Binh, read once in a process: nobody may change them."""
    return load_catalogue(ROOT / "layers", ROOT / "tiles", "thai_binh")


@contextmanager
def one_at_a_time(folder: Path, name: str) -> Iterator[None]:
    with (folder / f"{name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def built_once(folder: Path) -> City:
    """Give the demo city, built by the first worker that asks for it."""
    kept = folder / "demo_city.pickle"
    with one_at_a_time(folder, "demo_city"):
        if not kept.exists():
            kept.write_bytes(pickle.dumps(build_city(CENSUS), protocol=pickle.HIGHEST_PROTOCOL))
    city = pickle.loads(kept.read_bytes())  # noqa: S301 (written above)
    assert isinstance(city, City)
    return city


def written_once(folder: Path) -> DemoCity:
    """Give the files of the demo city, written by the first worker that asks for them."""
    kept = folder / "demo_files.pickle"
    with one_at_a_time(folder, "demo_files"):
        if not kept.exists():
            files = write_city(built_once(folder), catalogue(), folder / "demo_files")
            kept.write_bytes(pickle.dumps(files))
    made = pickle.loads(kept.read_bytes())  # noqa: S301 (written above)
    assert isinstance(made, DemoCity)
    return made


def load_into(url: str, folder: Path, city: City) -> None:
    """Let the first start of a service fill this empty database with a city that is built already."""
    told: dict[str, int] = {}
    listener = Listener(loaded=lambda layer, rows, _seconds: told.update({layer: rows}))
    with (
        pytest.MonkeyPatch.context() as patch,
        open_context(Settings(data_dir=folder / "demo_var", database_url=url)) as context,
    ):
        patch.setattr(first_data, "build_city", lambda _census, _told: city)
        assert load_first_data(context, listener) == (FirstData.READY, len(LAYERS))
    assert set(told) == set(LAYERS)
