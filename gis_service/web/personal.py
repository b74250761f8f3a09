"""Notes in the audit who has read personal detail, before the answer goes out.

Nobody in particular never sees such detail, so what residents ask for is never noted.
"""

from flask import Flask, Response, request

from gis_service.errors import GisError
from gis_service.services import audit
from gis_service.web import current, errors

_REFUSED = 400


def _note(response: Response) -> Response:
    if not current.reads_personal() or response.status_code >= _REFUSED:
        return response
    query = request.query_string.decode("utf-8", "replace")
    caller = current.caller()
    # Whatever the answer needed has been read.
    current.release()
    try:
        audit.note_reading(current.context(), caller, request.path, query)
    except GisError as error:
        # What cannot be noted is not given out.
        return errors.answer(error)
    return response


def register(app: Flask) -> None:
    """Watch over every answer of the application."""
    app.after_request(_note)
