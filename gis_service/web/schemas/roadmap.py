"""Parameters of a roadmap as a file."""

from typing import Literal

from pydantic import Field

from gis_service.web.operation import Query

PDF = "application/pdf"
CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class RoadmapFileQuery(Query):
    """Which file, and in which language."""

    f: Literal["pdf", "csv", "xlsx"] | None = Field(
        None, description="Format of the file: a PDF of all, or one table. `pdf` when not given."
    )
    table: Literal["projects", "phases", "indicators"] = Field(
        "projects", description="Which table, for `csv` and `xlsx`."
    )
