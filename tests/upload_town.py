"""Uploads at the floor of services, in a database of their own: what becomes of them when something dies."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import text

from gis_service.db import job_rows
from gis_service.db.engine import open_engine
from gis_service.services import job_runs, jobs, uploads
from gis_service.services import uploads_runs as runs
from gis_service.services.accounts import Caller, Role
from gis_service.services.context import Context
from gis_service.services.jobs import Job
from gis_service.services.transactions import reading, writing
from gis_service.services.uploads import Upload
from gis_service.settings import Settings
from tests.demo_city import catalogue as real_catalogue
from tests.web.uploaded import points

STAFF = Caller(Role.GIS_STAFF, "lan")
LAYER = "market"


@dataclass
class UploadTown:
    """A city without rows, and somebody who uploads markets."""

    context: Context

    def whole(self, content: bytes | None = None, choices: Mapping[str, Any] | None = None) -> Upload:
        """Bring in a file that nobody has inspected yet."""
        made = uploads.start(self.context, "chợ.geojson", None, STAFF)
        taken = runs.take(self.context, made, [points("a", "b") if content is None else content], STAFF)
        chosen = {"layer": LAYER} if choices is None else dict(choices)
        return runs.choose(self.context, taken.id, lambda _: chosen, STAFF)

    def emptied(self) -> "UploadTown":
        """Leave no upload, no market and no version of the tests before."""
        self.do("DELETE FROM gis.upload")
        self.do("DROP TABLE IF EXISTS layer.market, history.market")
        self.do("DELETE FROM gis.version")
        return self

    def by_job(self, content: bytes | None = None) -> tuple[str, str]:
        """Let a job inspect an upload; give both ids."""
        begun = runs.inspect_soon(self.context, self.whole(content), STAFF, later=True)
        assert begun.state == "inspecting"
        return begun.id, begun.job or ""

    def ready(self, content: bytes | None = None) -> Upload:
        """Bring in a file and have it inspected."""
        return runs.inspect_soon(self.context, self.whole(content), STAFF)

    def seemingly_ready(self) -> Upload:
        """Bring in a file, and note that it was inspected: nobody reads it, which would take its time."""
        return self.seemingly(self.whole())

    def seemingly(self, whole: Upload, *, version: int = 0, layer: str = LAYER) -> Upload:
        """Note of an upload that it was inspected when its layer had this version."""
        self.do(
            "UPDATE gis.upload SET state = 'ready', inspection = CAST(:found AS jsonb) WHERE id = :id",
            id=whole.id,
            found=json.dumps({"target": {"layer": layer, "version": version, "new": False}}),
        )
        return self.upload(whole.id)

    def upload(self, id_: str) -> Upload:
        return uploads.again(self.context, id_)

    def job(self, id_: str) -> Job:
        with reading(self.context) as connection:
            return jobs.get(connection, id_)

    def work(self, job_id: str) -> None:
        """Do a job as the child of a worker does."""
        with writing(self.context) as connection:
            job_rows.begin_job(connection, job_id, "here")
        job_runs.run_job(self.context, job_id)

    def markets(self) -> list[str]:
        """List the codes of the layer; none when it has no table."""
        with reading(self.context) as connection:
            if connection.execute(text("SELECT to_regclass('layer.market')")).scalar_one() is None:
                return []
            return list(connection.execute(text("SELECT code FROM layer.market ORDER BY code")).scalars())

    def versions(self) -> int:
        asked = text("SELECT count(*) FROM gis.version WHERE layer = 'market'")
        with reading(self.context) as connection:
            return int(connection.execute(asked).scalar_one())

    def do(self, statement: str, **values: object) -> None:
        with writing(self.context) as connection:
            connection.execute(text(statement), values)

    def folder(self, id_: str) -> Path:
        return self.context.settings.data_dir / "uploads" / id_


def make_upload_town(url: str, folder: Path) -> UploadTown:
    catalogue = real_catalogue()
    settings = Settings(data_dir=folder, database_url=url, upload_free_mb=1)
    return UploadTown(Context(open_engine(url), catalogue, settings))
