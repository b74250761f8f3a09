"""What the page of an upload says, without a file or a server."""

from typing import Any

import numpy as np
import pytest

from gis_service.analysis.checks.findings import Repair
from gis_service.errors import ErrorCode
from gis_service.services.small_map import Ground
from gis_service.web.pages import upload_view as view
from gis_service.web.pages import upload_words as words
from tests.web.pages.made_uploads import column, finding, seen, upload

DUPLICATE, MISSING = ErrorCode.DUPLICATE_KEY, ErrorCode.NEEDS_CRS
GROUND = Ground((106.1, 20.23, 106.68, 20.75), np.empty(0, dtype=object))
NOT_PUBLISHED = "nothing is published yet."


@pytest.mark.parametrize(
    ("findings", "en", "vi"),
    [
        ((), "214 features, no fault found; ", "214 đối tượng, không thấy lỗi; "),
        ((finding(DUPLICATE, numbers=(1, 2, 2)),), "214 features, 2 of them wrong; ", "2 trong đó có lỗi"),
        (
            (finding(DUPLICATE, numbers=(1, 2)), finding(ErrorCode.GEOMETRY_INVALID, numbers=(2, 3))),
            "214 features, 3 of them wrong; ",
            "214 đối tượng, 3 trong đó có lỗi",
        ),
        ((finding(DUPLICATE, numbers=(1, 2), count=900),), "214 features, 900 of them wrong", "900 trong đó"),
        (
            (finding(DUPLICATE, numbers=(1,), count=900), finding(DUPLICATE, numbers=(2,))),
            "at least 900 of them wrong",
            "ít nhất 900 trong đó có lỗi",
        ),
        ((finding(MISSING),), "one thing has to be chosen", "còn một điều phải chọn"),
        ((finding(MISSING), finding(MISSING)), "2 things have to be chosen", "còn 2 điều phải chọn"),
        ((finding(DUPLICATE, "warning", (1, 2)),), "no fault found", "không thấy lỗi"),
    ],
)
def test_one_sentence_says_how_things_stand(findings: tuple[dict[str, Any], ...], en: str, vi: str) -> None:
    looked = upload(seen(), findings)
    said = {
        language: view.sentence_of(looked, view.findings_of(looked, language), language)
        for language in ("vi", "en")
    }
    assert en in said["en"]
    assert vi in said["vi"]
    assert said["en"].endswith(NOT_PUBLISHED)
    assert said["vi"].endswith("chưa có gì được công bố.")


def test_a_file_of_several_layers_asks_for_one_of_them() -> None:
    several = upload()
    assert several.inspection is not None
    several.inspection["layers"] = [{"name": name, "features": 3} for name in ("a", "b")]
    assert view.sentence_of(several, [], "en") == "The file holds several layers: choose one."
    assert [layer["name"] for layer in view.choice_of_layers(several)] == ["a", "b"]
    assert view.sentence_of(upload(), [], "vi") == "Tệp chưa đọc được như đang chọn."


def test_every_repair_that_is_ticked_says_what_it_does() -> None:
    chosen_elsewhere = {Repair.TEXT}
    assert set(words.REPAIRS) == set(Repair) - chosen_elsewhere


def test_a_repair_whose_fault_is_gone_can_be_unticked() -> None:
    mended = upload(seen(), choices={"repairs": ["geometry", "text", "no such"]})
    assert [one["repair"] for one in view.ticked_of(mended, [], "en")] == ["geometry"]
    still = view.findings_of(upload(seen(), (finding(DUPLICATE, repair="geometry"),)), "en")
    assert view.ticked_of(mended, still, "en") == []
    assert still[0]["does"].startswith("Make invalid geometries valid")


GUESS = {"kind": "crs", "crs": "EPSG:9209", "share_inside": 1.0, "swapped": False, "why": ["all_inside"]}
PARAMS = ("crs", "fits", "metres", "box", "where")
BOX = [106.2, 20.3, 106.4, 20.5]


@pytest.mark.parametrize(
    ("layer", "found", "shares", "doubtful"),
    [
        (seen(crs=None), None, (), True),
        (seen(), None, (), False),
        (seen(), ErrorCode.CRS_SUSPECT, (0.2,), True),
        (seen(), ErrorCode.DATUM_SUSPECT, (), True),
        (seen(), ErrorCode.OUTSIDE_CITY, (0.95,), False),
        # Some of it lies elsewhere, and no other system puts that into the city.
        (seen(), ErrorCode.OUTSIDE_CITY, (0.5,), False),
        (seen(), ErrorCode.AXES_SWAPPED, (0.8, 0.2), False),
        (seen(), ErrorCode.AXES_SWAPPED, (0.0, 1.0), True),
        (seen(geometry=False, crs=None), None, (), False),
        (None, None, (), False),
    ],
)
def test_a_system_is_asked_for_only_when_it_is_in_doubt(
    layer: dict[str, Any] | None,
    found: ErrorCode | None,
    shares: tuple[float, ...],
    doubtful: bool,  # noqa: FBT001
) -> None:
    declared = [
        GUESS | {"why": ["declared"], "share_inside": share, "swapped": swapped}
        for swapped, share in zip((False, True), shares, strict=False)
    ]
    findings = () if found is None else (finding(found, params=dict.fromkeys(PARAMS, "–")),)
    assert view.is_doubtful(upload(layer, findings, guesses=[GUESS, *declared])) is doubtful


def test_each_guess_is_a_choice_with_its_number_on_the_map() -> None:
    guesses = [GUESS | {"box": BOX}, GUESS | {"crs": "EPSG:4326", "swapped": True, "box": None}]
    unknown = upload(seen(crs=None), guesses=guesses)
    first, second = view.systems_of(unknown, "vi")
    assert (first["value"], first["number"], first["share"]) == ("EPSG:9209", 1, "100 %")
    assert first["name"].startswith("VN-2000")
    assert (second["value"], second["number"]) == ("EPSG:4326 swapped", None)
    drawing = view.map_of(unknown, [], GROUND)
    assert [box["text"] for box in drawing.boxes] == ["1"]


def test_faulty_features_are_drawn_over_the_others_with_their_numbers() -> None:
    features = [
        {
            "geometry": {"type": "Point", "coordinates": [106.2 + n / 10, 20.4]},
            "properties": {"number": n, "faults": ["duplicate_key"] if n == 1 else []},
        }
        for n in (1, 2, 3)
    ]
    looked = upload(seen(), preview={"type": "FeatureCollection", "features": features})
    drawing = view.map_of(looked, [], GROUND)
    assert [dot["kind"] for dot in drawing.dots] == ["feature", "feature", "bad"]
    assert [label["text"] for label in drawing.labels] == ["1"]


def test_text_is_shown_before_and_after() -> None:
    sample = {"feature": 1, "column": "ten", "before": "Tr¹m", "after": "Trạm"}
    guess = {"kind": "text", "encoding": "tcvn3", "score": 0.98, "columns": [{}], "samples": [sample] * 20}
    (told,) = view.texts_of(upload(seen(), guesses=[guess]), "en")
    assert (told["value"], told["share"], len(told["samples"])) == ("tcvn3", "98%", 8)
    assert "TCVN3" in told["name"]


@pytest.mark.parametrize(
    ("count", "vi", "en"),
    [
        (0, "0 byte", "0 bytes"),
        (1, "1 byte", "1 byte"),
        (12_400_000, "12,4 MB", "12.4 MB"),
        (2_100_000_000, "2,1 GB", "2.1 GB"),
    ],
)
def test_sizes_read_as_their_readers_write_them(count: int, vi: str, en: str) -> None:
    assert (words.size(count, "vi"), words.size(count, "en")) == (vi, en)


RASTER = {"width": 4000, "height": 300, "bands": [{}]}


def test_of_a_raster_the_cells_are_told() -> None:
    looked = upload(seen(raster=RASTER, kinds={"Raster": 1}, features=1))
    assert view.sentence_of(looked, [], "en").startswith(
        "Raster of 4,000 × 300 cells, 1 band, no fault found; "
    )
    assert view.sentence_of(looked, [], "vi").startswith("Ảnh 4.000 × 300 điểm, 1 kênh, không thấy lỗi; ")


def test_a_column_keeps_what_the_file_calls_it() -> None:
    assert view.seen_of(upload(seen(column("Tên")))) is not None
