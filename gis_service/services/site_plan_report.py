"""What an analyst takes home of a plan on files: the document, the sites as a table and on the map, words."""

from pathlib import Path

import geopandas as gpd
import shapely

from gis_service.analysis.demand import ALL
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.services.documents import canonical_json
from gis_service.services.reports import prepare_folder
from gis_service.services.site_plan_files import FilePlan
from gis_service.services.siting_words import lead_words, proof_words, room_words, sites_table
from gis_service.services.study_words import limit_words, notice_text
from gis_service.text import number
from gis_service.types import Language, Text

DOCUMENT, TABLE, MAP = "plan.json", "sites.csv", "sites.gpkg"
_SERVICE = Text("dịch vụ", "the service")
_CHANGE = Text(
    vi=" Số người trong giới hạn từ {before} thành {after} trên {total}.",
    en=" {after} of {total} people are within the limit, after {before}.",
)
_GENERATED = Text(vi=" Tính từ dữ liệu minh hoạ.", en=" Computed from generated data.")


def write_plan(plan: FilePlan, out: Path) -> list[Path]:
    """Write ``plan.json``, ``sites.csv`` and ``sites.gpkg``; a plan without any site has no map.

    Raises
    ------
    RefusedInput
        ``out_not_writable``.
    """
    prepare_folder(out)
    paths = [out / DOCUMENT, out / TABLE, out / MAP]
    rows = plan.document["plan"]["sites"]
    places = gpd.GeoSeries(shapely.points([(one["lon"], one["lat"]) for one in rows]), crs="EPSG:4326")
    frame = gpd.GeoDataFrame(rows, geometry=list(places), crs="EPSG:4326")
    try:
        paths[0].write_bytes(canonical_json(plan.document))
        frame.drop(columns="geometry").to_csv(paths[1], index=False)
        paths[2].unlink(missing_ok=True)
        frame.to_crs(plan.analysis.inputs.crs).to_file(paths[2], layer="sites", driver="GPKG")
    except OSError as error:
        raise RefusedInput(ErrorCode.OUT_NOT_WRITABLE, path=str(out), reason=error.strerror) from error
    return paths


def file_plan_text(plan: FilePlan, language: Language) -> str:
    """Tell a plan for a terminal: what it brings, how sure that is, the sites, what must be said."""
    document = plan.document
    found, parameters = document["plan"], document["parameters"]
    service, limit = _SERVICE.in_language(language), limit_words(parameters, language)
    total = document["totals"][ALL]
    figures = {name: number(total[name], language) for name in ("before", "after", "total")}
    said = lead_words(found, service, limit, language)
    said += (
        _CHANGE.in_language(language).format(**figures)
        + " "
        + proof_words(found["status"], found["gap"], language)
        + room_words(found, language)
    )
    said += _GENERATED.in_language(language) if document["generated_data"] else ""
    rows = sites_table(found, language)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
    notices = [f"  {notice_text(notice).in_language(language)}" for notice in document["notices"]]
    return "\n".join([said, "", *lines, "", *notices])
