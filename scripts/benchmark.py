#!/usr/bin/env python3
"""Runs a question of speed beside its peers, in one run on one machine: ``scripts/benchmark.py QUESTION``.

Each way to the answer runs in a process of its own, one after the other. Compare the ratios: seconds belong
to the machine. CPU and memory are those of the process and of the ones it started, not those of the database
server.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# The checkout need not be installed.
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}
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
    """

    text: str
    program: str
    ways: tuple[str, ...]
    finishes: bool = False


OUR_SEARCHES = ("ours", "ours, two nearest", "ours, three nearest", "one pass", "one pass, gathering")

QUESTIONS = {
    "load": Question(
        "load 200,000 polygons with 8 fields from a GeoPackage into PostGIS, with spatial index",
        "load.py",
        ("ours", "geopandas_to_postgis"),
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
        "200 facilities and 100,000 homes within 30 minutes: the pairs, and what is shared over 14 million",
        "catchments.py",
        (
            *("pairs: ours", "pairs: scipy"),
            *("shares: ours", "shares: numpy", "shares: access"),
            "balanced: ours",
        ),
    ),
    "zonal": Question(
        "what a raster of 5,000 x 5,000 cells holds of each of 300 polygons, with exact shares of the cells",
        "zonal.py",
        (
            *("partition: ours", "partition: exactextract", "partition: rasterstats", "partition: centres"),
            *("small: ours", "small: exactextract", "small: rasterstats", "small: centres"),
        ),
    ),
    "study": Question(
        "one service, one mode, every measure but catchments: 110,000 homes, 77,000 roads of the demo city",
        "study.py",
        (
            *("warm: ours", "warm: geopandas, scipy"),
            *("kept: ours", "no tables: ours", "cold: ours", "with E2SFCA: ours"),
        ),
        finishes=True,
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
    """What one way took: wall and CPU seconds, peak MiB of one process, how much it did, what it says."""

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


def measure(question: Question, way: str, folder: Path) -> Measured:
    """Run one way in its own process."""
    command = [sys.executable, str(BENCHMARKS / question.program), way, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=ENVIRONMENT) as process:  # noqa: S603  our own program
        output = process.stdout.read() if process.stdout else ""
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{way} ended with exit code {process.returncode}")
    told = json.loads(output.splitlines()[-1])
    cpu_s, peak_mib = used.ru_utime + used.ru_stime, used.ru_maxrss / 1024
    return Measured(way, told["seconds"], cpu_s, peak_mib, told["done"], told.get("note", ""))


def report(question: Question, measured: list[Measured]) -> None:
    """Print the table; ratios are against the first way of each part, which is ours."""
    print(question.text)
    print(f"{'way':<27}{'seconds':>9}{'per s':>14}{'CPU s':>8}{'peak MiB':>10}{'time ratio':>12}")
    for each in measured:
        first = next(one for one in measured if one.part == each.part)
        ratio = each.seconds / first.seconds
        rate = f"{each.done / each.seconds:,.0f}"
        seconds = f"{each.seconds:.2f}" if each.seconds > 1 else f"{each.seconds:.3g}"
        print(
            f"{each.way:<27}{seconds:>9}{rate:>14}{each.cpu_s:>8.1f}{each.peak_mib:>10.0f}{ratio:>12.2f}"
            + (f"  {each.note}" if each.note else "")
        )


def main() -> None:
    """Ask one question."""
    listed = "\n".join(f"  {name:<12}{question.text}" for name, question in QUESTIONS.items())
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog=f"questions:\n{listed}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("question", choices=QUESTIONS)
    question = QUESTIONS[parser.parse_args().question]
    with tempfile.TemporaryDirectory(prefix="gis-benchmark-") as folder:
        program = str(BENCHMARKS / question.program)
        try:
            subprocess.run([sys.executable, program, "prepare", folder], check=True, env=ENVIRONMENT)  # noqa: S603  our own program
            report(question, [measure(question, way, Path(folder)) for way in question.ways])
        finally:
            if question.finishes:
                subprocess.run([sys.executable, program, "finish", folder], check=True, env=ENVIRONMENT)  # noqa: S603  our own program


if __name__ == "__main__":
    main()
