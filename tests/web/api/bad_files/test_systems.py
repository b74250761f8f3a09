"""Coordinate systems that are missing or wrong, exchanged axes, text in old encodings."""

import unicodedata
from pathlib import Path

import pytest
from shapely.geometry import Point

from tests.bad_files.counter import Counter, codes, fault
from tests.bad_files.made import collection, feature, shapefile, zipped_parts
from tests.bad_files.marks import bad_input, quick_first
from tests.bad_files.targets import new_layer

LOCAL = Point(587_095.9, 2_261_880.3)
"""In the zone of the province, EPSG:9209."""


@bad_input(6, (201, "needs_crs"))
def test_a_file_without_a_system_waits_with_ranked_guesses_on_a_map(counter: Counter, tmp_path: Path) -> None:
    parts = shapefile(tmp_path, [LOCAL], {"code": ["a"]}, crs=None)
    assert ".prj" not in parts
    told = counter.seen(zipped_parts(parts), "lớp.zip")
    missing = fault(told, "needs_crs")
    assert (missing["severity"], missing["repair"]) == ("error", "crs")
    guesses = [guess for guess in told["guesses"] if guess["kind"] == "crs"]
    assert (guesses[0]["crs"], guesses[0]["share_inside"]) == ("EPSG:9209", 1)
    assert guesses[0]["centre"] == pytest.approx([106.34, 20.45], abs=0.01)
    shares = [guess["share_inside"] for guess in guesses]
    assert shares == sorted(shares, reverse=True)
    told = counter.chosen(told["id"], crs=guesses[0]["crs"])
    assert codes(told) == []


@bad_input(7, (201, "crs_suspect"))
@pytest.mark.parametrize("wrong", ["EPSG:32649", "EPSG:4326"])
def test_a_system_that_puts_a_file_elsewhere_is_doubted_with_others(
    counter: Counter, tmp_path: Path, wrong: str
) -> None:
    told = counter.seen(zipped_parts(shapefile(tmp_path, [LOCAL], {"code": ["a"]}, crs=wrong)), "lớp.zip")
    doubt = fault(told, "crs_suspect")
    assert (doubt["severity"], doubt["repair"]) == ("warning", "crs")
    assert "EPSG:9209" in doubt["detail"]
    assert "EPSG:9209" in [guess.get("crs") for guess in told["guesses"]]
    assert codes(counter.chosen(told["id"], crs="EPSG:9209")) == []


@bad_input(8, (201, "axes_swapped"))
def test_exchanged_axes_are_told_and_mended_by_one_choice(counter: Counter) -> None:
    told = counter.seen(
        collection(feature(Point(20.4, 106.3), code="a"), feature(Point(106.3, 20.4), code="b"))
    )
    swapped = fault(told, "axes_swapped")
    (entry,) = swapped["features"]
    assert (swapped["repair"], entry["where"]) == ("axes", "feature 1")
    assert (entry["lon"], entry["lat"]) == (106.3, 20.4)
    told = counter.chosen(told["id"], repairs=["axes"])
    (notice,) = told["layers"][0]["notices"]
    assert (codes(told), notice["code"]) == ([], "repaired_axes")
    assert told["layers"][0]["box"] == pytest.approx([106.3, 20.4, 106.3, 20.4])
    shown = counter.desk.get(told["id"], "/preview").get_json()["features"]
    assert [each["geometry"]["coordinates"] for each in shown] == [[106.3, 20.4]] * 2


NAMES = ["Phường Trần Lãm", "Xã Đông Hoà", "Thị trấn Quỳnh Côi", "Phường Lê Hồng Phong", "Xã Vũ Chính"]
TCVN3 = ["Ph­êng TrÇn L·m", "X· §«ng Hoµ", "ThÞ trÊn Quúnh C«i", "Ph­êng Lª Hång Phong", "X· Vò ChÝnh"]
VNI = [
    "Phöôøng Traàn Laõm",
    "Xaõ Ñoâng Hoaø",
    "Thò traán Quyønh Coâi",
    "Phöôøng Leâ Hoàng Phong",
    "Xaõ Vuõ Chính",
]


def cp1258(text: str) -> str:
    """Write text as CP1258 does, tones behind their letters, and read it as Latin-1."""
    out = ""
    for sign in text:
        parts = unicodedata.normalize("NFD", sign)
        tone = "".join(mark for mark in parts[1:] if mark in "\u0300\u0301\u0303\u0309\u0323")
        out += unicodedata.normalize("NFC", "".join(part for part in parts if part not in tone)) + tone
    return out.encode("cp1258").decode("latin-1")


WRITTEN: dict[str, list[str]] = {
    "tcvn3": TCVN3,
    "vni": VNI,
    "cp1258": [cp1258(name) for name in NAMES],
    "decomposed": [unicodedata.normalize("NFD", name) for name in NAMES],
    "utf8_as_latin1": [name.encode().decode("latin-1") for name in NAMES],
}


@bad_input(9, (201, "text_legacy"))
@pytest.mark.parametrize("encoding", quick_first(WRITTEN, ["tcvn3", "utf8_as_latin1"]))
def test_old_encodings_are_shown_before_and_after_and_mended_by_choice(
    counter: Counter, encoding: str
) -> None:
    places = (Point(106.30 + number / 1000, 20.4) for number in range(30))
    features = [feature(place, name=text) for place, text in zip(places, WRITTEN[encoding] * 6, strict=True)]
    told = counter.seen(collection(*features), definition=new_layer(f"old_{encoding}", "Point", "name"))
    warning = fault(told, "text_legacy")
    assert (warning["severity"], warning["repair"], len(warning["features"]) <= 20) == (
        "warning",
        "text",
        True,
    )
    guess = next(entry for entry in told["guesses"] if entry["kind"] == "text")
    shown = {one["before"]: one["after"] for one in guess["samples"]}
    assert shown.items() <= dict(zip(WRITTEN[encoding], NAMES, strict=True)).items()
    assert shown
    told = counter.chosen(told["id"], text={one["column"]: one["choice"] for one in guess["columns"]})
    assert codes(told) == []
    version = counter.published(told["id"])["version"]
    stored = counter.rows(f"SELECT DISTINCT name FROM layer.old_{encoding}")  # noqa: S608  ours
    assert {name for (name,) in stored} == set(NAMES)
    ((message,),) = counter.rows(f"SELECT message FROM gis.version WHERE id = {version}")  # noqa: S608  ours
    assert guess["encoding"] in message, "the choice stays with the history of the layer"


@bad_input(9, (201, "text_encoding_unknown"))
def test_bytes_of_no_known_encoding_wait_for_one(counter: Counter) -> None:
    table = "code;name;lon;lat\na;caf\xe9 \xa4\xbe;106.35;20.45\n".encode("latin-1")
    told = counter.seen(table, "điểm.csv")
    unknown = fault(told, "text_encoding_unknown")
    assert (unknown["severity"], unknown["repair"]) == ("error", "text")
    assert codes(counter.chosen(told["id"], encoding="cp1252")) == []
