"""People of a raster layer over HTTP: asked for in the address and in a study that is kept."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from affine import Affine
from flask import Flask
from flask.testing import FlaskClient

from gis_service.catalogue.user_layer import body_of
from gis_service.files.readers import raster_process
from gis_service.services import user_layers
from gis_service.services.accounts import OPERATOR
from gis_service.services.raster_load import load_raster
from gis_service.services.transactions import writing
from tests.live_town import X, Y, degrees
from tests.raster_files import answer_here, write_tif
from tests.web.live_answers import STUDY, bearer, found, made, tokens_of, why_at
from tests.web.made_layers import both, wells
from tests.web.problem import assert_problem

BANDS = [{"name": name, "unit": "persons", "label": both("Số người", "People")} for name in ("day", "night")]
PEOPLE = (30.0, 45.0)
"""Of the cell at the first office, by day and by night."""
ASKED = f"{STUDY}&demand=cells&demand_band=night"


@pytest.fixture(scope="module")
def town_url(make_town_database: Callable[[str], str]) -> str:
    return make_town_database("live_town")


@pytest.fixture(scope="module")
def town_app(town_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """Give the service of the town with a raster layer of people by day and by night."""
    folder = tmp_path_factory.mktemp("var")
    for app in made(town_url, folder):
        context = app.extensions["gis"]
        told = wells("cells", geometry="Raster", key=None, fields=[], bands=BANDS)
        with writing(context) as connection:
            user_layers.create(connection, context.catalogue, body_of(told), caller=OPERATOR)
        people = np.array(PEOPLE, dtype=np.float32).reshape(2, 1, 1)
        file = write_tif(folder / "people.tif", people, transform=Affine(90, 0, X + 50, 0, -90, Y + 50))
        with pytest.MonkeyPatch.context() as patch, writing(context) as connection:
            patch.setattr(raster_process, "_answer", answer_here)
            load_raster(connection, context.catalogue, context.rasters, file, "cells", author="lan")
        yield app


@pytest.fixture
def town(town_app: Flask) -> FlaskClient:
    return town_app.test_client()


def test_a_live_answer_and_a_kept_study_count_the_people_of_a_band(town: FlaskClient, town_url: str) -> None:
    live = found(town, ASKED)
    assert live["totals"]["all"]["total"] == PEOPLE[1]
    assert live["inputs"]["demand"]["layer"] == "cells"
    assert live["inputs"]["demand"]["band"] == 2
    planner = bearer(tokens_of(town_url), "planner")
    inputs = {
        "standard": "one_stop_office_motorbike_10min",
        "at": "2026-03-03T10:00",
        "demand": {"layer": "cells", "band": 2},
    }
    kept = town.post("/api/processes/coverage/execution", json={"inputs": inputs}, headers=planner).get_json()
    assert (kept["id"], kept["totals"]) == (live["id"], live["totals"])
    place = found(town, why_at(95, 5, ASKED.partition("?")[2]))
    assert place["status"] == "covered"
    lon, lat = degrees(95, 5)
    assert place["place"] == pytest.approx([lon, lat], abs=1e-5)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("demand=cells", "1 (day), 2 (night)"),
        ("demand=cells&demand_band=1&groups=age_60", "a raster tells of everybody only"),
        ("demand=residents&demand_band=1", "a raster layer"),
        ("demand=cells&demand_band=day&weights=cells&weights_band=night", "people of areas"),
        ("weights=cells&weights_band=1", "demand"),
    ],
)
def test_what_a_raster_cannot_tell_is_refused(town: FlaskClient, more: str, words: str) -> None:
    answer = town.get(f"{STUDY}&{more}", headers={"Accept-Language": "en"})
    told = assert_problem(answer, 422, "study_refused")
    assert words in f"{told['expected']} {told['detail']}"
