#!/usr/bin/env python3
"""Choose the best sites from a table of costs, and say how far from the best possible the choice can be.

\b
scripts/site_plan.py --costs costs.csv --demand demand.csv --model mclp --limit 900 --sites 10 --json

Or from files of the ground, with the inputs of gap_analysis.py: the facilities that stand stay, and --out
takes plan.json, sites.csv and sites.gpkg.

\b
scripts/site_plan.py --facilities stations.gpkg --roads roads.gpkg --population people.gpkg \
  --zones communes.gpkg --candidates land.gpkg --mode motorbike --limit-min 10 --model mclp --sites 10 \
  --out plan

Or for several phases: so many sites in the first, more in the next, none closed again.

\b
scripts/site_plan.py --costs costs.csv --demand demand.csv --model mclp --limit 900 \
  --sites-by-phase 5,10,20 --days 1096,1096,1826 --json

costs.csv has the columns demand,site,cost: what it costs each demand to get to each site; a pair that is not
there is unreachable. demand.csv has the columns demand,weight. Without --time-limit it solves to proof; with
it, or after Ctrl-C, it tells the best so far and its bound. Exit codes: 0 done, 2 wrong use, 3 refused input,
4 file not found, 6 try again.

\b
mclp      the most weight within --limit of --sites sites
lscp      the fewest sites with all demand within --limit; demand that no site covers is named
p-median  the least sum of weight x cost to the nearest of --sites sites
p-center  the least cost of the farthest demand, with --sites sites
"""  # noqa: D301  click takes the backspace as "leave these lines as they are"

import json
import os
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields
from importlib.util import find_spec
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
_OWN_PYTHON = ROOT / ".venv" / "bin" / "python"
if (
    __name__ == "__main__"
    and find_spec("highspy") is None
    and _OWN_PYTHON.exists()
    and sys.executable != str(_OWN_PYTHON)
):
    os.execv(_OWN_PYTHON, [str(_OWN_PYTHON), *sys.argv])  # noqa: S606  the same program, with the project's own set
sys.path.insert(0, str(ROOT))  # the checkout need not be installed

import click  # noqa: E402  needs the lines above
from click.core import ParameterSource  # noqa: E402  as above

from gis_service.errors import GisError  # noqa: E402  as above
from gis_service.messages.terminal import language_of, words_of  # noqa: E402  as above


def _names(_context: click.Context, _option: click.Parameter, names: str) -> tuple[str, ...]:
    """Take apart names with commas between."""
    return tuple(filter(None, (name.strip() for name in names.split(","))))


def _numbers(
    _context: click.Context, _option: click.Parameter, numbers: str | None
) -> tuple[int, ...] | None:
    """Take apart whole numbers with commas between."""
    try:
        return None if numbers is None else tuple(int(number) for number in numbers.split(","))
    except ValueError:
        raise click.BadParameter(f"{numbers!r}: 5,10,20") from None


_FILES = ("facilities", "roads", "population", "zones", "candidates", "out")
"""What a plan on files needs."""
_GROUND_OPTIONS = (
    click.option("--facilities", metavar="FILE", help="On files: what stands, as of gap_analysis.py."),
    click.option("--roads", metavar="FILE", help="Lines, or an OpenStreetMap extract (.osm.pbf)."),
    click.option("--population", metavar="FILE", help="Points, areas, or a GeoTIFF of persons per cell."),
    click.option("--zones", metavar="FILE", help="Areas the result is told by; together the study area."),
    click.option("--candidates", metavar="FILE", help="Points, or areas, where sites may be."),
    click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="Folder of the results."),
    click.option("--outside", multiple=True, metavar="FILE", help="Areas that no candidate may lie in."),
    click.option("--cost-column", metavar="NAME", help="What a candidate costs, for --budget."),
    click.option("--budget", type=int, metavar="B", help="What the sites may cost together."),
    click.option("--capacity", type=float, metavar="N", help="How many people each site has room for."),
    click.option("--capacity-column", metavar="NAME", help="The same, told of each candidate."),
    click.option("--spacing-m", type=float, metavar="M", help="Least distance of a site from any other."),
    click.option("--backup", type=float, default=0.0, help="What a second site counts for (mclp), 0 to 1."),
    click.option("--thin-m", type=float, metavar="M", help="In a square of this side the best one stays."),
    click.option("--most", type=int, default=2000, show_default=True, help="More candidates are refused."),
    click.option("--mode", type=click.Choice(["walk", "bicycle", "motorbike", "car"]), help="Default: walk."),
    click.option(
        "--limit-min", type=float, metavar="MINUTES", help="Limit on files; exactly one of the two."
    ),
    click.option("--limit-m", type=float, metavar="METRES", help="Limit on files; exactly one of the two."),
    click.option("--measure", type=click.Choice(["network_time", "network_distance", "straight_radius"])),
    click.option("--direction", type=click.Choice(["to_facility", "from_facility"])),
    click.option("--speed-kmh", type=float, help="One speed for all classes, no surface factor."),
    click.option("--speeds", metavar="FILE.yaml", help="Speeds in km/h by road class."),
    click.option("--at", default="Tuesday 10:00", show_default=True, metavar="TIME"),
    click.option("--barriers", metavar="FILE", help="Water: no way to a road crosses it."),
    click.option("--ferries", metavar="FILE", help="Lines with headway_min or wait_min."),
    click.option("--settlements", metavar="FILE", help="Places with a name, to name the sites by."),
    click.option("--crs", metavar="EPSG:N", help="Metric system to measure in."),
    click.option("--people-column", metavar="NAME"),
    click.option("--zone-id", metavar="NAME"),
    click.option("--class-column", metavar="NAME"),
    click.option("--oneway-column", metavar="NAME"),
)


def _ground_options(command: Any) -> Any:  # noqa: ANN401  a command, whatever it takes
    """Give the command the options of a plan on files, and keep their names."""
    for option in reversed(_GROUND_OPTIONS):
        command = option(command)
    return command


_PHASES = ("counts", "days")
"""What a plan for several phases needs."""
_GROUND = (
    *_FILES,
    *(
        "outside",
        "cost_column",
        "budget",
        "capacity",
        "capacity_column",
        "spacing_m",
        "backup",
        "thin_m",
        "most",
        "mode",
        "limit_min",
    ),
    *("limit_m", "measure", "direction", "speed_kmh", "speeds", "at", "barriers", "ferries", "settlements"),
    *("crs", "people_column", "zone_id", "class_column", "oneway_column"),
)
"""The names of these options."""


@click.command(
    help=__doc__, context_settings={"max_content_width": 110, "help_option_names": ["-h", "--help"]}
)
@click.option("--costs", type=click.Path(path_type=Path), metavar="FILE.csv")
@click.option("--demand", type=click.Path(path_type=Path), metavar="FILE.csv")
@click.option("--model", required=True, type=click.Choice(["mclp", "lscp", "p-median", "p-center"]))
@click.option("--limit", type=float, metavar="L", help="Cost up to which demand is covered, L included.")
@click.option("--sites", type=int, metavar="P", help="How many sites, the fixed ones included.")
@click.option(
    "--fixed",
    default="",
    metavar="IDS",
    callback=_names,
    help="Sites that are in the plan whatever they bring, with commas between.",
)
@click.option(
    "--excluded",
    default="",
    metavar="IDS",
    callback=_names,
    help="Sites that must not be in the plan, with commas between.",
)
@click.option(
    "--sites-by-phase",
    "counts",
    metavar="P,P,…",
    callback=_numbers,
    help="Sites that are open in each phase (mclp), more in each than in the one before.",
)
@click.option("--days", metavar="D,D,…", callback=_numbers, help="Length of each of these phases.")
@click.option("--time-limit", type=float, metavar="S", help="Seconds of search. Default: until it is proved.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON alone; the words go to the other stream.")
@_ground_options
@click.pass_context
def main(context: click.Context, /, *, as_json: bool, **options: Any) -> None:  # noqa: ANN401  each option has its own type
    """Read the options, choose the sites, tell the plan."""
    own = {name: options.pop(name) for name in _GROUND}
    if any(own[name] is not None for name in _FILES):
        _refuse_others(context, _PHASES, "--costs")
        _on_files(context, own, options, as_json=as_json)
        return
    _refuse_others(context, _GROUND, "--facilities")
    _require(context, ("costs", "demand"), options)
    phased = {name: options.pop(name) for name in _PHASES}
    if any(value is not None for value in phased.values()):
        _by_phase(context, {**options, **phased}, as_json=as_json)
        return
    # Imported here so that --help answers at once: these bring numba and the solver.
    from gis_service.services.site_plan import SitePlanQuestion, run_site_plan  # noqa: PLC0415  as above
    from gis_service.services.site_plan_words import site_plan_text  # noqa: PLC0415  as above

    try:
        with _stopped_by_the_keyboard() as stopped:
            plan = run_site_plan(SitePlanQuestion(**options), _progress, lambda: bool(stopped))
        words = site_plan_text(plan, language_of())
    except GisError as error:
        _end_progress()
        click.echo(words_of(error, language_of()), err=True)
        sys.exit(error.exit_code)
    _end_progress()
    click.echo(words, err=as_json)
    if as_json:
        click.echo(json.dumps(plan.document(), ensure_ascii=False))


def _by_phase(context: click.Context, options: dict[str, Any], *, as_json: bool) -> None:
    """Choose sites for several phases."""
    if options.pop("model") != "mclp":
        raise click.UsageError("--sites-by-phase goes with --model mclp.", context)
    _refuse_others(context, ("sites",), "one phase, --sites-by-phase with several")
    _require(context, (*_PHASES, "limit"), options)
    del options["sites"]
    # Imported here so that --help answers at once: these bring numba and the solver.
    from gis_service.services.site_plan_phases import PhasedPlanQuestion, run_phased_plan  # noqa: PLC0415  as above
    from gis_service.services.site_plan_phases_words import phased_plan_text  # noqa: PLC0415  as above

    try:
        with _stopped_by_the_keyboard() as stopped:
            plan = run_phased_plan(PhasedPlanQuestion(**options), _progress, lambda: bool(stopped))
        words = phased_plan_text(plan, language_of())
    except GisError as error:
        _end_progress()
        click.echo(words_of(error, language_of()), err=True)
        sys.exit(error.exit_code)
    _end_progress()
    click.echo(words, err=as_json)
    if as_json:
        click.echo(json.dumps(plan.document(), ensure_ascii=False))


def _require(context: click.Context, names: Sequence[str], options: Mapping[str, Any]) -> None:
    """Ask for an option that is needed and was not given."""
    for parameter in context.command.params:
        if parameter.name in names and options[parameter.name] is None:
            raise click.MissingParameter(ctx=context, param=parameter)


def _refuse_others(context: click.Context, names: Sequence[str], other: str) -> None:
    """Refuse options that belong to the other kind of input."""
    for parameter in context.command.params:
        given = context.get_parameter_source(str(parameter.name)) is ParameterSource.COMMANDLINE
        if parameter.name in names and given:
            raise click.UsageError(f"{parameter.opts[0]} goes with {other}.", context)


def _on_files(context: click.Context, own: dict[str, Any], options: dict[str, Any], *, as_json: bool) -> None:
    """Choose sites on files of the ground."""
    _refuse_others(context, ("costs", "demand", "limit"), "--costs")
    _require(context, _FILES, own)
    # Imported here so that --help answers at once: these bring numba, GDAL and the solver.
    from gis_service.services.gap_inputs import GapFiles  # noqa: PLC0415  as above
    from gis_service.services.gap_question import GapQuestion  # noqa: PLC0415  as above
    from gis_service.services.site_plan_files import FilePlanQuestion, run_file_plan  # noqa: PLC0415  as above
    from gis_service.services.site_plan_report import file_plan_text, write_plan  # noqa: PLC0415  as above
    from gis_service.services.siting_progress import DismissedError, found_in  # noqa: PLC0415  as above

    def part(kind: Any, given: Mapping[str, Any]) -> Any:  # noqa: ANN401  one of the three
        return kind(**{one.name: given[one.name] for one in fields(kind) if one.name in given})

    try:
        with _stopped_by_the_keyboard() as stopped:

            def tell(step: str, _share: float) -> None:
                found = found_in(step)
                if found is not None:
                    _progress(found.best, found.bound)
                if stopped:
                    raise DismissedError if found is not None else KeyboardInterrupt

            asked = part(FilePlanQuestion, {**own, **options})
            plan = run_file_plan(part(GapFiles, own), part(GapQuestion, own), asked, tell)
        paths = write_plan(plan, own["out"])
    except GisError as error:
        _end_progress()
        click.echo(words_of(error, language_of()), err=True)
        sys.exit(error.exit_code)
    _end_progress()
    click.echo(file_plan_text(plan, language_of()), err=as_json)
    click.echo("\n".join(map(str, paths)), err=as_json)
    if as_json:
        click.echo(json.dumps(plan.document, ensure_ascii=False))


@contextmanager
def _stopped_by_the_keyboard() -> Iterator[list[int]]:
    """Give a list that the first Ctrl-C fills; the second one ends the program as ever."""
    stopped: list[int] = []

    def stop(number: int, _frame: object) -> None:
        stopped.append(number)
        signal.signal(signal.SIGINT, signal.default_int_handler)

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield stopped
    finally:
        signal.signal(signal.SIGINT, before)


def _progress(best: float | None, bound: float) -> None:
    """Show the best so far and its bound where somebody watches."""
    if sys.stderr.isatty():
        shown = "–" if best is None else f"{best:g}"
        click.echo(f"\r\033[K{shown} | {bound:g}", nl=False, err=True)


def _end_progress() -> None:
    if sys.stderr.isatty():
        click.echo("\r\033[K", nl=False, err=True)


if __name__ == "__main__":
    main()
