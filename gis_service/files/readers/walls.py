"""Closes the reader process in: limits on time, memory and writing, and files it may not so much as open.

Leaving all but one driver out keeps GDAL from doing what a stranger's file asks for; these walls stand where
a driver has a way of its own to other files or to the network (schemas, linked tables, references). The
kernel holds them (Landlock, Linux 5.13 and later; connections from 6.7, signals to others from 6.12 on), and
nobody can take them down again. On an older kernel the limits and the options of each driver stand alone.
"""

import ctypes
import os
import resource
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

_CREATE, _ADD_RULE, _RESTRICT = 444, 445, 446
_NO_NEW_PRIVILEGES = 38
_VERSION_ONLY = 1
_BENEATH = 1
_READ_FILE, _READ_DIR, _WRITE_FILE, _MAKE_FILE, _REMOVE_FILE, _TRUNCATE = (
    1 << 2,
    1 << 3,
    1 << 1,
    1 << 8,
    1 << 5,
    1 << 14,
)
_ALL_FILES = (1 << 13) - 1
_TRUNCATE_SINCE, _NETWORK_SINCE, _SCOPE_SINCE = 3, 4, 6
_BIND_AND_CONNECT = 0b11
_SIGNALS_AND_NAMED_SOCKETS = 0b11
_GRACE_S = 5
_CODE = Path(__file__).resolve().parents[2]
_PROGRAMS = (
    sys.prefix,
    sys.base_prefix,
    "/usr/lib",
    "/lib",
    "/lib64",
    "/etc/ld.so.cache",
    "/dev/null",
    "/dev/urandom",
)


def limit_time(seconds: int) -> None:
    """Limit the time of the processor of this process, so that its end tells of this limit.

    It ends by SIGXCPU. Where soft and hard limit are one it ends by SIGKILL, which is also how an operator
    ends it, and a kernel that has no memory left.

    Parameters
    ----------
    seconds
        Time of the processor.
    """
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + _GRACE_S))


def limit(seconds: int, memory_bytes: int, written_bytes: int) -> None:
    """Set the limits of this process.

    Parameters
    ----------
    seconds
        Time of the processor.
    memory_bytes
        Address space.
    written_bytes
        Longest file it may write.
    """
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    limit_time(seconds)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (written_bytes, written_bytes))


def close_files(readable: Iterable[Path], folder: Path) -> bool:
    """Leave this process nothing but its programs, some files, and one folder to write in.

    Parameters
    ----------
    readable
        Files it may read; a link counts as what it points to.
    folder
        Folder of its own.

    Returns
    -------
    bool
        Whether the kernel can do that.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    version = libc.syscall(_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint32(_VERSION_ONLY))
    if version < 1:
        return False
    held = _ALL_FILES | (_TRUNCATE if version >= _TRUNCATE_SINCE else 0)
    parts = [held]
    parts += [_BIND_AND_CONNECT] if version >= _NETWORK_SINCE else []
    parts += [_SIGNALS_AND_NAMED_SOCKETS] if version >= _SCOPE_SINCE else []
    attributes = struct.pack(f"={len(parts)}Q", *parts)
    rules = libc.syscall(_CREATE, attributes, ctypes.c_size_t(len(attributes)), ctypes.c_uint32(0))
    reading = _READ_FILE | _READ_DIR
    for path in (*map(Path, _PROGRAMS), _CODE, *(each.resolve() for each in readable)):
        _allow(libc, rules, path, reading)
    _allow(libc, rules, folder, (reading | _WRITE_FILE | _MAKE_FILE | _REMOVE_FILE | _TRUNCATE) & held)
    libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    done = libc.syscall(_RESTRICT, rules, ctypes.c_uint32(0))
    os.close(rules)
    return bool(done == 0)


def _allow(libc: ctypes.CDLL, rules: int, path: Path, access: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    allowed = access if path.is_dir() else access & ~_READ_DIR
    rule = struct.pack("=Qi", allowed, place)
    libc.syscall(_ADD_RULE, rules, ctypes.c_int(_BENEATH), rule, ctypes.c_uint32(0))
    os.close(place)
