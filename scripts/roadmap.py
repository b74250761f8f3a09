#!/usr/bin/env python3
"""Tell what each phase of a programme brings, from files alone: no database, no server.

\b
scripts/roadmap.py --projects projects.xlsx --out result
    --service health_station --facilities stations.gpkg --roads roads.gpkg --population people.csv
    --zones communes.geojson --mode motorbike --limit-min 10 --budget phase_3=500000 --cut 20

Writes roadmap.json, projects.csv, projects.xlsx, phases.csv, indicators.csv and roadmap.pdf. The table of
projects is CSV, a workbook or any file with places; its columns are those that are written again, their
Vietnamese or English labels are known. Without --service numbers and costs are told alone. Exit codes:
0 done, 2 wrong use, 3 refused input, 4 file not found, 6 try again.
"""  # noqa: D301  click takes the backspace as "leave these lines as they are"

import os
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
_OWN_PYTHON = ROOT / ".venv" / "bin" / "python"
if (
    __name__ == "__main__"
    and find_spec("reportlab") is None
    and _OWN_PYTHON.exists()
    and sys.executable != str(_OWN_PYTHON)
):
    os.execv(_OWN_PYTHON, [str(_OWN_PYTHON), *sys.argv])  # noqa: S606  the same program, with the project's own set
sys.path.insert(0, str(ROOT))  # the checkout need not be installed

import click  # noqa: E402  needs the lines above

from gis_service.errors import ErrorCode, GisError, WrongUse  # noqa: E402  as above
from gis_service.messages.terminal import language_of, words_of  # noqa: E402  as above

_ROWS = 20
_REQUEST = ("day", "carry_over", "cut", "seconds")
_BAR = "{desc:<12}{bar}{percentage:4.0f} %"


def _money(_context: click.Context, option: click.Parameter, said: tuple[str, ...]) -> dict[str, float]:
    """Read NAME=MILLION."""
    found = {}
    for one in said:
        name, _, amount = one.partition("=")
        try:
            found[name] = float(amount)
        except ValueError:
            raise click.BadParameter(f"{one}: NAME=MILLION", param=option) from None
    return found


@click.command(
    help=__doc__, context_settings={"max_content_width": 110, "help_option_names": ["-h", "--help"]}
)
@click.option("--projects", required=True, metavar="FILE", help="Component projects.")
@click.option("--out", required=True, type=click.Path(path_type=Path), metavar="DIR")
@click.option("--phases", metavar="FILE.yaml", help="Phases with their budgets. Default: those of the city.")
@click.option(
    "--city", default="thai_binh", show_default=True, help="City whose sectors, phases and words are known."
)
@click.option("--day", metavar="YYYY-MM-DD", help="Day of the plan. Default: today.")
@click.option(
    "--budget", multiple=True, callback=_money, metavar="PHASE=MILLION", help="Million dong in a phase."
)
@click.option(
    "--sector-budget",
    multiple=True,
    callback=_money,
    metavar="PHASE/SECTOR=MILLION",
    help="Million dong of a sector in a phase.",
)
@click.option(
    "--carry-over", is_flag=True, default=None, help="What a phase leaves is there in the next one."
)
@click.option("--cut", type=click.IntRange(1, 99), metavar="P", help="Per cent off every budget: what slips.")
@click.option("--seconds", type=float, metavar="S", help="Patience of each search for the best. Default: 20.")
@click.option("--service", metavar="NAME", help="Service of --facilities, as the column service names it.")
@click.option("--facilities", metavar="FILE")
@click.option("--roads", metavar="FILE")
@click.option("--population", metavar="FILE")
@click.option("--zones", metavar="FILE")
@click.option("--barriers", metavar="FILE", help="Water that nobody crosses.")
@click.option("--ferries", metavar="FILE")
@click.option("--crs", metavar="CRS", help="Metric system. Default: that of the roads, else UTM.")
@click.option("--people-column", metavar="NAME")
@click.option("--zone-id", metavar="NAME")
@click.option("--class-column", metavar="NAME")
@click.option("--oneway-column", metavar="NAME")
@click.option("--mode", type=click.Choice(["walk", "bicycle", "motorbike", "car"]))
@click.option("--measure", metavar="MEASURE")
@click.option("--limit-min", type=float, metavar="MINUTES")
@click.option("--limit-m", type=float, metavar="METRES")
@click.option("--direction", type=click.Choice(["to_facility", "from_facility"]))
@click.option("--speed-kmh", type=float, metavar="KMH")
@click.option("--at", metavar="TIME", help="10:00, Tuesday 10:00: which ferry runs.")
@click.option(
    "--beside",
    multiple=True,
    metavar="NAME=FILE,KEY=VALUE,...",
    help="A further service, as of scripts/gap_analysis.py: market=markets.gpkg,limit_min=15,mode=walk.",
)
def main(out: Path, **options: Any) -> None:  # noqa: ANN401  each option has its own type
    """Read the options, follow the programme, write and tell the result."""
    # Imported here so that --help answers at once: these bring numba, GDAL and the solver.
    from tqdm import tqdm  # noqa: PLC0415  as above

    from gis_service.services.roadmap_files import RoadmapQuestion, run_roadmap  # noqa: PLC0415  as above

    with tqdm(total=100, disable=not sys.stderr.isatty(), bar_format=_BAR) as bar:

        def progress(step: str, share: float) -> None:
            bar.set_description_str(step)
            bar.update(100 * share - bar.n)

        try:
            request = {name: options.pop(name) for name in _REQUEST}
            request |= {
                "budgets": options.pop("budget"),
                "sector_budgets": _by_phase(options.pop("sector_budget")),
            }
            own = {name: options.pop(name) for name in ("projects", "phases", "city", "service")}
            question = RoadmapQuestion(**own, request=request, files=options, question=options)
            run = run_roadmap(question, out, progress)
            paths = run.write(out, language_of())
        except GisError as error:
            bar.close()
            click.echo(words_of(error, language_of()), err=True)
            sys.exit(error.exit_code)
    click.echo(run.text(language_of(), _ROWS))
    click.echo("\n".join(str(path) for path in paths))


def _by_phase(budgets: dict[str, float]) -> dict[str, dict[str, float]]:
    """Sort budgets of sectors by phase."""
    found: dict[str, dict[str, float]] = {}
    for name, amount in budgets.items():
        phase, slash, sector = name.partition("/")
        if not slash:
            raise WrongUse(
                ErrorCode.WRONG_ARGUMENT, name="--sector-budget", value=name, expected="PHASE/SECTOR=MILLION"
            )
        found.setdefault(phase, {})[sector] = amount
    return found


if __name__ == "__main__":
    main()
