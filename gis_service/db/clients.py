"""PostgreSQL's own client programs, which dump and put back, of the version of the server they speak to."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, make_url

from gis_service.db import postgres
from gis_service.errors import ErrorCode, Temporary


@dataclass(frozen=True, slots=True)
class Clients:
    """The client programs of one PostgreSQL version.

    Parameters
    ----------
    folder
        Holds ``pg_dump`` and ``pg_restore``.
    """

    folder: Path

    def run(self, url: str, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one of them against a database to its end, as the user who calls.

        Parameters
        ----------
        url
            Address of the database; its password goes into a file that only the caller reads, never onto the
            command line, which everybody on the machine can see.
        """
        address = make_url(url)
        asked = dict(address.query)
        told = asked.pop("password", None) or address.password or ""
        with _password_file(str(told)) as secret:
            # PG… variables of the caller name other servers and would change what these programs do.
            kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
            environment = kept | {"PGPASSFILE": str(secret)}
            shown = URL.create(
                "postgresql", address.username, None, address.host, address.port, address.database, asked
            ).render_as_string(hide_password=False)
            return self._run(environment, program, "--no-password", "--dbname", shown, *arguments)

    def read(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one of them on files alone."""
        return self._run(dict(os.environ), program, *arguments)

    def _run(
        self, environment: dict[str, str], program: str, *arguments: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603 - a program of the package, no shell, arguments made here
            [str(self.folder / program), *arguments],
            env=environment | {"LC_ALL": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )


def find_clients(version: int) -> Clients:
    """Find the client programs of a server: of its version, else of the next newer one.

    Raises
    ------
    Temporary
        ``backup_programs_missing`` with the line that installs them.
    """
    found = {
        int(program.parent.parent.name): program.parent
        for program in postgres.LIBRARY.glob("*/bin/pg_dump")
        if program.parent.parent.name.isdigit()
    }
    usable = [each for each in found if each >= version]
    if not usable:
        raise Temporary(
            ErrorCode.BACKUP_PROGRAMS_MISSING,
            version=version,
            command=f"sudo apt-get install --no-install-recommends postgresql-client-{version}",
        )
    return Clients(found[min(usable)])


@contextmanager
def _password_file(password: str) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="gis-service-") as folder:
        file = Path(folder) / "password"
        file.touch(mode=0o600)
        escaped = password.replace("\\", "\\\\").replace(":", "\\:")
        file.write_text(f"*:*:*:*:{escaped}\n" if password else "", "utf-8")
        yield file
