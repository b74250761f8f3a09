"""Areas that have to tile the ground, of all rows of a source together: looked at, and closed when chosen."""

import time

import numpy as np
import pyproj
import shapely

from gis_service.analysis.checks.coverage import (
    check_coverage,
    clean_coverage,
    words_of_gap,
    words_of_overlap,
)
from gis_service.analysis.checks.findings import LISTED, Feature
from gis_service.analysis.checks.prepared import kinds_of
from gis_service.analysis.checks.validity import AREA_LIMIT, tangled
from gis_service.analysis.shapes import wrapped
from gis_service.crs import STORAGE, transform
from gis_service.errors import ErrorCode
from gis_service.messages.catalogue import notices
from gis_service.services.ingest_clock import require_time
from gis_service.services.ingest_faults import FaultList
from gis_service.types import Floats, Geometries, Int64s, Text

TOO_LARGE = "coverage_too_large"
TOO_LONG = "coverage_too_long"
_TOO_TANGLED = "coverage_too_tangled"
BORDERS = 20
"""For each side of areas the others that it may meet, on average; in a sound coverage it meets three."""
AREAS_S = 120.0
"""Longest that overlaps and gaps are looked for, by who does not wait for it."""


class _TooLongError(Exception):
    """Overlaps and gaps were looked for as long as they may be."""


class _AreaClock:
    """Ends the look for overlaps and gaps when it takes too long, or longer than somebody waits."""

    def __init__(self, until: float | None, look_until: float | None) -> None:
        self._until = until
        self._end = time.monotonic() + AREAS_S if look_until is None else look_until

    def require(self) -> None:
        require_time(self._until)
        if time.monotonic() > self._end:
            raise _TooLongError


class AreaChecks:
    """Looks at the areas of all rows together.

    Parameters
    ----------
    faults
        Is added to.
    kind
        Type of geometry of the layer; none for rows without a place.
    metric
        Projected system in metres.
    gap_m
        Widest gap between them that is a fault.
    until
        Moment until which somebody waits for it; none when nobody does.
    agreed
        Whether closing may change an area by more than 1 %.
    look_until
        Moment until which overlaps and gaps are looked for, where that is not `AREAS_S` from the look on.
    """

    def __init__(
        self,
        faults: FaultList,
        *,
        kind: str | None,
        metric: pyproj.CRS,
        gap_m: float,
        until: float | None,
        agreed: bool,
        look_until: float | None = None,
    ) -> None:
        self.faults = faults
        self.mended = 0
        """Areas that closing overlaps and gaps has changed."""
        self.changed_m2 = 0.0
        """By how much it did, all together."""
        self._kind, self._metric, self._gap_m, self._until = kind, metric, gap_m, until
        self._agreed = agreed
        self._look_until = look_until

    def tell_unseen(self, why: str, *, closing: bool = False) -> None:
        """Say why overlaps and gaps are not looked for.

        Parameters
        ----------
        why
            Code of the notice that says it.
        closing
            Whether they were to be closed, and are not either.
        """
        reason = notices()[why]
        if closing:
            also = notices()["coverage_not_closed"]
            reason = Text(f"{reason.vi}; {also.vi}", f"{reason.en}; {also.en}")
        self.faults.add(ErrorCode.COVERAGE_NOT_CHECKED, reason=reason)

    def look_at(self, areas: Geometries, numbers: Int64s) -> None:
        """Tell where areas overlap or leave narrow gaps.

        Parameters
        ----------
        areas
            (n,) in longitude and latitude.
        numbers
            (n,) their features.
        """
        if tangled(areas, BORDERS):
            self.tell_unseen(_TOO_TANGLED)
            return
        clock = _AreaClock(self._until, self._look_until)
        try:
            # The first pass over all areas cannot be ended amid it.
            clock.require()
            faults = check_coverage(transform(areas, STORAGE, self._metric), self._gap_m, clock.require)
        except _TooLongError:
            self.tell_unseen(TOO_LONG)
            return
        if faults.overlaps:
            features = self._features(
                [(words_of_overlap(entry, numbers), entry.first, entry.place) for entry in faults.overlaps],
                numbers,
            )
            area = f"{faults.overlap_m2:.2f}"
            self.faults.add(ErrorCode.COVERAGE_OVERLAP, len(faults.overlaps), features, area=area)
        if faults.gaps:
            features = self._features(
                [(words_of_gap(entry, numbers), entry.rows[0], entry.place) for entry in faults.gaps], numbers
            )
            width = f"{self._gap_m:g}"
            self.faults.add(ErrorCode.COVERAGE_GAP, len(faults.gaps), features, width=width)

    def clean(self, areas: Geometries, numbers: Int64s) -> Geometries:
        """Close overlaps and narrow gaps as was chosen, and tell how much that changed and what is left.

        Parameters
        ----------
        areas
            (n,) all geometries of the source in longitude and latitude.
        numbers
            (n,) their features.

        Returns
        -------
        Geometries
            (n,) areas, those that were given where they are too tangled to be closed. What would vanish stays
            as it was.
        """
        if tangled(areas, BORDERS):
            self.tell_unseen(_TOO_TANGLED, closing=True)
            return areas
        cleaned = clean_coverage(areas, self._metric, self._gap_m)
        if self._kind is not None:
            cleaned = wrapped(cleaned, self._kind)
            # What would vanish, or fall into parts that the layer does not take, stays and is told.
            kinds = kinds_of(cleaned) != kinds_of(areas)
            lost = np.asarray(shapely.is_empty(cleaned)) | (kinds & (self._kind != "Geometry"))
            cleaned[lost] = areas[lost]
        changed = np.flatnonzero(np.array([old is not new for old, new in zip(areas, cleaned, strict=True)]))
        if changed.size:
            before, after = (
                shapely.area(transform(each[changed], STORAGE, self._metric)) for each in (areas, cleaned)
            )
            self.mended += int(changed.size)
            self.changed_m2 += float(np.abs(after - before).sum())
            if not self._agreed:
                self._tell_much_changed(areas[changed], numbers[changed], before, after)
        self.look_at(cleaned, numbers)
        return cleaned

    def _tell_much_changed(self, areas: Geometries, numbers: Int64s, before: Floats, after: Floats) -> None:
        """Ask about areas that closing has changed by more than a repair may unasked; places in degrees."""
        much = np.flatnonzero(np.abs(after - before) > AREA_LIMIT * before)
        if not much.size:
            return
        shown = much[:LISTED]
        places = shapely.get_coordinates(shapely.point_on_surface(areas[shown])).tolist()
        features = [
            Feature(int(numbers[row]), f"{before[row]:.6g} ⟶ {after[row]:.6g} m²", lon, lat)
            for row, (lon, lat) in zip(shown.tolist(), places, strict=True)
        ]
        self.faults.add(ErrorCode.AREA_CHANGED, int(much.size), features)

    def _features(self, told: list[tuple[str, int, Floats]], numbers: Int64s) -> list[Feature]:
        shown = told[:LISTED]
        points = np.asarray(shapely.points(np.array([place for _, _, place in shown])), dtype=object)
        degrees = shapely.get_coordinates(transform(points, self._metric, STORAGE))
        return [
            Feature(int(numbers[row]), words, lon, lat)
            for (words, row, _), (lon, lat) in zip(shown, degrees.tolist(), strict=True)
        ]
