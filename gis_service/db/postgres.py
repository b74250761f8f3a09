"""PostgreSQL's own programs on this machine: which version, run as whom."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from gis_service.errors import ErrorCode, Temporary

LIBRARY = Path("/usr/lib/postgresql")
SHARE = Path("/usr/share/postgresql")
SERVER_USER = "postgres"
APT_LINE = "sudo apt-get install --no-install-recommends postgresql postgresql-postgis"
_TIME_LIMIT_S = 120


def server_user() -> str | None:
    """Name the user that the server runs as; None means: the one who calls.

    PostgreSQL refuses to run as root, so root lends it the user of the Debian package.
    """
    return SERVER_USER if os.geteuid() == 0 else None


@dataclass(frozen=True, slots=True)
class Programs:
    """The programs of one PostgreSQL version.

    Parameters
    ----------
    folder
        Holds ``initdb``, ``pg_ctl`` and the others.
    version
        Major version.
    """

    folder: Path
    version: int

    def run(self, program: str, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
        """Run one of them to its end as the server's user; its words are kept for the error log."""
        user = server_user()
        # PG… variables of the caller name other servers and would change what these programs do.
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        return subprocess.run(  # noqa: S603 - a program of the package, no shell, arguments made here
            [str(self.folder / program), *arguments],
            cwd=cwd,
            env=environment | {"LC_ALL": "C.UTF-8"},
            user=user,
            group=user,
            extra_groups=[] if user else None,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_TIME_LIMIT_S,
            check=False,
            # Ctrl-C in the caller's terminal must not reach the server.
            start_new_session=True,
        )


def find_programs(version: int | None = None) -> Programs:
    """Find the newest PostgreSQL that has PostGIS, or the version that made an existing cluster.

    Raises
    ------
    Temporary
        ``database_programs_missing`` with the line that installs them.
    """
    found = [
        int(folder.parent.name)
        for folder in LIBRARY.glob("*/bin")
        if folder.parent.name.isdigit()
        and (folder / "initdb").exists()
        and (SHARE / folder.parent.name / "extension" / "postgis.control").exists()
    ]
    usable = [each for each in found if version in (None, each)]
    if not usable:
        wanted = f"PostgreSQL {version}" if version else "PostgreSQL"
        raise Temporary(ErrorCode.DATABASE_PROGRAMS_MISSING, wanted=wanted, command=APT_LINE)
    newest = max(usable)
    return Programs(LIBRARY / str(newest) / "bin", newest)
