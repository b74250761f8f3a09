"""Runs a module as a program that has no network: ``python -m gis_service.files.offline MODULE ARGUMENT…``.

It gets a network namespace of its own, with no address in it. The kernel makes one for an ordinary user only
while the process has a single thread, so this comes before any library that starts one.
"""

import ctypes
import os
import runpy
import sys

OFFLINE = "READER_OFFLINE"
"""Variable of the environment that is there once the network is gone."""
_NEW_USER_AND_NETWORK = 0x10000000 | 0x40000000


def main() -> None:
    """Leave the network where the kernel allows it, then become the other program."""
    if ctypes.CDLL(None).unshare(_NEW_USER_AND_NETWORK) == 0:
        os.environ[OFFLINE] = "1"
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
