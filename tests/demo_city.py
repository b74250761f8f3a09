"""The demo city for tests: built once in a run, whatever the number of workers, and loaded once."""

import fcntl
import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gis_service.catalogue.loader import Catalogue, load_catalogue
from gis_service.db.engine import open_engine, transaction
from gis_service.services.demo import DemoCity, recipe, write_city
from gis_service.services.demo_build import City, build_city
from gis_service.services.demo_layers import LAYERS
from gis_service.services.first_data import load_layer
from gis_service.settings import ROOT
from gis_service.types import LayerId

CENSUS = ROOT / "layers" / "thai_binh" / "census"


def catalogue() -> Catalogue:
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


def load_into(url: str, city: City) -> None:
    """Load every layer of the demo city, as the first start of a service does."""
    definitions = catalogue()
    made_of = recipe(CENSUS)
    engine = open_engine(url)
    with transaction(engine) as connection:
        for layer in LAYERS:
            load_layer(connection, definitions, city, LayerId(layer), made_of)
    engine.dispose()
