"""``jobs``: the studies that wait, run, or have ended."""

import logging
import sys

import click

from gis_service.messages.terminal import language_of
from gis_service.services import jobs as service
from gis_service.services.context import open_context
from gis_service.services.database import one_transaction
from gis_service.services.job_runs import run_job
from gis_service.services.job_words import message
from gis_service.services.overview_watch import open_overview_watch
from gis_service.settings import read_settings
from gis_service.types import Language


@click.group()
def jobs() -> None:
    """List, show and cancel jobs."""


@jobs.command("list")
@click.option("--status", default=None, type=click.Choice(service.STATUSES), help="Only jobs in this state.")
@click.option("--limit", default=20, show_default=True, help="Jobs at most.")
@click.option("--after", default=None, help="Key that the page before ended with.")
def list_jobs(status: str | None, limit: int, after: str | None) -> None:
    """List jobs, the newest first."""
    asked = service.JobFilter(statuses=[status] if status else [])
    with one_transaction(read_settings()) as connection:
        page = service.list_(connection, asked, after=after, limit=limit)
    for job in page.items:
        click.echo(_line(job))
    if page.next:
        click.echo(f"--after {page.next}")


@jobs.command()
@click.argument("job_id", metavar="ID")
def show(job_id: str) -> None:
    """Show one job: its state, for whom it runs, what came of it."""
    with one_transaction(read_settings()) as connection:
        job = service.get(connection, job_id)
    _print(job, language_of())


@jobs.command()
@click.argument("job_id", metavar="ID")
def cancel(job_id: str) -> None:
    """Cancel a job that waits or runs; a study that has already come of it stays."""
    with one_transaction(read_settings()) as connection:
        job = service.dismiss(connection, job_id)
    _print(job, language_of())


@jobs.command()
@click.argument("job_id", metavar="ID")
@click.option("--attempt", type=int, default=None, help="Only while this beginning of it is the last one.")
def run(job_id: str, attempt: int | None) -> None:
    """Compute a job that a worker has begun, in this process; the worker calls this itself."""
    with open_context(read_settings()) as context:
        run_job(context, job_id, attempt)


@jobs.command()
def overviews() -> None:
    """Keep the overviews of layers level with them, until it is ended; the worker runs this itself."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s overviews: %(message)s", stream=sys.stderr)
    open_overview_watch(read_settings()).run()


def _line(job: service.Job) -> str:
    state = f"{job.status:<10}  {job.progress:>3} %"
    return f"{job.id}  {job.created_at:%Y-%m-%d %H:%M}  {state}  {job.process}  {job.author}"


def _print(job: service.Job, language: Language) -> None:
    click.echo(_line(job))
    click.echo(f"  {message(job, language)}")
    if job.study:
        click.echo(f"  {job.study}")
