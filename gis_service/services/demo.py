"""Makes the demo city: names, codes and census figures are real; everything else is generated and says so."""

import hashlib
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import geopandas as gpd

from gis_service.catalogue.layer_definition import LayerDefinition
from gis_service.catalogue.loader import Catalogue
from gis_service.files.demo import write_features, write_table
from gis_service.services.demo_build import City, Told, build_city, nobody, timed
from gis_service.services.demo_facts import Notice
from gis_service.services.demo_layers import BUILDERS, LAYERS
from gis_service.services.export import about
from gis_service.services.layers import definition_of
from gis_service.settings import ROOT

__all__ = ["LAYERS", "DemoCity", "Notice", "WrittenLayer", "make_demo_city", "recipe", "write_city"]

_SOURCES = (
    *("analysis/demo_city/*.py", "analysis/sharing.py", "analysis/noding.py"),
    *("services/demo.py", "services/demo_build.py", "services/demo_facts.py", "services/demo_layers.py"),
    *("services/demo_changes.py", "services/demo_rows.py", "services/demo_units.py"),
    *("files/admin_units.py", "files/census.py", "files/demo.py", "crs.py", "text.py"),
)
"""What the city is made by, below the package. (Of ``analysis/network.py`` it takes the names of road classes
alone, which every layer of roads has to keep.)"""
_LIBRARIES = ("numba", "numpy", "pandas", "pyproj", "scipy", "shapely", "vietnamadminunits")
_SHOWN = 16


@dataclass(frozen=True, slots=True)
class WrittenLayer:
    """One file: which layer it holds, where it lies, how many rows it has."""

    layer: str
    path: Path
    rows: int


@dataclass(frozen=True, slots=True)
class DemoCity:
    """What ``make_demo_city`` wrote.

    Parameters
    ----------
    layers
        One file for each layer, in the order in which they are best loaded.
    people
        Persons of the census, equal to the sum over ``residents``.
    notices
        What the data is not, to be shown with it.
    """

    layers: tuple[WrittenLayer, ...]
    people: int
    notices: tuple[Notice, ...]


def make_demo_city(census: Path, catalogue: Catalogue, out: Path, told: Told = nobody) -> DemoCity:
    """Build the demo city and write its layers.

    Parameters
    ----------
    census
        Folder with ``communes_2019.csv`` and ``areas_2025.csv``.
    catalogue
        Definitions of the city: each file says of itself what that of its layer does.
    out
        Folder to write to; made when absent. Equal input gives equal bytes.
    told
        Told of every part that is done, with its seconds.

    Returns
    -------
    DemoCity
        Files in EPSG:4326: GeoPackage, and CSV for the layer without geometry.

    Raises
    ------
    NotFound
        ``file_not_found`` for a missing census file; ``layer_unknown`` when the city defines other layers.
    RefusedInput
        ``census_faulty`` with every faulty line, or every code that no administrative list knows.
    """
    return write_city(build_city(census, told), catalogue, out, told)


def write_city(city: City, catalogue: Catalogue, out: Path, told: Told = nobody) -> DemoCity:
    """Write every layer of a city that has been built; see `make_demo_city`."""
    out.mkdir(parents=True, exist_ok=True)
    with timed(told, "demo_part_files"):
        written = tuple(_write(definition_of(catalogue, layer), city, out) for layer in LAYERS)
    return DemoCity(written, city.facts.people, city.notices)


def _write(definition: LayerDefinition, city: City, out: Path) -> WrittenLayer:
    layer = definition.id
    frame = BUILDERS[layer](city)
    if isinstance(frame, gpd.GeoDataFrame):
        path = out / f"{layer}.gpkg"
        write_features(frame, path, about(definition))
    else:
        path = out / f"{layer}.csv"
        write_table(frame, path)
    return WrittenLayer(layer, path, len(frame))


def recipe(census: Path) -> str:
    """Give the hash of everything that the demo city is made of: equal recipes make equal layers.

    Parameters
    ----------
    census
        Folder of the census figures.

    Returns
    -------
    str
        16 hexadecimal digits over the census, the code that builds the city, and the libraries that decide
        where its lines run and what its columns hold.
    """
    package = ROOT / "gis_service"
    paths = sorted(path for pattern in _SOURCES for path in package.glob(pattern))
    digest = hashlib.sha256()
    for path in [*sorted(census.glob("*.csv")), *paths]:
        content = path.read_bytes()
        digest.update(f"{path.name}:{len(content)}\n".encode())
        digest.update(content)
    for name in _LIBRARIES:
        digest.update(f"{name}={version(name)}\n".encode())
    return digest.hexdigest()[:_SHOWN]
