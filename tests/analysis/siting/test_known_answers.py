"""Published questions of siting whose best answers are known: each is reached, and proved."""

import csv
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from gis_service.analysis.siting import SitingProblem, Watch, solve
from tests.siting_problems import or_library, problem

P_MEDIAN = [5819, 4093, 4250, 3034, 1355, 7824, 5631, 4445, 2734, 1255]
P_MEDIAN += [7696, 6634, 4374, 2968, 1729, 8162, 6999, 4809, 2845, 1789]
P_CENTER = [127, 98, 93, 74, 48, 84, 64, 55, 37, 20, 59, 51, 36, 26, 18, 47, 39, 28, 18, 13]
"""Of pmed1 to pmed20 (Beasley 1985, OR-Library)."""


@pytest.fixture(scope="module")
def swain(shared_data: Path) -> SitingProblem:
    """55 places with their demand, each of them a candidate (Church & ReVelle 1974)."""
    lines = (shared_data / "siting" / "swain55.dat").read_text("utf-8").splitlines()
    rows = np.array([line.strip().strip(",").split(",") for line in lines if line.strip()], dtype=np.float64)
    step = rows[:, None, 1:3] - rows[None, :, 1:3]
    return problem(np.hypot(step[..., 0], step[..., 1]), rows[:, 3])


@pytest.fixture(scope="module")
def san_francisco() -> SitingProblem:
    """205 census tracts and 16 stores; the file names both, and the metres between them."""
    if (found := find_spec("spopt")) is None or found.origin is None:
        pytest.skip("spopt is not installed: its wheel has the data (requirements-bench.txt)")
    folder = Path(found.origin).parent / "tests" / "test_locate" / "data"
    name = "SF_network_distance_candidateStore_16_censusTract_205_new.csv"
    with (folder / name).open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    tracts = list(dict.fromkeys(row["DestinationName"] for row in rows))
    stores = sorted({row["name"] for row in rows}, key=lambda store: int(store.removeprefix("Store_")))
    table = np.full((len(tracts), len(stores)), np.nan)
    people = np.zeros(len(tracts))
    for row in rows:
        tract = tracts.index(row["DestinationName"])
        table[tract, stores.index(row["name"])] = float(row["distance"])
        people[tract] = float(row["demand"])
    return problem(table, people)


@pytest.mark.parametrize("number", range(1, 21))
def test_or_library_is_proved(number: int, shared_data: Path) -> None:
    distance, count = or_library((shared_data / "siting" / f"pmed{number}.txt").read_text("utf-8"))
    asked = problem(distance, np.ones(len(distance)))
    median = solve(asked, "p-median", None, count, Watch())
    assert (median.objective, median.bound, median.status) == (P_MEDIAN[number - 1],) * 2 + ("optimal",)
    assert len(median.sites) == count
    center = solve(asked, "p-center", None, count, Watch())
    assert (center.objective, center.bound, center.status) == (P_CENTER[number - 1],) * 2 + ("optimal",)
    assert distance[:, center.sites].min(axis=1).max() == center.objective
    assert len(center.sites) == count


@pytest.mark.parametrize(
    ("limit", "covered"),
    [
        (10, [425, 502, 548, 581, 609, 625, 633]),
        (15, [515, 593, 625, 638, 640]),
        (5, [303, 366, 405, 433, 452, 470, 485]),
    ],
)
def test_swain_is_covered_as_is_known(limit: float, covered: list[int], swain: SitingProblem) -> None:
    answers = [solve(swain, "mclp", limit, count, Watch()) for count in range(1, len(covered) + 1)]
    assert [answer.objective for answer in answers] == covered
    assert [answer.bound for answer in answers] == covered


@pytest.mark.parametrize(("limit", "sites"), [(5, 30), (10, 9), (15, 5)])
def test_swain_needs_so_many_sites(limit: float, sites: int, swain: SitingProblem) -> None:
    answer = solve(swain, "lscp", limit, None, Watch())
    assert (answer.objective, answer.bound, len(answer.sites)) == (sites, sites, sites)


def test_swain_has_the_centers_and_medians_that_are_known(swain: SitingProblem) -> None:
    centers = [28.2843, 23.1948, 17.4642, 15.6205, 13.6015, 12.8062]
    medians = [4614.765, 3870.244, 3283.860, 2950.410, 2656.169, 2427.409, 2224.468, 2067.972, 1921.308]
    found = [solve(swain, "p-center", None, count, Watch()).objective for count in range(1, 7)]
    assert found == pytest.approx(centers, abs=5e-5)
    answers = [solve(swain, "p-median", None, count, Watch()) for count in range(2, 11)]
    assert [answer.objective for answer in answers] == pytest.approx(medians, abs=5e-4)
    assert {answer.status for answer in answers} == {"optimal"}


def test_san_francisco_is_counted_in_people(san_francisco: SitingProblem) -> None:
    covered = [448_255, 671_938, 791_499, 875_247, 927_402, 941_462, 950_428]
    answers = [solve(san_francisco, "mclp", 5000, count, Watch()) for count in range(1, 8)]
    assert [answer.objective for answer in answers] == covered
    assert [answer.bound for answer in answers] == covered
    assert solve(san_francisco, "lscp", 5000, None, Watch()).objective == 8


def test_san_francisco_has_the_median_and_center_that_are_known(san_francisco: SitingProblem) -> None:
    median = solve(san_francisco, "p-median", None, 4, Watch())
    assert median.objective == pytest.approx(2_848_268_129.7145, abs=1e-3)
    assert median.objective / san_francisco.weight.sum() == pytest.approx(2982.1268579890657)
    center = solve(san_francisco, "p-center", None, 4, Watch())
    assert center.objective == pytest.approx(7403.0638, abs=5e-5)
