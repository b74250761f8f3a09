#!/usr/bin/env python3
"""Find whom a service reaches, who is left out and where, from files alone: no database, no server.

\b
scripts/gap_analysis.py --facilities offices.gpkg --roads roads.osm.pbf --population people.tif
    --zones communes.geojson --mode motorbike --limit-min 10 --out result

Writes summary.json, zones.csv (zones_groups.csv with --groups), gaps.gpkg and map.html, which opens with no
network. Files may be
GeoPackage, GeoJSON, Shapefile (also zipped), FlatGeobuf, GeoParquet or CSV with lon and lat;
FILE|layername=NAME names one layer of several. Exit codes: 0 done, 2 wrong use, 3 refused input, 4 file not
found, 6 try again.
"""  # noqa: D301  click takes the backspace as "leave these lines as they are"

import os
import re
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NoReturn

ROOT = Path(__file__).resolve().parent.parent
_OWN_PYTHON = ROOT / ".venv" / "bin" / "python"
if __name__ == "__main__" and find_spec("folium") is None and _OWN_PYTHON.exists():
    os.execv(_OWN_PYTHON, [str(_OWN_PYTHON), *sys.argv])  # noqa: S606  the same program, with the project's own set
sys.path.insert(0, str(ROOT))  # the checkout need not be installed

import click  # noqa: E402  needs the lines above
from click.core import ParameterSource  # noqa: E402  as above

from gis_service.errors import GisError  # noqa: E402  as above
from gis_service.files.mappings import read_mapping  # noqa: E402  as above
from gis_service.messages.terminal import language_of, words_of  # noqa: E402  as above

_FILE_OPTIONS = (
    "facilities",
    "roads",
    "population",
    "zones",
    "speeds",
    "barriers",
    "ferries",
    "settlements",
    "closed_areas",
    "buildings",
    "land_use",
    "residential_land",
    "weights",
    "out",
    "before",
    "before_closed_areas",
)
_PLACE = re.compile(r"[-+\d. ]+,[-+\d. ]+")
_NAMED = re.compile(r"[a-z][a-z0-9_]*=")
_TABLE_ROWS = 10
_BAR = "{desc:<12}{bar}{percentage:4.0f} %"


def _names(_context: click.Context, _option: click.Parameter, names: str) -> tuple[str, ...]:
    """Take apart names with commas between."""
    return tuple(filter(None, names.split(",")))


def _use_study(context: click.Context, _option: click.Parameter, path: str | None) -> None:
    """Take the values of a study file as defaults; paths in it are relative to the file."""
    if path is None:
        return
    known = [str(parameter.name) for parameter in context.command.params if parameter.name != "study"]
    try:
        given = read_mapping(path, known)
    except GisError as error:
        _fail(error)
    values = {name: value for name, value in given.items() if value is not None}
    folder = Path(path).parent
    files: dict[str, object] = {
        name: _beside(folder, values[name]) for name in _FILE_OPTIONS if name in values
    }
    for name, place in (("why", _beside), ("vintage_zones", _of_vintage), ("beside", _of_rule)):
        said = values.get(name, [])
        if said:
            files[name] = [place(folder, one) for one in (said if isinstance(said, list) else [said])]
    context.default_map = {**(context.default_map or {}), **values, **files}


def _beside(folder: Path, value: object) -> str:
    """Give a path relative to the study file; "none" and LON,LAT are no paths."""
    said = str(value)
    return said if said == "none" or _PLACE.fullmatch(said) else str(folder / said)


def _of_vintage(folder: Path, value: object) -> str:
    """Give the path of NAME=FILE relative to the study file."""
    name, is_named, file = str(value).partition("=") if _NAMED.match(str(value)) else ("", "", str(value))
    return f"{name}{is_named}{_beside(folder, file)}"


def _of_rule(folder: Path, value: object) -> str:
    """Give the paths of a further service relative to the study file."""
    # Imported here as in `main`.
    from gis_service.services.gap_rules import with_paths  # noqa: PLC0415  as above

    return with_paths(str(value), lambda path: _beside(folder, path))


@click.command(
    help=__doc__, context_settings={"max_content_width": 110, "help_option_names": ["-h", "--help"]}
)
@click.option(
    "--study",
    metavar="FILE.yaml",
    is_eager=True,
    expose_value=False,
    callback=_use_study,
    help="Values for the other options; the command line overrides them.",
)
@click.option(
    "--facilities",
    required=True,
    metavar="FILE",
    help="Points or areas (entered where roads meet them); lines for within_line.",
)
@click.option("--roads", required=True, metavar="FILE", help="Lines, or an OpenStreetMap extract (.osm.pbf).")
@click.option(
    "--population",
    required=True,
    metavar="FILE",
    help="Points, areas, or a GeoTIFF of persons per cell (FILE|band=N names one band of several).",
)
@click.option(
    "--zones", required=True, metavar="FILE", help="Areas the result is told by; together the study area."
)
@click.option(
    "--out", required=True, metavar="DIR", type=click.Path(path_type=Path), help="Folder of the results."
)
@click.option("--mode", show_default="walk", type=click.Choice(["walk", "bicycle", "motorbike", "car"]))
@click.option("--limit-min", type=float, metavar="MINUTES", help="Limit in minutes; exactly one of the two.")
@click.option("--limit-m", type=float, metavar="METRES", help="Limit in metres; exactly one of the two.")
@click.option(
    "--measure",
    type=click.Choice(
        ["network_time", "network_distance", "straight_radius", "within_line", "inside_area", "quota"]
    ),
    help="Default: network_time for minutes, network_distance for metres, quota for --quota alone.",
)
@click.option(
    "--quota",
    type=float,
    metavar="AMOUNT",
    help="The least that each unit must have; with a limit too it is what the table provision compares with.",
)
@click.option(
    "--quota-of",
    type=click.Choice(["facilities", "site_m2", "capacity"]),
    help="What there must be so much of: facilities, or what their columns site_area_m2 and capacity tell.",
)
@click.option(
    "--quota-per",
    type=click.Choice(["person", "1000_people", "unit"]),
    help="For whom there must be so much.",
)
@click.option(
    "--quota-group",
    metavar="NAME",
    help="Column of the people whom the quota counts, or their age. Default: everybody.",
)
@click.option(
    "--direction",
    show_default="to_facility",
    type=click.Choice(["to_facility", "from_facility"]),
)
@click.option(
    "--turnout-s",
    type=float,
    default=0.0,
    metavar="SECONDS",
    help="Until those who are called set out: added to every time; only with --direction from_facility.",
)
@click.option(
    "--start-column",
    metavar="NAME",
    help="Column of seconds in the facilities' file that every time of a facility begins with: the wait at"
    " its counter, until its ambulance leaves. Only with --limit-min.",
)
@click.option(
    "--groups",
    default="",
    metavar="NAMES",
    callback=_names,
    help="Columns of persons in the population file that are counted too, with commas between; 60+ and 3-5"
    " stand for age_60 and age_3_5.",
)
@click.option(
    "--group-speeds",
    is_flag=True,
    help="Elderly people (age_60) and children (age_3_5, age_6_10) of --groups walk at their own speed.",
)
@click.option(
    "--catchment",
    show_default="any",
    type=click.Choice(["any", "own_unit", "assigned"]),
    help="Any facility, only those in the resident's own zone, or those whose column serves names the zone.",
)
@click.option(
    "--crs", metavar="EPSG:N", help="Metric system to measure in. Default: the roads', else their UTM zone."
)
@click.option("--speed-kmh", type=float, help="One speed for all classes, no surface factor.")
@click.option("--speeds", metavar="FILE.yaml", help="Speeds in km/h by road class; null closes a class.")
@click.option(
    "--at",
    default="Tuesday 10:00",
    show_default=True,
    metavar="TIME",
    help="Decides which ferries run and which facilities are open.",
)
@click.option("--barriers", metavar="FILE", help="Water: no way from a home to its road crosses it.")
@click.option("--ferries", metavar="FILE", help="Lines with headway_min or wait_min, from_hour, to_hour.")
@click.option("--settlements", metavar="FILE", help="Places with a name, to name the gaps by.")
@click.option(
    "--closed-areas",
    metavar="FILE",
    help="Areas, as of a flood: roads on the ground that touch one are closed.",
)
@click.option(
    "--closed-classes",
    default="",
    metavar="NAMES",
    callback=_names,
    help="Closed road classes, with commas between; with --closed-areas only where they touch one.",
)
@click.option(
    "--closed-hours",
    type=(float, float),
    metavar="FROM TO",
    help="Hours of the day of the closure, such as 22 5; all day when left out.",
)
@click.option(
    "--buildings",
    metavar="FILE",
    help="Areas with storeys or height and class: people of zones live in them.",
)
@click.option(
    "--land-use",
    metavar="FILE",
    help="Areas with a use, for the tables that tell of it.",
)
@click.option(
    "--residential-land",
    metavar="FILE",
    help="Areas with a use: where people of zones without a building live.",
)
@click.option("--weights", metavar="FILE.tif", help="Raster that the people of zones are spread by.")
@click.option("--nodata", type=float, metavar="VALUE", help='What means "no data" in the raster.')
@click.option("--people-column", metavar="NAME", help="Default: people, population, pop or dan_so.")
@click.option(
    "--zone-id", metavar="NAME", help="Default: the first column with a different value in every row."
)
@click.option("--class-column", metavar="NAME", help="Road class. Default: class, highway or road_class.")
@click.option("--oneway-column", metavar="NAME", help="yes, no, -1, FT, TF or B. Default: oneway.")
@click.option(
    "--tables",
    default="",
    metavar="NAMES",
    callback=_names,
    help="Further tables as CSV files, with commas between: facilities, hexagons, land_use, units, backup,"
    " provision, land_balance, accessibility, inequality, way_inequality, lorenz, way_lorenz, od, range.",
)
@click.option(
    "--rank-column",
    metavar="NAME",
    help="Column of the population file, else of the zones, to rank homes by from the worst-off (income):"
    " for the concentration index in the tables inequality and way_inequality.",
)
@click.option(
    "--before",
    metavar="FILE",
    help="Facilities of a state before: who gains and who loses, in changes.csv, changes_facilities.csv"
    " and changes.gpkg.",
)
@click.option(
    "--before-closed-areas",
    metavar="FILE|none",
    help="Areas whose roads were closed before; none for no areas. Default: as afterwards.",
)
@click.option(
    "--before-closed-classes",
    default="",
    metavar="NAMES|none",
    callback=_names,
    help="Road classes that were closed before; none for no class. Default: as afterwards.",
)
@click.option("--before-at", metavar="TIME", help="Time before, as of --at. Default: as afterwards.")
@click.option(
    "--change-limits",
    default="",
    metavar="NUMBERS",
    callback=_names,
    help="Further limits to compare both states at, in minutes or metres as the limit is, with commas"
    " between; told in summary.json.",
)
@click.option(
    "--why",
    multiple=True,
    metavar="FILE|LON,LAT",
    help="Points to tell of why they are reached or not, in why.json and why.gpkg: the nearest facility, the"
    " way by part, how far the rule is met or failed. May be given several times.",
)
@click.option(
    "--why-nearest",
    type=click.IntRange(1, 5),
    metavar="N",
    help="Also tell the N nearest facilities of each place, 1 to 5.",
)
@click.option(
    "--catchments",
    is_flag=True,
    help="Also write catchments.gpkg: reached roads, areas for drawing only, costs by hexagon,"
    " lines from homes to facilities.",
)
@click.option(
    "--catchment-limits",
    default="",
    metavar="NUMBERS",
    callback=_names,
    help="Further limits that --catchments draws, in minutes or metres as the limit is, with commas between.",
)
@click.option(
    "--beside",
    multiple=True,
    metavar="NAME=FILE,KEY=VALUE,...",
    help="A further service for the same people, with a rule of its own: school=schools.gpkg,limit_min=15,"
    "mode=walk. Keys are limit_min, limit_m, mode, measure, direction, catchment, turnout_s, speed_kmh,"
    " speeds, start_column, quota, quota_of, quota_per, quota_group; without =FILE it is of the same"
    " facilities. Up to 8; told in summary.json, beside.csv and together.csv.",
)
@click.option("--together", is_flag=True, help="Also say whom all services reach, and whom none of them.")
@click.option(
    "--vintage-zones",
    multiple=True,
    metavar="[NAME=]FILE",
    help="Areas of another vintage to tell the same result by, its people summed again at their points, in"
    " vintages/NAME. May be given several times.",
)
@click.option(
    "--network-quality",
    is_flag=True,
    help="Also write network.json: separate parts of the roads and who lives on them, loose ends, one-way"
    " traps, doubled and unknown roads.",
)
@click.pass_context
def main(context: click.Context, /, out: Path, **options: Any) -> None:  # noqa: ANN401  each option has its own type
    """Read the options, run the analysis, write and tell the result."""
    # Imported here so that --help answers at once: these bring numba, GDAL and folium.
    from tqdm import tqdm  # noqa: PLC0415  as above

    from gis_service.services.gap_run import GapRun  # noqa: PLC0415  as above

    _let_the_command_line_win(context, options)
    with tqdm(total=100, disable=not sys.stderr.isatty(), bar_format=_BAR) as bar:

        def progress(step: str, share: float) -> None:
            bar.set_description_str(step)
            bar.update(100 * share - bar.n)

        try:
            told = GapRun.of_options(options).run(out, progress)
        except GisError as error:
            bar.close()
            _fail(error)
    click.echo(told.text(language_of(), _TABLE_ROWS))
    click.echo("\n".join(str(path) for path in told.paths))


def _let_the_command_line_win(context: click.Context, options: dict[str, Any]) -> None:
    """Drop of the study file what does not go with the kind of limit that the command line gives."""
    said = {name for name in options if context.get_parameter_source(name) is ParameterSource.COMMANDLINE}
    for given, other in (("limit_m", "limit_min"), ("limit_min", "limit_m")):
        if given in said and other not in said and options[other] is not None:
            options[other] = None
            options["measure"] = options["measure"] if "measure" in said else None
    # Imported here as in `main`.
    from gis_service.services.gap_question import OF_WAYS  # noqa: PLC0415  as above

    is_alone = "provision" not in options["tables"]
    if "quota" in said and is_alone and not said & {"limit_m", "limit_min", "measure"}:
        options |= {"limit_m": None, "limit_min": None, "measure": None}
        options |= {name: None for name in OF_WAYS if name not in said}


def _fail(error: GisError) -> NoReturn:
    click.echo(words_of(error, language_of()), err=True)
    sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
