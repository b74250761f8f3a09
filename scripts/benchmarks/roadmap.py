"""In which order: the best roadmap of made programmes, beside the form of the textbooks given to HiGHS.

The towns are those of siting: homes in quarters, one of them for each candidate project, a radius that each
project reaches. A third of what all projects cost is there, in the three phases of a programme. Every tenth
project requires the one before it. *nested* asks for sites instead: 5, then 10, then 20 of them, none closed.

*HiGHS* gets time-indexed maximum coverage as it stands: is a project built by the end of a phase, is a home
covered in it, a row that ties each home to its projects in each phase. It knows no priorities, so both
ways are asked with all projects alike; *priorities* is ours with five of them, where they bind. Each way
stops after 30 seconds and tells its gap. A roadmap that brings more than the other way proved possible, or
breaks a rule, ends the bench: so where both prove their answer, it is one answer.
"""

import json
import sys
import time
from pathlib import Path

import highspy
import numpy as np
from scipy.sparse import coo_array
from siting import town  # type: ignore[import-not-found]  # beside this program, in a folder that is no package

from gis_service.analysis.plans import (
    NOT_BUILT,
    NOT_SETTLED,
    Phases,
    Programme,
    Reach,
    faults,
    person_days,
    person_years,
    solve,
)
from gis_service.analysis.siting import Watch
from gis_service.analysis.warm import warm
from gis_service.types import Int32s, Int64s

PATIENCE_S = 30.0
CLOSE = 1e-6
THOUSAND = 1000
DAYS = np.array([1096, 1096, 1826], np.int64)
"""Of 2020 to 2022, 2023 to 2025, 2026 to 2030."""
SHARE, SECTORS, EVERY = 0.35, 10, 10
"""Share of all costs that there is money for; sectors; one project of so many requires the one before it."""
NESTED = np.array([5, 5, 10], np.int64)
"""Sites more in each phase."""

PARTS = {
    "30 x 5 k": (5_000, 30, 2_000.0),
    "100 x 20 k": (20_000, 100, 2_000.0),
    "500 x 0.1 M": (100_000, 500, 2_000.0),
    "nested 200 x 10 k": (10_000, 200, 2_000.0),
}
"""People, projects, radius."""


def programme_of(part: str, *, with_priorities: bool) -> Programme:
    """Make the programme of a part."""
    people, n, radius = PARTS[part]
    asked = town(people, n, radius)
    order = np.argsort(asked.site, kind="stable")
    start = np.concatenate([[0], np.cumsum(np.bincount(asked.site, minlength=n))]).astype(np.int64)
    weight = THOUSAND * asked.weight.astype(np.int64)
    zeros, nobody = np.zeros(people, np.int32), np.zeros(people, np.bool_)
    reach = Reach(start, asked.demand[order].astype(np.int32), weight, zeros, nobody)
    draw = np.random.default_rng(2)
    cost, requires = THOUSAND * draw.integers(20, 100, n), np.arange(EVERY, n, EVERY)
    # A longer phase has more money.
    budget = (SHARE * cost.sum() * DAYS / DAYS.sum()).astype(np.int64) // THOUSAND * THOUSAND
    if part.startswith("nested"):
        cost, budget, requires = np.ones(n, np.int64), NESTED, requires[:0]
    return Programme(
        [str(j) for j in range(n)],
        [str(s) for s in range(SECTORS)],
        ["homes"],
        draw.integers(0, SECTORS, n).astype(np.int32),
        (draw.integers(1, 6, n) if with_priorities else np.ones(n)).astype(np.int32),
        cost.astype(np.int64),
        np.zeros(n, np.int32),
        np.full(n, NOT_SETTLED, np.int32),
        np.stack([requires - 1, requires], axis=1).astype(np.int32),
        Phases(DAYS, budget),
        reach,
    )


def by_us(programme: Programme) -> tuple[Int32s, float, str]:
    """Answer: the phases, a bound, and when there was a first roadmap and how near it was."""
    began, first = time.perf_counter(), list[str]()

    def tell(best: float | None, bound: float) -> None:
        if best and not first:
            first.append(f"first {time.perf_counter() - began:.2f} s {100 * (bound / best - 1):.0f} %, ")

    found = solve(programme, Watch(PATIENCE_S, tell=tell))
    return found.phase, float(found.bound), "".join(first)


def by_highs(programme: Programme) -> tuple[Int32s, float, str]:
    """Answer with HiGHS: the phases, and its bound."""
    solver = highspy.Highs()  # type: ignore[no-untyped-call]  # its constructor has no types
    for name, value in (
        ("output_flag", False),
        ("threads", 1),
        ("mip_rel_gap", 0.0),
        ("time_limit", PATIENCE_S),
    ):
        solver.setOptionValue(name, value)
    solver.passModel(textbook(programme))
    solver.run()
    info, n, ends = solver.getInfo(), len(programme), len(programme.phases)
    phase = np.full(n, NOT_BUILT, np.int32)
    if info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible:
        built = np.rint(np.array(solver.getSolution().col_value)[: n * ends]).reshape(n, ends) > 0
        phase = np.where(built.any(axis=1), built.argmax(axis=1), NOT_BUILT).astype(np.int32)
    return phase, info.mip_dual_bound * THOUSAND * float(programme.phases.days.sum()), ""


def textbook(programme: Programme) -> highspy.HighsLp:
    """Write time-indexed maximum coverage: persons, each for the share of the time that they are covered."""
    reach, n, ends, people = (
        programme.reach,
        len(programme),
        len(programme.phases),
        len(programme.reach.weight),
    )
    built = np.arange(n * ends).reshape(n, ends)
    covered = n * ends + np.arange(people * ends).reshape(people, ends)
    share = programme.phases.days / programme.phases.days.sum()
    cost = programme.cost / np.gcd.reduce(programme.cost)
    rises, needs = n * (ends - 1), len(programme.requires) * ends
    money, wants, ties = rises + np.arange(ends), rises + ends, rises + ends + needs
    first, then = programme.requires.T
    pair = ties + covered[reach.row] - n * ends
    entries: list[tuple[Int64s, Int64s, float | np.ndarray]] = [
        (np.arange(rises), built[:, :-1].ravel(), 1.0),
        (np.arange(rises), built[:, 1:].ravel(), -1.0),
        (np.tile(money, n), built.ravel(), np.repeat(cost, ends)),
        (np.tile(money[1:], n), built[:, :-1].ravel(), -np.repeat(cost, ends - 1)),
        (wants + np.arange(needs), built[then].ravel(), 1.0),
        (wants + np.arange(needs), built[first].ravel(), -1.0),
        (ties + np.arange(people * ends), covered.ravel(), 1.0),
        (pair.ravel(), built[reach.project].ravel(), -1.0),
    ]
    line, column = (np.concatenate([entry[at] for entry in entries]) for at in (0, 1))
    value = np.concatenate([np.broadcast_to(times, len(lines)) for lines, _, times in entries])
    lines, columns = ties + people * ends, (n + people) * ends
    matrix = coo_array((value, (line, column)), shape=(lines, columns)).tocsr()
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = columns, lines
    model.sense_ = highspy.ObjSense.kMaximize
    model.col_cost_ = np.concatenate([np.zeros(n * ends), np.outer(reach.weight / THOUSAND, share).ravel()])
    model.col_lower_, model.col_upper_ = np.zeros(columns), np.ones(columns)
    upper = np.zeros(lines)
    upper[money] = programme.phases.budget / np.gcd.reduce(programme.cost)
    model.row_lower_, model.row_upper_ = np.full(lines, -highspy.kHighsInf), upper
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = matrix.indptr.astype(np.int32)
    model.a_matrix_.index_ = matrix.indices.astype(np.int32)
    model.a_matrix_.value_ = matrix.data
    kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
    model.integrality_ = [kinds[1]] * (n * ends) + [kinds[0]] * (people * ends)
    return model


def ask(part: str, way: str, folder: Path) -> dict[str, object]:
    """Answer one way, and hold the answer against the other one's."""
    programme = programme_of(part, with_priorities=way == "priorities")
    began = time.perf_counter()
    phase, bound, first = (by_highs if way == "HiGHS" else by_us)(programme)
    seconds = time.perf_counter() - began
    if broken := faults(programme, phase):
        raise SystemExit(f"{part}, {way}: {broken[0]}")
    objective = person_days(programme, phase)
    if way != "priorities":
        hold(part, objective, bound, folder)
    gap = max(bound / objective - 1, 0.0) if objective else float("inf")
    told = "proved" if gap <= CLOSE else f"gap {100 * gap:.2f} %"
    note = f"{first}{person_years(objective):,.0f} person-years, {told}, {len(programme.reach.row):,} pairs"
    return {"seconds": seconds, "done": len(programme), "note": note}


def hold(part: str, objective: int, bound: float, folder: Path) -> None:
    """Refuse two answers of which one brings more than the other says can be."""
    path = folder / f"{part}.json"
    if not path.exists():
        path.write_text(json.dumps([objective, bound]), encoding="utf-8")
        return
    other, other_bound = json.loads(path.read_text("utf-8"))
    if objective > other_bound * (1 + CLOSE) or other > bound * (1 + CLOSE):
        raise SystemExit(f"{part}: {objective} of at most {bound} beside {other} of at most {other_bound}")


def main(way: str, folder: Path) -> None:
    """Run one way."""
    warm()
    if way != "prepare":
        part, _, name = way.partition(": ")
        print(json.dumps(ask(part, name, folder)))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
