"""Which part of a layer is asked for: the state it had at some time, and the items that a filter leaves."""

from dataclasses import dataclass

from gis_service.services.collections import Collection
from gis_service.services.filters import Condition, filter_system, parse_filter
from gis_service.services.history import BEFORE_ALL, as_of, kept_version
from gis_service.types import VersionId
from gis_service.web import current
from gis_service.web.api.collections import oldest_of
from gis_service.web.schemas.items import PartQuery, PastQuery, last_moment


@dataclass(frozen=True, slots=True)
class State:
    """Which state of a layer is read.

    Parameters
    ----------
    version
        As it is told; None before the first version.
    past
        As it is read; None for the rows of now.
    """

    version: VersionId | None
    past: VersionId | None


def state_of(collection: Collection, query: PastQuery) -> State:
    """Find the state that is asked for.

    Raises
    ------
    NotFound
        ``version_unknown``, ``version_not_kept``.
    NotAllowed
        ``version_closed``.
    """
    moment = last_moment(query.datetime)
    if query.version is not None:
        oldest = oldest_of(collection)
        past = kept_version(current.connection(), collection.definition, query.version, oldest=oldest).id
    elif moment is not None:
        past = as_of(current.connection(), collection.definition, moment, oldest_of(collection))
    else:
        return State(collection.version, None)
    return State(None if past == BEFORE_ALL else past, past)


def condition_of(collection: Collection, query: PartQuery) -> Condition | None:
    """Read the filter of a request; None when it has none.

    Raises
    ------
    WrongUse
        As :func:`gis_service.services.filters.parse_filter`, ``filter_system_not_offered``.
    """
    if query.filter is None:
        return None
    return parse_filter(
        query.filter,
        collection.definition,
        language=query.filter_lang or "cql2-text",
        crs=filter_system(current.catalogue().city, query.filter_crs),
    )
