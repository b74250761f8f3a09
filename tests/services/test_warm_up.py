"""The first question is answered before it is asked."""

import gc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

import pytest

from gis_service.services import coverage_live, kernels, studies, warm_up
from gis_service.services.context import Context, open_context
from gis_service.services.transactions import reading, writing
from gis_service.settings import Settings


@pytest.fixture
def context(make_database: Callable[[], str], tmp_path: Path) -> Iterator[Context]:
    with open_context(Settings(data_dir=tmp_path / "var", database_url=make_database())) as opened:
        yield opened


def test_before_any_study_there_is_nothing_to_do(context: Context) -> None:
    assert not warm_up.warm_up(context)


@pytest.fixture
def town_context(make_town_database: Callable[[str], str], tmp_path: Path) -> Iterator[Context]:
    settings = Settings(data_dir=tmp_path / "var", database_url=make_town_database("live_town"))
    with open_context(settings) as opened:
        yield opened


def test_the_question_of_the_last_study_is_answered_from_memory(
    town_context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = town_context
    with writing(context) as connection:
        for standard in ("one_stop_office_walk_15min", "one_stop_office_motorbike_10min"):
            study = studies.run(connection, context.catalogue, "coverage", {"standard": standard}, "lan")
    assert warm_up.warm_up(context)

    def compute(*_args: object) -> None:
        pytest.fail("the answer was not there")

    monkeypatch.setattr(coverage_live, "_compute", compute)
    inputs = {"standard": "one_stop_office_motorbike_10min", "vintage": "communes_2025"}
    inputs |= {name: study.document["parameters"][name] for name in ("service", "measure", "limit", "mode")}
    with reading(context) as connection:
        question = coverage_live.ask(connection, context.catalogue, inputs, warm_up._OPERATOR)
        found = coverage_live.study_of(question, context.prepared)
        assert found.result.document["totals"] == study.document["totals"]


def test_a_process_that_cannot_warm_up_lives_on(
    context: Context, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_context: Context) -> bool:
        raise RuntimeError("no such thing")

    monkeypatch.setattr(warm_up, "warm_up", broken)
    monkeypatch.setattr(kernels, "wait_until_loaded", lambda _seconds: True)
    warm_up.warm_up_in_background(context).join()
    assert "could not be worked out ahead" in caplog.text


def test_what_a_process_has_loaded_is_no_longer_searched_for_garbage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernels, "wait_until_loaded", lambda _seconds: False)
    gc.unfreeze()  # the run has set aside what it had collected
    warm_up.warm_up_in_background(cast("Context", None)).join()  # never asked without kernels
    assert gc.get_freeze_count() > len(gc.get_objects())
