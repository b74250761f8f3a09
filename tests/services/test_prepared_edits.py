"""An edit of one road: what the process knows of the rest is used again, and the answer is the same."""

from collections.abc import Callable
from dataclasses import fields
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from gis_service.analysis.network import Network
from gis_service.analysis.snap import Positions
from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import Connection
from gis_service.db.layer_rows import LayerRows
from gis_service.files.store import ArtefactStore
from gis_service.files.store_names import ArtefactNames
from gis_service.services import prepared as prepared_module
from gis_service.services.coverage import CoverageResult, run_coverage
from gis_service.services.documents import canonical_json
from gis_service.services.prepared import Prepared
from gis_service.services.prepared_ground import marks_of, prepared_inputs
from gis_service.services.study_layers import StudyLayers, find_layers
from gis_service.services.study_request import complete, parse_request

ASKED = {"standard": "one_stop_office_motorbike_10min", "at": "2026-03-03T10:00"}
EDITS = (
    "UPDATE layer.roads SET geom = ST_Translate(geom, 0, 0.00002) WHERE code = 'r1'",
    "UPDATE layer.roads SET road_class = 'alley'",
    "INSERT INTO layer.roads (code, road_class, geom) SELECT 'r2', 'commune', geom FROM layer.roads",
    "DELETE FROM layer.roads WHERE code = 'r1'",
)


@pytest.fixture(scope="module")
def town_url(make_town_database: Callable[[str], str]) -> str:
    return make_town_database("merged_town")


def run(town: Connection, catalogue: Catalogue, prepared: Prepared) -> CoverageResult:
    task = complete(parse_request(ASKED), catalogue, date(2026, 3, 3))
    layers = find_layers(town, catalogue, task)
    return run_coverage(prepared_inputs(prepared, layers, task, marks_of(layers)), task.parameters)


def arrays(result: CoverageResult) -> list[np.ndarray[tuple[int, ...], np.dtype[np.generic]]]:
    assert result.roads is not None
    network, homes = result.roads.network, result.roads.homes
    columns = [getattr(network, one.name) for one in fields(Network) if one.name != "shape"]
    return [*columns, *(getattr(homes, name) for name in Positions.__slots__), result.field.cost]


def test_each_edit_gives_what_a_process_finds_that_knows_nothing(
    town: Connection, catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prepared_module, "KEPT_PLACES", 1)
    prepared = Prepared(ArtefactStore(tmp_path / "store"), ArtefactNames(tmp_path / "names"))
    documents = set()
    for edit in (None, *EDITS):
        if edit is not None:
            town.exec_driver_sql(edit)
        known, fresh = run(town, catalogue, prepared), run(town, catalogue, Prepared())
        assert canonical_json(known.document) == canonical_json(fresh.document)
        for one, other in zip(arrays(known), arrays(fresh), strict=True):
            np.testing.assert_array_equal(one, other)
        documents.add(canonical_json(known.document["totals"]))
    assert len(documents) > 1


def test_only_the_roads_are_read_again(
    town: Connection, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    whole = StudyLayers.read

    def noted(layers: StudyLayers, role: str, *wanted: str) -> LayerRows:
        read.append(role)
        return whole(layers, role, *wanted)

    monkeypatch.setattr(StudyLayers, "read", noted)
    prepared = Prepared()
    run(town, catalogue, prepared)
    assert {"network", "demand", "zones"} <= set(read)
    read.clear()
    town.exec_driver_sql(EDITS[0])
    run(town, catalogue, prepared)
    assert set(read) == {"network", "facilities"}
    town.exec_driver_sql("UPDATE layer.residents SET people = people + 1")
    run(town, catalogue, prepared)
    assert "demand" in read
