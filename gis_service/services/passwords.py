"""Passwords: which ones are taken, how they are kept, how they are checked.

The rules are those of NIST SP 800-63B-4 for a password that stands alone: 15 signs or more, any signs at all,
no rules about their kinds, no forced changes, and none that everybody would try first.
"""

import unicodedata
from collections.abc import Sequence
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from gis_service.errors import ErrorCode, RefusedInput
from gis_service.services.common_passwords import COMMON, ROWS
from gis_service.text import search_form

LEAST = 15
MOST = 256
_PIECE = 5
"""A password that repeats a piece of so few signs is no longer than the piece."""

_hasher = PasswordHasher()
"""Argon2id with the parameters of RFC 9106 for little memory: 64 MiB, three passes, four lanes."""


def _written(password: str) -> str:
    # One password whatever the keyboard: Vietnamese arrives composed or decomposed.
    return unicodedata.normalize("NFKC", password)


@cache
def _nobodys_hash() -> str:
    return _hasher.hash("of an account that does not exist")


def hash_password(password: str) -> str:
    """Give the Argon2id hash of a password, with a salt of its own."""
    return _hasher.hash(_written(password))


def is_right(kept: str | None, password: str) -> bool:
    """Tell whether a password is the one whose hash is kept.

    Without a hash it takes as long and is wrong, so that nobody learns from the time which accounts exist.
    """
    try:
        _hasher.verify(kept or _nobodys_hash(), _written(password)[:MOST])
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None


def is_outdated(kept: str) -> bool:
    """Tell whether a hash was made with other parameters than new ones are."""
    return _hasher.check_needs_rehash(kept)


def require_good(password: str, known: Sequence[str]) -> None:
    """Refuse a password that is too short, too long, or among the first that anybody would try.

    Parameters
    ----------
    password
        As it was typed.
    known
        What others know of its owner and this service: login, name, the city.

    Raises
    ------
    RefusedInput
        ``password_length`` or ``password_common``.
    """
    written = _written(password)
    if not LEAST <= len(written) <= MOST:
        raise RefusedInput(ErrorCode.PASSWORD_LENGTH, length=len(written), least=LEAST, most=MOST)
    folded = "".join(search_form(written).split())
    if _is_common(folded, [search_form(word).replace(" ", "") for word in known]):
        raise RefusedInput(ErrorCode.PASSWORD_COMMON)


def _is_common(folded: str, known: Sequence[str]) -> bool:
    core = folded.strip("0123456789.,;:!?@#$%^&*()[]{}<>/\\|'\"`~_+=-")
    words = COMMON | {word for word in known if word}
    return (
        folded in words
        or core in words
        or any(_is_repeated(text, size) for text in {folded, core} for size in range(1, _PIECE + 1))
        or any(core == word * (len(core) // len(word)) for word in words if core)
        or any(folded in row for row in ROWS)
    )


def _is_repeated(text: str, size: int) -> bool:
    return len(text) > size and text == (text[:size] * (len(text) // size + 1))[: len(text)]
