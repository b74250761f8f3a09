"""Asks a server for tiles from a process of its own, and tells how long each took."""

import http.client
import json
import os
import re
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from shutil import which

TIMEOUT_S = 300


@dataclass(frozen=True, slots=True)
class Answers:
    """What came of many questions.

    Parameters
    ----------
    count
        Answers that were as they should be.
    seconds
        From the first question to the last answer.
    mean_ms, p99_ms
        What one answer took.
    mean_kb, most_kb
        Thousands of bytes of one answer's body as it came over the wire.
    by
        What asked.
    """

    count: int
    seconds: float
    mean_ms: float
    p99_ms: float
    mean_kb: float
    most_kb: float
    by: str


def once_each(address: str, paths: Sequence[str], clients: int) -> Answers:
    """Ask for each path once, so many at the same time, from another process."""
    command = [sys.executable, __file__, address, str(clients)]
    done = subprocess.run(  # noqa: S603  our own program
        command, input="\n".join(paths), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{address}: {done.stderr}")
    return Answers(**json.loads(done.stdout))


def again_and_again(address: str, path: str, headers: dict[str, str], clients: int, count: int) -> Answers:
    """Ask for one path many times: by wrk where there is one, else by what asks once each."""
    program = os.environ.get("GIS_BENCH_WRK") or which("wrk")
    if program is None:
        told = json.dumps(headers)
        return once_each(address, [f"{path}\t{told}"] * count, clients)
    seconds = 5
    sent = [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]
    command = [program, "-t1", f"-c{clients}", f"-d{seconds}s", "--latency"]
    command += [f"--timeout={TIMEOUT_S}s", *sent, address + path]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603  ours
    return read_wrk(told)


_UNITS = {"us": 1e-3, "ms": 1.0, "s": 1e3}
_SIZES = {"KB": 1.024, "MB": 1048.576, "GB": 1073741.824}


def read_wrk(told: str) -> Answers:
    """Read what wrk prints.

    Raises
    ------
    SystemExit
        When an answer was an error.
    """
    if bad := re.search(r"Non-2xx or 3xx responses: \d+|Socket errors: .*", told):
        raise SystemExit(bad[0])
    number, span, size, size_unit = _part(r"(\d+) requests in ([\d.]+)s, ([\d.]+)([KMG]B) read", told)
    each_kb = float(size) * _SIZES[size_unit] / int(number)
    mean, p99 = (
        float(value) * _UNITS[unit]
        for value, unit in (_part(rf"{row}\s+([\d.]+)(us|ms|s)\b", told) for row in ("Latency", "99%"))
    )
    return Answers(int(number), float(span), mean, p99, each_kb, each_kb, "wrk")


def _part(pattern: str, told: str) -> tuple[str, ...]:
    found = re.search(pattern, told)
    if found is None:
        raise SystemExit(f"wrk said {told!r}")
    return found.groups()


def ask(address: str, mine: Iterable[str]) -> list[tuple[float, int]]:
    """Ask for one path after the other over one connection; give seconds and bytes of each.

    Raises
    ------
    OSError
        When an answer is no tile.
    """
    connection, found = http.client.HTTPConnection(address.removeprefix("http://"), timeout=TIMEOUT_S), []
    for line in mine:
        path, _, headers = line.partition("\t")
        begun = time.perf_counter()
        connection.request("GET", path, headers=json.loads(headers) if headers else {})
        answer = connection.getresponse()
        body = answer.read()
        if answer.status not in {200, 204, 304}:
            raise OSError(f"{path}: {answer.status} {body[:300]!r}")
        found.append((time.perf_counter() - begun, len(body)))
    return found


def tag_of(address: str, path: str) -> str:
    """Give the entity tag of a path."""
    with urllib.request.urlopen(address + path, timeout=TIMEOUT_S) as answer:  # noqa: S310  on this machine
        return str(answer.headers["ETag"])


class _Shared:
    """Lines that several threads take from, each of them once."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._lines, self._lock = iter(lines), threading.Lock()

    def __iter__(self) -> "_Shared":
        return self

    def __next__(self) -> str:
        with self._lock:
            return next(self._lines)


def summed(found: Sequence[tuple[float, int]], seconds: float) -> Answers:
    """Sum up what each answer took, in seconds, and its bytes."""
    times, sizes = sorted(each for each, _ in found), [size for _, size in found]
    p99 = times[min(len(times) - 1, int(0.99 * len(times)))]
    return Answers(
        count=len(found),
        seconds=seconds,
        mean_ms=sum(times) / len(times) * 1e3,
        p99_ms=p99 * 1e3,
        mean_kb=sum(sizes) / len(sizes) / 1e3,
        most_kb=max(sizes) / 1e3,
        by="http.client",
    )


def main() -> None:
    """Ask for the paths of the standard input."""
    address, clients = sys.argv[1], int(sys.argv[2])
    lines, begun = _Shared(sys.stdin.read().splitlines()), time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        asked = [pool.submit(ask, address, lines) for _ in range(clients)]
        found = [each for one in asked for each in one.result()]
    print(json.dumps(asdict(summed(found, time.perf_counter() - begun))))


def cpu_of(pid: int) -> float:
    """Tell the CPU seconds of a process and of all that it started, those that have ended too."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        started = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return 0.0  # it has ended
    own = sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    return own + sum(cpu_of(int(child)) for child in started)


if __name__ == "__main__":
    main()
