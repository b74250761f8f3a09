"""Pages of lists that begin with the newest: how long one may be, and the key that leads to the next."""

import base64
import json
import re
import uuid
from datetime import datetime

from gis_service.errors import ErrorCode, WrongUse

LARGEST_PAGE = 1000
_ID = re.compile(r"[\w-]+", re.ASCII)


def require_limit(limit: int) -> None:
    """Refuse a page that is longer than a page may be.

    Parameters
    ----------
    limit
        Entries at most, 1 to 1,000.

    Raises
    ------
    WrongUse
        ``wrong_argument``.
    """
    if not 1 <= limit <= LARGEST_PAGE:
        raise WrongUse(ErrorCode.WRONG_ARGUMENT, name="limit", value=limit, expected=f"1 – {LARGEST_PAGE}")


def page_key(made_at: datetime, id_: str) -> str:
    """Write the key of the page after an entry.

    Parameters
    ----------
    made_at, id_
        Of the last entry of a page.
    """
    return base64.urlsafe_b64encode(json.dumps([made_at.isoformat(), id_]).encode()).decode()


def read_page_key(key: str | None, *, uuids: bool = False) -> tuple[datetime, str] | None:
    """Read a key back, into what stands before the page; None for the first page.

    Parameters
    ----------
    key
        ``next`` of the page before.
    uuids
        Whether the entries bear UUIDs, which the database takes for nothing else.

    Raises
    ------
    WrongUse
        ``wrong_argument`` for a key that no page gave.
    """
    if key is None:
        return None
    try:
        at, id_ = json.loads(base64.urlsafe_b64decode(key.encode()))
        at, id_ = datetime.fromisoformat(at), str(uuid.UUID(id_)) if uuids else id_
        known = _ID.fullmatch(id_) is not None
    except (ValueError, TypeError, AttributeError):
        known = False
    if not known:
        raise WrongUse(ErrorCode.WRONG_ARGUMENT, name="after", value=key, expected="next")
    return at, id_
