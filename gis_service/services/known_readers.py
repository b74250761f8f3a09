"""Who has asked for tiles lately, and what decides what they may read: known without asking the database.

A reader whose rights were asked is believed for half a second. All who are known are asked for again
together, in one question, several times a second; so however a token, a session, an account or a right ends,
by whatever writer, nobody is believed for longer. Without that question they are simply asked one by one.
"""

import time
from collections.abc import Collection
from dataclasses import dataclass
from threading import Lock
from typing import Self

from gis_service.db.engine import Connection
from gis_service.db.readers import ReaderRow, readers_now
from gis_service.services import accounts, sessions
from gis_service.services.rights import Rights
from gis_service.services.tile_freshness import BELIEVED_S

MOST = 5_000
"""Readers that are known at once; who comes when there are so many is asked for each time."""
ASLEEP_S = 30.0
"""How long a reader is asked for again without asking for anything."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What decides which layers somebody may read, beside how far each of these is open.

    Parameters
    ----------
    role
        Of the account, or of the token.
    scopes
        What the token is limited to; None is no limit.
    read
        Layers that a group of theirs may read.
    """

    role: str
    scopes: frozenset[str] | None
    read: frozenset[str]

    @classmethod
    def of(cls, rights: Rights) -> Self | None:
        """Give that of a caller; None of nobody in particular."""
        caller = rights.caller
        return None if caller.role is None else cls(caller.role, caller.scopes, rights.read)


@dataclass(frozen=True, slots=True)
class Proof:
    """What a reader is known by.

    Parameters
    ----------
    hashed
        SHA-256 of a token, or of what the cookie of a session holds.
    is_session
        Which of the two.
    """

    hashed: bytes
    is_session: bool

    @classmethod
    def of_token(cls, token: str) -> Self:
        """Give the one of a token."""
        return cls(accounts.hash_of(token), is_session=False)

    @classmethod
    def of_session(cls, secret: str) -> Self:
        """Give the one of a session."""
        return cls(sessions.hash_of(secret), is_session=True)


@dataclass(slots=True)
class _Reader:
    proof: Proof
    standing: Standing
    until: float
    used_at: float


class KnownReaders:
    """What one process knows of its readers; threads may share it.

    Parameters
    ----------
    idle_s
        Seconds without a sign of life after which a session has ended.
    """

    def __init__(self, idle_s: int) -> None:
        self._idle_s = idle_s
        self._readers: dict[bytes, _Reader] = {}
        self._lock = Lock()

    def find(self, sign: bytes) -> Standing | None:
        """Give the standing of a reader; None of one who is not known, or not lately enough.

        Parameters
        ----------
        sign
            What tells one reader's requests from another's.
        """
        reader, now = self._readers.get(sign), time.monotonic()
        if reader is None or now >= reader.until:
            return None
        reader.used_at = now
        return reader.standing

    def learn(self, sign: bytes, proof: Proof, standing: Standing, begun: float) -> None:
        """Learn what has just been asked of the database about a reader.

        Parameters
        ----------
        sign
            Of the request.
        proof
            What the request is known by.
        standing
            As the database has it.
        begun
            Moment before it was asked, of the steady clock.
        """
        with self._lock:
            if len(self._readers) >= MOST:
                # Where nobody looks, those who are believed no more are still here.
                self._readers = {one: kept for one, kept in self._readers.items() if kept.until > begun}
            if sign in self._readers or len(self._readers) < MOST:
                self._readers[sign] = _Reader(proof, standing, begun + BELIEVED_S, begun)

    def look(self, connection: Connection) -> None:
        """Ask for all who are known again, in one question; forget who has changed, ended, or fallen asleep.

        A session without a sign of life for a while is forgotten too, so that whoever asks next notes one.

        Parameters
        ----------
        connection
            Its next statement sees a new state: one that commits by itself, or at the begin of a transaction.
        """
        begun = time.monotonic()
        with self._lock:
            known = dict(self._readers)
        awake = {sign: reader for sign, reader in known.items() if begun - reader.used_at < ASLEEP_S}
        now = self._ask(connection, {reader.proof for reader in awake.values()})
        with self._lock:
            for sign, reader in known.items():
                if sign in awake and now.get(reader.proof) == reader.standing:
                    reader.until = max(reader.until, begun + BELIEVED_S)
                elif self._readers.get(sign) is reader:
                    del self._readers[sign]

    def _ask(self, connection: Connection, proofs: Collection[Proof]) -> dict[Proof, Standing]:
        of_sessions = [proof.hashed for proof in proofs if proof.is_session]
        of_tokens = [proof.hashed for proof in proofs if not proof.is_session]
        if not of_sessions and not of_tokens:
            return {}
        rows = readers_now(connection, of_tokens, of_sessions, self._idle_s)
        return dict(_read(row) for row in rows if row.idle_s is None or row.idle_s < sessions.TOUCH_S)


def _read(row: ReaderRow) -> tuple[Proof, Standing]:
    # As they stand there: who changed them by hand may have written what is no scope of ours.
    scopes = None if row.scopes is None else frozenset(row.scopes)
    return Proof(row.hashed, row.idle_s is not None), Standing(row.role, scopes, row.read)
