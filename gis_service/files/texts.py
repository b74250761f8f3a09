"""Writes text files as a whole: a temporary file first, renamed when it is complete."""

import os
import uuid
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from gis_service.errors import Conflict, ErrorCode, WrongUse


def check_text_out(out: Path, suffixes: Sequence[str], *, overwrite: bool) -> None:
    """Refuse an ending that is none of these, and a file that is already there.

    Raises
    ------
    WrongUse
        ``output_format_unknown``.
    Conflict
        ``output_exists``.
    """
    if out.suffix.lower() not in suffixes:
        known = " ".join(suffixes)
        raise WrongUse(ErrorCode.OUTPUT_FORMAT_UNKNOWN, suffix=out.suffix or out.name, known=known)
    if out.exists() and not overwrite:
        raise Conflict(ErrorCode.OUTPUT_EXISTS, path=str(out))


def write_text_whole(out: Path, pieces: Iterable[str]) -> None:
    """Write pieces of text one after the other, in UTF-8 and with the line ends that they have.

    A failure leaves what was there before.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    part = out.with_name(f".{out.name}.{uuid.uuid4().hex[:8]}.part")
    try:
        with part.open("w", encoding="utf-8", newline="") as file:
            file.writelines(pieces)
            file.flush()
            os.fsync(file.fileno())
        part.replace(out)
    finally:
        with suppress(FileNotFoundError):
            part.unlink()
