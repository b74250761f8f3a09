"""Definitions that users send are held to the same rules as files, and written back as they were."""

from dataclasses import replace

import pytest

from gis_service.catalogue.loader import Catalogue, load_catalogue
from gis_service.catalogue.schema import whole_schema
from gis_service.catalogue.user_layer import (
    body_of,
    check_user_layer,
    document_of,
    user_layer_from,
    with_user_layers,
)
from gis_service.settings import ROOT
from gis_service.types import LayerId, Text


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue(ROOT / "layers", ROOT / "tiles", "thai_binh")


def test_every_definition_of_the_files_is_written_so_that_it_is_read_back_the_same(
    catalogue: Catalogue,
) -> None:
    for definition in catalogue.layers.values():
        document = document_of(definition)
        assert check_user_layer(body_of(document), catalogue) == []
        assert replace(user_layer_from(document), made=False) == definition


def test_faults_of_a_body_stand_at_json_paths(catalogue: Catalogue) -> None:
    document = document_of(catalogue.layers["wifi"])
    document["fields"][0]["label"] = {"vi": "Mã"}
    document["contact"] = {"organisation": {"vi": "Sở", "en": "Dep."}, "email": "nobody", "fax": "1"}
    places = {fault.place("en") for fault in check_user_layer(body_of(document), catalogue)}
    assert places == {"body/fields/0/label", "body/contact/email", "body/contact/fax"}


@pytest.mark.parametrize(
    ("contact", "is_fine"),
    [
        ({"url": "https://thaibinh.gov.vn/x"}, True),
        ({"url": "javascript:alert(1)"}, False),
        ({"url": 'https://a/"onclick='}, False),
        ({"phone": "+84 (227) 383-1234"}, True),
        ({"phone": "call me"}, False),
        ({"email": "a@b"}, True),
        ({"email": "a b@c"}, False),
    ],
)
def test_addresses_of_a_contact_are_addresses(
    catalogue: Catalogue, contact: dict[str, str], *, is_fine: bool
) -> None:
    document = document_of(catalogue.layers["wifi"])
    document["contact"] = {"organisation": {"vi": "Sở", "en": "Dep."}, **contact}
    assert (check_user_layer(body_of(document), catalogue) == []) is is_fine


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"id": "wells\n"}, "body/id"),
        ({"key": "code\n"}, "body/key"),
        ({"title": {"vi": " ", "en": "x"}}, "body/title/vi"),
        ({"licence": "\n"}, "body/licence"),
        ({"source": {"vi": "a\x00", "en": "x"}}, "body/source/vi"),
        ({"source": {"vi": "a", "en": "\ud800"}}, "body/source/en"),
        ({"a\x00": 1}, "body/a\x00"),
    ],
)
def test_what_could_not_be_kept_as_it_is_written_is_refused(
    catalogue: Catalogue, change: dict[str, object], place: str
) -> None:
    document = document_of(catalogue.layers["wifi"]) | change
    assert place in {fault.place("en") for fault in check_user_layer(body_of(document), catalogue)}


def test_an_id_that_a_file_defines_as_well_is_the_users(catalogue: Catalogue) -> None:
    wifi = catalogue.layers["wifi"]
    other = replace(wifi, title=Text("Khác", "Other"), made=True)
    more = replace(other, id=LayerId("a_first_one"))
    whole = with_user_layers(catalogue, [other, more], ["wifi", "market", "nothing"])
    assert whole.layers["wifi"] is other
    assert list(whole.layers) == sorted({*catalogue.layers, "a_first_one"} - {"market"})
    assert "a_first_one" not in catalogue.layers, "the catalogue that was given is as it was"


def test_the_schema_that_is_published_refers_to_nothing() -> None:
    assert "$ref" not in str(whole_schema("layer"))
    assert whole_schema("layer")["properties"]["title"]["required"] == ["vi", "en"]


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"title": {"vi": "a" * 201, "en": "a"}}, "body/title/vi"),
        ({"description": {"vi": "a", "en": "a" * 4001}}, "body/description/en"),
        ({"licence": "a" * 201}, "body/licence"),
        ({"id": "wells_key_idx"}, "body/id"),
        ({"id": "wells_geom_idx"}, "body/id"),
        ({"id": "wells_version_to_idx"}, "body/id"),
        ({"id": "wells_pkey"}, "body/id"),
        ({"id": "wells_fid_seq"}, "body/id"),
    ],
)
def test_texts_have_an_end_and_names_of_indexes_are_no_ids(
    catalogue: Catalogue, change: dict[str, object], place: str
) -> None:
    faults = check_user_layer(body_of(document_of(catalogue.layers["wifi"]) | change), catalogue)
    assert [fault.place("en") for fault in faults] == [place]
    assert all(len(fault.words("en")) < 200 for fault in faults)


def test_a_layer_has_at_most_250_fields(catalogue: Catalogue) -> None:
    document = document_of(catalogue.layers["wifi"])
    label = {"vi": "a", "en": "a"}
    more = [{"name": f"n{number}", "type": "number", "label": label} for number in range(250)]
    for count, places in ((250, []), (251, ["body/fields"])):
        document["fields"] = [*document["fields"], *more][:count]
        assert [fault.place("en") for fault in check_user_layer(body_of(document), catalogue)] == places
        document = document_of(catalogue.layers["wifi"])
