"""Takes the system calls from the reader process by which it could speak to other programs.

A process without a network still reaches what listens in the file system of its machine, PostgreSQL for one,
which knows it by its user. So no socket of any kind is made, and none by way of io_uring; the kernel holds
that (seccomp), and nobody can take it back.
"""

import ctypes
import errno
import platform
import struct

_SET_SECCOMP, _FILTER, _NO_NEW_PRIVILEGES = 22, 2, 38
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | errno.EACCES
_LOAD, _EQUAL, _AT_LEAST, _ANSWER = 0x20, 0x15, 0x35, 0x06
_NUMBER_AT, _MACHINE_AT = 0, 4
_OTHER_TABLE = 0x40000000
"""From here on x86-64 numbers calls a second time, for programs that we have none of."""
_SOCKET = {"x86_64": (0xC000003E, (41, 53)), "aarch64": (0xC00000B7, (198, 199))}
"""Mark of the machine; its numbers of ``socket`` and ``socketpair``."""
_IO_URING_SETUP = 425


def close_sockets() -> bool:
    """Leave this process no way to make a socket.

    Returns
    -------
    bool
        Whether the kernel can do that, on a machine whose calls we know.
    """
    if platform.machine() not in _SOCKET:
        return False
    mark, sockets = _SOCKET[platform.machine()]
    refused = (*sockets, _IO_URING_SETUP)
    # A call of another machine's table, which would have other numbers, is refused as well.
    steps = [(_LOAD, 0, 0, _MACHINE_AT), (_EQUAL, 0, len(refused) + 3, mark), (_LOAD, 0, 0, _NUMBER_AT)]
    steps += [(_AT_LEAST, len(refused) + 1, 0, _OTHER_TABLE)]
    steps += [(_EQUAL, len(refused) - index, 0, number) for index, number in enumerate(refused)]
    steps += [(_ANSWER, 0, 0, _ALLOW), (_ANSWER, 0, 0, _REFUSE)]
    program = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in steps))
    # struct sock_fprog: a short, what aligns the pointer, the pointer.
    head = ctypes.create_string_buffer(struct.pack("=H6xQ", len(steps), ctypes.addressof(program)))
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    return bool(libc.prctl(_SET_SECCOMP, _FILTER, ctypes.byref(head), 0, 0) == 0)
