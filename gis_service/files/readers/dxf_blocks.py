"""Counts what a drawing would grow to when its blocks are drawn wherever they are inserted.

A block that inserts ten others, which insert ten others, makes a drawing of 5 KB hold a hundred million
shapes; GDAL draws them all before it gives the first.
"""

import mmap
import re
from collections import Counter, defaultdict
from pathlib import Path

from gis_service.errors import ErrorCode, RefusedInput

MOST_SHAPES = 5_000_000
"""Shapes of one drawing; the plan of a city has some hundred thousand, each a kilobyte in memory."""
_ENTITY = re.compile(rb"\n[ \t]*0[ \t]*\r?\n[ \t]*([A-Z][A-Z0-9_]*)[ \t]*\r?(?=\n)")
_NAME, _COLUMNS, _ROWS = b"2", b"70", b"71"
_MOST_TIMES = 1_000_000
_NEAR = 4096


def refuse_growth(path: Path, file: str) -> None:
    """Refuse a drawing of more than :data:`MOST_SHAPES`.

    Parameters
    ----------
    path
        The drawing.
    file
        What the user calls it.

    Raises
    ------
    RefusedInput
        ``file_rejected_reader_limit``.
    """
    with path.open("rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as content:
        own, inserted = _contents(content)
    if not inserted[b""]:
        return
    shapes = _grown(own, inserted)
    if shapes > MOST_SHAPES:
        reason = f"DXF: {shapes} > {MOST_SHAPES}"
        raise RefusedInput(ErrorCode.FILE_REJECTED_READER_LIMIT, file=file, reason=reason)


_Inserted = dict[bytes, Counter[bytes]]


def _contents(content: mmap.mmap) -> tuple[Counter[bytes], _Inserted]:
    """Count the shapes of each block, and the blocks it inserts; what is in none counts as block ``""``."""
    own: Counter[bytes] = Counter()
    inserted: _Inserted = defaultdict(Counter)
    block = b""
    for found in _ENTITY.finditer(content):
        word = found[1]
        if word == b"BLOCK":
            block = _values(content, found.end()).get(_NAME, b"")
        elif word == b"ENDBLK":
            block = b""
        elif word == b"INSERT":
            said = _values(content, found.end())
            times = _times(said.get(_COLUMNS)) * _times(said.get(_ROWS))
            inserted[block][said.get(_NAME, b"")] += times
        elif word not in {b"SECTION", b"ENDSEC", b"EOF", b"VERTEX", b"SEQEND", b"ATTRIB"}:
            own[block] += 1
    return own, inserted


def _values(content: mmap.mmap, place: int) -> dict[bytes, bytes]:
    """Read the pairs of code and value that follow the word of an entity, up to the next entity."""
    lines = [line.strip() for line in content[place : place + _NEAR].split(b"\n")[1:]]
    values: dict[bytes, bytes] = {}
    for code, value in zip(lines[::2], lines[1::2], strict=False):
        if code == b"0":
            break
        values.setdefault(code, value.lower())
    return values


def _times(count: bytes | None) -> int:
    """Read how often something is repeated; once, where that is not told."""
    return min(max(int(count), 1), _MOST_TIMES) if count and count.isdigit() else 1


def _grown(own: Counter[bytes], inserted: _Inserted) -> int:
    """Count all shapes; GDAL stops where a block inserts itself, and so does this."""
    counted: dict[bytes, int] = {}
    # Each block after those it inserts, without recursion: a chain may be as long as the file.
    waiting = [(b"", False)]
    open_blocks: set[bytes] = set()
    while waiting:
        block, inside_done = waiting.pop()
        if inside_done:
            inside = sum(times * counted.get(name, 0) for name, times in inserted[block].items())
            counted[block] = min(own[block] + inside, MOST_SHAPES**2)
            open_blocks.discard(block)
        elif block not in counted and block not in open_blocks:
            open_blocks.add(block)
            waiting.append((block, True))
            waiting += [(name, False) for name in inserted[block] if name not in counted]
    return counted[b""]
