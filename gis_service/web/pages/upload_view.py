"""What the page of an upload shows: the file in plain words, what is wrong, what can be chosen.

Nothing is decided here: guesses are shown in their order, and only what was chosen is ticked.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from gis_service.analysis.checks.findings import Repair
from gis_service.crs import parse_stranger_crs
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.messages.catalogue import notices
from gis_service.messages.plural import plural
from gis_service.services import jobs
from gis_service.services.small_map import Ground
from gis_service.services.uploads import Upload
from gis_service.text import number as written
from gis_service.text import percent
from gis_service.types import Language
from gis_service.web.pages import upload_words as words
from gis_service.web.pages.drawing import Drawing, geometry_of

BOXES = 6
"""Guesses of the coordinate system that are shown."""
_FITS = 0.9
"""Share of the features in the city from which on a system fits."""
_DOUBTS = {ErrorCode.CRS_SUSPECT, ErrorCode.DATUM_SUSPECT, ErrorCode.RASTER_OUTSIDE_CITY}
"""What is found where another system is likelier than the one that the file names."""
LISTED = 6
"""Features of a finding that are told one by one; all of them are in the table to download."""


def seen_of(upload: Upload) -> dict[str, Any] | None:
    """Give what is known of the layer of the file that was looked at; None before one is chosen."""
    layers = (upload.inspection or {}).get("layers", [])
    return layers[0] if layers and "kept" in layers[0] else None


def layers_beside(upload: Upload) -> list[dict[str, Any]]:
    """Give the layers of the file beside the one that was looked at without being asked for."""
    return [] if seen_of(upload) is None else (upload.inspection or {}).get("layers", [])[1:]


def choice_of_layers(upload: Upload) -> list[dict[str, Any]]:
    """Give the layers that the file holds while one of them has to be chosen."""
    layers: list[dict[str, Any]] = (upload.inspection or {}).get("layers", [])
    return [] if seen_of(upload) is not None else layers


def findings_of(upload: Upload, language: Language) -> list[dict[str, Any]]:
    """Tell what was found, errors first, each with the repair that a tick would do."""
    told = []
    for index, found in enumerate((upload.inspection or {}).get("findings", [])):
        error = jobs.read_problem(upload.id, found["error"])
        numbers = found.get("numbers") or [None] * len(found["places"])
        listed = [
            {"number": number, "where": fault.place(language), "text": fault.words(language), "place": place}
            for number, fault, place in zip(numbers, error.faults, found["places"], strict=False)
        ]
        repair = found["repair"]
        told.append(
            {
                "id": f"finding-{index}",
                "code": error.code.value,
                "severity": found["severity"],
                "count": found["count"],
                "column": found["column"],
                "title": error.title(language),
                "detail": error.detail(language),
                "remedy": error.remedy(language),
                "repair": repair,
                "does": words.REPAIRS[Repair(repair)].in_language(language) if _is_tick(repair) else "",
                "faults": listed,
                "listed": found.get("listed", len(listed)),
                "params": error.params,
            }
        )
    return told


def _is_tick(repair: str | None) -> bool:
    return repair in set(Repair) and Repair(repair) in words.REPAIRS


def ticked_of(
    upload: Upload, findings: Sequence[Mapping[str, Any]], language: Language
) -> list[dict[str, str]]:
    """Give the repairs that are chosen and whose fault is gone with them, so that they can be unticked."""
    open_ = {found["repair"] for found in findings}
    return [
        {"repair": repair, "does": words.REPAIRS[Repair(repair)].in_language(language)}
        for repair in upload.choices.get("repairs", [])
        if _is_tick(repair) and repair not in open_
    ]


def notices_of(seen: Mapping[str, Any], language: Language) -> list[str]:
    """Say what the repairs chosen did to the rows."""
    known = notices()
    return [
        known[one["code"]].in_language(language).format(**one["params"]) for one in seen.get("notices", [])
    ]


def wrong_of(findings: Sequence[Mapping[str, Any]]) -> tuple[int, bool]:
    """Count the features with errors, each once.

    Returns
    -------
    tuple[int, bool]
        How many; whether there may be more, since only the first faults of each kind are told by number.
    """
    errors = [found for found in findings if found["severity"] == "error"]
    numbers = {fault["number"] for found in errors for fault in found["faults"]} - {None}
    more = any(found["faults"] and found["count"] > len(found["faults"]) for found in errors)
    if more:
        return max([len(numbers), *(found["count"] for found in errors if found["faults"])]), len(errors) > 1
    return len(numbers), False


def sentence_of(upload: Upload, findings: Sequence[Mapping[str, Any]], language: Language) -> str:
    """Say in one sentence how things stand; it ends with whether anything is published."""
    vi = language == "vi"
    seen = seen_of(upload)
    if seen is None:
        if choice_of_layers(upload):
            return "Tệp có nhiều lớp: hãy chọn một." if vi else "The file holds several layers: choose one."
        return "Tệp chưa đọc được như đang chọn." if vi else "The file cannot be read as chosen so far."
    count = _size_of(seen, language)
    wrong, least = wrong_of(findings)
    errors = [found for found in findings if found["severity"] == "error"]
    rest = "; chưa có gì được công bố." if vi else "; nothing is published yet."
    if wrong:
        told = written(wrong, language)
        said = (
            f"{'ít nhất ' if least else ''}{told} trong đó có lỗi"
            if vi
            else (f"{'at least ' if least else ''}{told} of them wrong")
        )
        return f"{count}, {said}{rest}"
    if errors:
        said = "còn một điều phải chọn" if vi else "one thing has to be chosen"
        if len(errors) > 1:
            said = f"còn {len(errors)} điều phải chọn" if vi else f"{len(errors)} things have to be chosen"
        return f"{count}, {said}{rest}"
    return f"{count}, {'không thấy lỗi' if vi else 'no fault found'}{rest}"


def _size_of(seen: Mapping[str, Any], language: Language) -> str:
    """Say how much is in a file: features, or the cells of a raster."""
    raster = seen.get("raster")
    if not raster:
        return words.features(seen["features"], language)
    wide, high = (written(raster[side], language) for side in ("width", "height"))
    bands = len(raster["bands"])
    if language == "vi":
        return f"Ảnh {wide} × {high} điểm, {bands} kênh"
    return f"Raster of {wide} × {high} cells, {bands} {plural(bands, 'band', 'bands')}"


def guesses_of(upload: Upload, kind: str) -> list[dict[str, Any]]:
    """Give the guesses of one kind: ``crs``, ``text``, ``units``; the likeliest first."""
    return [one for one in (upload.inspection or {}).get("guesses", []) if one["kind"] == kind]


def systems_of(upload: Upload, language: Language) -> list[dict[str, Any]]:
    """Give the guesses of the coordinate system as choices; the value tells whether axes change places."""
    return [
        {
            "value": guess["crs"] + (SWAPPED if guess["swapped"] else ""),
            "crs": guess["crs"],
            "name": _name_of(guess["crs"]),
            "number": index if guess.get("box") and is_doubtful(upload) else None,
            "share": percent(guess["share_inside"], language, 0),
            "why": [words.WHY_CRS[why].in_language(language) for why in guess["why"] if why in words.WHY_CRS],
        }
        for index, guess in enumerate(_likely(upload), 1)
    ]


def _likely(upload: Upload) -> list[dict[str, Any]]:
    return guesses_of(upload, "crs")[:BOXES]


def _name_of(crs: str) -> str:
    """Give what people call a system; nothing where its code is all that it has."""
    try:
        name = parse_stranger_crs(crs).name
    except RefusedInput:
        return ""
    return "" if name == crs else str(name)


def is_doubtful(upload: Upload) -> bool:
    """Tell whether somebody has to look at the coordinate system: it is not known, or another fits better.

    A file that lies elsewhere in every system, or of which a few features do, is no matter of its system.
    """
    seen = seen_of(upload)
    if seen is None or not seen.get("geometry"):
        return False
    findings = (upload.inspection or {}).get("findings", [])
    told = {found["error"]["code"] for found in findings}
    return not seen.get("crs") or bool(told & _DOUBTS) or _is_swapped(upload)


def _is_swapped(upload: Upload) -> bool:
    """Tell whether nearly all of a file lies in the city only with its axes exchanged."""
    named: dict[bool, float] = {
        guess["swapped"]: guess["share_inside"]
        for guess in guesses_of(upload, "crs")
        if "declared" in guess["why"]
    }
    return named.get(False, 1) < _FITS <= named.get(True, 0)


SWAPPED = " swapped"
"""Follows a coordinate system that fits when x and y are exchanged."""


def texts_of(upload: Upload, language: Language) -> list[dict[str, Any]]:
    """Give the guesses of old encodings as choices, with values before and after."""
    return [
        {
            "value": guess["encoding"],
            "name": notices()[f"text_{guess['encoding']}"].in_language(language),
            "share": percent(guess["score"], language, 0),
            "columns": len(guess["columns"]),
            "samples": guess["samples"][:8],
        }
        for guess in guesses_of(upload, "text")
    ]


def coordinate_columns(seen: Mapping[str, Any] | None) -> list[str]:
    """Give the columns of a table from which those of its coordinates can be chosen, in one order."""
    if seen is None:
        return []
    return [*(seen.get("coordinates") or ()), *(column["name"] for column in seen["columns"])]


def coordinates_of(upload: Upload, language: Language) -> dict[str, Any] | None:
    """Give the columns that hold coordinates, and the guesses, as choices; None for what is no table.

    A choice that keeps a file from being read is shown without them, to be taken back.
    """
    seen, chosen = seen_of(upload), upload.choices.get("coordinates")
    now = [] if seen is None else seen.get("coordinates")
    if now is None or (seen is None and not chosen):
        return None
    return {
        "now": now,
        "chosen": chosen,
        "columns": list(enumerate(coordinate_columns(seen))),
        "guesses": [
            {
                "columns": guess["coordinates"],
                "measure": words.MEASURES[guess["measure"]].in_language(language),
                "share": percent(guess["share"], language, 0),
            }
            for guess in guesses_of(upload, "coordinates")
        ],
    }


def map_of(upload: Upload, findings: Sequence[Mapping[str, Any]], ground: Ground) -> Drawing:
    """Draw the sample of the file over the city, what is wrong with its numbers, and each guess as a box."""
    inspection = upload.inspection or {}
    features = (inspection.get("preview") or {}).get("features", [])
    shapes = [(one, geometry_of(one["geometry"])) for one in features]
    known = [shape for _, shape in shapes if shape is not None]
    guesses = _likely(upload) if is_doubtful(upload) else []
    boxes = [guess["box"] for guess in guesses if guess.get("box")]
    drawing = Drawing.over(ground, [shape.bounds for shape in known] + [tuple(box) for box in boxes])
    wrong: list[tuple[str, float, float]] = []
    # What is wrong with several features together is known by their numbers only.
    known_bad = {
        fault["number"] for found in findings if found["severity"] == "error" for fault in found["faults"]
    }

    def is_bad(one: Mapping[str, Any]) -> bool:
        return bool(one["properties"]["faults"]) or one["properties"]["number"] in known_bad

    # What is wrong lies above what is not.
    for one, shape in sorted(shapes, key=lambda pair: (is_bad(pair[0]), pair[0]["properties"]["number"])):
        number, bad = str(one["properties"]["number"]), is_bad(one)
        drawing.shape(shape, "bad" if bad else "feature", number)
        if bad and shape is not None:
            centre = shape.centroid
            wrong.append((number, centre.x, centre.y))
    for found in findings:
        for fault in found["faults"]:
            lon, lat = fault["place"]
            if lon is not None and found["severity"] != "note":
                drawing.dot(lon, lat, "bad place", str(fault["number"] or ""))
                wrong.append((str(fault["number"] or ""), lon, lat))
    for number, lon, lat in wrong:
        drawing.label(lon, lat, number, "number")
    for index, guess in enumerate(guesses, 1):
        if guess.get("box"):
            drawing.box(tuple(guess["box"]), str(index))
    return drawing


def places_to_give(upload: Upload) -> dict[str, Any] | None:
    """Tell of the rows of a list that wait for a place; None for files with coordinates of their own."""
    seen = seen_of(upload)
    return None if seen is None else seen.get("placing")
