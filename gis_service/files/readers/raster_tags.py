"""Reads the one tag of a TIFF that rasterio keeps to itself: a value for "no data" that no cell can hold."""

import struct
from pathlib import Path

_ORDERS = (b"II", b"MM")
_NODATA = 42113
_ASCII = 2
_LONGEST = 64
_MOST_TAGS = 4096


def declared_nodata(path: Path) -> float | None:
    """Give the number that the first directory of a TIFF declares as "no data", fitting or not.

    Parameters
    ----------
    path
        A TIFF or BigTIFF of either byte order.

    Returns
    -------
    float or None
        None when there is no such tag, or no number in it, or the file is no TIFF.
    """
    with path.open("rb") as file:
        head = file.read(16)
        if head[:2] not in _ORDERS:
            return None
        end = "<" if head[:2] == b"II" else ">"
        big = struct.unpack_from(f"{end}H", head, 2)[0] == 43  # noqa: PLR2004  the mark of BigTIFF
        # Place of the directory, its count, one entry: tag, type, count of signs, their place or themselves.
        place, count, entry = ("Q", "Q", "HHQ8s") if big else ("I", "H", "HHI4s")
        try:
            file.seek(struct.unpack_from(f"{end}{place}", head, 8 if big else 4)[0])
            (tags,) = struct.unpack(f"{end}{count}", file.read(struct.calcsize(f"{end}{count}")))
            size = struct.calcsize(f"{end}{entry}")
            for _ in range(min(tags, _MOST_TAGS)):
                tag, kind, length, value = struct.unpack(f"{end}{entry}", file.read(size))
                if tag != _NODATA or kind != _ASCII or length > _LONGEST:
                    continue
                if length > len(value):
                    file.seek(struct.unpack(f"{end}{place}", value)[0])
                    value = file.read(length)
                return float(value[:length].split(b"\x00")[0])
        except (struct.error, ValueError, OverflowError, OSError):
            return None
    return None
