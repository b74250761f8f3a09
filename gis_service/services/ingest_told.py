"""What a load says about itself: notices to who loads, and a line that stays with the version."""

from typing import Any

from gis_service.analysis.checks.findings import Repair
from gis_service.messages.catalogue import notices
from gis_service.services.ingest_checks import Checker, CheckPlan
from gis_service.services.ingest_source import LoadOptions
from gis_service.types import Language

Told = tuple[str, dict[str, object]]
_REPAIRED = (
    "repaired_axes",
    "repaired_parts",
    "repaired_empty",
    "repaired_outside",
    "repaired_duplicates",
    "repaired_linear",
    "repaired_kinds",
)
_FITTED = ("third_dimension_dropped", "single_parts_taken")


def notices_of(checker: Checker, plan: CheckPlan) -> list[Told]:
    """Tell what was done to the rows: ``(code, params)`` of each notice."""
    told: list[Told] = [(code, {"count": checker.told[code]}) for code in _FITTED if checker.told[code]]
    told += repairs_of(checker, plan)
    told += [] if plan.placed is None else plan.placed.notices()
    if any(count and "tcvn3" in encoding for (_, encoding), count in plan.text.changed.items()):
        told.append(("tcvn3_capitals", {}))
    if plan.recognised is not None:
        taken, written = plan.recognised.taken, plan.recognised.written
        told.append(("vn2000_recognised", {"written": written, "taken": taken}))
    if plan.matching.dropped:
        told.append(("columns_dropped", {"columns": ", ".join(plan.matching.dropped)}))
    told += [("time_zone_assumed", {"column": name}) for name in sorted(checker.zoneless)]
    return told


def repairs_of(checker: Checker, plan: CheckPlan) -> list[Told]:
    """Tell which repairs found something to do, with counts and areas."""
    told: list[Told] = [
        ("repaired_text", {"count": count, "column": column, "encoding": encoding})
        for (column, encoding), count in plan.text.changed.items()
        if count
    ]
    counts = {code: checker.told[code] for code in _REPAIRED}
    if plan.placed is not None and plan.placed.located:
        # These are told as rows without a unit.
        counts["repaired_empty"] -= plan.placed.lost
    told += [(code, {"count": count}) for code, count in counts.items() if count]
    if checker.told["geometries_repaired"]:
        told.append(("geometries_repaired", {"count": checker.told["geometries_repaired"]}))
        told.append(("repaired_area", {"area": f"{checker.area_changed_m2:.2f}"}))
    if count := checker.areas.mended:
        width, area = f"{plan.gap_m:g}", f"{checker.areas.changed_m2:.2f}"
        told.append(("repaired_slivers", {"count": count, "width": width, "area": area}))
    return told


def choices_of(options: LoadOptions, checker: Checker, plan: CheckPlan) -> str:
    """Write what was chosen and what came of it, in both languages; nothing when nothing was chosen.

    It becomes the second line of the version's message, so that whoever looks at the history years later sees
    what was done to the file.
    """
    told: list[Told] = []
    if options.crs is not None and plan.placed is None:
        told.append(("crs_chosen", {"crs": options.crs}))
    if Repair.INDEX in options.repairs:
        told.append(("repaired_index", {}))
    if options.columns:
        pairs = ", ".join(f"{column} → {field or '–'}" for column, field in options.columns.items())
        told.append(("columns_chosen", {"columns": pairs}))
    if options.coordinates is not None:
        told.append(("coordinates_chosen", {"columns": ", ".join(options.coordinates) or "–"}))
    if options.numbers:
        pairs = ", ".join(f"{column} → {meant}" for column, meant in options.numbers.items())
        told.append(("numbers_chosen", {"columns": pairs}))
    if plan.placed is not None:
        chosen = plan.placed.placing
        told.append(("placing_chosen", {"vintage": chosen.vintage, "column": chosen.column, "by": chosen.by}))
        told += plan.placed.notices()
    told += repairs_of(checker, plan)
    return " / ".join(_line(told, language) for language in ("vi", "en")) if told else ""


def _line(told: list[Told], language: Language) -> str:
    words: dict[str, Any] = {code: notices()[code].in_language(language) for code, _ in told}
    choices = " ".join(words[code].format(**params) for code, params in told)
    return notices()["choices_of_load"].in_language(language).format(choices=choices)
