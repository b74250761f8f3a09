"""The form of an upload's page as choices: what is shown on the page is chosen by it, the rest stays."""

from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any, TypeVar

from werkzeug.datastructures import MultiDict

from gis_service.services.ingest import ALL
from gis_service.services.ingest_checks import THOUSANDS
from gis_service.services.ingest_coordinates import NONE
from gis_service.services.ingest_definition import ids_of
from gis_service.services.ingest_suggest import SEVERAL
from gis_service.services.ingest_text import WHOLE
from gis_service.services.uploads import Upload
from gis_service.text import whole_number
from gis_service.web.pages.upload_view import SWAPPED, coordinate_columns, guesses_of, places_to_give, seen_of

Form = MultiDict[str, str]
NEW = ":new"
"""Value of the target for a layer that is to be made."""
STORED_NAME = "data"
"""What a layer without a name of its own is called after the file that holds the bytes of an upload."""
_AXES = "axes"
_LONGEST = 2000
_BOTH = ("vi", "en")
_One = TypeVar("_One")


def choices_from(form: Form, upload: Upload) -> dict[str, Any]:
    """Give the whole choices that a form stands for.

    Parameters
    ----------
    form
        As sent; members that the page did not show leave what was chosen as it is.
    upload
        As the page showed it, before the choice.

    Returns
    -------
    dict
        As a PATCH of the API would leave them; members without a value are left out.
    """
    seen = seen_of(upload)
    chosen: dict[str, Any] = dict(upload.choices)
    for name in ("name", "encoding", "message", "kind", "nodata"):
        if name in form:
            chosen[name] = _text(form, name) or None
    if (base := whole_number(_text(form, "base"))) is not None:
        chosen["base"] = base
    if "repairs.shown" in form:
        shown = set(_text(form, "repairs.shown").split())
        kept = [repair for repair in chosen.get("repairs", []) if repair not in shown]
        chosen["repairs"] = [*kept, *dict.fromkeys(form.getlist("repair"))]
    chosen["numbers"] = _numbers(form, upload.choices.get("numbers", {}))
    if "crs" in form:
        chosen.update(_system(form, chosen.get("repairs", [])))
    if "text" in form:
        chosen["text"] = _text_repairs(form, upload)
    if "target" in form:
        chosen.update(_target(form, upload, seen))
    if seen is not None:
        same = chosen.get("layer") == upload.choices.get("layer") and (chosen.get("definition") is None) == (
            upload.choices.get("definition") is None
        )
        # Columns that were shown for another target say nothing about this one.
        chosen["columns"] = _columns(form, seen, chosen, upload.choices.get("columns", {}), same=same)
    chosen.update(_places(form, upload, seen))
    return {name: value for name, value in chosen.items() if value not in (None, "", {}, [])}


def _text(form: Form, name: str) -> str:
    return form.get(name, "").replace("\x00", "").strip()[:_LONGEST]


def _system(form: Form, repairs: Sequence[str]) -> dict[str, Any]:
    """Take the system that was typed before the one that was picked; axes change places as it says."""
    typed, picked = _text(form, "crs.other"), _text(form, "crs")
    if typed:
        return {"crs": typed}
    if not picked.endswith(SWAPPED):
        return {"crs": picked or None}
    return {"crs": picked.removesuffix(SWAPPED), "repairs": [*(r for r in repairs if r != _AXES), _AXES]}


def _numbers(form: Form, before: Mapping[str, str]) -> dict[str, str]:
    """Take the columns whose points divide thousands as ticked; what was not shown stays as it was."""
    shown = form.getlist("numbers.shown")
    kept = {column: meant for column, meant in before.items() if column not in shown}
    return kept | {column: THOUSANDS for column in form.getlist("thousands") if column in shown}


def _text_repairs(form: Form, upload: Upload) -> dict[str, str]:
    """Choose an encoding for all columns, and for those that are whole in it as such."""
    encoding = _text(form, "text")
    if not encoding:
        return {}
    guess = next((one for one in guesses_of(upload, "text") if one["encoding"] == encoding), None)
    if guess is None:
        # It was chosen before: what was guessed then is mended, and gone from the guesses.
        before: dict[str, str] = upload.choices.get("text", {})
        return before if before.get(ALL) == encoding else {ALL: encoding}
    whole = {one["column"]: one["choice"] for one in guess["columns"] if one["choice"].endswith(WHOLE)}
    return {ALL: encoding, **whole}


def _target(form: Form, upload: Upload, seen: Mapping[str, Any] | None) -> dict[str, Any]:
    target = _text(form, "target")
    if target != NEW:
        return {"layer": target or None, "definition": None}
    before = upload.choices.get("definition") or (seen or {}).get("definition")
    if before is None:
        # Only a file that was looked at without a target suggests what a new layer would be.
        return {"layer": None, "definition": None}
    if not upload.choices.get("definition"):
        before = _named(before, upload.file)
    return {"layer": None, "definition": definition_from(form, before, seen)}


def _named(suggested: Mapping[str, Any], file: str) -> dict[str, Any]:
    """Name a new layer after its file, where the layer in it is only called as we keep the bytes."""
    stem = PurePath(file).stem
    if suggested["title"]["vi"] != STORED_NAME or not stem:
        return dict(suggested)
    title = {"vi": stem[:200], "en": stem[:200]}
    return {**suggested, "id": ids_of([stem])[0].field, "title": title, "description": title, "source": title}


def definition_from(form: Form, before: Mapping[str, Any], seen: Mapping[str, Any] | None) -> dict[str, Any]:
    """Give the definition of a new layer as the form has it, or as it was when the form did not show it."""
    if "definition.id" not in form:
        return dict(before)
    made = dict(before)
    for name in ("id", "category", "visibility", "licence"):
        made[name] = _text(form, f"definition.{name}") or before[name]
    for name in ("title", "source"):
        vi, en = (_text(form, f"definition.{name}.{language}") for language in _BOTH)
        made[name] = {"vi": vi or en or before[name]["vi"], "en": en or vi or before[name]["en"]}
    if before["description"] == before["title"]:
        made["description"] = made["title"]
    fields = [
        _field(form, index, before)
        for index, _ in enumerate((seen or {}).get("columns", []))
        if f"field.{index}" in form and f"keep.{index}" in form
    ]
    if fields:
        made["fields"] = fields
    key = _text(form, "definition.key")
    made["key"] = key or None
    for field in made["fields"]:
        field.pop("required", None)
        if field["name"] == key:
            field["required"] = True
    return made


def _field(form: Form, index: int, before: Mapping[str, Any]) -> dict[str, Any]:
    name = _text(form, f"field.{index}")
    known: dict[str, Any] = next((dict(one) for one in before["fields"] if one["name"] == name), {})
    vi, en = (_text(form, f"label.{index}.{language}") for language in _BOTH)
    label = {"vi": vi or en or name, "en": en or vi or name}
    return known | {"name": name, "type": _text(form, f"type.{index}") or "text", "label": label}


def _columns(
    form: Form,
    seen: Mapping[str, Any],
    chosen: Mapping[str, Any],
    before: Mapping[str, str],
    *,
    same: bool,
) -> dict[str, str]:
    """Give the field of each column, where it is not the one that a load takes by itself."""
    hidden = dict.fromkeys(form.getlist("hide"), "")
    if chosen.get("definition") is not None:
        made = {
            column["name"]: _text(form, f"field.{index}") if f"keep.{index}" in form else ""
            for index, column in enumerate(seen["columns"])
            if f"field.{index}" in form
        }
        return (made or _suggested(seen)) | hidden
    if not same:
        return hidden
    told = dict(before)
    for index, column in enumerate(seen["columns"]):
        name, by_itself = column["name"], column["taken"] and column["reason"] != "chosen"
        if _takes_suggestion(form, column):
            told[name] = column["field"]
        elif f"column.{index}" in form:
            field = _text(form, f"column.{index}")
            now = column["field"] if column["taken"] else ""
            if field == now and (by_itself or name in before or not field):
                continue
            told[name] = field
    return told | hidden | _picked(form, seen)


def _picked(form: Form, seen: Mapping[str, Any]) -> dict[str, str]:
    """Give the one of several columns that a button takes for their field, or leave all of them out."""
    picked = _text(form, "take")
    asked = [column for column in seen["columns"] if column["reason"] == SEVERAL]
    one = _at(seen["columns"], picked)
    if one is not None and one in asked:
        return {one["name"]: one["field"]}
    return {column["name"]: "" for column in asked if picked == f"{NONE}:{column['field']}"}


def _takes_suggestion(form: Form, column: Mapping[str, Any]) -> bool:
    suggested = bool(column["field"]) and not column["taken"] and column["reason"] != SEVERAL
    return form.get("do") == "suggested" and suggested


def _suggested(seen: Mapping[str, Any]) -> dict[str, str]:
    return {column["name"]: column["field"] or "" for column in seen["columns"]}


def _places(form: Form, upload: Upload, seen: Mapping[str, Any] | None) -> dict[str, Any]:
    """Give where the rows of a table lie, as far as the page asked."""
    chosen: dict[str, Any] = {}
    if "coordinates" in form:
        chosen["coordinates"] = _coordinates(form, upload, seen)
    if "placing" in form:
        chosen["placing"] = _placing(form, upload)
    return chosen


def _coordinates(form: Form, upload: Upload, seen: Mapping[str, Any] | None) -> list[str] | str | None:
    """Take the columns that were picked one by one before a pair that is offered."""
    names = coordinate_columns(seen)
    picked = [_text(form, f"coordinates.{side}") for side in ("x", "y", "geometry")]
    x, y, shape = (_at(names, place) for place in picked)
    if x is not None and y is not None:
        return [x, y]
    if shape is not None:
        return [shape]
    way, guesses = _text(form, "coordinates"), guesses_of(upload, "coordinates")
    if (guess := _at(guesses, way)) is not None:
        known: list[str] = guess["coordinates"]
        return known
    before: list[str] | str | None = upload.choices.get("coordinates")
    return {"as before": before, NONE: NONE}.get(way)


def _at(listed: Sequence[_One], place: str) -> _One | None:
    """Give what was picked by its place in a list; none for a place that there is not."""
    number = whole_number(place)
    return listed[number] if number is not None and number < len(listed) else None


def _placing(form: Form, upload: Upload) -> dict[str, Any] | None:
    """Choose by which units rows find their place, and the places given by hand."""
    picked = _text(form, "placing")
    guesses = guesses_of(upload, "units")
    before: dict[str, Any] = upload.choices.get("placing") or {}
    if not picked:
        return None
    if (guess := _at(guesses, picked)) is not None:
        chosen = {name: guess[name] for name in ("vintage", "column", "by", "within") if guess.get(name)}
        given = before.get("given", {}) if before.get("vintage") == chosen["vintage"] else {}
    else:
        chosen, given = (
            {name: value for name, value in before.items() if name != "given"},
            before.get("given", {}),
        )
    given = {number: place for number, place in given.items() if number not in form.getlist("unplace")}
    for row in (places_to_give(upload) or {}).get("to_place", []):
        place = _place(form, str(row["number"]))
        if place is not None:
            given[str(row["number"])] = place
    return chosen | ({"given": given} if given else {})


def _place(form: Form, number: str) -> str | list[float] | None:
    """Read the place of one row: a point, when both of its numbers are there, else the unit picked."""
    try:
        lon, lat = (float(_text(form, f"{side}.{number}").replace(",", ".")) for side in ("lon", "lat"))
    except ValueError:
        return _text(form, f"place.{number}") or None
    return [lon, lat]
