"""People of a raster layer: the figures of the script, versions, rights, and what cannot be counted."""

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from sqlalchemy import text

from gis_service.analysis.demand import ALL
from gis_service.catalogue.loader import Catalogue
from gis_service.crs import STORAGE, transform
from gis_service.db.engine import Connection
from gis_service.errors import ErrorCode, GisError, RefusedInput, Temporary
from gis_service.files.raster_store import RasterStore
from gis_service.files.store import ArtefactStore
from gis_service.files.store_names import ArtefactNames
from gis_service.services import studies
from gis_service.services.accounts import ANONYMOUS, Caller, Role
from gis_service.services.coverage_live import ask, study_of
from gis_service.services.documents import canonical_json
from gis_service.services.prepared import Prepared
from gis_service.services.study_retold import retell, vintage_named
from gis_service.services.why_place import why_document
from tests.filled_database import load_frame
from tests.live_town import HOMES_M, METRIC, PEOPLE, X, Y, as_array, box, degrees, write_town
from tests.raster_people import (
    AS_WHOLE_NUMBERS,
    AT,
    COLUMNS,
    IN_DEGREES,
    OUTSIDE,
    ROWS,
    WALK,
    Load,
    Run,
    by_script,
    cells,
    count,
    figures,
)
from tests.raster_town import next_transaction

PLANNER = Caller(Role.PLANNER, "lan")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the layers of the town as files, with the one office that is open as ``office.gpkg``."""
    folder = tmp_path_factory.mktemp("files")
    write_town(folder)
    gpd.read_file(folder / "one_stop_office.gpkg").iloc[:1].to_file(folder / "office.gpkg")
    return folder


PLACED: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "metres": ({}, {}),
    "degrees": (IN_DEGREES, {}),
    "degrees of the own unit": (IN_DEGREES, {"catchment": "own_unit"}),
    "whole numbers": (AS_WHOLE_NUMBERS, {}),
    "another vintage": ({}, {"zones": "commune_2024", "catchment": "own_unit"}),
}


@pytest.mark.parametrize("case", PLACED)
def test_a_study_gives_the_figures_of_the_script(
    load: Load, run: Run, files: Path, tmp_path: Path, case: str
) -> None:
    profile, asked = PLACED[case]
    kind = profile.get("dtype", "float32")
    values = cells(nodata=profile.get("nodata", -1.0), kind=kind)
    load(values=values, kind="values", **{name: value for name, value in profile.items() if name != "dtype"})
    inputs = {name: {"layer": value} if name == "zones" else value for name, value in asked.items()}
    found = run(**inputs)
    assert figures(found) == figures(by_script(files, tmp_path / "population.tif", dict(asked)))
    told = [one["params"] for one in found["notices"] if one["code"] == "people_beyond_study_area"]
    people = found["totals"][ALL]["total"]
    assert people > sum(PEOPLE) / 2
    assert told == [{"people": float(np.where(values == values[0, -1, -1], 0, values).sum()) - people}]
    assert found["inputs"]["demand"].keys() == {"layer", "version", "band"}


def test_the_live_answer_is_the_stored_study_and_tells_why(
    load: Load, run: Run, town: Connection, city: Catalogue, prepared: Prepared
) -> None:
    load()
    question = ask(town, city, WALK, PLANNER)
    study = study_of(question, prepared)
    assert canonical_json(study.document) == canonical_json(run())
    told = why_document(study, question, prepared, degrees(HOMES_M[0], 10), personal=True, k=None)
    assert (told["status"], told["zone"]["id"]) == ("covered", "commune0")


def test_a_ground_on_disk_gives_the_same_answer(
    load: Load, town: Connection, city: Catalogue, store: RasterStore, tmp_path: Path
) -> None:
    load()
    found = []
    for _ in range(2):
        names = ArtefactNames(tmp_path / "names")
        kept = Prepared(ArtefactStore(tmp_path / "store"), names, rasters=store)
        found.append(study_of(ask(town, city, WALK, PLANNER), kept).document)
        # The second time the people come from the ground that is kept.
        for path in store.folder.glob("*.tif"):
            path.unlink()
    assert canonical_json(found[0]) == canonical_json(found[1])


def test_people_of_communes_are_spread_by_a_raster_as_the_script_does(
    load: Load, run: Run, town: Connection, files: Path, tmp_path: Path
) -> None:
    people = (30, 12, 61)
    count(town, people)
    weights = cells()
    weights[0, :, 210:220] = -1  # nothing of the second commune
    load("built", weights)
    demand = {"layer": "commune_2024", "weights": {"layer": "built"}}
    found = run(demand=demand)
    communes = gpd.read_file(files / "commune_2024.gpkg").assign(people=people)
    communes.to_file(tmp_path / "people.gpkg")
    told = by_script(files, tmp_path / "people.gpkg", {}, weights=str(tmp_path / "built.tif"))
    assert figures(found) == figures(told)
    assert [one["code"] for one in figures(found)["notices"]][:2] == ["people_by_weights", "demand_fallback"]
    assert (found["totals"][ALL]["total"], found["inputs"]["weights"]["band"]) == (sum(people), 1)


def test_people_of_cells_live_in_the_houses_of_these_as_in_the_script(
    load: Load, run: Run, town: Connection, city: Catalogue, files: Path, tmp_path: Path
) -> None:
    # Two houses in one cell, one on the border of two.
    shapes = [shapely.box(X + at, Y + 20, X + at + 10, Y + 30) for at in (110, 150, 1195)]
    frame = gpd.GeoDataFrame(
        {"code": ["a", "b", "c"], "name": ["a", "b", "c"]},
        geometry=list(transform(as_array(shapes), METRIC, STORAGE)),
        crs=STORAGE,
    )
    load_frame(town, city, "park", frame)
    frame.to_file(tmp_path / "houses.gpkg")
    load()
    found = run(demand={"layer": "population", "buildings": {"layer": "park"}})
    told = by_script(files, tmp_path / "population.tif", {}, buildings=str(tmp_path / "houses.gpkg"))
    assert figures(found) == figures(told)
    assert "people_in_buildings" in [one["code"] for one in found["notices"]]


def test_a_kept_study_is_told_by_another_vintage(
    load: Load, run: Run, town: Connection, city: Catalogue, prepared: Prepared
) -> None:
    load()
    kept, direct = run(), run(vintage="communes_2024")
    told = retell(town, city, kept, vintage_named(city, "communes_2024"), prepared)
    assert canonical_json(told) == canonical_json(direct)


def test_a_new_version_changes_the_answer_and_the_old_one_still_answers(
    load: Load, run: Run, town: Connection, city: Catalogue, store: RasterStore, prepared: Prepared
) -> None:
    first = load()
    before, live = run(), study_of(ask(town, city, WALK, PLANNER), prepared).document
    next_transaction(town)
    second = load(values=cells(more=100))
    after = run()
    assert (before["inputs"]["demand"]["version"], after["inputs"]["demand"]["version"]) == (
        first.version, second.version,
    )  # fmt: skip
    assert after["id"] != before["id"]
    assert after["totals"][ALL]["total"] == before["totals"][ALL]["total"] + 100
    assert study_of(ask(town, city, WALK, PLANNER), prepared).document["totals"] == after["totals"]
    again = WALK | {"demand": {"layer": "population", "version": first.version}}
    fresh = Prepared(rasters=store)
    for known in (prepared, fresh):
        found = studies.run(town, city, "coverage", again, "lan", prepared=known).document
        assert canonical_json(found) == canonical_json(before) == canonical_json(live)
    (store.folder / f"{first.raster.sha256}.tif").unlink()
    for nobody in (Prepared(), Prepared(rasters=store)):
        with pytest.raises(Temporary) as gone:
            studies.run(town, city, "coverage", again, "lan", prepared=nobody)
        assert gone.value.code is ErrorCode.RASTER_FILE_MISSING


def test_a_band_is_named_by_number_or_name(load: Load, run: Run) -> None:
    both = np.concatenate([cells(), cells(more=7)])
    load("sexes", both)
    named = {band: run(demand={"layer": "sexes", "band": band}) for band in (1, "women", "2", "men")}
    assert named[1] == named["women"]
    assert named["2"] == named["men"]
    assert named["men"]["totals"][ALL]["total"] == named["women"]["totals"][ALL]["total"] + 7
    assert named["men"]["inputs"]["demand"]["band"] == 2
    for band, value in ((None, "–"), (3, 3), (0, 0), ("", ""), ("children", "children")):
        with pytest.raises(RefusedInput) as refused:
            run(demand={"layer": "sexes", "band": band})
        told = refused.value.params
        assert (told["name"], told["value"], told["expected"]) == ("demand/band", value, "1 (women), 2 (men)")


def test_a_comparison_is_of_one_band(
    load: Load, town: Connection, city: Catalogue, prepared: Prepared
) -> None:
    load("sexes", np.concatenate([cells(), cells(more=7)]))
    before, same, other = (
        WALK | {"demand": {"layer": "sexes", "band": band}, "at": at}
        for band, at in (("men", "2025-06-30T10:00"), (2, AT), (1, AT))
    )
    made = studies.run(
        town, city, "compare", {"before": before, "after": same}, "lan", prepared=prepared
    ).document
    assert made["inputs"]["demand"]["band"] == 2
    assert made["totals"][ALL]["lost"] > 0
    with pytest.raises(RefusedInput) as refused:
        studies.run(town, city, "compare", {"before": before, "after": other}, "lan", prepared=prepared)
    assert (refused.value.params["name"], refused.value.params["value"]) == ("after/demand/band", 1)


REFUSALS: dict[str, tuple[dict[str, Any], str, str]] = {
    "groups": ({"groups": ["age_60"]}, "groups", "a raster tells of everybody only"),
    "a standard of a group": ({"standard": "kindergarten_motorbike_10min"}, "groups", "a layer of people"),
    "a band of rows": ({"demand": {"layer": "residents", "band": 1}}, "demand/band", "a raster layer"),
    "weights of rows": (
        {"demand": {"layer": "commune", "weights": {"layer": "rivers"}}}, "demand/weights", "a raster layer",
    ),
    "weights of a raster": (
        {"demand": {"layer": "population", "weights": {"layer": "built"}}},
        "demand/weights",
        "people of areas",
    ),
    "weights of people at places": (
        {"demand": {"layer": "residents", "weights": {"layer": "built"}}}, "demand", "a layer of areas",
    ),
    "weights and buildings": (
        {"demand": {"layer": "commune", "weights": {"layer": "built"}, "buildings": {"layer": "rivers"}}},
        "demand/weights",
        "not both",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSALS)
def test_what_does_not_go_with_a_raster_is_refused_in_words(load: Load, run: Run, case: str) -> None:
    load()
    load("built")
    inputs, name, words = REFUSALS[case]
    with pytest.raises(RefusedInput) as refused:
        run(**inputs)
    assert refused.value.code is ErrorCode.STUDY_REFUSED
    assert refused.value.params["name"] == name
    assert words in refused.value.expected("en")


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "classes": ({"values": cells(kind="uint16", nodata=65535), "nodata": 65535}, "kind: values"),
    "negative cells": ({"nodata": None}, "choose nodata"),
    "nothing but nan": ({"values": np.full((1, 4, 4), np.nan, "float32"), "nodata": None}, "above 0"),
    "nothing but nought": ({"values": np.zeros((1, 4, 4), "float32")}, "above 0"),
    "nobody in the city": ({"values": cells()[:, :1, :20]}, "within the city"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_raster_that_holds_no_people_is_refused_in_words(load: Load, run: Run, case: str) -> None:
    made, words = WRONG[case]
    load(**made)
    with pytest.raises(RefusedInput) as refused:
        run()
    assert (refused.value.code, refused.value.params["name"]) == (ErrorCode.STUDY_REFUSED, "demand")
    assert words in refused.value.expected("en")


def test_a_raster_is_refused_where_rows_are_meant_and_before_it_is_loaded(load: Load, run: Run) -> None:
    with pytest.raises(GisError) as empty:
        run()
    assert empty.value.code is ErrorCode.STUDY_LAYER_EMPTY
    load("built")
    with pytest.raises(GisError) as rows:
        run(facilities={"layer": "built"})
    assert rows.value.code is ErrorCode.LAYER_IS_RASTER


def test_units_that_are_points_or_reach_beyond_what_is_read_are_refused(
    load: Load, run: Run, town: Connection
) -> None:
    load()
    far = transform(as_array([box(0, 80_000)]), METRIC, STORAGE)[0]
    for change in ("ST_PointOnSurface(geom)", f"ST_GeomFromText('{far.wkt}', 4326)"):
        with town.begin_nested() as kept:
            town.execute(text(f"UPDATE layer.commune SET geom = {change}"))  # noqa: S608  of this test
            with pytest.raises(RefusedInput) as refused:
                run(zones={"layer": "commune"})
            assert refused.value.params["name"] == "zones"
            kept.rollback()


def test_a_closed_raster_is_closed_and_of_a_personal_one_everybody_sees_the_sums(
    load: Load, town: Connection, city: Catalogue, prepared: Prepared
) -> None:
    load("staff_only")
    load("census")
    asked = [WALK | {"demand": {"layer": layer}} for layer in ("staff_only", "census")]
    with pytest.raises(GisError) as closed:
        ask(town, city, asked[0], ANONYMOUS)
    assert closed.value.code is ErrorCode.TOKEN_MISSING
    assert ask(town, city, asked[0], Caller(Role.GIS_STAFF, "minh")).mark
    assert study_of(ask(town, city, asked[1], ANONYMOUS), prepared).document["totals"]
    weights = {"layer": "commune", "weights": {"layer": "census"}}
    with pytest.raises(RefusedInput) as personal:
        ask(town, city, WALK | {"demand": weights}, ANONYMOUS)
    assert personal.value.params["name"] == "weights"
    with pytest.raises(GisError) as stored:
        studies.run(
            town, city, "coverage", asked[1], "hoa", reader=Caller(Role.VIEWER, "hoa"), prepared=prepared
        )
    assert stored.value.code is ErrorCode.ROLE_INSUFFICIENT


def test_a_raster_without_anybody_in_the_units_tells_so(load: Load, run: Run) -> None:
    values = np.zeros((1, ROWS, COLUMNS), "float32")
    values[0, 1, 210] = OUTSIDE
    load(values=values)
    found = run()
    assert found["totals"][ALL]["total"] == 0
    told = [one["params"] for one in found["notices"] if one["code"] == "people_beyond_study_area"]
    assert told == [{"people": OUTSIDE}]
