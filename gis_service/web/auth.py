"""What each blueprint demands of its callers; asked before the body of a request is read."""

from collections.abc import Sequence
from enum import StrEnum

from flask import Blueprint, Flask, request

from gis_service.errors import ErrorCode, NotAllowed
from gis_service.services.accounts import EVERYBODY, Role, Scope
from gis_service.web import current, forgery


class Permission(StrEnum):
    """What a caller must be allowed to do; the values read as sentences in the log."""

    READ = "read what is public"
    """Open to everybody; what is not public is refused layer by layer."""
    STORE_STUDIES = "run a study and keep it"
    EDIT_LAYERS = "bring in and change layers"
    ADMINISTER = "see who did what"
    OWN_ACCOUNT = "change one's own password, tokens and sessions"
    """Of those who have signed in with a browser: a token must not make another one."""


GRANTS: dict[Permission, frozenset[Role] | None] = {
    Permission.READ: None,
    Permission.STORE_STUDIES: frozenset({Role.PLANNER, Role.ANALYST, Role.ADMIN}),
    Permission.EDIT_LAYERS: frozenset({Role.GIS_STAFF, Role.ADMIN}),
    Permission.ADMINISTER: frozenset({Role.ADMIN}),
    Permission.OWN_ACCOUNT: EVERYBODY,
}
"""Roles that hold each permission; None means that nobody has to say who they are."""

SCOPES = {
    Permission.STORE_STUDIES: Scope.STUDIES,
    Permission.EDIT_LAYERS: Scope.LAYERS,
    Permission.ADMINISTER: Scope.ADMIN,
}
"""Scope that a limited token needs for a permission; what is not named here is decided layer by layer."""

_KEY = "permissions"
STATIC = "static"
"""Flask's own endpoint for the files of the client: the only one without a blueprint."""


def register(app: Flask, blueprints: Sequence[tuple[Blueprint, Permission]]) -> None:
    """Register blueprints, each together with what it demands."""
    demands: dict[str, Permission] = app.extensions.setdefault(_KEY, {})
    for blueprint, permission in blueprints:
        demands[blueprint.name] = permission
        app.register_blueprint(blueprint)


def demand_of(app: Flask, endpoint: str) -> Permission | None:
    """Tell what an endpoint demands; None when nobody has declared it."""
    if endpoint == STATIC:
        return Permission.READ
    demands: dict[str, Permission] = app.extensions.get(_KEY, {})
    return demands.get(endpoint.rpartition(".")[0])


def check(app: Flask) -> None:
    """Refuse the request in hand when its caller may not make it.

    Raises
    ------
    NotAllowed
        ``token_missing``, ``token_invalid``, ``role_insufficient``, ``scope_insufficient``,
        ``session_needed`` or ``request_foreign``.
    LookupError
        When the endpoint demands nothing: a fault of ours, and closed rather than open.
    """
    if request.endpoint is None:
        return
    permission = demand_of(app, request.endpoint)
    if permission is None:
        raise LookupError(f"{request.endpoint} has been registered without a permission")
    roles = GRANTS[permission]
    if roles is not None:
        current.caller().require(roles, SCOPES.get(permission))
        if permission is Permission.OWN_ACCOUNT and current.session() is None:
            raise NotAllowed(ErrorCode.SESSION_NEEDED)
    forgery.check()
