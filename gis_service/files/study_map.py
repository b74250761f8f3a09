"""Writes the map of a study as one HTML file that opens anywhere, with no network at all.

folium draws; everything a page would fetch (Leaflet, its style, the font) is put into the file from our own
licensed copies in ``assets/``, jQuery and Bootstrap are not needed, and a content security policy in the page
forbids every request. All words from files are escaped.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from importlib.resources import files
from itertools import pairwise

import folium
import jinja2
import shapely
from branca.element import Element, Figure
from shapely.geometry.base import BaseGeometry

from gis_service.files.fonts import font_faces
from gis_service.text import number, percent
from gis_service.types import BBox, Text

RAMP = ("#e8efe9", "#bcdcd6", "#7fc0bd", "#3f9ca1", "#0b7a83")
"""Coverage from low to high; reads in grey."""
BREAKS = (0.5, 0.65, 0.8, 0.9)
"""Shares at which the ramp takes the next colour."""
NOBODY = "#f4f7f7"
OUTSIDE, FACILITY = "#c8450f", "#0d3742"
UNREACHABLE = Text("Không tới được điểm dịch vụ nào", "Cannot reach any facility")
"""People outside whom no way leads to a facility, however long."""

_ASSETS = files("gis_service.files") / "assets"
_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; font-src data:"
)
_VIET_NAM: BBox = (101.0, 7.0, 117.0, 24.0)
_ISLANDS = ((112.3, 16.5, "Quần đảo Hoàng Sa (Việt Nam)"), (114.0, 9.8, "Quần đảo Trường Sa (Việt Nam)"))
_LARGEST_RADIUS, _SMALLEST_RADIUS = 18.0, 4.0
_DECIMALS = 6


@dataclass(frozen=True)
class MapZone:
    """One unit on the map: figures in persons, share 0..1 or None without people, geometry in EPSG:4326.

    ``more`` are further lines of its window, a label and a value each, as for gaps and facilities.
    """

    id: str
    name: str
    total: float
    covered: float
    uncovered: float
    unreachable: float
    share: float | None
    geometry: BaseGeometry
    more: Sequence[tuple[Text, Text]] = ()


@dataclass(frozen=True)
class MapGap:
    """One place outside the standard: people in persons, why they are outside, a point in EPSG:4326."""

    rank: int
    name: Text
    people: float
    why: Text
    point: BaseGeometry
    more: Sequence[tuple[Text, Text]] = ()


@dataclass(frozen=True)
class MapFacility:
    """One facility: persons within the limit who are nearest to it or None, a geometry in EPSG:4326."""

    name: str
    people: float | None
    geometry: BaseGeometry
    more: Sequence[tuple[Text, Text]] = ()


@dataclass(frozen=True)
class StudyMap:
    """All that stands on the page."""

    sentence: Text
    outside: Text
    method: Text
    sources: Text
    zones: Sequence[MapZone]
    gaps: Sequence[MapGap]
    facilities: Sequence[MapFacility]
    notices: Sequence[Text] = field(default_factory=tuple)


def render_study_map(content: StudyMap) -> str:
    """Draw the page.

    Parameters
    ----------
    content
        Figures, words and geometries in EPSG:4326.

    Returns
    -------
    str
        A whole HTML document that asks nothing of any host.
    """
    chart = _map(content)
    root = chart.get_root()
    if not isinstance(root, Figure):
        raise TypeError("folium did not give a page")
    root.header.add_child(
        Element(f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'), name="policy"
    )
    root.header.add_child(Element(f"<style>{font_faces()}{_asset('study_map.css')}</style>"), name="look")
    root.html.add_child(Element(_panel(content)), name="panel")
    root.script.add_child(Element(_asset("study_map.js")), name="language")
    return _inline(root.render())


def band_of(share: float | None) -> int | None:
    """Give the place of a share on the ramp, None for a unit without people."""
    return None if share is None else sum(share >= step for step in BREAKS)


def _map(content: StudyMap) -> folium.Map:
    chart = folium.Map(
        tiles=None, control_scale=True, zoom_control="topright", font_size="13px", zoom_snap=0.25
    )
    chart.default_js = [("leaflet", "leaflet.js")]
    chart.default_css = [("leaflet_css", "leaflet.css")]
    west, south, east, north = shapely.total_bounds([zone.geometry for zone in content.zones])
    if west < _VIET_NAM[2] and east > _VIET_NAM[0] and south < _VIET_NAM[3] and north > _VIET_NAM[1]:
        _add_islands(chart)
    _add(chart, [_zone_feature(zone) for zone in content.zones])
    largest = max((gap.people for gap in content.gaps), default=0.0)
    by_size = sorted(content.gaps, key=lambda gap: gap.rank)
    _add(chart, [_gap_feature(gap, largest) for gap in by_size])
    _add(chart, [_facility_feature(facility) for facility in content.facilities])
    chart.fit_bounds([[south, west], [north, east]], padding=(24, 24))
    return chart


def _add(chart: folium.Map, features: list[dict[str, object]]) -> None:
    if not features:  # folium cannot draw an empty collection
        return
    folium.GeoJson(
        {"type": "FeatureCollection", "features": features},
        marker=folium.CircleMarker(),
        tooltip=folium.GeoJsonTooltip(["name"], labels=False),
        popup=folium.GeoJsonPopup(["text"], labels=False, max_width=280),
    ).add_to(chart)


def _add_islands(chart: folium.Map) -> None:
    """Name the two archipelagos wherever the map can be moved to the East Sea."""
    for longitude, latitude, name in _ISLANDS:
        words = folium.Tooltip(
            escape(name), permanent=True, direction="center", class_name="islands", sticky=False
        )
        folium.CircleMarker((latitude, longitude), radius=0, stroke=False, tooltip=words).add_to(chart)


def _feature(
    geometry: BaseGeometry, name: Text, lines: Sequence[tuple[Text, Text]], style: dict[str, object]
) -> dict[str, object]:
    rows = "".join(f"<tr><th>{_both(label)}</th><td>{_both(value)}</td></tr>" for label, value in lines)
    text = f"<strong>{_both(name)}</strong><table>{rows}</table>"
    rounded = shapely.transform(geometry, lambda xy: xy.round(_DECIMALS))
    return {
        "type": "Feature",
        "properties": {"name": _both(name), "text": text, "style": style},
        "geometry": shapely.geometry.mapping(rounded),
    }


def _zone_feature(zone: MapZone) -> dict[str, object]:
    band = band_of(zone.share)
    lines = [
        (Text("Trong chuẩn", "Within the standard"), _share(zone.share)),
        (Text("Số người", "People"), _people(zone.total)),
        (Text("Ở ngoài", "Outside"), _people(zone.uncovered)),
        (UNREACHABLE, _people(zone.unreachable)),
        *zone.more,
    ]
    fill = NOBODY if band is None else RAMP[band]
    style = {"color": "#ffffff", "weight": 1.5, "fill": True, "fillColor": fill, "fillOpacity": 0.95}
    return _feature(zone.geometry, Text(zone.name, zone.name), lines, style)


def _gap_feature(gap: MapGap, largest: float) -> dict[str, object]:
    radius = (
        max(_SMALLEST_RADIUS, _LARGEST_RADIUS * (gap.people / largest) ** 0.5)
        if largest
        else _SMALLEST_RADIUS
    )
    lines = [
        (Text("Ở ngoài", "Outside"), _people(gap.people)),
        (Text("Vì sao", "Why"), gap.why),
        (Text("Thứ hạng", "Rank"), Text(*[str(gap.rank)] * 2)),
        *gap.more,
    ]
    style = {
        "radius": round(radius, 1),
        "color": "#ffffff",
        "weight": 1,
        "fill": True,
        "fillColor": OUTSIDE,
        "fillOpacity": 0.75,
    }
    return _feature(gap.point, gap.name, lines, style)


def _facility_feature(facility: MapFacility) -> dict[str, object]:
    near = Text("Người đến được trong chuẩn", "People within the standard")
    lines = [] if facility.people is None else [(near, _people(facility.people))]
    lines += facility.more
    style = {
        "radius": 5,
        "color": "#ffffff",
        "weight": 2,
        "fill": True,
        "fillColor": FACILITY,
        "fillOpacity": 1,
    }
    return _feature(facility.geometry, Text(facility.name, facility.name), lines, style)


def _people(people: float) -> Text:
    return Text(number(people, "vi"), number(people, "en"))


def _share(share: float | None) -> Text:
    return Text("–", "–") if share is None else Text(percent(share, "vi"), percent(share, "en"))


def _both(text: Text) -> str:
    """Write both languages; the style shows the chosen one."""
    if text.vi == text.en:
        return escape(text.vi)
    return f'<span lang="vi">{escape(text.vi)}</span><span lang="en">{escape(text.en)}</span>'


def _panel(content: StudyMap) -> str:
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    environment.filters |= {"people": _people, "share": _share}
    template = environment.from_string(_asset("study_map.html"))
    rows = sorted(content.zones, key=lambda zone: (-zone.uncovered, zone.id))
    return template.render(content=content, rows=rows, legend=_legend(content.zones), unreachable=UNREACHABLE)


def _legend(zones: Sequence[MapZone]) -> list[dict[str, object]]:
    """Give each class of the ramp with its bounds, units and people; "nobody" only where it is there."""
    ends = [0.0, *BREAKS, 1.0]
    bounds = [f"{low * 100:.0f}–{high * 100:.0f} %" for low, high in pairwise(ends)]
    rows: list[dict[str, object]] = []
    for band, (colour, label) in enumerate(zip(RAMP, bounds, strict=True)):
        inside = [zone for zone in zones if band_of(zone.share) == band]
        rows.append(_legend_row(colour, Text(label, label), inside))
    empty = [zone for zone in zones if zone.share is None]
    if empty:
        rows.append(_legend_row(NOBODY, Text("không có người", "nobody"), empty))
    return rows


def _legend_row(colour: str, label: Text, zones: Sequence[MapZone]) -> dict[str, object]:
    people = sum(zone.total for zone in zones)
    return {"colour": colour, "label": label, "units": len(zones), "people": people}


def _asset(name: str) -> str:
    return (_ASSETS / name).read_text("utf-8")


def _inline(page: str) -> str:
    """Put Leaflet into the page; its style names pictures of controls that this map does not have."""
    style = re.sub(r"url\([^)]*\)", "none", _asset("leaflet.css"))
    style = style.replace("behavior: none;", "")
    page = page.replace('<script src="leaflet.js"></script>', f"<script>{_asset('leaflet.js')}</script>")
    return page.replace('<link rel="stylesheet" href="leaflet.css"/>', f"<style>{style}</style>")
