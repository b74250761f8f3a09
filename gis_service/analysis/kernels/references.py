"""Loops that count no references to arrays: counting took a quarter of the time of a tile of small shapes.

Numba counts at every call who holds an array, with an instruction that waits for all cores. What is called
inside one loop holds nothing: its arrays are those of its caller, who keeps them until it is done.
"""

from collections.abc import Callable
from typing import TypeVar, cast

import numba

_Function = TypeVar("_Function", bound=Callable[..., object])


def uncounted(function: _Function) -> _Function:
    """Compile a function that makes no array and gives none back."""
    # An option that numba's own functions use; its types do not name it.
    compiled = numba.njit(cache=True, nogil=True, _nrt=False)  # type: ignore[call-overload]
    return cast("_Function", compiled(function))


def counted(function: _Function) -> _Function:
    """Compile a function that makes arrays for itself, and is called by one that must not."""
    compiled = numba.njit(cache=True, nogil=True, _nrt=True)  # type: ignore[call-overload]
    return cast("_Function", compiled(function))
