#!/usr/bin/env python3
"""Runs questions of speed beside their peers, in one run on one machine: ``scripts/benchmark.py QUESTION …``.

Each way to the answer runs in a process of its own, one after the other. Compare the ratios: seconds belong
to the machine. CPU and memory are those of the process and of the ones it started, not those of the database
server. ``passes`` is the distance to one streaming pass over the same arrays: no way can do with less.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from shutil import which

ROOT = Path(__file__).resolve().parent.parent
# The checkout need not be installed.
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}
OWN_PYTHON = ROOT / ".venv" / "bin" / "python"
BENCHMARKS = ROOT / "scripts" / "benchmarks"


@dataclass(frozen=True, slots=True)
class Question:
    """One question.

    Parameters
    ----------
    text
        What is asked, with the size of it.
    program
        File of ``benchmarks/``; run as ``PROGRAM prepare FOLDER`` once, then as ``PROGRAM WAY FOLDER`` for
        each way, which prints ``{"seconds": …, "done": …}`` as its last line.
    ways
        Ours first, then the peers. Of a question with several parts each way is named ``part: way``.
    finishes
        Whether ``PROGRAM finish FOLDER`` clears away what was prepared.
    needs
        A package that the program needs beside the peers.
    """

    text: str
    program: str
    ways: tuple[str, ...]
    finishes: bool = False
    needs: str | None = None


STREAMED = "one pass"
"""Ends the name of the way that only reads the arrays of its part."""
OUR_SEARCHES = ("ours", "ours, two nearest", "ours, three nearest", "one pass", "one pass, gathering")


def there(*programs: str) -> tuple[str, ...]:
    """Give those programs that are here: named by the variable ``GIS_BENCH_…``, or on the path."""
    return tuple(name for name in programs if os.environ.get(f"GIS_BENCH_{name.upper()}") or which(name))


def has_siting_data() -> bool:
    """Tell whether the shared data of development are here, of which Swain and the OR-Library are a part."""
    return (Path(os.environ.get("GIS_SHARED_DATA", ROOT.parent / "shared" / "data")) / "siting").is_dir()


QUESTIONS = {
    "load": Question(
        "200,000 polygons with 8 fields of Vietnamese text from a GeoPackage: checked, compared, published\n"
        "as a version with its index, into an empty layer and over one of which 1.5 % differ; and the step\n"
        "from the file into a plain table beside others (ogr2ogr where this machine has it)",
        "load.py",
        (
            *("whole: ours", "again: ours"),
            *("step: ours", "step: geopandas.to_postgis"),
            *(("step: ogr2ogr",) if which("ogr2ogr") else ()),
        ),
        finishes=True,
    ),
    "field": Question(
        "cost to the nearest of 200 facilities from every junction of cities of 0.1, 0.5 and 2 million\n"
        "directed roads, and of 20 in a real town: CPU seconds of the search alone, beside a streaming pass",
        "field.py",
        tuple(
            f"{part}: {way}"
            for part in ("0.1 M", "0.5 M", "2 M", "Helsinki")
            for way in (*OUR_SEARCHES, "scipy", "scipy, named", "pandana", "igraph", "rustworkx", "networkx")
            if way != "networkx" or part in {"0.1 M", "Helsinki"}  # the others would take minutes
        ),
    ),
    "catchments": Question(
        "200 facilities and 100,000 homes within 30 minutes in cities of 0.1, 0.5 and 2 million directed\n"
        "roads, and 20 in a real town: the pairs, and what is shared over them",
        "catchments.py",
        tuple(
            f"{town}, {way}"
            for town in ("0.1 M", "0.5 M", "2 M", "Helsinki")
            for way in (
                *("pairs: ours", "pairs: scipy", "pairs: one pass"),
                *("shares: ours", "shares: numpy", "shares: access", "shares: one pass"),
                *("balanced: ours", "balanced: one pass"),
            )
        ),
    ),
    "zonal": Question(
        "what a raster of 5,000 x 5,000 cells holds of each of 300 polygons, with exact shares of the cells",
        "zonal.py",
        tuple(
            f"{part}: {way}"
            for part in ("partition", "small")
            for way in ("ours", "exactextract", "rasterstats", "centres", "one pass")
        ),
    ),
    "study": Question(
        "one service, one mode, every measure but catchments: 110,000 homes, 77,000 roads of the demo city",
        "study.py",
        (
            *("warm: ours", "warm: geopandas, scipy"),
            *("kept: ours", "no tables: ours", "cold: ours", "with E2SFCA: ours"),
            "all: one pass",
            # Last: it changes what the others read.
            "edited: ours",
        ),
        finishes=True,
        needs="vietnamadminunits",
    ),
    "tiles": Question(
        "vector tiles of 400,000 buildings and 300 large areas: each once, nothing kept, by eight clients;\n"
        "then one of 20 kB again and again; beside the tile servers that this machine has",
        "tiles.py",
        (
            *(
                f"{part}: {way}"
                for part in ("buildings z14-16", "buildings z9-12", "areas z14-16", "areas z9-12")
                for way in ("ours", *there("martin", "tegola", "pg_tileserv", "tipg"))
            ),
            *("warm: ours", "warm: ours, with a token", "warm: ours, not modified"),
            # Of the others only this one keeps tiles by itself.
            *(f"warm: {way}" for way in there("martin")),
        ),
        finishes=True,
    ),
    "base": Question(
        "tiles of the base map from afar: every tile of the demo city at zooms 9 to 12, each made once",
        "base_map.py",
        tuple(f"z{zoom}: ours" for zoom in range(9, 13)),
        finishes=True,
        needs="vietnamadminunits",
    ),
    "whatif": Question(
        "one facility opens or closes among 200 and 20, or a road, in cities of 0.1, 0.5, 2 million roads\n"
        "with 100,000 homes, beside a whole search; twenty planners at once on the demo city, 95th of 100",
        "what_if.py",
        (
            *(
                f"{size}, {count}: {way}"
                for size in ("0.1 M", "0.5 M", "2 M")
                for count in (200, 20)
                for way in ("search", "add", "remove", "road")
            ),
            *("served: with a pause", "served: without"),
        ),
        finishes=True,
        needs="vietnamadminunits",
    ),
    "siting": Question(
        "the best sites, proved, on published questions (San Francisco, Swain, OR-Library) beside spopt,\n"
        "and in made towns of 2,000 candidates x 50,000 homes and 100 x 100,000, 20 sites each; and the\n"
        "most people that a budget reaches, beside HiGHS with the form of the textbooks",
        "siting.py",
        (
            *("San Francisco: ours", "San Francisco: spopt"),
            *(("Swain: ours", "Swain: spopt") if has_siting_data() else ()),
            *(("pmed1-5 medians: ours", "pmed1-5 medians: spopt") if has_siting_data() else ()),
            *(("pmed1-20 medians: ours", "pmed1-20 centers: ours") if has_siting_data() else ()),
            *(f"2,000 x 50,000: {way}" for way in ("first", "gap 2 %", "10 seconds")),
            *(f"100 x 0.1 M {model}: ours" for model in ("cover", "median", "center")),
            "file, 10 M pairs: ours",
            *("budget 200 x 10 k: ours", "budget 200 x 10 k: HiGHS"),
            *("budget 2 k x 50 k: ours", "budget 2 k x 50 k: HiGHS"),
        ),
    ),
    "roadmap": Question(
        "which project in which phase, in made towns: 30 projects x 5,000 homes, 100 x 20,000, 500 x\n"
        "100,000, and 5, 10, 20 sites of 200 that nest; beside time-indexed maximum coverage, given to HiGHS",
        "roadmap.py",
        (
            *(
                f"{part}: {way}"
                for part in ("30 x 5 k", "100 x 20 k", "500 x 0.1 M")
                for way in ("ours", "HiGHS", "priorities")
            ),
            *("nested 200 x 10 k: ours", "nested 200 x 10 k: HiGHS"),
        ),
    ),
    "history": Question(
        "200,000 polygons under history: apply a file that changes 1.5 %, compare, restore, COPY, edit 1,000",
        "history.py",
        (
            *("apply: ours", "apply: no history", "apply: audit trigger"),
            *("diff: ours", "diff: two copies"),
            *("restore: ours", "restore: a copy"),
            *("COPY: ours", "COPY: no history", "COPY: audit trigger"),
            *("edits: ours", "edits: no history", "edits: audit trigger"),
        ),
        finishes=True,
    ),
}


@dataclass(frozen=True, slots=True)
class Measured:
    """What one way took: wall and CPU seconds, peak MiB of its processes, how much it did, what it says."""

    way: str
    seconds: float
    cpu_s: float
    peak_mib: float
    done: int
    note: str

    @property
    def part(self) -> str:
        """The part of the question that it answers."""
        return self.way.partition(": ")[0] if ": " in self.way else ""


def interpreter(question: Question) -> str:
    """Give the Python that runs a question: this one, or the project's own where a package is there only."""
    if question.needs is None or find_spec(question.needs) is not None:
        return sys.executable
    if OWN_PYTHON.exists():
        return str(OWN_PYTHON)
    raise SystemExit(
        f"{question.program} needs {question.needs}, which neither {sys.executable} nor {OWN_PYTHON} has:"
        " pip install -r requirements-demo.txt"
    )


def measure(question: Question, way: str, folder: Path) -> Measured:
    """Run one way in its own process."""
    command = [interpreter(question), str(BENCHMARKS / question.program), way, str(folder)]
    ended, seen = threading.Event(), [0]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=ENVIRONMENT) as process:  # noqa: S603  our own program
        watch = threading.Thread(target=_watch_memory, args=(process.pid, ended, seen))
        watch.start()
        output = process.stdout.read() if process.stdout else ""
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        ended.set()
        watch.join()
    if process.returncode:
        raise SystemExit(f"{way} ended with exit code {process.returncode}")
    told = json.loads(output.splitlines()[-1])
    # The kernel tells the peak of the greatest process; what several held together has been looked at.
    cpu_s, peak_mib = used.ru_utime + used.ru_stime, max(used.ru_maxrss * 1024, seen[0]) / 2**20
    return Measured(way, told["seconds"], cpu_s, peak_mib, told["done"], told.get("note", ""))


def _watch_memory(pid: int, ended: threading.Event, seen: list[int]) -> None:
    """Note the most bytes that a process and those it started hold together."""
    while not ended.wait(0.05):
        held = [_held(one) for one in _tree(pid)]
        # What several map alike, such as the libraries, takes its room once.
        shared = max((shared for _, shared in held), default=0)
        seen[0] = max(seen[0], shared + sum(own for own, _ in held))


def _tree(pid: int) -> list[int]:
    """Give a process and all that it started."""
    try:
        started = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []  # it has ended
    return [pid, *(below for child in started for below in _tree(int(child)))]


def _held(pid: int) -> tuple[int, int]:
    """Tell the bytes in memory that a process has alone, and those that others have too."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0, 0  # it has ended
    sizes = {name: size.split() for name, _, size in (line.partition(":") for line in lines)}
    own, shared = (
        sum(
            1024 * int(sizes[f"{kind}_{state}"][0])
            for state in ("Clean", "Dirty")
            if f"{kind}_{state}" in sizes
        )
        for kind in ("Private", "Shared")
    )
    return own, shared


def report(question: Question, measured: list[Measured]) -> None:
    """Print the table; ratios are against the first way of each part, which is ours."""
    print(question.text)
    sizes = f"{'seconds':>9}{'per s':>14}{'CPU s':>8}{'peak MiB':>10}"
    print(f"{'way':<27}{sizes}{'time ratio':>12}{'passes':>12}")
    for each in measured:
        first = next(one for one in measured if one.part == each.part)
        ratio = each.seconds / first.seconds
        rate = f"{each.done / each.seconds:,.0f}"
        seconds = f"{each.seconds:.2f}" if each.seconds > 1 else f"{each.seconds:.3g}"
        sizes = f"{seconds:>9}{rate:>14}{each.cpu_s:>8.1f}{each.peak_mib:>10.0f}"
        note = f"  {each.note}" if each.note else ""
        print(f"{each.way:<27}{sizes}{ratio:>12.2f}{_passes(each, measured):>12}{note}")


def _passes(each: Measured, measured: list[Measured]) -> str:
    """Tell how many streaming passes a way takes: over the arrays of its part, else of the question."""
    known = [one for one in measured if one.way.endswith(STREAMED)]
    of_part = [one for one in known if one.part == each.part] or known
    return f"{each.seconds / of_part[0].seconds:,.1f}" if of_part else "–"


def ask(question: Question) -> None:
    """Prepare a question, measure its ways, print the table, clear away."""
    python = interpreter(question)
    with tempfile.TemporaryDirectory(prefix="gis-benchmark-") as folder:
        program = str(BENCHMARKS / question.program)
        try:
            subprocess.run([python, program, "prepare", folder], check=True, env=ENVIRONMENT)  # noqa: S603  our own program
            report(question, [measure(question, way, Path(folder)) for way in question.ways])
        finally:
            if question.finishes:
                subprocess.run([python, program, "finish", folder], check=True, env=ENVIRONMENT)  # noqa: S603  our own program


def main() -> None:
    """Ask one question after the other."""
    listed = "\n".join(f"  {name:<12}{question.text}" for name, question in QUESTIONS.items())
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog=f"questions:\n{listed}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("questions", nargs="+", choices=QUESTIONS, metavar="QUESTION")
    asked = [QUESTIONS[name] for name in dict.fromkeys(parser.parse_args().questions)]
    for question in asked:
        interpreter(question)  # refused before anything is measured
    for number, question in enumerate(asked):
        print("\n" * (number > 0), end="")
        ask(question)


if __name__ == "__main__":
    main()
