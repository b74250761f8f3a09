"""What a study was computed on is kept under the names its document gives."""

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pyproj
import pytest
import shapely

from gis_service.analysis.closures import Closure, with_speed
from gis_service.analysis.demand import Demand
from gis_service.analysis.modes import mode
from gis_service.analysis.network import Network, Roads, build_network
from gis_service.analysis.zones import sorted_zones
from gis_service.errors import NotFound
from gis_service.files.store import ArtefactStore
from gis_service.services.artefacts import artefact_hashes, keep_artefacts, open_network
from gis_service.services.coverage import run_coverage
from gis_service.services.coverage_inputs import CoverageInputs, Facilities
from gis_service.services.coverage_parameters import CoverageParameters


@pytest.fixture
def town() -> CoverageInputs:
    lines = np.array(
        [shapely.LineString(p) for p in ([(0, 0), (90, 0)], [(45, -40), (45, 10), (60, 40)])], object
    )
    one = np.zeros(1, np.int32)
    return CoverageInputs(
        references={"network": {"layer": "roads", "version": 3}},
        crs=pyproj.CRS.from_epsg(9209),
        demand=Demand(np.array([[10.0, 5.0]]), {"all": np.array([4_000])}, one),
        zones=sorted_zones(["1"], ["Xã Đông"], np.array([shapely.box(-1, -50, 99, 50)], object)),
        zone=one,
        facilities=Facilities(np.array([[80.0, 0.0]]), one, one),
        network=build_network(Roads.plain(lines)),
    )


@pytest.mark.parametrize("kmh", [None, 20.0])
def test_a_kept_network_opens_as_it_was(town: CoverageInputs, tmp_path: Path, kmh: float | None) -> None:
    store = ArtefactStore(tmp_path)
    assert town.network is not None
    if kmh is not None:
        told = with_speed(town.network, Closure(["village_lane"]), kmh=kmh)
        town = replace(town, network=told)
    keep_artefacts(store, town)
    names = run_coverage(town, CoverageParameters("clinic", "network_distance", 800.0, mode("walk"))).document
    network = open_network(store, names["artefacts"]["network"])
    for column in fields(Network):
        assert town.network is not None
        kept, was = getattr(network, column.name), getattr(town.network, column.name)
        if was is None:
            assert kept is None
            continue
        assert kept.dtype == was.dtype
        if column.name == "shape":
            assert shapely.equals_exact(kept, was).all()
        else:
            np.testing.assert_array_equal(kept, was)
    assert store.open(names["artefacts"]["demand"]).arrays["people_all"].tolist() == [4_000]


def test_other_arrays_have_other_names(town: CoverageInputs) -> None:
    moved = replace(town, demand=replace(town.demand, xy=town.demand.xy + 1))
    assert artefact_hashes(moved)["demand"] != artefact_hashes(town)["demand"]
    assert artefact_hashes(moved)["network"] == artefact_hashes(town)["network"]
    assert artefact_hashes(replace(town, network=None))["network"] is None


def test_a_network_that_was_not_kept_is_not_found(town: CoverageInputs, tmp_path: Path) -> None:
    name = artefact_hashes(town)["network"]
    assert name is not None
    with pytest.raises(NotFound):
        open_network(ArtefactStore(tmp_path), name)
