"""The version that a change was made from: a change of something older is refused, never written over it."""

from collections.abc import Iterator, Mapping

from gis_service.catalogue.layer_definition import LayerDefinition
from gis_service.db.engine import Connection
from gis_service.db.history import version
from gis_service.db.history_diff import Difference, count_others, differences, tally
from gis_service.db.layers import version_of
from gis_service.errors import Conflict, ErrorCode, Fault
from gis_service.services.export_names import OUR_COLUMNS, named_version
from gis_service.text import whole_number
from gis_service.types import Text, VersionId

SHOWN = 100
"""Features that the refusal names one by one; the rest is counted."""
UNTOLD = "?"
"""What has happened since a version that is not kept: there is no difference to read."""
_OPS = {
    "insert": Text("được thêm", "added"),
    "update": Text("được sửa", "changed"),
    "delete": Text("bị xoá", "removed"),
}


def told_base(
    connection: Connection, definition: LayerDefinition, about: Mapping[str, str], file: str = ""
) -> int | None:
    """Tell from which version of a layer a file was exported; None when it does not say, or it was elsewhere.

    A CSV and a raster have no room for it but in their name: ``clinic_v12.csv``. That of a table with other
    columns than ours is somebody's own way of counting.

    Parameters
    ----------
    connection
        Any connection that may read.
    definition
        The layer that the file is loaded into.
    about
        What the file says about itself.
    file
        What people call it.
    """
    named = named_version(definition, file) if definition.is_raster or OUR_COLUMNS in about else None
    if named is not None:
        about = {"LAYER": definition.id, "VERSION": str(named)}
    number = whole_number(about.get("VERSION", ""))
    if about.get("LAYER") != definition.id or number is None:
        return None
    known = version(connection, definition.id, number)
    # Another installation counts its versions from 1 as well: the time tells them apart.
    if (
        known is None
        or about.get("VERSION_TIME", known.committed_at.isoformat()) != known.committed_at.isoformat()
    ):
        return None
    return known.id


def require_base(connection: Connection, definition: LayerDefinition, base: int | None) -> None:
    """Refuse a change that was made from another version than the newest one.

    Parameters
    ----------
    connection
        Inside a transaction that holds the layer's lock.
    definition
        The layer; its table exists.
    base
        Version that somebody started from, 0 for a layer without any; None when they do not say.

    Raises
    ------
    Conflict
        ``base_version_changed``, with what has happened since; ``layer_no_longer_empty`` for 0.
    """
    newest = version_of(connection, definition.id)
    if base is None or base == newest:
        return
    columns = [field.name for field in definition.fields]
    faults: list[Fault] = []
    since = UNTOLD
    if newest is not None and _can_compare(connection, definition, base):
        pair = (VersionId(base), newest)
        counted = tally(connection, definition.id, columns, *pair)
        since = f"+{counted.added} ~{counted.changed} −{counted.removed}"
        found = differences(connection, definition.id, columns, pair, count=SHOWN)
        faults = [_fault(difference) for difference in found]
    raise Conflict(
        ErrorCode.BASE_VERSION_CHANGED if base else ErrorCode.LAYER_NO_LONGER_EMPTY,
        faults,
        layer=definition.id,
        base=base,
        newest="-" if newest is None else newest,
        since=since,
    )


def overtaken(connection: Connection, definition: LayerDefinition, base: int | None) -> Iterator[Conflict]:
    """Give what `require_base` refuses, for who only looks at a file: one error, or none.

    Parameters
    ----------
    connection, definition, base
        As of `require_base`; no lock is needed.
    """
    try:
        require_base(connection, definition, base)
    except Conflict as error:
        yield error


def has_changed(connection: Connection, definition: LayerDefinition, base: int) -> bool:
    """Tell whether a layer holds anything else than it did in a version; a version may change nothing.

    Parameters
    ----------
    connection, definition
        As of `require_base`.
    base
        Version, 0 for a layer without any.
    """
    newest = version_of(connection, definition.id)
    if newest is None or not _can_compare(connection, definition, base):
        return True
    columns, pair = [field.name for field in definition.fields], (VersionId(base), newest)
    counted = tally(connection, definition.id, columns, *pair)
    changed = counted.added or counted.changed or counted.removed
    return bool(changed or count_others(connection, definition.id, columns, *pair))


def _can_compare(connection: Connection, definition: LayerDefinition, base: int) -> bool:
    if definition.is_raster:
        return False
    known = version(connection, definition.id, VersionId(base))
    return base == 0 or (known is not None and known.kept)


def replaced(
    connection: Connection, definition: LayerDefinition, newest: VersionId | None, author: str
) -> dict[str, object] | None:
    """Tell whose work is no longer what a layer shows: that of the newest version before a change.

    Parameters
    ----------
    connection
        Any connection that may read.
    definition
        The layer.
    newest
        Its newest version before the change.
    author
        Who made the change; what they replace of their own is no news to them.

    Returns
    -------
    dict or None
        ``layer``, ``version``, ``author`` and ``time`` (UTC), the parameters of the notice
        ``version_replaced``; None when it was their own, or the layer had no version.
    """
    known = version(connection, definition.id, newest) if newest is not None else None
    if known is None or known.author == author:
        return None
    time = f"{known.committed_at:%Y-%m-%d %H:%M}"
    return {"layer": definition.id, "version": known.id, "author": known.author, "time": time}


def _fault(difference: Difference) -> Fault:
    words = _OPS[difference.op]
    columns = f": {', '.join(difference.changed)}" if difference.op == "update" else ""
    place = Text(f"đối tượng {difference.fid}", f"feature {difference.fid}")
    return Fault(place, Text(words.vi + columns, words.en + columns))
