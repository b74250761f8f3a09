"""What a request would rather have, by its header Prefer (RFC 7240)."""

from flask import request

RESPOND_ASYNC = "respond-async"


def wants_a_job() -> bool:
    """Tell whether the caller would rather not wait for the answer; names of preferences know no capitals."""
    preferences = (part.strip().lower() for part in request.headers.get("Prefer", "").split(","))
    return any(part.partition(";")[0].strip() == RESPOND_ASYNC for part in preferences)
