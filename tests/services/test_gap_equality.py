"""What the service answers on layers, the gap analysis answers on files: the same town, the same integers."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import geopandas as gpd
import pytest

from gis_service.catalogue.loader import Catalogue
from gis_service.catalogue.service_standard import Quota
from gis_service.db.engine import Connection
from gis_service.services import studies
from gis_service.services.accounts import ANONYMOUS
from gis_service.services.coverage_live import ask, study_of
from gis_service.services.gap_analysis import GapAnalysis, run_gap_analysis
from gis_service.services.gap_before import GapBefore
from gis_service.services.gap_change import change_of
from gis_service.services.gap_inputs import GapFiles
from gis_service.services.gap_question import GapQuestion
from gis_service.services.gap_why import read_places
from gis_service.services.gap_why import why_document as why_of_files
from gis_service.services.prepared import Prepared
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
