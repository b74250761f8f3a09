#!/usr/bin/env python3
"""Choose the best sites from a table of costs, and say how far from the best possible the choice can be.

\b
scripts/site_plan.py --costs costs.csv --demand demand.csv --model mclp --limit 900 --sites 10 --json

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
from collections.abc import Iterator
from contextlib import contextmanager
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

from gis_service.errors import GisError  # noqa: E402  as above
from gis_service.messages.terminal import language_of, words_of  # noqa: E402  as above


def _names(_context: click.Context, _option: click.Parameter, names: str) -> tuple[str, ...]:
    """Take apart names with commas between."""
    return tuple(filter(None, (name.strip() for name in names.split(","))))


@click.command(
    help=__doc__, context_settings={"max_content_width": 110, "help_option_names": ["-h", "--help"]}
)
@click.option("--costs", required=True, type=click.Path(path_type=Path), metavar="FILE.csv")
@click.option("--demand", required=True, type=click.Path(path_type=Path), metavar="FILE.csv")
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
@click.option("--time-limit", type=float, metavar="S", help="Seconds of search. Default: until it is proved.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON alone; the words go to the other stream.")
def main(*, as_json: bool, **options: Any) -> None:  # noqa: ANN401  each option has its own type
    """Read the options, choose the sites, tell the plan."""
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
