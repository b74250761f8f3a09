"""What studies share, worked out once: in the memory of the process, and on disk for the next one.

Everything here follows from its question alone: the content of arrays or tables, parameters, and the code
that computes. Another content is another question, so nothing is ever out of date.
"""

import hashlib
import logging
import sys
import threading
from collections.abc import Callable, Hashable
from copy import copy
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Any, Generic, Protocol, TypeVar

import numpy as np
import shapely

from gis_service.analysis.modes import Costs
from gis_service.analysis.network import Network
from gis_service.analysis.resnap import Joined, joined_to, resnap
from gis_service.analysis.snap import Positions, snap
from gis_service.errors import NotFound
from gis_service.files.raster_store import RasterStore
from gis_service.files.store import Array, Artefact, ArtefactContent, ArtefactStore
from gis_service.files.store_names import ArtefactNames
from gis_service.services.documents import code_version
from gis_service.services.memo import Memo
from gis_service.services.recent import Recent
from gis_service.services.study_reach import STORED, Reach
from gis_service.services.turns import Turns
from gis_service.types import Floats, Geometries

T = TypeVar("T")

GROUNDS = 4
"""Grounds that stay in memory with what stands on them: some 100 MB each for a province."""
CLOSED = 2
"""Grounds with roads closed that stay in memory: whoever closes roads sends nobody else's ground away."""
FACTS = 32
"""Small answers about large objects, which are kept alive beside them."""
SCENES = 6
"""Studies whose ways stay in memory: up to 150 MB each where every unit has its own facilities."""
WHAT_IFS = 4
"""Questions whose facilities may be edited that stay in memory: some 100 MB each for a province."""
STUDIES = 16
"""Studies whose homes and gap places stay in memory, about 10 MB each for a province."""
ANSWERS = 32
"""Whole answers that stay in memory, a megabyte or two each."""
DRAWINGS = 256
"""Whole answers that follow the eye of a reader over the map."""
MOST_DRAWN = 64_000_000
"""Bytes of these together: one alone may have ten million."""
PRODUCTS = 16
"""Compact products that stay in memory."""
MOST_PRODUCED = 48_000_000
"""Bytes of these together; the homes of a province are some three million."""
SHEETS = 12
"""Kinds of results of studies whose shapes stay in memory, to cut tiles from."""
MOST_CORNERS = 4_000_000
"""Corners of these shapes together."""
CHECKED = 64
"""Layers whose faults stay in memory."""
MOST_CHECKED = 200_000
"""Features at fault that these name together; one layer names 50,000 at most."""
KEPT_GROUNDS, KEPT_STUDIES = 2, 4
"""Times the places of the largest study that a process takes in: what its grounds, and its studies, may hold
together. A number of answers alone says nothing of their memory."""
JOINED = 3
"""Joins of places to roads that stay in memory, for the next edit to begin from: some 40 MB each."""
MOST_EDITED = 0.02
"""Where the number of roads differs by more than this share, all places are joined anew."""
KEPT_PLACES = 1000
"""Positions of fewer places are found faster than they are read."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Packing(Generic[T]):
    """How an answer is written as arrays and read again; what is read must equal what was written."""

    pack: Callable[[T], ArtefactContent]
    unpack: Callable[[Artefact], T]


class HasPlaces(Protocol):
    """An answer whose memory grows with the places of its people."""

    @property
    def places(self) -> int:
        """How many."""


class RecentlyJoined:
    """Places as they were joined to a network lately, to begin from when a road is edited."""

    def __init__(self) -> None:
        self._known: list[tuple[Hashable, str, Joined]] = []
        self._lock = threading.Lock()

    def like(self, question: Hashable, costs: Costs) -> Joined | None:
        """Give the same places on the network that is most like another one; None where none is."""
        count = int(np.count_nonzero(costs.snappable))
        with self._lock:
            known = [joined for asked, _, joined in self._known if asked == question]
        nearest = min(known, key=lambda one: abs(len(one.shapes) - count), default=None)
        if nearest is None or abs(len(nearest.shapes) - count) > count * MOST_EDITED:
            return None
        return nearest

    def remember(
        self, question: Hashable, mark: str, network: Network, costs: Costs, found: Positions
    ) -> None:
        """Keep an answer; the oldest one goes."""
        with self._lock:
            if any(known == mark for _, known, _ in self._known):
                return
        joined = joined_to(network, costs.snappable, found)
        with self._lock:
            self._known = [*self._known, (question, mark, joined)][-JOINED:]


class Prepared:
    """Answers that studies share, of one process and one store.

    Parameters
    ----------
    store, names
        Where large ones are kept; in memory only when None.
    turns
        Who may compute now.
    rasters
        Where the files of raster layers are; None where nobody keeps any.
    reach
        How many people at places a study may take in.
    """

    def __init__(
        self,
        store: ArtefactStore | None = None,
        names: ArtefactNames | None = None,
        turns: Turns | None = None,
        rasters: RasterStore | None = None,
        reach: Reach = STORED,
    ) -> None:
        on_ground, of_studies = (reach.places * times for times in (KEPT_GROUNDS, KEPT_STUDIES))
        self.memo = Memo()
        self.grounds = Memo(GROUNDS, most=on_ground, weigh=_places)
        self.closed = Memo(CLOSED, most=on_ground, weigh=_places)
        self.beside = Memo(GROUNDS, most=on_ground, weigh=_places)
        self._joined = RecentlyJoined()
        self.scenes = Memo(SCENES, most=on_ground, weigh=_places)
        self.studies = Memo(STUDIES, most=of_studies, weigh=_places)
        self.reach = reach
        self.what_ifs = Memo(WHAT_IFS, most=on_ground, weigh=_places)
        self.answers = Memo(ANSWERS)
        self.drawings = Memo(DRAWINGS, most=MOST_DRAWN, weigh=sys.getsizeof)
        self.products = Memo(PRODUCTS, most=MOST_PRODUCED, weigh=attrgetter("weight"))
        self.recent: Recent[Any] = Recent()
        self.sheets = Memo(SHEETS, most=MOST_CORNERS, weigh=attrgetter("corners"))
        self.checked = Memo(CHECKED, most=MOST_CHECKED, weigh=attrgetter("listed"))
        self.once = Memo(FACTS).once
        self.store = store
        self.rasters = rasters
        self._names = names
        self.turns = Turns() if turns is None else turns
        # Whoever reads a layer may ask for its faults: every row of it is checked, once at a time.
        self.checks = Turns(1, waiting=1)
        self.is_aside = False

    def aside(self) -> "Prepared":
        """Give what answers of roads that somebody closes stand in: in memory only, and apart from others.

        There are more ways to close roads than a disk or a memory holds. Whole studies share their places.
        """
        found = copy(self)
        found.memo, found.once = Memo(), Memo(FACTS).once
        found.store, found.is_aside = None, True
        return found

    def kept(self, question: str, make: Callable[[], T], packing: Packing[T], memo: Memo | None = None) -> T:
        """Give the answer to a question: from memory, from disk, else the one that is made now.

        Parameters
        ----------
        question
            SHA-256 of everything that the answer follows from, the code apart.
        make
            Makes the answer.
        packing
            How it is kept on disk.
        memo
            Where it is kept in memory, when it has a place of its own.
        """
        name = hashlib.sha256(f"{question}\n{code_version()}".encode()).hexdigest()
        memory = self.memo if memo is None else memo
        return memory.by_name(name, lambda: self._open_or_make(name, make, packing))

    def _open_or_make(self, name: str, make: Callable[[], T], packing: Packing[T]) -> T:
        if self.store is None or self._names is None:
            return make()
        try:
            key = self._names.find(name)
            if key is not None:
                return packing.unpack(self.store.open(key))
        except (NotFound, OSError, EOFError, ValueError, KeyError):
            log.warning("an artefact could not be read and is made anew", exc_info=True)
        answer = make()
        try:
            self._names.remember(name, self.store.put(packing.pack(answer)))
        except OSError:
            # A full or read-only disk costs time at the next start, not this answer.
            log.warning("an artefact could not be kept", exc_info=True)
        return answer

    def snap(
        self,
        points: Floats,
        network: Network,
        costs: Costs,
        barriers: Geometries | None,
        max_m: float,
    ) -> Positions:
        """Join places to a network, as `gis_service.analysis.snap.snap` does.

        Parameters
        ----------
        points, network, costs, barriers, max_m
            As there. Of the costs only ``snappable`` matters.
        """
        if len(points) < KEPT_PLACES:
            return snap(points, network, costs, barriers, max_m)
        walls = "" if barriers is None else self.once(shapes_mark, barriers)
        parts = (self.once(network_mark, network), walls, repr(float(max_m)))
        mark = hashlib.sha256(b"snap\n" + "\n".join(parts).encode())
        mark.update(np.ascontiguousarray(points).tobytes())
        mark.update(np.packbits(costs.snappable).tobytes())
        # The same places on a network that was edited are joined anew near the edit only.
        place = hashlib.sha256(np.ascontiguousarray(points).tobytes()).hexdigest()
        question = (place, walls, float(max_m))

        def join() -> Positions:
            before = self._joined.like(question, costs)
            if before is None:
                return snap(points, network, costs, barriers, max_m)
            return resnap(points, network, costs, before, barriers, max_m)

        found = self.kept(mark.hexdigest(), join, POSITIONS)
        if not self.is_aside:
            self._joined.remember(question, mark.hexdigest(), network, costs, found)
        return found


def _places(answer: HasPlaces) -> int:
    return answer.places


NETWORK_COLUMNS = tuple(column.name for column in fields(Network) if column.name != "shape")
"""Those that are None for all segments are not written."""


def network_content(crs: str, network: Network) -> ArtefactContent:
    """Write a network as arrays, under the name that studies give it."""
    xy, row = shapely.get_coordinates(network.shape, return_index=True)
    columns = {name: getattr(network, name) for name in NETWORK_COLUMNS}
    arrays: dict[str, Array] = {name: values for name, values in columns.items() if values is not None}
    arrays |= {"shape_xy": xy, "shape_row": row.astype(np.int32)}
    return ArtefactContent("network", crs, network.n_segments, arrays)


def network_from(found: Artefact) -> Network:
    """Read a network again; its columns are read from disk as they are used."""
    xy, row = found.arrays["shape_xy"], found.arrays["shape_row"]
    shape = np.asarray(shapely.linestrings(xy, indices=row), dtype=object)
    columns = {name: found.arrays[name] for name in NETWORK_COLUMNS if name in found.arrays}
    # The kernels are compiled for arrays in memory; these two are what they take of a network.
    columns |= {name: np.array(columns[name]) for name in ("start", "end")}
    return Network(**columns, shape=shape)


def network_mark(network: Network) -> str:
    """Tell a network by its content."""
    return network_content("", network).hash


def shapes_mark(shapes: Geometries) -> str:
    """Tell geometries by their content."""
    mark = hashlib.sha256()
    for blob in shapely.to_wkb(shapes).tolist():
        mark.update(blob)
    return mark.hexdigest()


def _positions_content(positions: Positions) -> ArtefactContent:
    arrays: dict[str, Any] = {column.name: getattr(positions, column.name) for column in fields(Positions)}
    return ArtefactContent("positions", None, len(positions.segment), arrays)


def _positions_from(found: Artefact) -> Positions:
    return Positions(**{column.name: found.arrays[column.name] for column in fields(Positions)})


POSITIONS = Packing(_positions_content, _positions_from)
