"""``users``: who may sign in, who may do what, and the tokens of programs."""

import os
import pwd
import sys
from collections.abc import Iterable
from datetime import UTC
from typing import Any

import click

from gis_service.catalogue.loader import load_catalogue
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.messages.plural import plural
from gis_service.messages.terminal import language_of
from gis_service.services import accounts, audit
from gis_service.services import users as service
from gis_service.services.accounts import HOUR_S, Caller, Role, Scope
from gis_service.services.database import one_transaction
from gis_service.settings import Settings, read_settings

_ROLES = click.Choice([role.value for role in Role])
_SCOPES = click.Choice([scope.value for scope in Scope])
_TIME = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"])
_SHOWN = 50
"""Entries of the audit that are printed unless more are asked for."""
_LIVING = {"open": "open", "waiting": "no password yet", "closed": "closed"}

AUTHOR = "command line"
"""Author of the studies run here; those of the service bear the label of their token."""


@click.group()
def users() -> None:
    """Manage accounts, roles and API tokens, and see what was done."""


def operator() -> Caller:
    """Tell who calls from the machine, for the audit: the system's user, whatever LOGNAME and USER say.

    Of root it is told beside it who became root by ``sudo``; root alone could say otherwise.
    """
    number = os.getuid()
    try:
        name = pwd.getpwuid(number).pw_name
    except KeyError:
        name = accounts.OPERATOR.name  # a container's user may have no name
    before = "" if number else os.environ.get("SUDO_USER", "")
    return Caller(Role.ADMIN, f"{name} (sudo: {before})" if before and before != name else name)


@users.command()
@click.argument("login")
@click.option("--role", required=True, type=_ROLES, help="What the owner may do.")
@click.option("--name", default="", help="What people call the owner.")
@click.option("--invite", is_flag=True, help="Print a one-time code by which the owner chooses the password.")
def add(login: str, role: str, name: str, *, invite: bool) -> None:
    """Make an account.

    The password is typed twice, or is the first line of the input when that is no terminal; with --invite the
    owner chooses it within 48 hours, and the one-time code is the last line printed.
    """
    settings = read_settings()
    password = None if invite else _read_password()
    with one_transaction(settings) as connection:
        account = service.add(connection, login, Role(role), name, caller=operator())
        if password is None:
            made = service.invite(connection, login, caller=operator())
        else:
            city = load_catalogue(settings.layers_dir, settings.tiles_dir, settings.city).city.title.vi
            service.set_password(connection, account, password, city, caller=operator())
    click.echo(f"{account.login}  {account.role}", err=True)
    if password is None:
        _print_code(settings, made)


@users.command("role")
@click.argument("login")
@click.argument("role", type=_ROLES)
def change_role(login: str, role: str) -> None:
    """Give an account another role; its sessions and tokens follow at once."""
    with one_transaction(read_settings()) as connection:
        account = service.change_role(connection, login, Role(role), caller=operator())
    click.echo(f"{account.login}  {account.role}")


@users.command()
@click.argument("login")
def reset(login: str) -> None:
    """End password, sessions and tokens of an account; the last line is a one-time code."""
    settings = read_settings()
    with one_transaction(settings) as connection:
        made = service.reset(connection, login, caller=operator())
    _print_code(settings, made)


@users.command()
@click.argument("login")
def disable(login: str) -> None:
    """Close an account: sessions and tokens end at once, what its owner has made stays."""
    with one_transaction(read_settings()) as connection:
        service.disable(connection, login, caller=operator())


@users.command()
@click.argument("login")
def enable(login: str) -> None:
    """Open a closed account again."""
    with one_transaction(read_settings()) as connection:
        service.enable(connection, login, caller=operator())


@users.command("list")
def list_accounts() -> None:
    """List accounts: login, role, state, name."""
    with one_transaction(read_settings()) as connection:
        found = service.list_(connection)
    for one in found:
        state = "closed" if one.disabled_at else "open" if one.password else "waiting"
        click.echo(f"{one.login:<24}  {one.role:<9}  {_LIVING[state]:<15}  {one.name}")


@users.command()
@click.option("--role", required=True, type=_ROLES, help="What its bearer may do.")
@click.option("--scope", multiple=True, type=_SCOPES, help="Limit it to this; may be given several times.")
@click.option("--hours", default=12, show_default=True, help="Hours until it ends, at most a year's.")
@click.option("--label", default="", help="Whom it is for; their studies carry this name.")
def token(role: str, scope: Iterable[str], hours: int, label: str) -> None:
    """Make an API token; it is the last line printed, and shown only once."""
    scopes = accounts.read_scopes(scope, Role(role))
    with one_transaction(read_settings()) as connection:
        made = accounts.make_token(
            connection, Role(role), label, scopes=scopes, lifetime_s=hours * HOUR_S, caller=operator()
        )
    limited = f", limited to {', '.join(sorted(scopes))}" if scopes else ""
    told = f"Token for the role {role}, valid for {hours} {plural(hours, 'hour', 'hours')}{limited}."
    click.echo(f"{told} Send it as: Authorization: Bearer TOKEN", err=True)
    click.echo(made)


@users.command()
def tokens() -> None:
    """List the API tokens that are valid: number, end, role, scopes, owner, label."""
    with one_transaction(read_settings()) as connection:
        found = accounts.list_tokens(connection)
    for one in found:
        scopes = ",".join(one.scopes) if one.scopes else "*"
        owner = f"{one.login or '-'}  {one.label}"
        click.echo(f"{one.id:>6}  {one.expires_at:%Y-%m-%d %H:%M} UTC  {one.role:<9}  {scopes:<10}  {owner}")


@users.command()
@click.argument("number", metavar="ID", type=int)
def revoke(number: int) -> None:
    """End an API token at once; ID is its number in the list."""
    with one_transaction(read_settings()) as connection:
        accounts.revoke_token(connection, number, operator())


@users.command("audit")
@click.option("--who", "actor", default=None, help="Only what this login or label did.")
@click.option("--action", default=None, help="Only this action; account. stands for all that begin so.")
@click.option("--object", default=None, help="Only what was done to this login, layer or path.")
@click.option("--from", "since", type=_TIME, help="Only from this time on (UTC).")
@click.option("--to", "until", type=_TIME, help="Only until this time (UTC).")
@click.option("--before", type=click.IntRange(1), help="Only entries before the one of this number.")
@click.option("--limit", type=click.IntRange(1), help="Entries at most.  [default: 50, with --csv all]")
@click.option("--csv", "as_table", is_flag=True, help="Write a table with all columns.")
def show_audit(*, before: int | None, limit: int | None, as_table: bool, **asked: Any) -> None:  # noqa: ANN401  the filters, by the names that they have in the service
    """Show who did what, the newest first."""
    for name in ("since", "until"):
        asked[name] = asked[name] and asked[name].replace(tzinfo=UTC)
    filters, most = audit.AuditFilter(**asked), limit or _SHOWN
    with one_transaction(read_settings()) as connection:
        if as_table:
            for line in audit.csv_lines(audit.every(connection, filters, before=before, limit=limit)):
                click.echo(line, nl=False)
            return
        found = [*audit.every(connection, filters, before=before, limit=most + 1)]
    for one in found[:most]:
        known = f"{one.actor} ({one.role or '-'}, {one.by})"
        click.echo(f"{one.at:%Y-%m-%d %H:%M:%S} UTC  {known:<32}  {one.action:<18}  {one.object}")
    if len(found) > most:
        click.echo(f"--before {found[most - 1].id}", err=True)


def _read_password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    words = ("Mật khẩu", "Gõ lại") if language_of() == "vi" else ("Password", "Once more")
    first, again = (click.prompt(word, hide_input=True) for word in words)
    if first != again:
        raise RefusedInput(ErrorCode.PASSWORDS_DIFFER)
    return str(first)


def _print_code(settings: Settings, made: service.Invited) -> None:
    base = (settings.public_url or f"http://{settings.host}:{settings.port}").rstrip("/")
    told = f"One-time code for {made.account.login}, valid for 48 hours, to be typed at {base}/welcome"
    # Apart from the address: what stands in an address stands in the logs of every proxy on the way.
    click.echo(told, err=True)
    click.echo(made.code)
