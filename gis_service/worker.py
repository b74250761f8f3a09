"""``python -m gis_service.worker``: takes jobs from the queue and has each computed in a process of its own.

The worker itself computes nothing: it stays small, gives signs of life, ends a job that is dismissed, and
sees it when the process of a job dies. Beside the jobs one more process of it keeps the overviews of layers
level, and has none of the jobs to wait for. It also sees which layers were published, and has their tiles
made.
"""

import asyncio
import logging
import sys
from asyncio.subprocess import Process
from dataclasses import dataclass
from functools import partial

from gis_service.errors import GisError
from gis_service.messages.terminal import language_of, words_of
from gis_service.services.jobs import STUDY, Watch, open_watch, run_worker
from gis_service.services.tile_publishes import TilePublishes
from gis_service.services.uploads_sweep import sweep
from gis_service.settings import Settings, read_settings

log = logging.getLogger(__name__)

_AGAIN_S = 10.0
"""Pause before another process is started for the overviews when theirs has died."""


class ChildDiedError(Exception):
    """The process of a job has ended without a word; the job is tried again."""


@dataclass(frozen=True)
class Studies:
    """Computes studies, each in a child process that dies with the worker.

    Parameters
    ----------
    watch
        Where their beginnings and ends are noted.
    """

    watch: Watch

    async def compute(self, job_id: str) -> None:
        """Compute one study; being cancelled ends its process at once.

        Raises
        ------
        ChildDiedError
            When its process has died and the job is to be tried again.
        """
        attempt = await self.watch.begin(job_id)
        if attempt is None:
            return
        log.info("job %s begins", job_id)
        child = await _start("run", job_id, "--attempt", str(attempt))
        try:
            code = await child.wait()
        except asyncio.CancelledError:
            await _end(child)
            await self.watch.release(job_id, attempt)
            raise
        log.info("job %s: its process has ended with code %d", job_id, code)
        if code != 0 and await self.watch.died(job_id, attempt, code):
            raise ChildDiedError(job_id)


async def _start(*command: str) -> Process:
    """Start a process of the worker; not even a killed worker leaves it behind."""
    program = (sys.executable, "-m", "gis_service", "jobs", *command)
    return await asyncio.create_subprocess_exec("setpriv", "--pdeathsig", "KILL", *program)


async def _end(child: Process) -> None:
    """End a process at once."""
    if child.returncode is None:
        child.kill()
    await child.wait()


async def keep_overviews() -> None:
    """Keep the process of the overviews alive until this is cancelled."""
    while True:
        child = await _start("overviews")
        try:
            code = await child.wait()
        finally:
            await _end(child)
        log.warning("the process of the overviews has ended with code %d", code)
        await asyncio.sleep(_AGAIN_S)


async def _work(settings: Settings, watch: Watch) -> None:
    overviews = asyncio.create_task(keep_overviews())
    try:
        tidy = partial(sweep, watch.engine, settings)
        await run_worker(settings, {STUDY: Studies(watch).compute}, [tidy])
    finally:
        overviews.cancel()
        await asyncio.wait([overviews])


def main() -> int:
    """Work until SIGTERM or SIGINT; give the exit code."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s worker: %(message)s", stream=sys.stderr)
    logging.getLogger("procrastinate").setLevel(logging.WARNING)
    try:
        settings = read_settings()
        watch = open_watch(settings)
        publishes = TilePublishes(watch.engine)
        try:
            publishes.start()
            asyncio.run(_work(settings, watch))
        finally:
            publishes.end()
            watch.close()
    except GisError as error:
        print(words_of(error, language_of()), file=sys.stderr)  # noqa: T201 said to people, like a command
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
