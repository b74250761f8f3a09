"""How a roadmap is asked: the projects are read, and each service that they add to is a study of its own."""

from gis_service.services.process_asked import Asked, Question
from gis_service.services.roadmap import ask_roadmap as checked
from gis_service.services.roadmap import compute_roadmap
from gis_service.services.roadmap_request import RoadmapRequest
from gis_service.services.study_shapes import read_request


def ask_roadmap(question: Question) -> Asked:
    """Check a roadmap; errors as of `study_processes.ask`, and as `gis_service.services.roadmap`."""
    request = read_request(RoadmapRequest, question.inputs)
    task = checked(question.connection, question.catalogue, request, question.today, question.rights())
    bench = question.bench
    return Asked(task.id, task.layers, lambda progress: compute_roadmap(task, bench, progress), bench)
