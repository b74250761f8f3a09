"""Asks the processor for memory before it is needed: a search waits for little else."""

from collections.abc import Callable, Sequence
from typing import TypeAlias, cast

import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.core.base import BaseContext
from numba.core.typing.templates import Signature
from numba.extending import intrinsic
from numpy.typing import NDArray

from gis_service.types import Int32s, Int64s

_BYTE, _NUMBER = ir.IntType(8).as_pointer(), ir.IntType(32)
_READ, _KEEP, _DATA = _NUMBER(0), _NUMBER(3), _NUMBER(1)
_Emit: TypeAlias = Callable[[BaseContext, ir.IRBuilder, Signature, Sequence[ir.Value]], ir.Constant]


# Of its own compiler numba tells the types in part only.
def _fetch_ahead(_typing: object, array: types.Array, place: types.Integer) -> tuple[Signature, _Emit]:
    """Write the instruction down; called by the compiler."""

    def emit(
        context: BaseContext, builder: ir.IRBuilder, signature: Signature, arguments: Sequence[ir.Value]
    ) -> ir.Constant:
        kind, (data, index) = signature.args[0], arguments
        whole = context.make_array(kind)(context, builder, data)  # type: ignore[no-untyped-call]
        at = cgutils.get_item_pointer(  # type: ignore[no-untyped-call]
            context, builder, kind, whole, [index], wraparound=False
        )
        shape = ir.FunctionType(ir.VoidType(), [_BYTE, _NUMBER, _NUMBER, _NUMBER])
        prefetch = cgutils.get_or_insert_function(  # type: ignore[no-untyped-call]
            builder.module, shape, "llvm.prefetch.p0"
        )
        builder.call(prefetch, [builder.bitcast(at, _BYTE), _READ, _KEEP, _DATA])
        return context.get_dummy_value()  # type: ignore[no-untyped-call]

    return types.void(array, place), emit


fetch_ahead = cast(
    "Callable[[Int32s | Int64s | NDArray[np.uint64], np.uint64], None]", intrinsic(_fetch_ahead)
)
"""Begin to bring one place of an array into the cache; nothing else happens, whatever stands there.

The instruction is that of the LLVM Language Reference Manual, "llvm.prefetch".
"""
