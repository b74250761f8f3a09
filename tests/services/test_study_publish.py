"""Studies published as layers: what of them, as what, for whom, and again."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely
from sqlalchemy import text

from gis_service.catalogue.loader import Catalogue
from gis_service.crs import STORAGE, transform
from gis_service.db.engine import Connection
from gis_service.errors import (
    AnyCode,
    Conflict,
    ErrorCode,
    GisError,
    NotAllowed,
    NotFound,
    RefusedInput,
    WrongUse,
)
from gis_service.services import studies, teams
from gis_service.services.accounts import ANONYMOUS, Caller, Role
from gis_service.services.disclosure import public_view
from gis_service.services.export import export_layer
from gis_service.services.study_publish import Publication, Published, publish
from gis_service.services.study_words import answer
from gis_service.types import LayerId, Text
from tests.merged_town import AFTER, BEFORE, state
from tests.street import METRIC, X, Y, points

STAFF, ADMIN = Caller(Role.GIS_STAFF, "hoa"), Caller(Role.ADMIN, "quan")
Publish = Callable[..., Published]


@pytest.fixture(scope="module")
def town_url(make_town_database: Callable[[str], str]) -> str:
    return make_town_database("merged_town")


class Office:
    """Publishes studies of the town, and remembers the layers that it has made."""

    def __init__(self, town: Connection, catalogue: Catalogue) -> None:
        self.town, self.catalogue = town, catalogue

    def study(self, process: str = "coverage", **inputs: object) -> dict[str, Any]:
        asked = inputs or state(AFTER, groups=["age_60"])
        return studies.run(self.town, self.catalogue, process, asked, "lan").document

    def publish(self, study: str, layer: str = "offices_by_unit", **asked: Any) -> Published:  # noqa: ANN401 (any part of a publication)
        caller = asked.pop("caller", STAFF)
        made = publish(self.town, self.catalogue, study, Publication(layer, **asked), caller=caller)
        layers = {**self.catalogue.layers, made.definition.id: made.definition}
        self.catalogue = replace(self.catalogue, layers=layers)
        return made

    def rows(self, layer: str = "offices_by_unit") -> list[dict[str, Any]]:
        found = self.town.execute(text(f"SELECT * FROM layer.{layer} ORDER BY id"))  # noqa: S608 ours
        return [dict(row) for row in found.mappings()]

    def closed(self, layer: str, visibility: Any) -> None:  # noqa: ANN401 (as layers have it)
        layers = dict(self.catalogue.layers)
        layers[LayerId(layer)] = replace(layers[LayerId(layer)], visibility=visibility)
        self.catalogue = replace(self.catalogue, layers=layers)


@pytest.fixture
def office(town: Connection, catalogue: Catalogue) -> Office:
    return Office(town, catalogue)


def code_of(work: Callable[[], object], kind: type[GisError]) -> AnyCode:
    with pytest.raises(kind) as refused:
        work()
    assert refused.value.detail("vi")
    assert refused.value.remedy("en")
    return refused.value.code


def test_the_units_of_a_study_become_features_with_their_figures(office: Office) -> None:
    document = office.study()
    made = office.publish(document["id"])
    assert (made.is_new, made.features, made.left_out) == (True, 2, 0)
    shown = public_view(document)["zones"]
    for row, zone in zip(office.rows(), shown, strict=True):
        assert [row[name] for name in ("id", "name", "total", "covered", "share", "median_m")] == [
            zone[name] for name in ("id", "name", "total", "covered", "share", "median_m")
        ]
        assert row["age_60_covered"] == zone["groups"]["age_60"]["covered"]
        assert row["arrived_median_m"] == zone["arrived"]["median_m"]
    outlines = "SELECT count(*) FROM layer.offices_by_unit AS a JOIN layer.commune AS b ON a.id = b.code"
    assert office.town.execute(text(f"{outlines} WHERE ST_Equals(a.geom, b.geom)")).scalar_one() == 2


def test_the_layer_tells_what_it_is_and_where_it_comes_from(office: Office) -> None:
    document = office.study()
    made = office.publish(document["id"]).definition
    assert (made.visibility, made.category, made.generated) == (
        "internal",
        office.catalogue.layers[LayerId("one_stop_office")].category,
        document["generated_data"],
    )
    assert made.lineage is not None
    assert document["id"] in made.lineage.en
    assert f"residents v{document['inputs']['demand']['version']} (demand)" in made.lineage.vi
    assert "coverage: zones" in made.source.en
    labels = {field.name: field.label for field in made.fields}
    assert labels["covered"] == Text("Người trong chuẩn", "People within the standard")
    assert labels["age_60_covered"].en == "People within the standard (age_60)"
    assert labels["arrived_p95_m"].vi == "Phân vị 95 % độ dài đường đi, tính trên người đến được"
    assert {field.name: field.unit for field in made.fields}["median_s"] == "s"
    assert {field.name: field.type for field in made.fields if field.type != "number"} == {
        "id": "text",
        "name": "text",
    }


def test_gap_places_are_published_at_the_middle_of_their_cell(office: Office) -> None:
    document = office.study("gaps", **state(AFTER, groups=["age_60"]))
    made = office.publish(document["id"], "outside", rows="gaps", title=Text("Ngoài chuẩn", "Outside"))
    assert made.definition.title == Text("Ngoài chuẩn", "Outside")
    shown = {gap["id"]: gap for gap in public_view(document)["gaps"]}
    places = "SELECT id, ST_X(geom) AS x, ST_Y(geom) AS y, people, zone_name FROM layer.outside"
    found = office.town.execute(text(places)).all()
    assert len(found) == len(shown) > 0
    for id_, x, y, people, zone in found:
        gap = shown[id_]
        assert ([x, y], people, zone) == (gap["point"], gap["people"], gap["zone_name"])


def test_a_comparison_is_published_with_its_gains_and_losses(office: Office) -> None:
    document = office.study("compare", before=state(BEFORE), after=state(AFTER))
    made = office.publish(document["id"], caller=ADMIN, visibility="personal")
    assert made.features == len(document["zones"])
    assert "at 10:00 on 2025-06-24 → at 10:00 on 2025-07-01" in made.definition.title.en
    assert made.definition.description is not None
    assert "Before: At 10:00 on 2025-06-24. After: At 10:00 on 2025-07-01." in made.definition.description.en
    assert [(row["id"], row["lost"]) for row in office.rows()] == [
        (zone["id"], zone["lost"]) for zone in document["zones"]
    ]


@pytest.mark.parametrize("visibility", ["public", "internal", "draft"])
def test_only_layers_of_personal_detail_hold_small_counts(office: Office, visibility: str) -> None:
    document = office.study()
    office.publish(document["id"], visibility=visibility)
    exact = {zone["id"]: zone["covered"] for zone in document["zones"]}
    assert exact["c2"] == 5, "a small count is in this study"
    assert {row["id"]: row["covered"] for row in office.rows()}["c2"] is None
    office.publish(document["id"], "exact", visibility="personal", caller=ADMIN)
    assert {row["id"]: row["covered"] for row in office.rows("exact")} == exact


def test_facilities_of_a_comparison_are_published_where_they_stand(office: Office) -> None:
    document = office.study("compare", before=state(BEFORE), after=state(AFTER))
    made = office.publish(document["id"], "by_office", rows="facilities", visibility="personal", caller=ADMIN)
    assert [(row["id"], row["lost"], row["load_after"]) for row in office.rows("by_office")] == [
        (row["id"], row["lost"], row["load_after"]) for row in document["facilities"]
    ]
    assert (made.definition.geometry, made.features, made.left_out) == ("Point", 5, 0)
    places = "SELECT count(*) FROM layer.by_office AS a JOIN layer.one_stop_office AS b ON a.id = b.code"
    assert office.town.execute(text(f"{places} WHERE ST_Equals(a.geom, b.geom)")).scalar_one() == 5


def test_the_table_of_facilities_is_published_with_its_groups_side_by_side(office: Office) -> None:
    document = office.study(**state(AFTER, tables=["facilities"], groups=["age_60"]))
    office.publish(document["id"], rows="facilities", visibility="personal", caller=ADMIN)
    load = {(row["id"], row["group"]): row["load"] for row in document["tables"]["facilities"]}
    assert {(row["id"], row["load"], row["age_60_load"]) for row in office.rows()} == {
        (id_, load[id_, "all"], load[id_, "age_60"]) for id_ in ("na", "nc")
    }


def test_published_again_it_is_the_same_layer_with_one_more_version(office: Office) -> None:
    office.publish(office.study()["id"], title=Text("Của tôi", "Mine"))
    fids = {row["id"]: row["fid"] for row in office.rows()}
    other = office.study(**state(AFTER, share=1.0))
    second = office.publish(other["id"])
    assert not second.is_new
    assert {row["id"]: row["fid"] for row in office.rows()} == fids
    assert second.definition.title.en == "Mine"
    assert second.definition.lineage is not None
    assert other["id"] in second.definition.lineage.en
    # The groups of the first study have no figures in the second.
    assert {row["age_60_total"] for row in office.rows()} == {None}
    messages = "SELECT message FROM gis.version WHERE layer = 'offices_by_unit' ORDER BY id DESC"
    assert office.town.execute(text(messages)).scalars().first() == f"{other['id']} (zones)"


def test_a_title_that_nobody_wrote_follows_what_is_published(office: Office) -> None:
    """A standard of demonstration: 15 minutes, then 10, at another hour and with closed roads."""
    rule = {"standard": "one_stop_office_motorbike_10min"}
    made = [
        office.publish(office.study(**asked)["id"]).definition
        for asked in (
            rule | {"at": AFTER, "limit": 900},
            rule | {"at": AFTER},
            rule | {"at": "2025-07-02T22:00", "closures": [{"classes": ["alley"], "hours": [22, 5]}]},
        )
    ]
    titles = [one.title.en for one in made]
    assert ["15 minutes" in title for title in titles] == [True, False, False]
    assert ["10 minutes" in title for title in titles] == [False, True, True]
    assert titles[1].endswith("at 10:00 on 2025-07-01, by unit")
    assert "at 22:00 on 2025-07-02, with closed roads, by unit" in titles[2]
    assert "lúc 22:00 ngày 2/7/2025, có đường bị đóng, theo đơn vị" in made[2].title.vi
    for one, minutes in zip(made, ("15 phút", "10 phút", "10 phút"), strict=True):
        assert one.description is not None
        assert one.lineage is not None
        assert minutes in one.description.vi
        for said in (one.description, one.lineage):
            assert "has not been checked against the law text" in said.en
            assert "Demonstration assumption" in said.en
    assert made[2].description is not None
    assert "At 22:00 on 2025-07-02. Closed roads: alleys from 22 to 5 o’clock." in made[2].description.en


def test_a_title_that_somebody_wrote_later_stays(office: Office) -> None:
    before = office.publish(office.study()["id"]).definition
    named = replace(before, title=Text("Của tôi", before.title.en))
    office.catalogue = replace(office.catalogue, layers={**office.catalogue.layers, before.id: named})
    assert office.publish(office.study(**state(AFTER, share=1.0))["id"]).definition.title.vi == "Của tôi"


def test_a_layer_is_told_anew_only_as_open_as_it_is(office: Office) -> None:
    study = office.study()["id"]
    office.publish(study, visibility="draft")
    assert office.publish(study).definition.visibility == "draft"
    teams.set_visibility(office.town, office.catalogue, "offices_by_unit", "public")
    assert office.publish(study, visibility="draft").definition.visibility == "draft"
    assert teams.settings(office.town) == {}


def test_what_is_published_is_in_the_audit(office: Office) -> None:
    study = office.study()["id"]
    made = office.publish(study)
    entries = office.town.execute(
        text("SELECT action, actor, object, after FROM gis.audit ORDER BY id")
    ).all()
    told = [(action, actor, object_) for action, actor, object_, _ in entries]
    assert ("study.publish", "hoa", study) in told
    after = next(entry.after for entry in entries if entry.action == "study.publish")
    assert after["layer"] == made.definition.id
    versions = [entry.after for entry in entries if entry.action == "layer.version"]
    assert versions[-1] == {"version": made.version}


def test_a_published_layer_is_exported_and_read_as_any_other(office: Office, tmp_path: Path) -> None:
    made = office.publish(office.study()["id"])
    path = tmp_path / "study.gpkg"
    export_layer(office.town, office.catalogue, made.definition.id, path)
    frame = gpd.read_file(path)
    assert len(frame) == 2
    assert set(frame.geom_type) <= {"Polygon", "MultiPolygon"}
    assert frame["name"].tolist() == [row["name"] for row in office.rows()]
    assert {"covered", "share", "age_60_covered"} <= set(frame)


def test_people_in_no_unit_have_no_place(office: Office) -> None:
    document = office.study()
    outside = document["zones"][0] | {"id": "outside", "name": "outside"}
    kept = json.dumps(document | {"zones": [*document["zones"], outside]})
    office.town.execute(text("UPDATE gis.study SET document = CAST(:kept AS jsonb)"), {"kept": kept})
    made = office.publish(document["id"])
    assert (made.features, made.left_out) == (2, 1)


def test_a_table_that_tells_places_is_published_with_its_groups_side_by_side(office: Office) -> None:
    document = office.study()
    point = {"lon": 106.4, "lat": 20.5}
    rows = [
        {"id": 7, **point, "group": "all", "total": 20.5, "share": 0.5},
        {"id": 7, **point, "group": "age_60", "total": 11, "share": None},
    ]
    kept = json.dumps(document | {"tables": {"hexagon": rows, "plain": [{"id": "na", "load": 5}]}})
    office.town.execute(text("UPDATE gis.study SET document = CAST(:kept AS jsonb)"), {"kept": kept})
    office.publish(document["id"], rows="hexagon", visibility="personal", caller=ADMIN)
    (row,) = office.rows()
    assert [row[name] for name in ("id", "total", "share", "age_60_total", "age_60_share")] == [
        "7", 20.5, 0.5, 11, None
    ]  # fmt: skip
    assert not {"lon", "lat", "group"} & set(row)
    refused = code_of(
        lambda: office.publish(document["id"], "plain", rows="plain", visibility="personal", caller=ADMIN),
        RefusedInput,
    )
    assert refused is ErrorCode.STUDY_ROWS_MISSING


def test_hexagons_are_published_for_those_only_who_see_personal_detail(office: Office) -> None:
    """Beside the cells of 250 m they would tell small counts (docs/decisions/014-hexagons-closed.md)."""
    study = office.study(**state(AFTER, tables=["hexagons"]))
    for visibility in ("public", "internal", "draft"):
        asked = {"rows": "hexagons", "visibility": visibility}
        code = code_of(lambda asked=asked: office.publish(study["id"], **asked), RefusedInput)  # type: ignore[misc]
        assert code is ErrorCode.STUDY_ROWS_MISSING
    made = office.publish(study["id"], rows="hexagons", visibility="personal", caller=ADMIN)
    assert made.features == len(study["tables"]["hexagons"]) > 0
    told = {row["id"]: (row["lon"], row["lat"]) for row in study["tables"]["hexagons"]}
    asked_for = "SELECT id, ST_Area(geom::geography), ST_X(ST_Centroid(geom)), ST_Y(ST_Centroid(geom))"
    drawn = office.town.execute(text(f"{asked_for} FROM layer.offices_by_unit"))
    for id_, area_m2, lon, lat in drawn:
        assert area_m2 == pytest.approx(500**2 * 3**0.5 / 2, rel=0.002)
        assert (lon, lat) == pytest.approx(told[id_], abs=2e-6)


BAD: list[tuple[dict[str, Any], type[GisError], ErrorCode]] = [
    ({"rows": "facilities"}, RefusedInput, ErrorCode.STUDY_ROWS_MISSING),
    ({"rows": "hexagon"}, RefusedInput, ErrorCode.STUDY_ROWS_MISSING),
    ({"layer": "one_stop_office"}, Conflict, ErrorCode.STUDY_LAYER_TAKEN),
    ({"layer": "Có dấu"}, RefusedInput, ErrorCode.LAYER_DEFINITION_FAULTY),
    ({"visibility": "open"}, WrongUse, ErrorCode.WRONG_ARGUMENT),
    ({"visibility": "personal"}, NotAllowed, ErrorCode.ROLE_INSUFFICIENT),
    ({"caller": ANONYMOUS}, NotAllowed, ErrorCode.TOKEN_MISSING),
    ({"caller": Caller(Role.PLANNER, "lan")}, NotAllowed, ErrorCode.ROLE_INSUFFICIENT),
    ({"study": "coverage_nothing"}, NotFound, ErrorCode.STUDY_NOT_FOUND),
]


@pytest.mark.parametrize(("asked", "kind", "code"), BAD)
def test_what_cannot_be_published_is_refused(
    office: Office, asked: dict[str, Any], kind: type[GisError], code: ErrorCode
) -> None:
    study = office.study()["id"]
    assert code_of(lambda: office.publish(**{"study": study, **asked}), kind) is code


@pytest.mark.parametrize(
    ("closed", "too_open", "open_enough"),
    [
        ("internal", ("public",), "internal"),
        ("draft", ("public", "internal", "personal"), "draft"),
        ("personal", ("public", "internal", "draft"), "personal"),
    ],
)
def test_a_study_is_no_more_open_than_its_most_closed_input(
    office: Office, closed: str, too_open: tuple[str, ...], open_enough: str
) -> None:
    study = office.study()["id"]
    office.closed("one_stop_office", closed)
    for visibility in too_open:
        with pytest.raises(RefusedInput) as refused:
            office.publish(study, visibility=visibility, caller=ADMIN)
        assert refused.value.code is ErrorCode.STUDY_TOO_CLOSED
        assert refused.value.params["layers"] == "one_stop_office"
    made = office.publish(study, visibility=open_enough, caller=ADMIN)
    assert made.definition.visibility == open_enough


def test_rows_of_another_kind_or_process_do_not_go_into_a_published_layer(office: Office) -> None:
    office.publish(office.study()["id"])
    compared = office.study("compare", before=state(BEFORE), after=state(AFTER))["id"]
    gaps = office.study("gaps", **state(AFTER))["id"]
    for study, rows in ((compared, "zones"), (gaps, "gaps")):
        code = code_of(lambda s=study, r=rows: office.publish(s, rows=r), Conflict)  # type: ignore[misc]
        assert code is ErrorCode.STUDY_LAYER_TAKEN


def test_a_layer_of_personal_detail_stays_one(office: Office) -> None:
    study = office.study()["id"]
    office.publish(study, visibility="personal", caller=ADMIN)
    assert office.publish(study, caller=ADMIN).definition.visibility == "personal"
    code = code_of(lambda: office.publish(study, visibility="internal", caller=ADMIN), RefusedInput)
    assert code is ErrorCode.VISIBILITY_PERSONAL


@pytest.mark.parametrize("visibility", ["public", "personal"])
def test_a_catchment_of_places_is_not_told_as_that_of_a_service(
    office: Office, catalogue: Catalogue, visibility: str
) -> None:
    (lon, lat), *_ = shapely.get_coordinates(transform(points([X + 900, Y]), METRIC, STORAGE)).tolist()
    places = [{"id": "one_stop_office0", "lon": lon, "lat": lat}]
    document = office.study("catchment", **state(AFTER), of="places", places=places)
    said = answer(document, catalogue)
    assert "một trong các địa điểm được hỏi" in said.vi
    assert "places that were asked about" in said.en
    for rows in ("zones", "gaps"):
        code = code_of(
            lambda rows=rows: office.publish(document["id"], rows=rows, visibility=visibility, caller=ADMIN),  # type: ignore[misc]
            RefusedInput,
        )
        assert code is ErrorCode.STUDY_OF_PLACES
