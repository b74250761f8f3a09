"""Compact products of questions and of kept studies, under names made of their content.

A product is made when it is asked for, from what the study itself is computed on. It does not depend on the
limit, nor on tables and what stands beside: all limits share one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import Connection
from gis_service.errors import ErrorCode, NotFound
from gis_service.services.accounts import Caller
from gis_service.services.coverage_document import Document
from gis_service.services.coverage_live import Question, ask, study_of
from gis_service.services.documents import digest
from gis_service.services.prepared import Prepared
from gis_service.services.study_again import OF_COVERAGE, computed_again, kept_study, mark_of_kept
from gis_service.services.study_product import FORMAT, Computed, Detail, product, require_steps
from gis_service.services.tile_memory import Tile

ANY_LIMIT = 600
"""A step both of times and of lengths: for questions whose standard tells no limit."""
APART = ("limit", "tables", "beside", "rank_column")
"""Inputs that change no product."""


@dataclass(frozen=True)
class ProductQuestion:
    """A question, and the name of its product."""

    question: Question
    detail: Detail
    name: str


def ask_product(
    connection: Connection, catalogue: Catalogue, inputs: Mapping[str, Any], caller: Caller, detail: Detail
) -> ProductQuestion:
    """Check a question whose product somebody wants; nothing is computed yet.

    Parameters
    ----------
    connection, catalogue, caller
        As of `gis_service.services.coverage_live.ask`; it raises the same.
    inputs
        Of the question; those named in `APART` change nothing.
    detail
        ``points`` is personal detail: the right to it is asked for by the caller of this function.

    Raises
    ------
    NotFound
        ``product_without_steps``.
    """
    given = {name: value for name, value in inputs.items() if name not in APART} | {"beside": []}
    if given.get("standard") is None or given.get("measure") is not None:
        given["limit"] = ANY_LIMIT
    question = ask(connection, catalogue, given, caller)
    require_steps(question.parameters)
    return ProductQuestion(question, detail, digest(["product", FORMAT, detail, question.mark]))


def live_product(asked: ProductQuestion, prepared: Prepared) -> Tile:
    """Give the product of a question; errors as of `gis_service.services.coverage_live.study_of`."""

    def make() -> bytes:
        study = study_of(asked.question, prepared)
        if study.steps is None:
            raise LookupError(asked.name)
        return product(Computed(study.steps, study.inputs.crs, bool(study.inputs.generated)), asked.detail)

    return _kept(prepared, asked.name, make)


def require_name(asked: ProductQuestion, name: str) -> None:
    """Refuse a name that is not, or no longer, that of the product of a question.

    Raises
    ------
    NotFound
        ``product_unknown``.
    """
    if asked.name != name:
        raise NotFound(ErrorCode.PRODUCT_UNKNOWN, name=name, current=asked.name)


def stored_product(
    connection: Connection, catalogue: Catalogue, document: Document, prepared: Prepared, detail: Detail
) -> Tile:
    """Give the product of a kept study, computed again from the versions it was kept with.

    Parameters
    ----------
    connection, catalogue
        Where its layers are, and what they mean.
    document
        As it is kept.
    prepared
        What the process knows already.
    detail
        As of `ask_product`.

    Raises
    ------
    NotFound
        ``product_without_steps``.
    Temporary
        ``coverage_busy`` when the process computes as much as it may.
    Conflict
        ``study_version_gone`` for a version that is no longer kept, ``study_not_repeated`` when other totals
        come out.
    """
    if document["process"] not in OF_COVERAGE:
        raise NotFound(ErrorCode.PRODUCT_WITHOUT_STEPS, measure=document["process"])
    kept = kept_study(connection, catalogue, document)
    require_steps(kept.task.parameters)
    said = ["product", FORMAT, detail, mark_of_kept(connection, catalogue, document)]

    def make() -> bytes:
        study = computed_again(kept, prepared)
        if study.steps is None:
            raise LookupError(document["id"])
        return product(Computed(study.steps, study.inputs.crs, bool(study.inputs.generated)), detail)

    return _kept(prepared, digest(said), make)


def _kept(prepared: Prepared, name: str, make: Callable[[], bytes]) -> Tile:
    found: Tile = prepared.products.by_name(name, lambda: Tile(make(), {}, name))
    return found
