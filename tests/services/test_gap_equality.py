"""What the service answers on layers, the gap analysis answers on files: the same town, the same integers."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest

from gis_service.catalogue.loader import Catalogue
from gis_service.catalogue.service_standard import Quota
from gis_service.db.engine import Connection
from gis_service.services import studies
from gis_service.services.accounts import ANONYMOUS
from gis_service.services.catchment_files import write_catchments
from gis_service.services.coverage_live import ask, study_of
from gis_service.services.coverage_parameters import CoverageCatchment
from gis_service.services.gap_analysis import GapAnalysis, run_gap_analysis
from gis_service.services.gap_before import GapBefore
from gis_service.services.gap_change import change_of
from gis_service.services.gap_inputs import GapFiles
from gis_service.services.gap_question import GapQuestion
from gis_service.services.gap_vintages import told_by_vintages
from gis_service.services.gap_why import read_places
from gis_service.services.gap_why import why_document as why_of_files
from gis_service.services.prepared import Prepared
from gis_service.services.study_retold import retold
from gis_service.services.why_place import why_document
from gis_service.types import LayerId
from tests.merged_town import AFTER, BEFORE, X, Y, state, town_files

QUESTION = GapQuestion(mode="walk", limit_m=800, groups=("age_60",))


@pytest.fixture(scope="module")
def town_url(make_town_database: Callable[[str], str]) -> str:
    return make_town_database("merged_town")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Give the files of the town, with the offices of either day by themselves."""
    folder = tmp_path_factory.mktemp("files")
    paths = {layer: str(path) for layer, path in town_files(folder)}
    offices = gpd.read_file(paths["one_stop_office"])
    for name, codes in (("before", ["oa", "ob", "oc"]), ("after", ["na", "nc"])):
        paths[name] = str(folder / f"{name}.gpkg")
        offices[offices["code"].isin(codes)].drop(columns=["open_from", "open_to"]).to_file(paths[name])
    return paths


def analysis_of(
    files: Mapping[str, str], question: GapQuestion = QUESTION, facilities: str = "after"
) -> GapAnalysis:
    """Ask the files what `state` asks the layers."""
    given = GapFiles(
        facilities=files[facilities],
        roads=files["roads"],
        population=files["residents"],
        zones=files["commune"],
        settlements=files["settlement"],
        crs="EPSG:9209",
        zone_id="code",
    )
    return run_gap_analysis(given, question)


def figures(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Leave out the names: the layers of the service have the full ones of units, the files both."""
    return [{name: value for name, value in row.items() if name not in {"name", "zone_name"}} for row in rows]


def test_two_states_differ_by_the_same_people(
    town: Connection, catalogue: Catalogue, files: dict[str, str]
) -> None:
    groups: dict[str, Any] = {"groups": ["age_60"]}
    asked = {"before": state(BEFORE, **groups), "after": state(AFTER, **groups)}
    of_layers = studies.run(town, catalogue, "compare", asked, "lan").document
    of_files = change_of(analysis_of(files), GapBefore(before=files["before"])).document
    for group, row in of_layers["totals"].items():
        assert of_files["totals"][group] == row
    assert figures(of_files["zones"]) == figures(of_layers["zones"])
    assert of_files["facilities"] == of_layers["facilities"]
    assert of_files["network"] == of_layers["network"]


def test_a_quota_is_met_for_the_same_people(
    town: Connection, catalogue: Catalogue, files: dict[str, str]
) -> None:
    rule = replace(
        catalogue.standards["park_qcvn_2021_land"],
        id="rule",
        service=LayerId("one_stop_office"),
        unit_type=(),
        group="age_60",
        quota=Quota(20, "facilities", "1000_people"),
    )
    known = replace(catalogue, standards={**catalogue.standards, "rule": rule})
    asked = {"standard": "rule", "at": AFTER}
    of_layers = studies.run(town, known, "coverage", asked, "lan").document
    question = GapQuestion(
        quota=20, quota_of="facilities", quota_per="1000_people", quota_group="60+", groups=()
    )
    of_files = analysis_of(files, question).result.document
    assert of_files["totals"] == of_layers["totals"]
    assert figures(of_files["zones"]) == figures(of_layers["zones"])
    assert [row["provision"]["missing"] for row in of_files["zones"]] == [0.281, 0]
    assert figures(of_files["gaps"]) == figures(of_layers["gaps"])
    assert of_files["parameters"]["quota"] == of_layers["parameters"]["quota"]


def test_a_place_is_told_the_same_way(town: Connection, catalogue: Catalogue, files: dict[str, str]) -> None:
    prepared = Prepared()
    question = ask(town, catalogue, state(AFTER), ANONYMOUS)
    study = study_of(question, prepared)
    analysis = analysis_of(files)
    for along in (1200, 3600):
        place = degrees(along)
        of_layers = why_document(study, question, prepared, place, personal=True, k=2)
        text = f"{place[0]!r},{place[1]!r}"
        (of_files,) = why_of_files(analysis, read_places((text,)), 2)["places"]
        names = ("status", "unit", "cost", "limit", "over", "parts", "distance_m", "route", "settlement")
        assert {name: of_files[name] for name in names} == {name: of_layers[name] for name in names}
        ranked = [[one["cost"] for one in told["k_nearest"]] for told in (of_files, of_layers)]
        assert ranked[0] == ranked[1]
        assert of_files["nearest"]["name"] == of_layers["nearest"]["name"]


def degrees(along: float) -> tuple[float, float]:
    places = gpd.GeoSeries.from_xy([X + along], [Y + 10], crs="EPSG:9209").to_crs("EPSG:4326")
    return float(places.x.iloc[0]), float(places.y.iloc[0])


@pytest.fixture(scope="module")
def known(catalogue: Catalogue) -> Catalogue:
    """Give the catalogue with two rules more: a settlement on foot, and an office by motorbike."""
    walk, ride = (catalogue.standards[f"one_stop_office_{one}"] for one in ("walk_15min", "motorbike_10min"))
    rules = {
        "hamlet": replace(walk, id="hamlet", service=LayerId("settlement"), unit_type=(), limit=1200.0),
        "ride": replace(ride, id="ride", unit_type=(), limit=120.0),
    }
    return replace(catalogue, standards={**catalogue.standards, **rules})


def beside(files: Mapping[str, str]) -> GapQuestion:
    """Ask the files what ``beside: [hamlet, ride]`` asks the layers."""
    rules = (f"hamlet={files['settlement']},limit_min=20", "ride,limit_min=2,mode=motorbike")
    return replace(QUESTION, beside=rules)


def require_equal_beside(of_files: dict[str, Any], of_layers: dict[str, Any]) -> None:
    """The figures of all that stands beside, and how many rules reach whom."""
    for ours, theirs in zip(of_files["beside"], of_layers["beside"], strict=True):
        rule = ("name", "measure", "mode", "limit", "direction", "turnout_s", "catchment", "totals")
        assert {name: ours[name] for name in rule} == {name: theirs[name] for name in rule}
        assert figures(ours["zones"]) == figures(theirs["zones"])
        assert ours.keys() == theirs.keys() - {"closed"}
    assert figures(of_files["together"]) == figures(of_layers["together"])


def test_several_services_reach_the_same_people(
    town: Connection, known: Catalogue, files: dict[str, str]
) -> None:
    asked = state(AFTER, groups=["age_60"], beside=["hamlet", "ride"])
    of_layers = studies.run(town, known, "coverage", asked, "lan").document
    of_files = analysis_of(files, beside(files)).result.document
    assert [entry["totals"]["all"]["covered"] for entry in of_files["beside"]] == [400.5, 365]
    require_equal_beside(of_files, of_layers)


@pytest.mark.parametrize("catchment", ["any", "own_unit"])
def test_another_vintage_tells_of_the_same_people(
    catchment: CoverageCatchment, town: Connection, known: Catalogue, files: dict[str, str]
) -> None:
    asked = state(
        AFTER, groups=["age_60"], beside=["hamlet", "ride"], catchment=catchment, tables=["provision"]
    )
    kept = studies.run(town, known, "coverage", asked, "lan").document
    of_layers = retold(town, known, kept, "communes_2024", Prepared())
    question = replace(beside(files), catchment=catchment, tables=("provision",))
    (of_files,) = told_by_vintages(analysis_of(files, question), [f"communes_2024={files['commune_2024']}"])
    assert of_files.document["totals"] == of_layers["totals"]
    for name in ("zones", "gaps"):
        assert figures(of_files.document[name]) == figures(of_layers[name])
    counts = ("facilities", "people", "group")
    ours, theirs = (
        [{name: row.get(name) for name in counts} for row in one["tables"]["provision"]]
        for one in (of_files.document, of_layers)
    )
    assert ours == theirs
    require_equal_beside(of_files.document, of_layers)


def test_catchments_at_several_limits_are_the_same_stretches_of_road(
    town: Connection, catalogue: Catalogue, files: dict[str, str], tmp_path: Path
) -> None:
    asked = state(AFTER) | {"shapes": ["edges"], "limits": [300.0, 2500.0]}
    shapes = studies.run(town, catalogue, "catchment", asked, "lan").document["shapes"]
    of_layers = [feature["properties"] for feature in shapes["edges"]["features"]]
    path = write_catchments(analysis_of(files), tmp_path, (300.0, 2500.0))
    edges = gpd.read_file(path, layer="reached_edges")
    names = ["limit", "start_m", "end_m"]
    ours = sorted(edges[names].itertuples(index=False, name=None))
    assert ours == sorted(tuple(one[name] for name in names) for one in of_layers)
    assert {limit for limit, _, _ in ours} == {300, 800, 2500}
