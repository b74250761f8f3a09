"""The upload that a request names, as the API and its page look it up."""

from gis_service.errors import Conflict, ErrorCode
from gis_service.services import uploads as service
from gis_service.services.uploads import Upload
from gis_service.web import current


def upload_of(upload_id: str) -> Upload:
    """Give an upload of the caller's, as far as it has come.

    The request's transaction may be over afterwards: one whose last byte came, but not the word of it, is
    noted to be whole.

    Raises
    ------
    NotFound
        ``upload_not_found``.
    """
    found, caller = service.get(current.connection(), upload_id, current.caller()), current.caller()
    if found.state == "receiving" and found.size == service.offset_of(current.context().settings, found):
        # Its last byte came, and whoever took it has died before it could say so.
        current.release()
        found = service.received(current.context(), found, caller)
    return found


def inspected_upload(upload_id: str) -> Upload:
    """Give an upload of the caller's with what was found in it.

    Raises
    ------
    NotFound
        ``upload_not_found``.
    Conflict
        ``upload_not_ready`` when nobody has looked through it yet.
    """
    found = service.get(current.connection(), upload_id, current.caller())
    if found.inspection is None:
        raise Conflict(ErrorCode.UPLOAD_NOT_READY, id=found.id, state=found.state)
    return found
