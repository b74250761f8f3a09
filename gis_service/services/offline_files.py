"""A map that is taken along, as one file: its tiles, its look, its page."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from gis_service.files.offline_package import write_package
from gis_service.files.pmtiles import PmtilesWriter
from gis_service.services import offline_study_look as look
from gis_service.services.context import Context
from gis_service.services.documents import canonical_json
from gis_service.services.offline import Limits, Taken, View, check, take
from gis_service.services.offline_style import metadata_of, style_of
from gis_service.types import Language, Text

_WORDS = {
    "layers": Text("Lớp", "Layers"),
    "made": Text("Lấy từ dịch vụ ngày", "Taken from the service on"),
    "version": Text("phiên bản", "version"),
    "generated": Text("dữ liệu sinh ra, không phải quan sát", "generated data, not observed"),
    "sources": Text("Nguồn và giấy phép", "Sources and licences"),
    "licence": Text("Giấy phép:", "Licence:"),
    "failed": Text("Không mở được bản đồ:", "The map could not be opened:"),
}


@dataclass(frozen=True, slots=True)
class Package:
    """A package that was written.

    Parameters
    ----------
    path
        The file.
    taken
        What is in it.
    generated
        Whether any of it is generated rather than observed.
    """

    path: Path
    taken: Taken
    generated: bool


def package_name(context: Context, view: View) -> str:
    """Give the name of a package unless somebody chooses another; generated data says so."""
    return f"{context.catalogue.city.id}_map{'_generated' if view.generated else ''}.zip"


def write(context: Context, view: View, out: Path, limits: Limits) -> Package:
    """Write a view as a zip: ``index.html``, ``map.pmtiles``, ``style.json``, fonts, and ``study.json``.

    Parameters
    ----------
    context
        Of the service.
    view
        Whose layers the caller may read.
    out
        The file, replaced when it is there; the tiles lie beside it while it is written.
    limits
        What it may take.

    Raises
    ------
    WrongUse, RefusedInput, Temporary
        As :func:`gis_service.services.offline.take`; ``client_not_built``.
    """
    check(view, limits)
    title = context.catalogue.city.title.in_language(view.language)
    archive = out.with_suffix(".tiles")
    try:
        with PmtilesWriter(archive, view.box, view.zooms) as tiles:
            taken = take(context, view, tiles, limits)
            metadata = metadata_of(view, title, taken)
            tiles.metadata = metadata
        facts: dict[str, object] = {
            "language": view.language,
            "title": title,
            "made": _day(view.language),
            "words": {name: words.in_language(view.language) for name, words in _WORDS.items()},
            "layers": metadata["layers"],
        }
        further: dict[str, str] = {}
        if view.study is not None:
            facts["study"] = look.facts(view.study, context.catalogue, view.language)
            further["study.json"] = canonical_json(view.study.document).decode()
        write_package(out, archive, style_of(view), facts, further)
    finally:
        archive.unlink(missing_ok=True)
    return Package(out, taken, view.generated)


def _day(language: Language) -> str:
    form = {"vi": "%d/%m/%Y", "en": "%Y-%m-%d"}[language]
    return datetime.now(UTC).astimezone().strftime(form)
