"""People of a raster layer: how many a process takes in, of which band and unit, and who may ask for them."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from affine import Affine

from gis_service.catalogue.layer_definition import BandDefinition
from gis_service.catalogue.loader import Catalogue
from gis_service.catalogue.user_layer import with_user_layers
from gis_service.db.engine import Connection
from gis_service.errors import ErrorCode, GisError, RefusedInput
from gis_service.files.raster_store import RasterStore
from gis_service.files.store import ArtefactStore
from gis_service.files.store_names import ArtefactNames
from gis_service.services import studies
from gis_service.services.accounts import ANONYMOUS, Caller, Role
from gis_service.services.coverage_live import ask, study_of
from gis_service.services.documents import canonical_json
from gis_service.services.layers import definition_of
from gis_service.services.prepared import Prepared
from gis_service.services.rights import rights_of
from gis_service.services.study_reach import Reach
from gis_service.services.study_rights import require_document
from tests.live_town import PEOPLE
from tests.raster_people import (
    AT,
    IN_METRES,
    OUTSIDE,
    WALK,
    Load,
    Run,
    cells,
    count,
)
from tests.raster_town import next_transaction, raster
from tests.small_city import WORDS

PLANNER = Caller(Role.PLANNER, "lan")


def test_a_number_is_the_number_of_a_band_whatever_another_is_called(
    load: Load, town: Connection, city: Catalogue, prepared: Prepared
) -> None:
    load("sexes", np.concatenate([cells(), cells(more=7)]))
    bands = tuple(BandDefinition(name, WORDS, "persons") for name in ("2", "1"))
    odd = with_user_layers(city, [raster("sexes", bands=bands)])
    for band in (2, "2"):
        asked = WALK | {"demand": {"layer": "sexes", "band": band}}
        found = studies.run(town, odd, "coverage", asked, "lan", prepared=prepared).document
        assert found["inputs"]["demand"]["band"] == 2


def test_other_weights_of_the_states_of_a_comparison_are_named_as_the_input_is(
    load: Load, town: Connection, city: Catalogue, prepared: Prepared
) -> None:
    load("sexes", np.concatenate([cells(), cells(more=7)]))
    count(town, (30, 12, 61))
    before, after = (
        WALK | {"demand": {"layer": "commune_2024", "weights": {"layer": "sexes", "band": band}}, "at": AT}
        for band in (1, 2)
    )
    with pytest.raises(RefusedInput) as refused:
        studies.run(town, city, "compare", {"before": before, "after": after}, "lan", prepared=prepared)
    assert refused.value.params["name"] == "after/demand/weights/band"


FEW = Reach(cells=5, areas=5, places=1000)


@pytest.mark.parametrize("reach", [FEW, replace(FEW, cells=1000, places=11)], ids=["cells", "places"])
@pytest.mark.parametrize("is_live", [True, False])
def test_more_than_a_process_takes_in_is_refused(
    load: Load,
    town: Connection,
    city: Catalogue,
    store: RasterStore,
    reach: Reach,
    is_live: bool,  # noqa: FBT001
) -> None:
    coarse = IN_METRES | {"transform": IN_METRES["transform"] @ Affine.scale(2)} if reach is not FEW else {}
    load(**coarse)
    load("built", **coarse)
    count(town, (30, 12, 61))
    prepared = Prepared(rasters=store, reach=replace(reach, is_live=is_live))
    for demand in ({"layer": "population"}, {"layer": "commune_2024", "weights": {"layer": "built"}}):
        with pytest.raises(RefusedInput) as refused:
            study_of(ask(town, city, WALK | {"demand": demand}, PLANNER), prepared)
        if is_live:
            assert refused.value.code is ErrorCode.DEMAND_NOT_QUICK
            assert "respond-async" in refused.value.expected("en")
        elif reach is FEW:
            assert refused.value.code is ErrorCode.RASTER_CELLS_TOO_MANY
            assert definition_of(city, str(refused.value.params["path"])).is_raster
        else:
            assert refused.value.code is ErrorCode.PLACES_TOO_MANY


def test_what_a_job_has_kept_is_refused_to_a_process_that_takes_in_less(
    load: Load, town: Connection, city: Catalogue, store: RasterStore, tmp_path: Path
) -> None:
    load()
    shelf = ArtefactStore(tmp_path / "store"), ArtefactNames(tmp_path / "names"), None, store
    study_of(ask(town, city, WALK, PLANNER), Prepared(*shelf))
    live = Prepared(*shelf, Reach(cells=1000, areas=1000, places=2, is_live=True))
    with pytest.raises(RefusedInput) as refused:
        study_of(ask(town, city, WALK, PLANNER), live)
    assert refused.value.code is ErrorCode.DEMAND_NOT_QUICK


def test_a_unit_that_is_no_person_is_refused_and_none_at_all_is_told(
    load: Load, run: Run, town: Connection, city: Catalogue, prepared: Prepared
) -> None:
    load()
    told = [one["params"] for one in run()["notices"] if one["code"] == "raster_unit_unknown"]
    assert [(one["layer"], one["band"]) for one in told] == [("population", "1")]
    assert told[0]["people"] == float(f"{sum(PEOPLE) + OUTSIDE:.3g}")
    load("sexes", np.concatenate([cells(), cells(more=7)]))
    assert "raster_unit_unknown" not in canonical_json(run(demand={"layer": "sexes", "band": 1})).decode()
    # As weights any measure will do.
    metres = (BandDefinition("height", WORDS, "m"),)
    high = with_user_layers(city, [raster("population", bands=metres), raster("built", bands=metres)])
    load("built")
    count(town, (30, 12, 61))
    weighed = {"layer": "commune_2024", "weights": {"layer": "built"}}
    assert studies.run(town, high, "coverage", WALK | {"demand": weighed}, "lan", prepared=prepared).document
    with pytest.raises(RefusedInput) as refused:
        studies.run(town, high, "coverage", WALK, "lan", prepared=prepared)
    assert (refused.value.params["name"], refused.value.params["value"]) == ("demand", "population (m)")
    assert "unit: persons" in refused.value.expected("en")


def test_the_unit_of_the_file_counts_where_the_definition_says_none(load: Load, run: Run) -> None:
    load(unit="m")
    with pytest.raises(RefusedInput) as refused:
        run()
    assert refused.value.params["value"] == "population (m)"


def test_bands_of_a_personal_raster_are_not_everybodys_to_subtract(
    load: Load, town: Connection, city: Catalogue, prepared: Prepared
) -> None:
    load("census", np.concatenate([cells(), cells(more=7)]))
    asked = WALK | {"demand": {"layer": "census", "band": 2}}
    for caller, code in ((ANONYMOUS, "token_missing"), (Caller(Role.VIEWER, "hoa"), "role_insufficient")):
        with pytest.raises(GisError) as refused:
            ask(town, city, asked, caller)
        assert refused.value.code == code
    assert study_of(ask(town, city, asked, PLANNER), prepared).document["totals"]
    kept = studies.run(town, city, "coverage", asked, "lan", prepared=prepared).document
    rights = rights_of(town, city, ANONYMOUS)
    with pytest.raises(GisError):
        require_document(town, rights, kept)
    assert kept["id"] not in [one.id for one in studies.list_(town, rights=rights).items]
    # A version of one band takes nothing back: the others are still asked for by their version.
    next_transaction(town)
    load("census")
    with pytest.raises(GisError):
        ask(town, city, WALK | {"demand": {"layer": "census"}}, ANONYMOUS)
