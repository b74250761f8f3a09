"""Jobs of uploads: their inspection and their commit, in the same queue and table as studies."""

import secrets

from gis_service.db import job_rows
from gis_service.db import jobs as queue
from gis_service.db.engine import Connection
from gis_service.db.job_rows import JobOwner
from gis_service.services.jobs import STUDY

INSPECT, COMMIT = "upload_inspect", "upload_commit"
PROCESSES = (INSPECT, COMMIT)
"""Names of these jobs, where that of a process stands for a study."""
_ID_BYTES = 12
_FIRST = 1
"""Somebody waits for these at the screen: they come before the studies that wait."""


def enqueue(connection: Connection, process: str, upload_id: str, owner: JobOwner) -> str:
    """Put the inspection or the commit of an upload into the queue; give the id of its job.

    Parameters
    ----------
    connection
        Transaction that notes the job with the upload.
    process
        One of `PROCESSES`.
    owner
        For whom it runs.
    """
    id_ = f"job_{secrets.token_hex(_ID_BYTES)}"
    whose = {"author": owner.author, "role": owner.role, "account": owner.account}
    job_rows.add_job(connection, id=id_, process=process, inputs={"upload": upload_id}, **whose)
    job_rows.set_queue_id(connection, id_, queue.enqueue(connection, STUDY, id_, priority=_FIRST))
    return id_
