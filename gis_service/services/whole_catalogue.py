"""One catalogue of the layers of the files and of those that users have made, the same in every process.

Whoever opens a transaction reads one number first; only when it has changed are the definitions read again.
So a layer that another process has made is there for the next request, and nobody has to be told.
"""

import logging
import threading
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from gis_service.catalogue.layer_definition import LayerDefinition
from gis_service.catalogue.loader import Catalogue
from gis_service.catalogue.user_layer import body_of, check_user_layer, user_layer_from, with_user_layers
from gis_service.db import layer_definitions as rows
from gis_service.db.engine import Connection

log = logging.getLogger(__name__)

_NOT_READ = -1


Read: TypeAlias = dict[str, tuple[dict[str, Any], LayerDefinition | None]]
"""Documents, each with the definition that it says, by layer; None when it does not hold any more."""


def user_layers(connection: Connection, files: Catalogue, known: Read | None = None) -> Read:
    """Read the layers that users have made.

    One whose definition does not hold any more, because its category has gone from the city's file or because
    somebody changed it by hand, is left out and told to the operator's log: the others go on. So is the layer
    of a file whose id a user's layer has; the operator who wants the file's drops the user's.

    Parameters
    ----------
    connection
        Any connection that may read.
    files
        What the files define.
    known
        What was read with the same files before; a document that is the same is not checked again.
    """
    found: Read = {}
    for row in rows.definitions(connection):
        before = (known or {}).get(row.id)
        if before is not None and before[0] == row.document:
            found[row.id] = before
            continue
        faults = check_user_layer(body_of(row.document, row.id), files)
        if faults or row.document["id"] != row.id:
            told = "; ".join(f"{fault.place('en')}: {fault.words('en')}" for fault in faults) or "another id"
            log.warning("the layer %s is left out: %s", row.id, told)
            found[row.id] = row.document, None
        else:
            found[row.id] = row.document, user_layer_from(row.document)
        if row.id in files.layers:
            log.warning("the layer %s of a file is left out: a user has made another one of this id", row.id)
    return found


def whole_catalogue(connection: Connection, files: Catalogue) -> Catalogue:
    """Give the catalogue of the files together with the layers that users have made, read now."""
    return _with(files, user_layers(connection, files))


def _with(files: Catalogue, read: Read) -> Catalogue:
    definitions = [definition for _, definition in read.values() if definition is not None]
    return with_user_layers(files, definitions, read)


@dataclass(frozen=True, slots=True)
class _Known:
    """What was last read: the mark, the layers, and the catalogue made of them and of the files' one."""

    mark: int = _NOT_READ
    read: Read = field(default_factory=dict)
    files: Catalogue | None = None
    whole: Catalogue | None = None


@dataclass
class UserLayers:
    """The layers that users have made, as this process last read them; for all its threads."""

    _known: _Known = field(default_factory=_Known)
    _writing: threading.Lock = field(default_factory=threading.Lock)

    def refresh(self, connection: Connection, files: Catalogue) -> None:
        """Read the definitions again when any has changed.

        A thread whose transaction is older than what is known changes nothing: the mark only rises.
        """
        mark, known = rows.mark(connection), self._known
        if mark <= known.mark:
            return
        read = user_layers(connection, files, known.read if known.files is files else None)
        with self._writing:
            if mark > self._known.mark:
                self._known = _Known(mark, read, files, _with(files, read))

    def whole(self, files: Catalogue) -> Catalogue:
        """Give the catalogue of the files together with the layers that are known."""
        known = self._known
        if known.whole is not None and known.files is files:
            return known.whole
        return _with(files, known.read)
