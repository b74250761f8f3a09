"""What each handler demands of its callers; asked in one place, before query and body are read."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

from flask import Flask, request

from gis_service.errors import ErrorCode, NotAllowed
from gis_service.services.accounts import EVERYBODY, Role, Scope
from gis_service.services.rights import EDITORS
from gis_service.types import LayerId
from gis_service.web import current, forgery


class Permission(StrEnum):
    """What a caller must be allowed to do; the values read as sentences in the log."""

    READ = "read what is open"
    """Open to everybody; lists hold, and documents show, what their reader may see."""
    SIGN_IN = "sign in, or choose a password"
    """Open to everybody, signed in or not: the forms carry tokens of the visit, which handlers check."""
    READ_LAYER = "read the layer that the address names"
    EDIT_LAYER = "change the layer that the address names"
    MAKE_LAYERS = "make a layer"
    UPLOAD = "bring in a file"
    UPLOAD_FORM = "bring in a file by a form of ours"
    """The token stands in the form before the file, which the handler reads as it comes, and checks it."""
    STORE_STUDIES = "run a study and keep it"
    READ_SCENARIOS = "read scenarios that are shared"
    """Of those who are known; which ones, their handlers ask."""
    STORE_SCENARIOS = "keep a scenario"
    ADMINISTER = "see who did what"
    OWN_ACCOUNT = "change one's own password, tokens and sessions"
    """Of those who have signed in with a browser: a token must not make another one."""


GRANTS: dict[Permission, frozenset[Role] | None] = {
    Permission.READ: None,
    Permission.SIGN_IN: None,
    Permission.READ_LAYER: None,
    Permission.EDIT_LAYER: EDITORS,
    Permission.MAKE_LAYERS: EDITORS,
    Permission.UPLOAD: EDITORS,
    Permission.UPLOAD_FORM: EDITORS,
    Permission.STORE_STUDIES: frozenset({Role.PLANNER, Role.ANALYST, Role.ADMIN}),
    Permission.READ_SCENARIOS: EVERYBODY,
    Permission.STORE_SCENARIOS: frozenset({Role.PLANNER, Role.ANALYST, Role.ADMIN}),
    Permission.ADMINISTER: frozenset({Role.ADMIN}),
    Permission.OWN_ACCOUNT: EVERYBODY,
}
"""Roles that hold each permission; None means that nobody has to say who they are."""

SCOPES = {
    Permission.STORE_STUDIES: Scope.STUDIES,
    Permission.STORE_SCENARIOS: Scope.STUDIES,
    Permission.EDIT_LAYER: Scope.LAYERS,
    Permission.MAKE_LAYERS: Scope.LAYERS,
    Permission.UPLOAD: Scope.LAYERS,
    Permission.UPLOAD_FORM: Scope.LAYERS,
    Permission.ADMINISTER: Scope.ADMIN,
}
"""Scope that a limited token needs for a permission; what is not named here is decided layer by layer."""

_CHECK_THEIR_FORMS = frozenset({Permission.SIGN_IN, Permission.UPLOAD_FORM})
"""Permissions whose handlers ask for the token of the form by themselves."""

STATIC = "static"
"""Flask's own endpoint for the files of the client: the only one whose handler is not ours."""
LAYER = "collection_id"
"""Part of an address that names a layer."""

Handler = TypeVar("Handler", bound=Callable[..., Any])

_declared: dict[Callable[..., Any], Permission] = {}


def demands(permission: Permission) -> Callable[[Handler], Handler]:
    """Declare what the callers of a handler must be allowed to do."""

    def declare(handler: Handler) -> Handler:
        _declared[handler] = permission
        return handler

    return declare


def demand_of(app: Flask, endpoint: str) -> Permission | None:
    """Tell what an endpoint demands; None when nobody has declared it."""
    return Permission.READ if endpoint == STATIC else _declared.get(app.view_functions[endpoint])


def check(app: Flask) -> None:
    """Refuse the request in hand when its caller may not make it.

    Raises
    ------
    NotAllowed
        ``token_missing``, ``token_invalid``, ``role_insufficient``, ``scope_insufficient``,
        ``layer_kept_by_team``, ``session_needed`` or ``request_foreign``.
    LookupError
        When the handler demands nothing: a fault of ours, and closed rather than open.
    """
    if request.endpoint is None or _is_answered_unseen():
        return
    permission = demand_of(app, request.endpoint)
    if permission is None:
        raise LookupError(f"{request.endpoint} has been registered without a permission")
    roles = GRANTS[permission]
    if roles is not None:
        current.caller().require(roles, SCOPES.get(permission))
        if permission is Permission.OWN_ACCOUNT and current.session() is None:
            raise NotAllowed(ErrorCode.SESSION_NEEDED)
    _check_layer(permission)
    if permission not in _CHECK_THEIR_FORMS:
        forgery.check()


def _is_answered_unseen() -> bool:
    """Tell an OPTIONS that Flask answers with the methods of the address, the same to everybody.

    Browsers ask it before they show who they are, and the protocol tus asks what is offered.
    """
    # Flask adds the mark to Werkzeug's rules; a handler that answered by itself would lack it.
    return request.method == "OPTIONS" and getattr(request.url_rule, "provide_automatic_options", False)


def _check_layer(permission: Permission) -> None:
    """Ask for the right on the layer of the address; that there is no such layer is the handler's to say."""
    if permission not in {Permission.READ_LAYER, Permission.EDIT_LAYER}:
        return
    layer = LayerId((request.view_args or {})[LAYER])
    if layer not in current.catalogue().layers:
        return
    if permission is Permission.EDIT_LAYER:
        current.rights().require_editing(layer)
    else:
        current.rights().require_reading(layer)
