"""Work that is killed at a chosen moment: nothing is ended in order, as when the power fails.

Every piece of work dies in a process of its own, forked from one that has read the program already, since
to begin one anew would take longer than the work. Called by scripts of the tests, never in their own process.
"""

import os
import signal
import traceback
from collections.abc import Callable, Mapping
from typing import NoReturn, TypeVar

from sqlalchemy import event

from gis_service.db.engine import Connection, Engine

Told = TypeVar("Told")


def die() -> NoReturn:
    """End this process at once."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def die_after(engine: Engine, *words: str) -> None:
    """Die when statements with these words have been executed, in this order.

    The word ``COMMIT`` at the end is the moment before the commit is sent. Without words nothing dies.
    """
    left = list(words)

    def executed(_connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        if left and left[0] in statement:
            left.pop(0)
            if not left:
                die()

    def committing(_connection: Connection) -> None:
        if left == ["COMMIT"]:
            die()

    event.listen(engine, "after_cursor_execute", executed)
    event.listen(engine, "commit", committing)


def each_in_its_own(work: Callable[[str, Told], object], told: Mapping[str, Told]) -> None:
    """Let a process do the work of every moment, and die of it; afterwards at the latest."""
    for moment, about in told.items():
        child = os.fork()
        if not child:
            try:
                work(moment, about)
            except BaseException:  # noqa: BLE001 a child that goes on would be a second one of its parent
                traceback.print_exc()
            die()
        os.waitpid(child, 0)
