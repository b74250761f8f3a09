"""Where bad files are handed in: what is answered, in both languages, and that nothing of them stays."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sqlalchemy import text
from werkzeug.test import TestResponse

from gis_service.services.context import Context
from gis_service.services.transactions import reading
from gis_service.settings import Settings
from tests.bad_files.told import Told
from tests.web.uploaded import PATH, Desk, folders

VIETNAMESE, ENGLISH = {"Accept-Language": "vi"}, {"Accept-Language": "en"}
_WORDS = ("title", "detail", "expected", "remedy")
_SAID = {"geometry_invalid", "geometry_missing"}
"""Findings that tell of each feature in words, not by a value of the file."""
_TABLES = text(
    "SELECT n.nspname || '.' || c.relname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace"
    " WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema')"
)
_VERSIONS = text("SELECT count(*) FROM gis.version")


@dataclass
class Counter:
    """Somebody who hands in files at the service.

    Parameters
    ----------
    desk
        Who sends them.
    temporary
        Folder in which the service makes its temporary files.
    """

    desk: Desk
    temporary: Path
    made: int = 0
    """Versions that were meant to be made."""
    sent: list[str] = field(default_factory=list)
    """Uploads that stay open."""
    told: Told = field(default_factory=Told)
    """Every answer."""

    def __post_init__(self) -> None:
        self._folders, self._tables, self._versions = folders(self.desk), self._names(), self._count()

    def refused(
        self, content: bytes, name: str = "lớp dữ liệu.geojson", choices: object = None
    ) -> dict[str, Any]:
        """Hand in a file that is refused; give the answer in English, which says the same as the other."""
        answer = self.desk.send(content, name, choices, **VIETNAMESE)
        told = answer.get_json()
        assert 400 <= answer.status_code < 500, told
        assert answer.mimetype == "application/problem+json"
        again = self._last(ENGLISH)["problem"]
        assert (again["code"], again["status"]) == (told["code"], answer.status_code)
        for part in _WORDS:
            assert told[part], part
            assert told[part] != again[part], part
        assert str(self.desk.context.settings.data_dir) not in str(told)
        assert str(self.temporary) not in str(told)
        self._note(answer.status_code, again)
        self.require_unharmed()
        return dict(again)

    def seen(self, content: bytes, name: str = "lớp dữ liệu.geojson", /, **choices: Any) -> dict[str, Any]:  # noqa: ANN401 any JSON
        """Hand in a file that is looked at; give what was found, in English."""
        answer = self.desk.send(content, name, choices or None, **ENGLISH)
        assert answer.status_code == 201, answer.get_json()
        told: dict[str, Any] = answer.get_json()
        assert told["state"] == "ready", told
        self.sent.append(told["id"])
        self._in_both_languages(told)
        self._note_findings(201, told)
        self.require_unharmed()
        return told

    def chosen(self, id_: str, **choices: Any) -> dict[str, Any]:  # noqa: ANN401 any JSON
        """Choose something for a file that was looked at; give what is found now."""
        answer = self.desk.patch(id_, choices, **ENGLISH)
        assert answer.status_code == 200, answer.get_json()
        self._note_findings(200, answer.get_json())
        return dict(answer.get_json())

    def not_published(self, id_: str) -> dict[str, Any]:
        """Commit an upload that cannot be, and see that nothing of it was published."""
        answer = self.desk.commit(id_, **ENGLISH)
        assert answer.status_code == 422, answer.get_json()
        self._note(422, answer.get_json())
        self.require_unharmed()
        return dict(answer.get_json())

    def published(self, id_: str) -> dict[str, Any]:
        """Commit an upload that is sound now."""
        answer = self.desk.commit(id_, **ENGLISH)
        assert answer.status_code == 201, answer.get_json()
        self.made += 1
        self._tables = self._names()
        return dict(answer.get_json()["result"])

    def with_settings(self, settings: Settings) -> Context:
        """Give the same service with other settings."""
        return replace(self.desk.context, settings=settings)

    def rows(self, asked: str) -> list[tuple[Any, ...]]:
        """Ask the database."""
        with reading(self.desk.context) as connection:
            return [tuple(row) for row in connection.execute(text(asked))]

    def require_unharmed(self) -> None:
        """See that the service answers, and is as it was but for the versions that were meant."""
        # What was committed leaves its folder at once.
        assert folders(self.desk) - self._folders <= set(self.sent)
        assert list(self.temporary.iterdir()) == []
        assert self._names() == self._tables
        assert self._count() - self._versions == self.made
        assert self._healthy().status_code == 200

    def _note(self, status: int, problem: Mapping[str, Any]) -> None:
        self.told.problem(status, problem)

    def _note_findings(self, status: int, told: Mapping[str, Any]) -> None:
        for found in told["faults"]:
            self.told.note(status, found["code"], named=any(one["where"] for one in found["features"]))
        for notice in (one for layer in told["layers"] for one in layer.get("notices", [])):
            self.told.note(status, notice["code"], named=True)

    def _healthy(self) -> TestResponse:
        return self.desk.client.get("/healthz")

    def _names(self) -> set[str]:
        with reading(self.desk.context) as connection:
            return set(connection.execute(_TABLES).scalars())

    def _count(self) -> int:
        with reading(self.desk.context) as connection:
            return int(connection.execute(_VERSIONS).scalar_one())

    def _last(self, headers: dict[str, str]) -> dict[str, Any]:
        """Give the newest upload of all."""
        listed = self.desk.client.get(f"{PATH}?limit=1", headers=self.desk.headers).get_json()["items"]
        return dict(self.desk.get(listed[0]["id"], **headers).get_json())

    def _in_both_languages(self, told: dict[str, Any]) -> None:
        other = self.desk.get(told["id"], **VIETNAMESE).get_json()
        for english, vietnamese in zip(told["faults"], other["faults"], strict=True):
            assert english["code"] == vietnamese["code"]
            assert all(english[part] and english[part] != vietnamese[part] for part in _WORDS), english
            if english["code"] in _SAID:
                pairs = zip(english["features"], vietnamese["features"], strict=True)
                assert all(one["text"] != other["text"] for one, other in pairs), vietnamese


def fault(told: dict[str, Any], code: str) -> dict[str, Any]:
    """Give the one finding of a kind."""
    (found,) = [entry for entry in told["faults"] if entry["code"] == code]
    return dict(found)


def codes(told: dict[str, Any]) -> list[str]:
    """List the kinds of all findings."""
    return [entry["code"] for entry in told["faults"]]
