"""An operation of the API: whom it is for, what it takes and gives, said once for reader and document.

A handler stays a plain function. Called by Flask it gets its query and body read, checked and typed, once
`auth.check` has let the caller in; called from anywhere else with both given, it is just called.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, TypeAlias

from flask import Response
from pydantic import BaseModel

from gis_service.web.auth import Permission, demands
from gis_service.web.reading import check_path, read_body, read_query

Handler: TypeAlias = Callable[..., Response]
Shape: TypeAlias = tuple[type[BaseModel], ...] | type[BaseModel] | None
"""Shape of a JSON answer, or the several it may have; None for what is not JSON."""


class Query(BaseModel):
    """Parameters of an address; whatever is not named is refused, as OGC API asks."""

    model_config = {"extra": "forbid", "frozen": True}


@dataclass(frozen=True, slots=True)
class Operation:
    """What one handler takes and gives.

    Parameters
    ----------
    tag
        Heading under which the document lists it.
    answers
        For each status of success, its media types and their shapes.
    query
        Parameters of the address.
    body
        Shape of the JSON body.
    bodies
        Shapes of the bodies that the handler reads by itself, by media type; None for plain bytes.
    """

    tag: str
    answers: Mapping[int, Mapping[str, Shape]]
    query: type[Query] = Query
    body: type[BaseModel] | None = None
    bodies: Mapping[str, type[BaseModel] | None] = field(default_factory=dict)


_declared: dict[Handler, Operation] = {}


def operation(
    tag: str,
    permission: Permission,
    answers: Mapping[int, Mapping[str, Shape]],
    *,
    query: type[Query] = Query,
    body: type[BaseModel] | None = None,
    bodies: Mapping[str, type[BaseModel] | None] | None = None,
) -> Callable[[Handler], Handler]:
    """Declare a handler as an operation of the API, and what its callers must be allowed to do.

    The handler gets ``query`` when its parameters have any field, and ``body`` when there is one.
    """
    told = Operation(tag, answers, query, body, bodies or {})

    def declare(handler: Handler) -> Handler:
        @wraps(handler)
        def read_and_call(**arguments: object) -> Response:
            check_path(arguments)
            if "query" not in arguments:
                given = read_query(told.query)
                if told.query.model_fields:
                    arguments["query"] = given
            if told.body is not None and "body" not in arguments:
                arguments["body"] = read_body(told.body)
            return handler(**arguments)

        _declared[read_and_call] = told
        return demands(permission)(read_and_call)

    return declare


def shapes_of(shape: Shape) -> tuple[type[BaseModel], ...]:
    """Give the shapes that an answer may have."""
    if shape is None:
        return ()
    return shape if isinstance(shape, tuple) else (shape,)


def operation_of(handler: Callable[..., Any]) -> Operation | None:
    """Tell what a handler has been declared to take and give; None for a page."""
    return _declared.get(handler)
