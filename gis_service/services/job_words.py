"""What is said of a job: where it stands, in both languages."""

from gis_service.messages.catalogue import notices
from gis_service.services.jobs import Job, problem_of
from gis_service.types import Language

_STEP = "step_{}"


def message(job: Job, language: Language) -> str:
    """Say where a job stands: its turn, its step, how it ended."""
    if job.status == "failed":
        return problem_of(job).detail(language)
    words = notices()
    said = words[f"job_{job.status}"].in_language(language)
    # Behind the name of a step may stand how far it is.
    step = words.get(_STEP.format(job.step.partition(" ")[0])) if job.status == "running" else None
    return said if step is None else f"{said} {step.in_language(language)}"
