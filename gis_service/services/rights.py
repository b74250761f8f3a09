"""The one place that tells who may read and who may change which layer."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from gis_service.catalogue.layer_definition import LayerDefinition
from gis_service.catalogue.loader import Catalogue
from gis_service.db import rights as rows
from gis_service.db import users
from gis_service.db.engine import Connection
from gis_service.errors import ErrorCode, NotAllowed, RefusedInput, WrongUse
from gis_service.services.accounts import ANONYMOUS, EVERYBODY, Caller, Role, Scope
from gis_service.types import LayerId

PUBLIC, INTERNAL, DRAFT, PERSONAL = "public", "internal", "draft", "personal"

READERS = {
    INTERNAL: EVERYBODY,
    DRAFT: frozenset({Role.GIS_STAFF, Role.ADMIN}),
    PERSONAL: frozenset({Role.PLANNER, Role.ANALYST, Role.ADMIN}),
}
"""Roles that read layers of each visibility; ``public`` is for everybody, known or not."""
VISIBILITIES = (PUBLIC, *READERS)
EDITORS = frozenset({Role.GIS_STAFF, Role.ADMIN})
"""Roles that may change layers at all."""


@dataclass(frozen=True, slots=True)
class Rights:
    """What one caller may do with the layers of the city, as one state of the database has it.

    Parameters
    ----------
    catalogue
        What the layers are by their definitions.
    caller
        Who asks.
    given
        Visibility of layers that were given another one than that of their definition.
    read, edit
        Layers that a group of the caller may read or change.
    kept
        Layers that some group may change, and others may not.
    """

    catalogue: Catalogue
    caller: Caller
    given: Mapping[str, str] = field(default_factory=dict)
    read: frozenset[str] = frozenset()
    edit: frozenset[str] = frozenset()
    kept: frozenset[str] = frozenset()

    def visibility(self, layer: str) -> str:
        """Tell how far a layer is open; one that no definition knows is closed like a draft."""
        definition = self.catalogue.layers.get(LayerId(layer))
        if definition is None:
            return DRAFT
        if is_personal(definition):
            return PERSONAL
        return self.given.get(layer, definition.visibility)

    def may_read(self, layer: str) -> bool:
        """Tell whether the caller may read a layer."""
        visibility = self.visibility(layer)
        if visibility == PUBLIC:
            return True
        if self.caller.role not in self._readers(layer, visibility):
            return False
        return self.caller.holds(_reading(visibility))

    def require_reading(self, layer: str) -> None:
        """Refuse a caller who may not read a layer.

        Raises
        ------
        NotAllowed
            ``token_missing``, ``role_insufficient`` or ``scope_insufficient``.
        """
        if not self.may_read(layer):
            visibility = self.visibility(layer)
            self.caller.require(self._readers(layer, visibility), _reading(visibility))

    def require_editing(self, layer: str) -> None:
        """Refuse a caller who may not change a layer: that takes a role, and a group where groups keep it.

        Raises
        ------
        NotAllowed
            ``token_missing``, ``role_insufficient``, ``scope_insufficient`` or ``layer_kept_by_team``.
        """
        self.caller.require(EDITORS, Scope.LAYERS)
        self.require_reading(layer)
        if self._is_kept_by_others(layer):
            raise NotAllowed(ErrorCode.LAYER_KEPT_BY_TEAM, layer=layer)

    def may_edit(self, layer: str) -> bool:
        """Tell whether the caller may change a layer."""
        is_editor = self.caller.role in EDITORS and self.caller.holds(Scope.LAYERS)
        return is_editor and self.may_read(layer) and not self._is_kept_by_others(layer)

    def _is_kept_by_others(self, layer: str) -> bool:
        return layer in self.kept and layer not in self.edit and self.caller.role is not Role.ADMIN

    def readable(self) -> list[LayerId]:
        """List the layers that the caller may read, by id."""
        return sorted(LayerId(layer) for layer in self.catalogue.layers if self.may_read(layer))

    def _readers(self, layer: str, visibility: str) -> frozenset[Role]:
        roles = READERS[visibility]
        # A group opens drafts to its members, whatever their role; personal detail is not a group's to give.
        if layer in self.read and visibility != PERSONAL and self.caller.role is not None:
            return roles | {self.caller.role}
        return roles


def _reading(visibility: str) -> Scope:
    return Scope.PERSONAL if visibility == PERSONAL else Scope.READ


def rights_of(connection: Connection, catalogue: Catalogue, caller: Caller) -> Rights:
    """Look up what a caller may do with the layers."""
    given, read, edit, kept = {}, set(), set(), set()
    for row in rows.rights_of(connection, caller.account):
        if row.visibility is not None:
            given[row.layer] = row.visibility
        elif row.right == "read":
            read |= {row.layer} if row.own else set()
        else:
            kept.add(row.layer)
            edit |= {row.layer} if row.own else set()
    return Rights(catalogue, caller, given, frozenset(read), frozenset(edit), frozenset(kept))


def require_editing_now(connection: Connection, catalogue: Catalogue, caller: Caller, layer: str) -> None:
    """Refuse, in the transaction that writes, a caller whose right was taken back since the request began.

    Parameters
    ----------
    connection
        Inside the transaction that writes, with the layer or its definition held.
    catalogue, caller
        As this transaction and the request know them; an account is looked up again.
    layer
        What is about to be changed; it may be dropped and come again.

    Raises
    ------
    NotAllowed
        ``token_invalid`` when the account is gone or closed; else as `Rights.require_editing`.
    """
    if caller.account is not None:
        account = users.account_by_id(connection, caller.account)
        if account is None or account.disabled_at is not None:
            raise NotAllowed(ErrorCode.TOKEN_INVALID)
        caller = replace(caller, role=Role(account.role))
    rights_of(connection, catalogue, caller).require_editing(layer)


def rights_by_definition(catalogue: Catalogue, caller: Caller = ANONYMOUS) -> Rights:
    """Tell what a caller may do as far as the definitions go, for words that need no database."""
    return Rights(catalogue, caller)


def rights_unknown(catalogue: Catalogue) -> Rights:
    """Tell what anybody may do while the database is away, which knows what was closed since: nothing."""
    return Rights(catalogue, ANONYMOUS, dict.fromkeys(catalogue.layers, DRAFT))


def is_personal(definition: LayerDefinition) -> bool:
    """Tell whether a layer holds personal detail: its definition says so, and no setting takes that back."""
    return definition.visibility == PERSONAL


def is_public(visibility: str) -> bool:
    """Tell whether everybody may read a layer of this visibility."""
    return visibility == PUBLIC


def readers_of(visibility: str) -> list[Caller]:
    """Give a caller of each kind that may read layers of a visibility, without any group."""
    if is_public(visibility):
        return [ANONYMOUS]
    return [Caller(role, role.value) for role in sorted(READERS[visibility])]


def visibility_of_new_rows(rights: Rights, layer: str, wanted: str | None) -> str:
    """Tell how far a layer will be open when its rows are written anew by the service itself.

    Parameters
    ----------
    rights
        Of who writes them.
    layer
        Which may not be there yet.
    wanted
        How far it is asked to be; None for as far as it is now, ``internal`` if it is new.

    Raises
    ------
    WrongUse
        ``wrong_argument`` for a visibility that there is none.
    RefusedInput
        ``visibility_personal``: a layer of personal detail stays one, for its history holds it.
    """
    if wanted is not None and wanted not in VISIBILITIES:
        expected = ", ".join(VISIBILITIES)
        raise WrongUse(ErrorCode.WRONG_ARGUMENT, name="visibility", value=wanted, expected=expected)
    now = rights.visibility(layer) if LayerId(layer) in rights.catalogue.layers else INTERNAL
    if holds_personal(now) and wanted not in {None, PERSONAL}:
        raise RefusedInput(ErrorCode.VISIBILITY_PERSONAL, layer=layer)
    return wanted or now


def holds_personal(visibility: str) -> bool:
    """Tell whether layers of a visibility hold personal detail and small counts of people."""
    return visibility == PERSONAL


def openness(visibility: str) -> Literal["public", "restricted", "closed"]:
    """Tell outsiders how far a layer is open: to all, to all who are known, or to some of these."""
    if visibility == PUBLIC:
        return "public"
    return "restricted" if visibility == INTERNAL else "closed"


def require_own_reading(caller: Caller, definition: LayerDefinition) -> None:
    """Refuse to let somebody make or close a layer that they could not read themselves.

    Raises
    ------
    NotAllowed
        ``role_insufficient`` or ``scope_insufficient``.
    """
    if definition.visibility != PUBLIC:
        caller.require(EDITORS & READERS[definition.visibility], _reading(definition.visibility))


def sees_personal(caller: Caller) -> bool:
    """Tell whether a caller may see personal detail and small counts of people."""
    return caller.holds(Scope.PERSONAL)
