"""Options of the commands that read a file, ``layers load`` and ``layers inspect``."""

from collections.abc import Callable, Iterable
from typing import Any

import click

from gis_service.analysis.unit_match import By
from gis_service.files.readers import ReaderLimits
from gis_service.services import ingest
from gis_service.services.ingest_source import WIDEST_GAP_M
from gis_service.settings import Settings

_REPAIR = "--repair"
_PLACE = "ROW=CODE, ROW=LON,LAT"
_OF_COORDINATES = ("x", "y", "geometry", "no_coordinates")
_OF_PLACING = ("vintage", "unit_column", "unit_by", "within", "places")
_SIDES = 2
"""Longitude and latitude."""
_OPTIONS = (
    click.option("--crs", help="Coordinate system, for files that do not say (EPSG:9209)."),
    click.option("--encoding", help="Encoding of the text, for files that do not say."),
    click.option("--name", help="Layer in the file, when there are several."),
    click.option(
        _REPAIR,
        "repairs",
        multiple=True,
        type=click.Choice([repair.value for repair in ingest.Repair if repair is not ingest.Repair.TEXT]),
        help="What to repair on the way; may be given several times.  [without a name: geometry]",
    ),
    click.option(
        "--columns",
        multiple=True,
        metavar="COLUMN=FIELD",
        help="Take a column of the file for a field; COLUMN= leaves it out. May be given several times.",
    ),
    click.option(
        "--text",
        multiple=True,
        metavar="[COLUMN=]ENCODING",
        help="Old encoding that the text is in, such as tcvn3; of one column, or of all.",
    ),
    click.option(
        "--numbers",
        multiple=True,
        metavar="COLUMN=thousands|decimal",
        help="What points in the numbers of a column mean. May be given several times.  [default: decimal]",
    ),
    click.option("--x", metavar="COLUMN", help="Column of a table that holds x (east, longitude)."),
    click.option("--y", metavar="COLUMN", help="Column of a table that holds y (north, latitude)."),
    click.option("--geometry", metavar="COLUMN", help="Column of a table that holds shapes as WKT."),
    click.option(
        "--no-coordinates",
        is_flag=True,
        help="The rows of a table have none, however its columns are called.",
    ),
    click.option(
        "--gap-m",
        type=click.FloatRange(0, WIDEST_GAP_M, min_open=True),
        default=1.0,
        show_default=True,
        help="Widest gap between areas that is told, and closed by the repair slivers.",
    ),
    click.option(
        "--units", "vintage", metavar="VINTAGE", help="Place rows without coordinates by units of it."
    ),
    click.option("--unit-column", metavar="COLUMN", help="Column that names the unit of a row."),
    click.option(
        "--unit-by",
        type=click.Choice(["code", "name"]),
        default="name",
        show_default=True,
        help="Whether that column holds codes or names.",
    ),
    click.option("--within", metavar="COLUMN", help="Column that names the district of the unit."),
    click.option(
        "--place",
        "places",
        multiple=True,
        metavar="ROW=CODE|ROW=LON,LAT",
        help="Place of a row that finds no unit; may be given several times.",
    ),
    click.option("--fewer", is_flag=True, help="Yes to a layer of far fewer features than it has."),
)


class ReadingCommand(click.Command):
    """A command whose ``--repair`` may stand without a name: then it is the repair of geometries."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the name in where it is missing, so that a file that follows is not taken for one."""
        names = set(ingest.Repair)
        following = [*args[1:], ""]
        given = [
            f"{_REPAIR}={ingest.Repair.GEOMETRY}" if one == _REPAIR and then not in names else one
            for one, then in zip(args, following, strict=True)
        ]
        return super().parse_args(ctx, given)


def reading_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of how a file is to be read."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def load_options(
    settings: Settings,
    *,
    repairs: Iterable[str],
    columns: Iterable[str],
    text: Iterable[str],
    numbers: Iterable[str],
    fewer: bool,
    **others: Any,  # noqa: ANN401  by the names that they have in LoadOptions
) -> ingest.LoadOptions:
    """Make of the options of a command what a load takes.

    Raises
    ------
    click.BadParameter
        When a pair is written without ``=``, or one of ``--units`` and ``--unit-column``, or of ``--x`` and
        ``--y``, without the other.
    """
    coordinates = _coordinates(**{name: others.pop(name) for name in _OF_COORDINATES})
    placing = _placing(**{name: others.pop(name) for name in _OF_PLACING})
    return ingest.LoadOptions(
        limits=ReaderLimits.of(settings),
        repairs=frozenset(ingest.Repair(name) for name in repairs),
        columns={column: field or None for column, field in map(_pair, columns)},
        text=dict(_pair(entry if "=" in entry else f"{ingest.ALL}={entry}") for entry in text),
        numbers=dict(map(_pair, numbers)),
        confirm_fewer=fewer,
        coordinates=coordinates,
        placing=placing,
        **others,
    )


def _coordinates(
    *, x: str | None, y: str | None, geometry: str | None, no_coordinates: bool
) -> tuple[str, ...] | None:
    ways = {(True, True, False, False), (False, False, True, False), (False, False, False, True)}
    given = (x is not None, y is not None, geometry is not None, no_coordinates)
    if not any(given):
        return None
    if given not in ways:
        raise click.BadParameter("--x COLUMN --y COLUMN | --geometry COLUMN | --no-coordinates")
    return tuple(name for name in (x, y, geometry) if name is not None)


def _placing(
    *, vintage: str | None, unit_column: str | None, unit_by: By, within: str | None, places: Iterable[str]
) -> ingest.Placing | None:
    given = dict(map(_place, places))
    if vintage is not None and unit_column is not None:
        return ingest.Placing(vintage, unit_column, unit_by, within, given)
    if vintage is not None or unit_column is not None or within is not None or given:
        raise click.BadParameter("--units VINTAGE --unit-column COLUMN")
    return None


def _place(entry: str) -> tuple[int, str | tuple[float, float]]:
    number, _, place = entry.partition("=")
    sides = place.split(",")
    try:
        if len(sides) == _SIDES:
            return int(number), (float(sides[0]), float(sides[1]))
        row = int(number)
    except ValueError as error:
        raise click.BadParameter(f"{entry!r}: {_PLACE}") from error
    if len(sides) != 1 or not place:
        raise click.BadParameter(f"{entry!r}: {_PLACE}")
    return row, place


def _pair(entry: str) -> tuple[str, str]:
    # A column may have such a sign in its name; a field or an encoding has none.
    name, sign, value = entry.rpartition("=")
    if not sign or not name:
        raise click.BadParameter(f"{entry!r}: COLUMN=FIELD")
    return name, value
