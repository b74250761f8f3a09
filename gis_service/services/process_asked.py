"""What is put to a process, and the study that comes of it once it is checked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias

from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import Connection
from gis_service.services.accounts import Caller
from gis_service.services.compare import Workbench
from gis_service.services.coverage import Progress
from gis_service.services.coverage_inputs import CoverageInputs
from gis_service.services.rights import Rights, rights_of
from gis_service.services.study_request import CoverageTask
from gis_service.services.study_rights import require_inputs, require_versions
from gis_service.types import LayerId

Result: TypeAlias = tuple[dict[str, Any], CoverageInputs | None]
"""A document, and the arrays it was computed on; None where nothing was computed on any."""


@dataclass(frozen=True)
class Asked:
    """A study that can run: its request is complete, and its layers are there.

    Parameters
    ----------
    id
        Of its document: it follows from the versions, the parameters and the code. That of a plan follows
        from the plan, too, and is another one.
    layers
        The layers that it reads, by role.
    compute
        Computes it, telling its progress.
    bench
        Keeps what it shares with others.
    """

    id: str
    layers: Mapping[str, LayerId]
    compute: Callable[[Progress | None], Result]
    bench: Workbench


@dataclass(frozen=True)
class Question:
    """What somebody puts to a process.

    Parameters
    ----------
    connection, catalogue
        Where the layers are, and what they mean.
    process, inputs
        As docs/contract.md has them.
    today
        For studies that name no day.
    bench
        Keeps what several studies of one state of the data share.
    reader
        Whose right to read the layers is asked for; None is the operator.
    """

    connection: Connection
    catalogue: Catalogue
    process: str
    inputs: Any
    today: date
    bench: Workbench
    reader: Caller | None = None

    def rights(self) -> Rights | None:
        """Give what the reader may read; None for the operator."""
        return None if self.reader is None else rights_of(self.connection, self.catalogue, self.reader)


def require(connection: Connection, rights: Rights | None, task: CoverageTask) -> None:
    """Refuse a caller who may not read what a study asks for.

    Raises
    ------
    NotAllowed
        ``token_missing``, ``role_insufficient`` or ``version_closed``.
    """
    if rights is not None:
        require_inputs(rights, task.layers.values())
        require_versions(connection, rights, task.versions)
