"""``users``: who may do what."""

import click

from gis_service.services.accounts import Role, make_token
from gis_service.services.database import one_transaction
from gis_service.settings import read_settings


@click.group()
def users() -> None:
    """Make API tokens."""


@users.command()
@click.option(
    "--role", required=True, type=click.Choice([role.value for role in Role]), help="What its bearer may do."
)
@click.option("--label", default="", help="Whom it is for; their studies carry this name.")
def token(role: str, label: str) -> None:
    """Make an API token, valid for 12 hours; it is the last line printed, and shown only once."""
    with one_transaction(read_settings()) as connection:
        made = make_token(connection, Role(role), label)
    click.echo(
        f"Token for the role {role}, valid for 12 hours. Send it as: Authorization: Bearer TOKEN", err=True
    )
    click.echo(made)
