"""Finds what the audit stands on and does not stand as the migrations made it.

Whoever owns the tables can switch a trigger off, give itself a right back, or set for a role once and for all
what lets the functions of the service write to the past. None of that leaves a trace by itself; it is found
here by looking.
"""

import re
from collections.abc import Iterator

from sqlalchemy import text

from gis_service.db.engine import Connection
from gis_service.db.history_check import HistoryFault
from gis_service.db.query import sql

_DIRECT = "FOR EACH ROW EXECUTE FUNCTION gis.audit_direct()"
_ALL_DEEDS = "AFTER INSERT OR DELETE OR UPDATE"
_AT_THE_END = "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW"
_WATCHED = {
    **dict.fromkeys(
        ("account", "layer_definition", "layer_right", "layer_setting", "team", "team_member", "token"),
        f"{_ALL_DEEDS} ON {{}} {_DIRECT}",
    ),
    "session": f"AFTER INSERT OR UPDATE OF hash, account, expires_at ON {{}} {_DIRECT}",
    "version": (
        "AFTER DELETE OR UPDATE ON {} FOR EACH ROW WHEN ((current_setting('gis.history_writes'::text, true)"
        " IS DISTINCT FROM 'on'::text)) EXECUTE FUNCTION gis.audit_direct()"
    ),
}
_OTHERS = {
    ("gis.audit", "audit_is_append_only"): (
        "TRIGGER {} BEFORE DELETE OR UPDATE OR TRUNCATE ON {} FOR EACH STATEMENT"
        " EXECUTE FUNCTION gis.refuse_change()"
    ),
    ("gis.raster", "raster_is_append_only"): (
        "TRIGGER {} BEFORE DELETE OR UPDATE OR TRUNCATE ON {} FOR EACH STATEMENT"
        " EXECUTE FUNCTION gis.refuse_change()"
    ),
    ("gis.version", "version_commit"): (
        f"CONSTRAINT TRIGGER {{}} AFTER INSERT ON {{}} {_AT_THE_END} WHEN ((new.xact IS NOT NULL))"
        " EXECUTE FUNCTION gis.version_commit()"
    ),
    ("gis.version", "audit_version"): (
        f"CONSTRAINT TRIGGER {{}} AFTER INSERT ON {{}} {_AT_THE_END} EXECUTE FUNCTION gis.audit_version()"
    ),
    ("gis.layer_setting", "note_visibility"): (
        "TRIGGER {} AFTER INSERT OR DELETE OR UPDATE OF layer, visibility ON {} FOR EACH ROW"
        " EXECUTE FUNCTION gis.note_visibility()"
    ),
    ("gis.layer_setting", "note_visibilities"): (
        "TRIGGER {} BEFORE TRUNCATE ON {} FOR EACH STATEMENT EXECUTE FUNCTION gis.note_visibility()"
    ),
    ("gis.layer_definition", "note_definition"): (
        "TRIGGER {} AFTER INSERT OR UPDATE OF id, document, dropped_at ON {} FOR EACH ROW"
        " EXECUTE FUNCTION gis.note_definition()"
    ),
}


def _definitions() -> dict[tuple[str, str], str]:
    """Give every trigger by table and name, in the words in which the server tells it."""
    found = {(table, name): f"CREATE {words.format(name, table)}" for (table, name), words in _OTHERS.items()}
    for name, words in _WATCHED.items():
        table = f"gis.{name}"
        found[table, "audit_direct"] = f"CREATE TRIGGER audit_direct {words.format(table)}"
        found[table, "audit_truncate"] = (
            f"CREATE TRIGGER audit_truncate AFTER TRUNCATE ON {table} FOR EACH STATEMENT"
            " EXECUTE FUNCTION gis.audit_direct()"
        )
    return found


TRIGGERS = _definitions()
"""The triggers that the audit stands on, by table and name; each fires in every session."""


def check_guards(connection: Connection) -> Iterator[HistoryFault]:
    """Find triggers that are gone, off or others, rights that nobody should have, settings that stay.

    Parameters
    ----------
    connection
        Inside a transaction.

    Yields
    ------
    HistoryFault
        By table; of settings by the role that has them.
    """
    wrong = _wrong_triggers(connection)
    for table in sorted({table for table, _ in wrong}):
        names = ", ".join(name for of_table, name in wrong if of_table == table)
        yield HistoryFault("guard_triggers", table, {"triggers": names})
    for row in connection.execute(sql("guards_rewriters")).all():
        yield HistoryFault("guard_rights", row.of_table, {"role": row.role, "rights": row.rights})
    for row in connection.execute(sql("guards_settings")).all():
        yield HistoryFault("guard_setting", row.role, {"setting": row.setting}, mended=False)


def mend_guards(connection: Connection) -> None:
    """Make the triggers as they should be, and take the rights away again.

    Parameters
    ----------
    connection
        Inside a transaction; who writes to one of the tables waits for its end.
    """
    for (table, name), there in _wrong_triggers(connection).items():
        if not there:
            connection.execute(text(f"DROP TRIGGER IF EXISTS {name} ON {table}"))
            connection.execute(text(TRIGGERS[table, name].replace(":", "\\:")))
        connection.execute(text(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}"))
    connection.execute(text("SELECT gis.close_rights()"))


def _wrong_triggers(connection: Connection) -> dict[tuple[str, str], bool]:
    """Give the triggers that are not as they should be, and whether they are merely off."""
    path = connection.execute(text("SHOW search_path")).scalar_one()
    # Names of what is in the path would be told without their schema.
    connection.execute(text("SET LOCAL search_path = pg_catalog"))
    rows = connection.execute(sql("guards_triggers")).all()
    connection.execute(text("SELECT set_config('search_path', :path, true)"), {"path": path})
    found = {(row.of_table, row.name): row for row in rows}
    wrong = {}
    for key, words in sorted(TRIGGERS.items()):
        there = found.get(key)
        same = there is not None and _plain(there.definition) == _plain(words)
        if there is None or not same or not there.always:
            wrong[key] = same
    return wrong


def _plain(words: str) -> str:
    """Give a definition without brackets and casts, which servers of other versions may write otherwise."""
    return re.sub(r"::text|[()]", "", words)
