"""Studies with roads closed by class, by area and by hour, on real tables."""

import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import geopandas as gpd
import pytest
import shapely

from gis_service.catalogue.loader import Catalogue
from gis_service.crs import STORAGE, transform
from gis_service.db.engine import Connection, Engine
from gis_service.errors import ErrorCode, NotAllowed, RefusedInput
from gis_service.files.store import ArtefactStore
from gis_service.files.store_names import ArtefactNames
from gis_service.services import prepared as prepared_module
from gis_service.services import studies, teams
from gis_service.services.accounts import ANONYMOUS, Caller, Role
from gis_service.services.closure_rules import ClosureRule
from gis_service.services.coverage_live import Question, ask, inputs_of, study_of
from gis_service.services.documents import canonical_json
from gis_service.services.prepared import Prepared
from gis_service.services.study_retold import retell, vintage_named
from gis_service.services.why_place import why_document
from tests.ferry_town import METRIC, TOWN, X, Y, as_array, town_files_in
from tests.filled_database import filled

FLOOD: dict[str, Any] = {
    "classes": ["commune"],
    "areas": {"layer": "flood_area", "where": {"return_period_years": 10}},
}
LATE: dict[str, Any] = {"hours": [22, 5]}
"""Not in force at the time of the studies here."""
FLOODS: dict[str, Any] = {"layer": "flood_area"}
Document = dict[str, Any]


@pytest.fixture(scope="module")
def town_engine(
    make_database: Callable[[], str], catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engine]:
    """Give the town with a ring road in its west, and two floods: the rare one covers everything."""
    folder = tmp_path_factory.mktemp("town")
    files = dict(town_files_in(folder))
    street = [
        shapely.LineString([(X + a, Y), (X + b, Y)]) for a, b in ((0, 1000), (1000, 2000), (2000, 4000))
    ]
    ring = shapely.LineString([(X + 1000, Y), (X + 1000, Y + 300), (X + 2000, Y + 300), (X + 2000, Y)])
    lines = [*street, ring, *TOWN["roads"][0][1:]]
    floods = [
        shapely.MultiPolygon([shapely.box(X + 1400, Y - 50, X + 1600, Y + 50)]),
        shapely.MultiPolygon([shapely.box(X - 500, Y - 500, X + 6000, Y + 500)]),
    ]
    for layer, shapes, columns in (
        ("roads", lines, {"road_class": ["commune"] * 4 + ["alley"]}),
        ("flood_area", floods, {"return_period_years": [10, 100]}),
    ):
        codes = {"code": [f"{layer}{row}" for row in range(len(shapes))]}
        degrees = transform(as_array(shapes), METRIC, STORAGE)
        files[layer] = folder / f"{layer}_closures.gpkg"
        frame = gpd.GeoDataFrame(codes | columns, geometry=list(degrees), crs=STORAGE)
        frame.to_file(files[layer], layer=layer)
    yield from filled(make_database(), catalogue, list(files.items()))


def run(
    town: Connection, catalogue: Catalogue, prepared: Prepared | None = None, **inputs: object
) -> Document:
    asked = {"standard": "one_stop_office_motorbike_10min", "at": "2026-03-03T10:00", "limit": 9000} | inputs
    return studies.run(town, catalogue, "coverage", asked, "lan", prepared=prepared).document


def told(document: Document) -> dict[str, Any]:
    return {notice["code"]: notice["params"] for notice in document["notices"]}


def test_who_lived_along_a_flooded_road_goes_round(town: Connection, catalogue: Catalogue) -> None:
    dry, wet = run(town, catalogue), run(town, catalogue, closures=[FLOOD])
    assert "network_closed" not in told(dry)
    assert told(wet)["network_closed"] == {"km": 1.0, "segments": 1}
    assert wet["parameters"]["closures"] == [FLOOD]
    assert wet["inputs"]["closure_1"]["layer"] == "flood_area"
    assert wet["totals"]["all"]["unreachable"] == dry["totals"]["all"]["unreachable"] == 0
    # The ring is 600 m longer than the stretch it goes round: at 28 km/h 77.1 s.
    later = wet["totals"]["all"]["p95_s"] - dry["totals"]["all"]["p95_s"]
    assert later == pytest.approx(600 * 3.6 / 28, abs=0.01)
    assert wet["artefacts"]["network"] != dry["artefacts"]["network"]


def test_a_rare_flood_leaves_nobody_a_road(town: Connection, catalogue: Catalogue) -> None:
    document = run(town, catalogue, closures=[{"areas": {"layer": "flood_area"}}])
    everybody = document["totals"]["all"]
    assert everybody["no_road"] == everybody["total"]


@pytest.mark.parametrize(
    ("at", "closed"),
    [("2026-03-03T10:00", 0), ("2026-03-03T22:00", 5.6), ("2026-03-03T04:59", 5.6), ("2026-03-03T05:00", 0)],
)
def test_a_road_is_closed_at_its_hours(
    town: Connection, catalogue: Catalogue, at: str, closed: float
) -> None:
    document = run(town, catalogue, at=at, closures=[{"classes": ["commune"], "hours": [22, 5]}])
    assert told(document)["network_closed"]["km"] == closed


def test_what_the_process_knows_already_changes_no_figure(town: Connection, catalogue: Catalogue) -> None:
    prepared = Prepared()
    asked: list[dict[str, Any]] = [{}, {"closures": [FLOOD]}, {"closures": [{"classes": ["alley"]}]}]
    for inputs in [*asked, *asked]:
        warm = run(town, catalogue, prepared, **inputs)
        assert canonical_json(warm) == canonical_json(run(town, catalogue, **inputs))
    assert run(town, catalogue, prepared)["totals"] != run(town, catalogue, prepared, **asked[1])["totals"]


def test_a_kept_study_is_told_again_with_its_closures(town: Connection, catalogue: Catalogue) -> None:
    kept = run(town, catalogue, closures=[{"classes": ["alley"], "hours": [8, 12]}, FLOOD])
    changed = kept | {"parameters": kept["parameters"] | {"vintage": None}}
    again = retell(town, catalogue, changed, vintage_named(catalogue, kept["parameters"]["vintage"]))
    assert again["parameters"]["closures"] == kept["parameters"]["closures"]
    assert canonical_json(again["totals"]) == canonical_json(kept["totals"])


@pytest.mark.parametrize(
    ("name", "closures", "where"),
    [
        ("nothing is closed", [{}], "closures/0"),
        ("hours alone", [{"hours": [22, 5]}], "closures/0"),
        ("an unknown class", [{"classes": ["goat_track"]}], "closures/0/classes/0"),
        ("no span of hours", [{"classes": ["alley"], "hours": [5, 5]}], "closures/0/hours"),
        ("an hour that no day has", [{"classes": ["alley"], "hours": [22, 25]}], "closures/0/hours/1"),
        ("an unknown layer", [{"areas": {"layer": "no_such"}}], "closure_1"),
        ("points", [{"classes": ["alley"]}, {"areas": {"layer": "settlement"}}], "closure_2"),
        ("a personal layer", [{"areas": {"layer": "residents"}}], "closure_1"),
        ("an unknown field", [{"areas": {"layer": "flood_area", "where": {"colour": 1}}}], "closure_1/where"),
        (
            "a value that no area has",
            [{"areas": {"layer": "flood_area", "where": {"return_period_years": 7}}}],
            "closure_1/where",
        ),
        ("no number", [LATE | {"areas": FLOODS | {"where": {"code": math.nan}}}], "closures/0/areas/where"),
        ("no end", [LATE | {"areas": FLOODS | {"where": {"code": -math.inf}}}], "closures/0/areas/where"),
        ("a NUL", [LATE | {"areas": FLOODS | {"where": {"code": "a\0b"}}}], "closures/0/areas/where"),
        ("half a sign", [LATE | {"areas": FLOODS | {"where": {"code": "\ud800"}}}], "closures/0/areas/where"),
        ("eleven closures", [{"classes": ["alley"]}] * 11, "closures"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_closures_that_cannot_be_are_refused(
    town: Connection, catalogue: Catalogue, name: str, closures: list[dict[str, Any]], where: str
) -> None:
    with pytest.raises(RefusedInput) as refused:
        run(town, catalogue, closures=closures)
    assert (refused.value.code, refused.value.params["name"]) == (ErrorCode.STUDY_REFUSED, where), name


def test_closures_need_roads(town: Connection, catalogue: Catalogue) -> None:
    with pytest.raises(RefusedInput) as refused:
        run(town, catalogue, measure="straight_radius", closures=[{"classes": ["alley"]}])
    assert refused.value.params["name"] == "closures"


STATE: dict[str, Any] = {"standard": "one_stop_office_motorbike_10min", "at": "2026-03-03T10:00"}


def compared(town: Connection, catalogue: Catalogue, before: Document, after: Document) -> Document:
    asked = {"before": STATE | before, "after": STATE | after}
    return studies.run(town, catalogue, "compare", asked, "lan").document


def counts(document: Document, *names: str) -> tuple[float, ...]:
    return tuple(document["totals"]["all"][name] for name in names)


@pytest.fixture
def limit(town: Connection, catalogue: Catalogue) -> dict[str, Any]:
    """Give a limit that is enough in the dry and not in the flood."""
    seconds: float = run(town, catalogue)["totals"]["all"]["p95_s"]
    return {"limit": math.ceil(seconds)}


def test_a_flood_cuts_off_whom_the_network_lost(
    town: Connection, catalogue: Catalogue, limit: dict[str, Any]
) -> None:
    flood = {"closures": [FLOOD]}
    document = compared(town, catalogue, limit, limit | flood)
    alone = [run(town, catalogue, **limit), run(town, catalogue, **limit, closures=[FLOOD])]
    before, after, lost = counts(document, "before", "after", "lost")
    assert [before, after] == [one["totals"]["all"]["covered"] for one in alone]
    assert lost > 0
    assert (document["network"]["won"], document["network"]["lost"]) == (0, lost)
    assert not any(row["lost"] for row in document["facilities"])
    assert document["artefacts"] == alone[1]["artefacts"]
    assert document["inputs"]["after_closure_1"]["layer"] == "flood_area"
    assert not {"closure_1", "before_closure_1"} & set(document["inputs"])
    assert told(document)["network_closed_after"] == {"km": 1.0, "segments": 1}
    assert not {"network_closed", "network_closed_before"} & set(told(document))
    back = compared(town, catalogue, limit | flood, limit)
    assert counts(back, "before", "after", "lost", "won") == (after, before, 0, lost)
    assert "network_closed_before" in told(back)


def test_day_and_night_are_compared_each_on_its_own_roads(
    town: Connection, catalogue: Catalogue, limit: dict[str, Any]
) -> None:
    closed = {"closures": [{"classes": ["commune"], "hours": [22, 5]}]} | limit
    night = {"at": "2026-03-03T23:00"}
    document = compared(town, catalogue, closed, closed | night)
    alone = [run(town, catalogue, **(closed | more)) for more in ({}, night)]
    assert list(counts(document, "before", "after")) == [one["totals"]["all"]["covered"] for one in alone]
    assert document["network"]["lost"] == counts(document, "lost")[0] > 0
    assert told(document)["network_closed_after"]["km"] == 5.6
    assert told(document)["network_closed_before"]["km"] == 0


def test_two_versions_of_a_flood_are_compared(
    town: Connection, catalogue: Catalogue, limit: dict[str, Any]
) -> None:
    """The water goes down: the same closure of the older version, and of the newer one far from any road."""
    old = run(town, catalogue, closures=[FLOOD])["inputs"]["closure_1"]["version"]
    town.exec_driver_sql("UPDATE layer.flood_area SET geom = ST_Translate(geom, 0, 1)")
    sides = [{"closures": [FLOOD | {"areas": FLOOD["areas"] | one}]} for one in ({"version": old}, {})]
    document = compared(town, catalogue, *(limit | side for side in sides))
    assert document["network"]["won"] == counts(document, "won")[0] > 0
    assert document["inputs"]["before_closure_1"]["version"] == old
    assert document["inputs"]["after_closure_1"]["version"] > old
    closed = [told(document)[f"network_closed_{side}"]["km"] for side in ("before", "after")]
    assert closed == [1.0, 0]


def test_closures_of_one_state_need_roads_too(town: Connection, catalogue: Catalogue) -> None:
    straight = {"measure": "straight_radius", "limit": 600}
    with pytest.raises(RefusedInput) as refused:
        compared(town, catalogue, straight, straight | {"closures": [{"classes": ["alley"]}]})
    assert refused.value.params["name"] == "closures"


def test_closures_of_both_states_are_told_once(town: Connection, catalogue: Catalogue) -> None:
    flood = {"closures": [FLOOD]}
    document = compared(town, catalogue, flood, flood)
    assert told(document)["network_closed"]["km"] == 1.0
    assert document["inputs"]["closure_1"]["layer"] == "flood_area"
    assert counts(document, "won", "lost") == (0, 0)


def test_a_comparison_of_dry_and_flood_is_told_again(
    town: Connection, catalogue: Catalogue, limit: dict[str, Any]
) -> None:
    kept = compared(town, catalogue, limit, limit | {"closures": [FLOOD]})
    changed = kept | {"parameters": kept["parameters"] | {"vintage": None}}
    again = retell(town, catalogue, changed, vintage_named(catalogue, kept["parameters"]["vintage"]))
    for name in ("totals", "network", "inputs", "notices"):
        assert canonical_json(again[name]) == canonical_json(kept[name]), name


def test_what_only_one_state_has_is_refused_in_words(town: Connection, catalogue: Catalogue) -> None:
    spread = {"demand": {"layer": "residents", "buildings": {"layer": "flood_area"}}}
    with pytest.raises(RefusedInput) as refused:
        compared(town, catalogue, {}, spread)
    assert refused.value.params["name"] == "after/buildings"
    assert (refused.value.params["value"], refused.value.params["expected"]) == ("flood_area", "–")


def test_areas_of_a_closed_layer_are_closed(town: Connection, catalogue: Catalogue) -> None:
    asked = {"standard": "one_stop_office_motorbike_10min", "closures": [FLOOD]}
    planner = Caller(Role.PLANNER, "lan")
    studies.compute(town, catalogue, "coverage", asked, reader=planner)
    teams.set_visibility(town, catalogue, "flood_area", "draft")
    with pytest.raises(NotAllowed):
        studies.compute(town, catalogue, "coverage", asked, reader=planner)


@pytest.mark.parametrize(
    ("hours", "open_at", "closed_at"),
    [
        (None, [], [0, 12, 23.9]),
        ((22, 5), [5, 12, 21.9], [22, 23.5, 0, 4.9]),
        ((8, 17), [7.9, 17, 23], [8, 12, 16.9]),
        ((0, 24), [], [0, 12, 23.9]),
    ],
)
def test_a_closure_holds_from_its_first_hour_until_its_last(
    hours: tuple[float, float] | None, open_at: list[float], closed_at: list[float]
) -> None:
    rule = ClosureRule(("alley",), hours=hours)
    assert not any(rule.in_force(hour) for hour in open_at)
    assert all(rule.in_force(hour) for hour in closed_at)


OFFICE: dict[str, Any] = {"standard": "one_stop_office_motorbike_10min", "limit": 9000}
NIGHT = {"at": "2026-03-03T23:00"}
NAMED: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"closed_classes": ("alley",)}, {"classes": ["alley"]}),
    ({"closed_areas": "flood_area"}, {"areas": FLOODS}),
    (
        {"closed_classes": ("alley",), "closed_areas": "flood_area"},
        {"classes": ["alley"], "areas": FLOODS},
    ),
    ({"closed_classes": ("commune",), "closed_hours": (22, 5)} | NIGHT, LATE | {"classes": ["commune"]}),
    ({"closed_classes": ("commune",), "closed_hours": (22, 5)}, LATE | {"classes": ["commune"]}),
]
"""Parameters of an address, and the closure of a study that they are."""


def asked_live(town: Connection, catalogue: Catalogue, **named: object) -> Question:
    day: dict[str, object] = {"at": "2026-03-03T10:00"}
    return ask(town, catalogue, inputs_of(catalogue, OFFICE | day | named, None), ANONYMOUS)


@pytest.mark.parametrize(("named", "closure"), NAMED)
def test_a_live_answer_closes_what_a_study_closes(
    town: Connection, catalogue: Catalogue, named: dict[str, Any], closure: dict[str, Any]
) -> None:
    when = {name: value for name, value in named.items() if name == "at"}
    kept = run(town, catalogue, closures=[closure], **when)
    prepared = Prepared()
    for _ in range(2):  # from memory too
        study_of(asked_live(town, catalogue), prepared)
        live = study_of(asked_live(town, catalogue, **named), prepared).document
        assert canonical_json(live) == canonical_json(kept)


def test_a_place_goes_round_what_is_closed(town: Connection, catalogue: Catalogue) -> None:
    """The ring is 600 m longer than the stretch of street that is under water."""
    town.exec_driver_sql("DELETE FROM layer.flood_area WHERE return_period_years = 100")
    prepared = Prepared()
    (place,) = transform(as_array([shapely.Point(X + 3000, Y + 10)]), METRIC, STORAGE)
    found = []
    for named in ({}, {"closed_areas": "flood_area"}, {"closed_classes": ("commune",)}):
        question = asked_live(town, catalogue, **named)
        study = study_of(question, prepared)
        found.append(why_document(study, question, prepared, (place.x, place.y), personal=False))
    dry, wet, shut = found
    assert wet["distance_m"] - dry["distance_m"] == pytest.approx(600, abs=0.1)
    assert wet["cost"] - dry["cost"] == pytest.approx(600 * 3.6 / 28, abs=0.01)
    assert (dry["status"], shut["status"]) == ("covered", "roadless")


@pytest.mark.parametrize(
    ("named", "name"),
    [
        ({"closed_areas": "no_such"}, "closure_1"),
        ({"closed_areas": "residents"}, "closure_1"),
        ({"closed_areas": "settlement"}, "closure_1"),
        ({"closed_classes": ("goat_track",)}, "closures/0/classes/0"),
        ({"closed_hours": (22, 5)}, "closures/0"),
        ({"closed_classes": ("alley",), "measure": "straight_radius"}, "closures"),
    ],
)
def test_a_live_answer_refuses_what_a_study_refuses(
    town: Connection, catalogue: Catalogue, named: dict[str, Any], name: str
) -> None:
    with pytest.raises(RefusedInput) as refused:
        study_of(asked_live(town, catalogue, **named), Prepared())
    assert (refused.value.code, refused.value.params["name"]) == (ErrorCode.STUDY_REFUSED, name)


@pytest.mark.parametrize("visibility", ["draft", "internal"])
def test_areas_that_the_asker_may_not_read_close_nothing(
    town: Connection, catalogue: Catalogue, visibility: Literal["draft", "internal"]
) -> None:
    asked_live(town, catalogue, closed_areas="flood_area")
    teams.set_visibility(town, catalogue, "flood_area", visibility)
    with pytest.raises(NotAllowed):
        asked_live(town, catalogue, closed_areas="flood_area")


def test_whoever_closes_roads_fills_no_disk_and_sends_nobody_elses_ground_away(
    town: Connection,
    catalogue: Catalogue,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(prepared_module, "GROUNDS", 1)
    monkeypatch.setattr(prepared_module, "CLOSED", 1)
    monkeypatch.setattr(prepared_module, "KEPT_PLACES", 1)
    prepared = Prepared(ArtefactStore(tmp_path), ArtefactNames(tmp_path))

    def held() -> set[str]:
        return {str(path) for path in tmp_path.rglob("*")}

    study_of(asked_live(town, catalogue), prepared)
    before = held()
    assert before
    for named, _ in NAMED[:3]:
        study_of(asked_live(town, catalogue, **named), prepared)
    assert held() == before

    def read_again(*_args: object, **_more: object) -> None:
        pytest.fail("the ground was made again")

    monkeypatch.setattr(prepared, "_open_or_make", read_again)
    study_of(asked_live(town, catalogue, limit=1800), prepared)
