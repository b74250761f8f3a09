"""Who may read and who may change which layer: roles, scopes, groups, visibility."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from gis_service.catalogue.loader import Catalogue
from gis_service.db import rights as rows
from gis_service.db.engine import Connection
from gis_service.errors import AnyCode, Conflict, ErrorCode, NotAllowed, NotFound, RefusedInput
from gis_service.services import audit, teams, users
from gis_service.services.accounts import ANONYMOUS, Caller, Role, Scope
from gis_service.services.rights import (
    Rights,
    is_personal,
    require_editing_now,
    rights_by_definition,
    rights_of,
    sees_personal,
)
from gis_service.services.teams import LayerRight
from gis_service.types import LayerId
from tests.demo_city import catalogue as real_catalogue

NOBODY = None
KNOWN = {"viewer", "gis_staff", "planner", "analyst", "admin"}
READERS: dict[str, set[str | None]] = {
    "public": {NOBODY, *KNOWN},
    "internal": {*KNOWN},
    "draft": {"gis_staff", "admin"},
    "personal": {"planner", "analyst", "admin"},
}
EDITORS = {"gis_staff", "admin"}
DRAFT = LayerId("market")


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    """Give Thai Binh's definitions, with a draft and an internal layer."""
    real = real_catalogue()
    draft = replace(real.layers[DRAFT], visibility="draft")
    internal = replace(real.layers[LayerId("park")], visibility="internal")
    return replace(real, layers={**real.layers, DRAFT: draft, LayerId("park"): internal})


LAYER_OF = {"public": "commune", "internal": "park", "draft": "market", "personal": "residents"}


def caller(role: str | None, scopes: set[Scope] | None = None) -> Caller:
    if role is None:
        return ANONYMOUS
    return Caller(Role(role), role, scopes=None if scopes is None else frozenset(scopes))


def code_of(rights: Rights, layer: str, *, edit: bool = False) -> AnyCode | None:
    try:
        (rights.require_editing if edit else rights.require_reading)(layer)
    except NotAllowed as refused:
        # What is told beforehand is what is done.
        assert not edit or not rights.may_edit(layer)
        return refused.code
    assert not edit or rights.may_edit(layer)
    return None


@pytest.mark.parametrize("role", [NOBODY, *sorted(KNOWN)])
@pytest.mark.parametrize("visibility", READERS)
def test_a_layer_is_read_and_changed_by_roles(
    catalogue: Catalogue, role: str | None, visibility: str
) -> None:
    rights, layer = rights_by_definition(catalogue, caller(role)), LAYER_OF[visibility]
    refused = ErrorCode.TOKEN_MISSING if role is None else ErrorCode.ROLE_INSUFFICIENT
    reads = role in READERS[visibility]
    assert rights.may_read(layer) is reads
    assert (layer in rights.readable()) is reads
    assert code_of(rights, layer) == (None if reads else refused)
    # Who changes a layer must see it: personal detail is not for the staff who draw roads.
    assert code_of(rights, layer, edit=True) == (None if role in EDITORS and reads else refused)


@pytest.mark.parametrize(
    ("role", "scopes", "layer", "reads"),
    [
        ("admin", {Scope.READ}, "market", True),
        ("admin", {Scope.READ}, "residents", False),
        ("admin", {Scope.PERSONAL}, "residents", True),
        ("admin", {Scope.PERSONAL}, "park", False),
        ("viewer", {Scope.ADMIN, Scope.PERSONAL}, "residents", False),
        ("planner", {Scope.STUDIES}, "park", False),
        ("planner", {Scope.STUDIES}, "commune", True),
    ],
)
def test_scopes_narrow_a_role_and_never_widen_it(
    catalogue: Catalogue,
    role: str,
    scopes: set[Scope],
    layer: str,
    reads: bool,  # noqa: FBT001 - a table
) -> None:
    rights = rights_by_definition(catalogue, caller(role, scopes))
    assert rights.may_read(layer) is reads
    if not reads:
        wrong_role = role == "viewer"
        expected = ErrorCode.ROLE_INSUFFICIENT if wrong_role else ErrorCode.SCOPE_INSUFFICIENT
        assert code_of(rights, layer) == expected
    assert sees_personal(caller(role, scopes)) is (role != "viewer" and Scope.PERSONAL in scopes)


@pytest.mark.parametrize("scopes", [None, {Scope.LAYERS, Scope.READ}, {Scope.READ}])
def test_changing_layers_takes_its_scope(catalogue: Catalogue, scopes: set[Scope] | None) -> None:
    code = code_of(rights_by_definition(catalogue, caller("gis_staff", scopes)), "commune", edit=True)
    assert code == (ErrorCode.SCOPE_INSUFFICIENT if scopes == {Scope.READ} else None)


@pytest.fixture
def members(connection: Connection) -> dict[str, Caller]:
    """Give one person of each role in the group ``roads``, and one GIS staff outside of it."""
    teams.add(connection, "roads", "Phòng Đường bộ")
    teams.add(connection, "noise")
    found = {}
    for role in Role:
        account = users.add(connection, f"in_{role}", role)
        teams.join(connection, "roads", account.login)
        found[role.value] = Caller(role, account.login, account.id)
    outside = users.add(connection, "outside", Role.GIS_STAFF)
    teams.join(connection, "noise", "outside")
    return found | {"outside": Caller(Role.GIS_STAFF, "outside", outside.id)}


def test_a_group_reads_its_drafts(
    connection: Connection, catalogue: Catalogue, members: dict[str, Caller]
) -> None:
    teams.give(connection, catalogue, LayerRight("market", "roads", "read"))
    stranger = Caller(Role.VIEWER, "in_viewer")  # a token that bears the same name
    for role in KNOWN:
        assert rights_of(connection, catalogue, members[role]).may_read("market")
        assert rights_of(connection, catalogue, members[role]).may_read("residents") is (
            role in READERS["personal"]
        )
    for other in (stranger, ANONYMOUS):
        assert not rights_of(connection, catalogue, other).may_read("market")
    limited = replace(members["viewer"], scopes=frozenset({Scope.STUDIES}))
    assert code_of(rights_of(connection, catalogue, limited), "market") == ErrorCode.SCOPE_INSUFFICIENT
    teams.leave(connection, "roads", "in_viewer")
    assert not rights_of(connection, catalogue, members["viewer"]).may_read("market")


def test_a_layer_that_a_group_keeps_is_changed_by_nobody_else(
    connection: Connection, catalogue: Catalogue, members: dict[str, Caller]
) -> None:
    assert code_of(rights_of(connection, catalogue, members["outside"]), "commune", edit=True) is None
    teams.give(connection, catalogue, LayerRight("commune", "roads", "edit"))
    codes = {
        name: code_of(rights_of(connection, catalogue, one), "commune", edit=True)
        for name, one in members.items()
    }
    assert codes == {
        "viewer": ErrorCode.ROLE_INSUFFICIENT,
        "gis_staff": None,
        "planner": ErrorCode.ROLE_INSUFFICIENT,
        "analyst": ErrorCode.ROLE_INSUFFICIENT,
        "admin": None,
        "outside": ErrorCode.LAYER_KEPT_BY_TEAM,
    }
    teams.take(connection, LayerRight("commune", "roads", "edit"))
    assert code_of(rights_of(connection, catalogue, members["outside"]), "commune", edit=True) is None


@pytest.mark.parametrize("given", ["public", "internal", "draft"])
def test_a_layer_is_opened_and_closed_above_its_definition(
    connection: Connection, catalogue: Catalogue, given: teams.Visibility
) -> None:
    teams.set_visibility(connection, catalogue, "commune", given)
    for role in (NOBODY, *KNOWN):
        rights = rights_of(connection, catalogue, caller(role))
        assert rights.may_read("commune") is (role in READERS[given])
        assert rights.visibility("market") == "draft"
    teams.set_visibility(connection, catalogue, "commune", None)
    assert rights_of(connection, catalogue, ANONYMOUS).may_read("commune")
    asked = audit.AuditFilter(action="layer.visibility")
    changes = [(one.before, one.after) for one in audit.list_(connection, asked).items]
    assert changes == [
        ({"visibility": given}, {"visibility": "public"}),
        ({"visibility": "public"}, {"visibility": given}),
    ]


def test_personal_detail_stays_personal(connection: Connection, catalogue: Catalogue) -> None:
    teams.add(connection, "roads")
    changes: list[Callable[[], object]] = [
        lambda: teams.set_visibility(connection, catalogue, "residents", "public"),
        lambda: teams.give(connection, catalogue, LayerRight("residents", "roads", "read")),
    ]
    for change in changes:
        with pytest.raises(RefusedInput) as refused:
            change()
        assert refused.value.code == ErrorCode.VISIBILITY_PERSONAL
    forced = Rights(catalogue, ANONYMOUS, {"residents": "public"}, frozenset({"residents"}))
    assert not forced.may_read("residents")
    assert is_personal(catalogue.layers[LayerId("residents")])


def test_a_layer_that_no_definition_knows_is_closed(catalogue: Catalogue) -> None:
    assert code_of(rights_by_definition(catalogue), "gone_since") == ErrorCode.TOKEN_MISSING
    assert rights_by_definition(catalogue, caller("admin")).may_read("gone_since")


def test_what_is_not_there_cannot_be_given_or_taken(connection: Connection, catalogue: Catalogue) -> None:
    teams.add(connection, "roads", "Đường")
    users.add(connection, "lan", Role.VIEWER)
    changes: list[tuple[Callable[[], None], ErrorCode]] = [
        (lambda: teams.add(connection, "roads"), ErrorCode.TEAM_TAKEN),
        (lambda: teams.join(connection, "nobody", "lan"), ErrorCode.TEAM_NOT_FOUND),
        (lambda: teams.leave(connection, "roads", "lan"), ErrorCode.TEAM_NOT_FOUND),
        (lambda: teams.remove(connection, "nobody"), ErrorCode.TEAM_NOT_FOUND),
        (
            lambda: teams.give(connection, catalogue, LayerRight("commune", "nobody", "read")),
            ErrorCode.TEAM_NOT_FOUND,
        ),
        (
            lambda: teams.give(connection, catalogue, LayerRight("nowhere", "roads", "read")),
            ErrorCode.LAYER_UNKNOWN,
        ),
        (lambda: teams.take(connection, LayerRight("commune", "roads", "edit")), ErrorCode.RIGHT_NOT_FOUND),
        (lambda: teams.add(connection, "Not an id"), ErrorCode.TEAM_INVALID),
    ]
    for change, code in changes:
        with pytest.raises((NotFound, Conflict, RefusedInput)) as refused:
            change()
        assert refused.value.code == code


def test_a_group_that_goes_takes_its_rights_along(connection: Connection, catalogue: Catalogue) -> None:
    teams.add(connection, "roads", " Đường  bộ ")
    users.add(connection, "lan", Role.GIS_STAFF)
    teams.join(connection, "roads", "lan")
    teams.give(connection, catalogue, LayerRight("commune", "roads", "edit"))
    assert teams.list_(connection) == [("roads", "Đường bộ", ["lan"])]
    assert teams.layer_rights(connection, "commune") == [LayerRight("commune", "roads", "edit")]
    teams.remove(connection, "roads")
    assert (teams.list_(connection), teams.layer_rights(connection), teams.settings(connection)) == (
        [],
        [],
        {},
    )
    assert audit.list_(connection, limit=1).items[0].before == {
        "members": ["lan"],
        "rights": ["commune edit"],
    }


def closed(connection: Connection) -> None:
    users.disable(connection, "lan")


def another_role(connection: Connection) -> None:
    users.change_role(connection, "lan", Role.PLANNER)


def kept_by_others(connection: Connection) -> None:
    teams.add(connection, "roads")
    rows.put_right(connection, LayerRight("commune", "roads", "edit"))


@pytest.mark.parametrize(
    ("taken_back", "code"),
    [
        (closed, ErrorCode.TOKEN_INVALID),
        (another_role, ErrorCode.ROLE_INSUFFICIENT),
        (kept_by_others, ErrorCode.LAYER_KEPT_BY_TEAM),
    ],
)
def test_who_writes_is_looked_up_again(
    connection: Connection,
    catalogue: Catalogue,
    taken_back: Callable[[Connection], None],
    code: ErrorCode,
) -> None:
    lan = Caller(Role.GIS_STAFF, "lan", users.add(connection, "lan", Role.GIS_STAFF).id)
    require_editing_now(connection, catalogue, lan, "commune")
    taken_back(connection)
    with pytest.raises(NotAllowed) as refused:
        require_editing_now(connection, catalogue, lan, "commune")
    assert refused.value.code is code
