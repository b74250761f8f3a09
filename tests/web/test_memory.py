"""Memory that was freed is there for the next tile."""

import resource
import subprocess
import sys

FAULTS = """
import resource, sys
from gis_service.web.memory import keep_freed_memory
if sys.argv[1] == "kept":
    assert keep_freed_memory()
bytes(4 << 20)
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(20):
    bytearray(b"x") * (4 << 20)
    (bytearray(b"x") * (6 << 20)).copy()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def faults(how: str) -> int:
    command = [sys.executable, "-c", FAULTS, how]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def test_pages_are_not_asked_for_again_and_again() -> None:
    page = resource.getpagesize()
    once = (4 + 6 + 6) * (1 << 20) / page
    assert faults("kept") < 4 * once
    assert faults("kept") < faults("plain") / 2
