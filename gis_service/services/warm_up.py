"""Works out the question that the map opens with before anybody asks it, after the process has started."""

import gc
import logging
import threading
from typing import Any

from gis_service.errors import GisError
from gis_service.services import kernels, studies
from gis_service.services.accounts import Caller, Role
from gis_service.services.cells import cell_table
from gis_service.services.context import Context
from gis_service.services.coverage_document import PROCESS
from gis_service.services.coverage_live import ask, inputs_of, shown_document, study_of
from gis_service.services.transactions import Connection, reading

LONGEST_S = 600.0
"""Wait for the kernels at most so long."""
_OPERATOR = Caller(Role.ADMIN, "warm-up")

log = logging.getLogger(__name__)


def warm_up_in_background(context: Context) -> threading.Thread:
    """Begin to warm up; requests are answered meanwhile."""
    thread = threading.Thread(target=_try, args=(context,), name="warm-up", daemon=True)
    thread.start()
    return thread


def _try(context: Context) -> None:
    try:
        if kernels.wait_until_loaded(LONGEST_S):
            warm_up(context)
    except GisError as error:
        log.info("nothing could be worked out ahead: %s", error)
    except Exception:
        # The first one who asks waits longer, and the log says why.
        log.exception("the first answer could not be worked out ahead")
    finally:
        settle()


def settle() -> None:
    """Take what the process has loaded so far out of every later search for garbage.

    Libraries and prepared layers are hundreds of thousands of objects that stay for good; looking through
    them again and again is a fifth of the time of an answer with all tables.
    """
    gc.collect()
    gc.freeze()


def warm_up(context: Context) -> bool:
    """Answer the question of the study of coverage that was stored last; tell whether there is one.

    Raises
    ------
    GisError
        As the question would be refused.
    """
    with reading(context) as connection:
        inputs = _last_question(connection, context)
        if inputs is None:
            return False
        question = ask(connection, context.catalogue, inputs, _OPERATOR)
        study = study_of(question, context.prepared)
        shown_document(study, context.catalogue, context.prepared, personal=False)
        cell_table(study, context.prepared)
    return True


def _last_question(connection: Connection, context: Context) -> dict[str, Any] | None:
    newest = studies.list_(connection, process=PROCESS, limit=1).items
    if not newest:
        return None
    asked = studies.get(connection, newest[0].id).document["parameters"]
    names = ("standard", "service", "measure", "limit", "mode", "vintage", "catchment", "direction")
    share = asked.get("branch_share")
    return inputs_of(context.catalogue, {name: asked.get(name) for name in names}, share)
