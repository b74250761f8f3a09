"""Shapes of questions for compact products."""

from typing import Literal

from pydantic import Field

from gis_service.web.operation import Query
from gis_service.web.schemas.coverage import CoverageQuery

PRODUCT = "application/octet-stream"
_DETAIL = "Points are homes: for those who may see personal detail."


class ProductQuery(CoverageQuery):
    """What is asked, at whatever limit, and in which detail."""

    detail: Literal["steps", "points"] = Field("steps", description=_DETAIL)


class StudyProductQuery(Query):
    """In which detail the product of a kept study is given."""

    detail: Literal["steps", "points"] = Field("steps", description=_DETAIL)
