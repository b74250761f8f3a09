"""What is in a GeoTIFF, where it lies, and what would keep it from becoming a raster layer."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path, PurePath
from typing import Any

import pyproj

from gis_service.analysis.checks.findings import Finding, Severity
from gis_service.analysis.crs_guess import CrsGuess
from gis_service.analysis.raster_checks import box_of, corners_of, edge_of, meets, outline
from gis_service.catalogue.city_definition import City
from gis_service.catalogue.layer_definition import LayerDefinition
from gis_service.catalogue.loader import Catalogue
from gis_service.crs import Recognised, crs_name, parse_chosen_crs
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.files.readers.raster_contents import RasterContents
from gis_service.files.readers.raster_limits import Kind, RasterLimits, RasterQuestion
from gis_service.files.readers.raster_process import inspect_raster_file
from gis_service.services.ingest_definition import ids_of
from gis_service.services.ingest_systems import declared_system, guess_document, guess_systems
from gis_service.text import normalise
from gis_service.types import BBox, Floats, Text

NO_NODATA = "none"
"""Choice of a raster in which every cell has data."""
_KINDS: dict[Kind, Text] = {
    "values": Text("số đo (values)", "measures (values)"),
    "classes": Text("mã loại (classes)", "codes of classes (classes)"),
}
_LABEL, _UNIT = 200, 100
"""Letters of a label and of a unit at most, as the definition of a layer takes them."""
_SHOWN = 3
_DEGREE_DIGITS = 7


@dataclass(frozen=True, slots=True)
class RasterChoices:
    """How a raster is to be read.

    Parameters
    ----------
    crs
        Its system, whatever it says itself.
    nodata
        Value of cells without data instead of the one it declares; ``none`` for a raster without any.
    kind
        ``values`` or ``classes``; as its cells look when not given.
    file
        What its owner calls it; its name when not given.
    base
        Version that it was made from, 0 for none; when not given, that in the name of an export of ours, else
        that when the load begins.
    any_base
        Whether it is loaded whatever version it was made from.
    limits
        What reading it may cost.
    until
        Moment, as of `time.monotonic`, until which somebody waits for a load; None when nobody does.
    """

    crs: str | None = None
    nodata: float | str | None = None
    kind: Kind | None = None
    file: str | None = None
    base: int | None = None
    any_base: bool = False
    limits: RasterLimits = field(default_factory=RasterLimits)
    until: float | None = None

    def question(self, file: str) -> RasterQuestion:
        """Write the choices as a question to the reader process.

        Raises
        ------
        RefusedInput
            ``crs_unknown``, ``raster_nodata_unfit``.
        """
        said = self.nodata is not None
        value: float | None = None
        if self.nodata is not None and self.nodata != NO_NODATA:
            try:
                value = float(self.nodata)
            except ValueError as error:
                raise RefusedInput(
                    ErrorCode.RASTER_NODATA_UNFIT, file=file, nodata=self.nodata, dtype="number"
                ) from error
        system = parse_chosen_crs(self.crs).to_wkt() if self.crs else None
        return RasterQuestion(
            "inspect", "", file, self.limits, crs=system, nodata=value, nodata_said=said, kind=self.kind
        )


@dataclass(frozen=True, slots=True)
class RasterInspection:
    """What was found in a GeoTIFF.

    Parameters
    ----------
    contents
        Its header, figures and small picture.
    system
        The system it would be loaded in; None while nobody knows it.
    recognised
        What was recognised in a VN-2000 that is written without its shift.
    ring
        Its edge in degrees of WGS 84, ``(84, 2)``; None while that is not known.
    guesses
        Systems that it may be in, the likeliest first.
    findings
        Everything that is wrong or was assumed; errors stand in the way of loading it.
    """

    contents: RasterContents
    system: pyproj.CRS | None
    recognised: Recognised | None
    ring: Floats | None
    guesses: tuple[CrsGuess, ...]
    findings: tuple[Finding, ...]

    @property
    def crs(self) -> str | None:
        """The system as it is kept: by its code, one without a code as it is written."""
        if self.system is None:
            return None
        # Its own code: PROJ also finds one for a system that only resembles it, and lies 224 m off.
        said = self.system.to_json_dict().get("id")
        return f"{said['authority']}:{said['code']}" if said else self.system.to_wkt()

    @property
    def crs_name(self) -> str | None:
        """The system as people call it."""
        return None if self.system is None else crs_name(self.system)

    @property
    def bbox(self) -> BBox | None:
        """West, south, east, north in degrees of WGS 84; None while that is not known."""
        return None if self.ring is None else box_of(self.ring)

    def refuse(self) -> None:
        """Refuse a raster that cannot be loaded so.

        Raises
        ------
        RefusedInput
            The first of the errors that were found.
        """
        for finding in self.findings:
            if finding.severity is Severity.ERROR:
                raise RefusedInput(finding.code, (), **finding.params)

    def notices(self) -> list[dict[str, object]]:
        """Tell what was done with its system: ``code`` and ``params`` of each notice."""
        if self.recognised is None:
            return []
        told = {"written": self.recognised.written, "taken": self.recognised.taken}
        return [{"code": "vn2000_recognised", "params": told}]

    def document(self) -> dict[str, Any]:
        """Write what the raster is as plain JSON values, without findings and picture."""
        told = asdict(self.contents)
        del told["preview"], told["said"]
        corners = None if self.ring is None else corners_of(self.ring).round(_DEGREE_DIGITS).tolist()
        return {**told, "crs": self.crs, "bbox": self.bbox, "corners": corners}

    def guess_documents(self) -> list[dict[str, Any]]:
        """Write the guesses as plain JSON values."""
        return [guess_document(guess) for guess in self.guesses]

    def outline(self) -> dict[str, Any]:
        """Write its edge as a GeoJSON collection of one area; of none while nobody knows where it lies."""
        features = []
        if self.ring is not None:
            ring = self.ring.round(_DEGREE_DIGITS).tolist()
            shape = {"type": "Polygon", "coordinates": [ring]}
            told = {"number": 1, "faults": [finding.code.value for finding in self.findings], "values": {}}
            features = [{"type": "Feature", "id": 1, "geometry": shape, "properties": told}]
        return {"type": "FeatureCollection", "features": features}


def inspect_raster(
    path: Path,
    catalogue: Catalogue,
    choices: RasterChoices | None = None,
    target: LayerDefinition | None = None,
) -> RasterInspection:
    """Look at a GeoTIFF and tell what is in it, where it lies, and what stands in the way of loading it.

    Parameters
    ----------
    path
        The file; its bytes decide, not its name.
    catalogue
        Of the city, whose box tells which systems are likely.
    choices
        How it is to be read.
    target
        Layer that it is meant for; None while nobody has chosen.

    Raises
    ------
    NotFound, RefusedInput
        As :func:`gis_service.files.readers.raster_process.inspect_raster_file`, and ``crs_unknown``: what no
        other choice can mend, but for ``crs_unknown`` and ``raster_nodata_unfit``.
    """
    choices = choices or RasterChoices()
    file = choices.file or path.name
    contents = inspect_raster_file(path, choices.question(file))
    return judged(contents, catalogue, file, choices, target)


def judged(
    contents: RasterContents,
    catalogue: Catalogue,
    file: str,
    choices: RasterChoices,
    target: LayerDefinition | None = None,
) -> RasterInspection:
    """Tell of what was found in a file where it lies, and what stands in the way of loading it.

    Parameters
    ----------
    contents
        What was found.
    file
        What its owner calls it.
    catalogue, choices, target
        As of :func:`inspect_raster`.
    """
    system, seen = _system(contents, choices)
    ring = outline(contents.corners, system) if system is not None else None
    city = catalogue.city
    found = RasterInspection(contents, system, seen, ring, (), ())
    inside = meets(found.bbox, city.bbox)
    guesses: tuple[CrsGuess, ...] = ()
    if not inside:
        # The axes of a grid are those of its cells: read with x and y exchanged it would be another raster.
        guessed = guess_systems(edge_of(contents.corners), catalogue, system)
        guesses = tuple(guess for guess in guessed if not guess.swapped)
    findings = [] if target is None else _of_target(target, contents, file)
    if system is None:
        example = guesses[0].crs if guesses else city.crs
        findings.append(Finding(ErrorCode.NEEDS_CRS, 1, params={"file": file, "example": example}))
    elif not inside:
        findings.append(_outside(system, found.bbox, city, file, guesses))
    findings += _assumed(contents, choices)
    return replace(found, guesses=guesses, findings=tuple(findings))


def suggest_definition(contents: RasterContents, file: str, category: str) -> dict[str, Any]:
    """Write the definition of a layer that would take a raster: a draft, whose words want a look.

    Parameters
    ----------
    contents
        What is in it.
    file
        What its owner calls it.
    category
        Sector to begin with.
    """
    title = normalise(contents.said.get("title") or PurePath(file).stem)[:_LABEL].strip() or "?"
    source = normalise(contents.said.get("source", ""))[:_LABEL].strip() or title
    both = {"vi": title, "en": title}
    named = [
        normalise(band.about.get("description", "")).strip() or f"band {number}"
        for number, band in enumerate(contents.bands, 1)
    ]
    ids = ids_of(named)
    return {
        "id": ids_of([title])[0].field,
        "title": both,
        "description": both,
        "category": category,
        "geometry": "Raster",
        "key": None,
        "fields": [],
        "bands": [
            {"name": entry.field, "label": {"vi": name, "en": name}, **_unit(band.about)}
            for entry, name, band in zip(ids, named, contents.bands, strict=True)
        ],
        "source": {"vi": source, "en": source},
        "licence": "?",
        "visibility": "draft",
        "generated": False,
    }


def _unit(about: Mapping[str, str]) -> dict[str, str]:
    unit = normalise(about.get("unit", "")).strip()[:_UNIT]
    return {"unit": unit} if unit else {}


def _system(contents: RasterContents, choices: RasterChoices) -> tuple[pyproj.CRS | None, Recognised | None]:
    if choices.crs is not None:
        return parse_chosen_crs(choices.crs), None
    # One that PROJ does not know is as good as none: both are mended by choosing one.
    with suppress(RefusedInput):
        return declared_system(contents.crs)
    return None, None


def _of_target(target: LayerDefinition, contents: RasterContents, file: str) -> list[Finding]:
    if not target.is_raster:
        params: dict[str, object] = {"file": file, "layer": target.id}
        return [Finding(ErrorCode.LAYER_IS_NO_RASTER, 1, params=params)]
    wanted, found = len(target.bands), len(contents.bands)
    if wanted and found != wanted:
        params = {"file": file, "layer": target.id, "found": found, "wanted": wanted}
        return [Finding(ErrorCode.RASTER_BANDS_DIFFER, 1, params=params)]
    return []


def _outside(
    system: pyproj.CRS, box: BBox | None, city: City, file: str, guesses: tuple[CrsGuess, ...]
) -> Finding:
    fitting = [guess.crs for guess in guesses if guess.share_inside]
    params: dict[str, object] = {
        "file": file,
        "crs": crs_name(system),
        "found": "?" if box is None else ", ".join(f"{side:.5g}" for side in box),
        "box": ", ".join(f"{side:g}" for side in city.bbox),
        "guesses": ", ".join(fitting[:_SHOWN]) or city.crs,
    }
    return Finding(ErrorCode.RASTER_OUTSIDE_CITY, 1, params=params)


def _assumed(contents: RasterContents, choices: RasterChoices) -> list[Finding]:
    """Tell what was left out, and what was guessed and not chosen."""
    found = []
    if contents.nodata_unfit is not None and choices.nodata is None:
        params: dict[str, object] = {"nodata": contents.nodata_unfit, "dtype": contents.bands[0].dtype}
        found.append(Finding(ErrorCode.RASTER_NODATA_OUTSIDE_TYPE, 1, params=params))
    elif contents.masked == "none" and choices.nodata is None:
        found.append(Finding(ErrorCode.RASTER_NODATA_MISSING, 1))
    if contents.pages:
        found.append(
            Finding(ErrorCode.RASTER_PAGES_LEFT_OUT, contents.pages, params={"pages": contents.pages})
        )
    if choices.kind is None:
        found.append(Finding(ErrorCode.RASTER_KIND_GUESSED, 1, params={"kind": _KINDS[contents.kind]}))
    return found
