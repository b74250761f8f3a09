"""Turns the folders of definitions into one typed catalogue, or tells every fault at once.

The way of a file: YAML with lines (``document``), JSON Schema (``schema``), contradictions (``*_checks``),
typed object (``*_definition``). A file that fails one step does not take the next, but its id still counts as
there, so that one fault is not told twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gis_service.catalogue.city_checks import check_city, check_phases
from gis_service.catalogue.city_definition import City, city_from
from gis_service.catalogue.document import Document, read_document
from gis_service.catalogue.layer_checks import check_layer, check_layer_file
from gis_service.catalogue.layer_definition import LayerDefinition, layer_from
from gis_service.catalogue.phase_plan import Phase, phases_from
from gis_service.catalogue.schema import Kind, check_schema
from gis_service.catalogue.service_standard import Standard, standard_from
from gis_service.catalogue.standard_checks import check_standards
from gis_service.catalogue.tileset_checks import (
    check_query,
    check_reads,
    check_style,
    check_tileset,
    read_style,
)
from gis_service.catalogue.tileset_definition import Tileset, tileset_from
from gis_service.catalogue.words import did_you_mean, say
from gis_service.errors import ErrorCode, Fault, NotFound, RefusedInput
from gis_service.types import Text

_STANDARDS = "standards"
_NOT_LAYERS = frozenset({_STANDARDS, "census"})
"""Folders of a city that hold no layer definitions."""
_CITY_FILES = frozenset({"city.yaml", "phases.yaml"})
_TILESET_FILES = ("tileset.yaml", "query.sql", "style.json")


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything that is defined for one city.

    Parameters
    ----------
    city
        The place and its conventions.
    layers, standards, tilesets
        By id, in the order of their ids.
    phases
        Periods of the programme, oldest first; empty where the city has no programme.
    """

    city: City
    layers: Mapping[str, LayerDefinition]
    standards: Mapping[str, Standard]
    phases: tuple[Phase, ...]
    tilesets: Mapping[str, Tileset]


def load_catalogue(layers_dir: Path, tiles_dir: Path, city: str) -> Catalogue:
    """Load the definitions of one city.

    Parameters
    ----------
    layers_dir
        Folder with one folder per city: ``city.yaml``, ``<category>/<layer>.yaml``, and, where there are any,
        ``standards/*.yaml`` and ``phases.yaml``.
    tiles_dir
        Folder with one folder per tileset; may be absent. A tileset that names another city is left out.
    city
        Name of the city's folder.

    Raises
    ------
    NotFound
        ``city_unknown`` when there is no such folder.
    RefusedInput
        ``definitions_faulty`` with every fault, each at its file and line.
    """
    folder = layers_dir / city
    if not (folder / "city.yaml").is_file():
        known = sorted(path.parent.name for path in layers_dir.glob("*/city.yaml"))
        hint = did_you_mean(city, known)
        listed = ", ".join(known) or "-"
        told = Text(f"{listed}{hint.vi}", f"{listed}{hint.en}")
        raise NotFound(ErrorCode.CITY_UNKNOWN, city=city, folder=str(folder), known=told)
    loading = _Loading(layers_dir.parent, tiles_dir.parent, city)
    loading.read_city(folder)
    loading.read_tiles(tiles_dir)
    loading.cross_check()
    if loading.faults:
        faults = sorted(set(loading.faults), key=_place)
        raise RefusedInput(ErrorCode.DEFINITIONS_FAULTY, faults, count=len(faults), city=city)
    return loading.catalogue()


def _place(fault: Fault) -> tuple[str, int, str]:
    file, _, line = fault.place("en").rpartition(":")
    return file, int(line), fault.words("en")


@dataclass
class _Loading:
    """What one call of ``load_catalogue`` has read so far; ``None`` stands for a file with a fault."""

    layers_root: Path
    tiles_root: Path
    city_name: str
    faults: list[Fault] = field(default_factory=list)
    city: Document | None = None
    phases: Document | None = None
    layers: dict[str, Document | None] = field(default_factory=dict)
    standards: list[Document] = field(default_factory=list)
    tilesets: dict[str, tuple[Document, str, Mapping[str, Any]]] = field(default_factory=dict)

    def _read(self, path: Path, root: Path, kind: Kind) -> Document | None:
        """Read and check one file; ``None`` when the schema does not accept it."""
        document, faults = read_document(path, root)
        if document.value is not None or not faults:
            faults = [*faults, *check_schema(document, kind)]
        self.faults.extend(faults)
        return None if faults else document

    def _fault(self, path: Path, root: Path, text: Text) -> None:
        self.faults.append(Fault(f"{path.relative_to(root).as_posix()}:1", text))

    def read_city(self, folder: Path) -> None:
        self.city = self._read(folder / "city.yaml", self.layers_root, "city")
        if (folder / "phases.yaml").is_file():
            self.phases = self._read(folder / "phases.yaml", self.layers_root, "phases")
        for path in sorted(folder.glob("*.yaml")):
            if path.name not in _CITY_FILES:
                self._fault(path, self.layers_root, say("layer_beside_city"))
        for path in sorted(folder.rglob("*.yml")):
            self._fault(path, self.layers_root, say("wrong_ending"))
        for path in sorted((folder / _STANDARDS).glob("*.yaml")):
            document = self._read(path, self.layers_root, "standards")
            if document is not None:
                self.standards.append(document)
        for path in sorted(folder.glob("*/*.yaml")):
            if path.parent.name not in _NOT_LAYERS:
                self._read_layer(path, folder)

    def _read_layer(self, path: Path, folder: Path) -> None:
        if path.stem in self.layers:
            others = sorted(other.parent.name for other in folder.glob(f"*/{path.name}") if other != path)
            text = say("layer_twice", layer=path.stem, others=", ".join(others))
            self._fault(path, self.layers_root, text)
            return
        self.layers[path.stem] = self._read(path, self.layers_root, "layer")

    def read_tiles(self, tiles_dir: Path) -> None:
        for folder in sorted(path for path in tiles_dir.glob("*") if path.is_dir()):
            missing = [name for name in _TILESET_FILES if not (folder / name).is_file()]
            for name in missing:
                self._fault(folder / name, self.tiles_root, say("file_missing"))
            if not missing:
                self._read_tileset(folder)

    def _read_tileset(self, folder: Path) -> None:
        document = self._read(folder / "tileset.yaml", self.tiles_root, "tileset")
        query = (folder / "query.sql").read_text("utf-8")
        self.faults.extend(check_query(query, self._tile_name(folder / "query.sql")))
        style_path = folder / "style.json"
        style, faults = read_style(style_path, self._tile_name(style_path))
        self.faults.extend(faults)
        if document is None:
            return
        entry: Any = document.value
        self.faults.extend(check_reads(query, entry, self._tile_name(folder / "query.sql")))
        # A tileset of another city is checked by itself; which layers there are, only that city knows.
        if entry.get("city", self.city_name) == self.city_name:
            self.tilesets[folder.name] = (document, query, style)
        if style:
            self.faults.extend(check_style(style, entry, style_path, self._tile_name(style_path)))

    def _tile_name(self, path: Path) -> str:
        return path.relative_to(self.tiles_root).as_posix()

    def cross_check(self) -> None:
        city: Any = self.city.value if self.city else None
        for document in self.layers.values():
            if document is not None:
                self.faults.extend(check_layer_file(document))
                self.faults.extend(check_layer(document, city and city["categories"]))
        if self.city is not None:
            self.faults.extend(check_city(self.city, self.layers))
        if self.phases is not None:
            self.faults.extend(check_phases(self.phases))
        groups = city and [group["id"] for group in city["groups"]]
        self.faults.extend(check_standards(self.standards, self.layers, groups))
        layers: Any = {name: document and document.value for name, document in self.layers.items()}
        for tileset, _query, _style in self.tilesets.values():
            self.faults.extend(check_tileset(tileset, layers))

    def catalogue(self) -> Catalogue:
        """Build the typed objects; called only when no fault was found."""
        city: Any = self.city and self.city.value
        phases: Any = self.phases and self.phases.value
        layers: dict[str, Any] = {name: document.value for name, document in self.layers.items() if document}
        contents: list[Any] = [document.value for document in self.standards]
        standards = [standard_from(entry) for content in contents for entry in content["standards"]]
        tilesets: dict[str, Tileset] = {}
        for name, (document, query, style) in self.tilesets.items():
            tileset: Any = document.value
            tilesets[name] = tileset_from(tileset, query, style)
        return Catalogue(
            city=city_from(city),
            layers={name: layer_from(layers[name]) for name in sorted(layers)},
            standards={entry.id: entry for entry in sorted(standards, key=lambda entry: entry.id)},
            phases=phases_from(phases) if phases else (),
            tilesets=tilesets,
        )
