"""Gathers all that is wrong with a file, so that people hear of it at once."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from gis_service.analysis.checks.findings import (
    LISTED,
    SHOWN,
    Feature,
    Finding,
    Found,
    Repair,
    Severity,
    severity_of,
)
from gis_service.errors import AnyCode, ErrorCode, Fault, RefusedInput
from gis_service.messages.catalogue import message_of
from gis_service.services.ingest_cells import Cells
from gis_service.types import Int64s, Text

MOST_LISTED = 50_000
"""Faults of all kinds together that are told one by one; the first hundred of each kind are always."""
_ORDER = list(Severity)


@dataclass
class _Kind:
    """What was found of one kind, in one column."""

    count: int = 0
    features: list[Feature] = field(default_factory=list)
    params: dict[str, object] = field(default_factory=dict)


_Key = tuple[ErrorCode, str | None, Repair | None]
"""Kind of fault, column, and the repair that helps where it is not the one of the kind."""


@dataclass
class FaultList:
    """Faults by kind and column: all are counted, the first of each are kept (`LISTED`, `MOST_LISTED`)."""

    cells: Cells | None = None
    """Where the values stand in a sheet."""
    kinds: dict[_Key, _Kind] = field(default_factory=lambda: defaultdict(_Kind))
    listed: int = 0
    """Faults that are kept one by one."""

    def __bool__(self) -> bool:
        """Tell whether anything stands in the way of publishing: an error, not a warning."""
        return any(severity_of(code) is Severity.ERROR for code, *_ in self.kinds)

    def extend(self, found: Iterable[Found], first: int, numbers: Int64s | None = None) -> None:
        """Add what was found in one batch.

        Parameters
        ----------
        found
            By rows of the batch.
        first
            Feature number of its first row, counted from 1.
        numbers
            (n,) feature numbers of all its rows, where some were left out or divided.
        """
        for entry in found:
            kind = self.kinds[entry.code, entry.column, entry.remedy]
            kind.count += int(entry.rows.size)
            rows = entry.rows[: min(self._room(kind), len(entry.words))]
            self.listed += len(rows)
            places = np.full((len(rows), 2), np.nan) if entry.places is None else entry.places
            for row, words, (lon, lat) in zip(
                rows.tolist(), entry.words[: len(rows)], places.tolist(), strict=False
            ):
                number = first + row if numbers is None else int(numbers[row])
                known = bool(np.isfinite(lon) and np.isfinite(lat))
                cell = None if self.cells is None else self.cells.address(entry.column, number)
                at = (lon, lat) if known else (None, None)
                kind.features.append(Feature(number, words, lon=at[0], lat=at[1], cell=cell))

    def add(
        self,
        code: ErrorCode,
        count: int = 1,
        features: Iterable[Feature] = (),
        *,
        column: str | None = None,
        **params: object,
    ) -> None:
        """Add what concerns the file as a whole, or is told with values of its own."""
        kind = self.kinds[code, column, None]
        kind.count += count
        kept = list(features)[: self._room(kind)]
        kind.features += kept
        self.listed += len(kept)
        kind.params.update(params)

    def _room(self, kind: _Kind) -> int:
        """Tell how many more faults of a kind are kept."""
        there = len(kind.features)
        return max(SHOWN - there, min(LISTED - there, MOST_LISTED - self.listed), 0)

    def findings(self, params: Mapping[str, object]) -> tuple[Finding, ...]:
        """Give all that was found, errors first, then in the order in which it was found.

        Parameters
        ----------
        params
            What the words of any kind may need: ``declared``, ``box``.
        """
        found = [
            Finding(code, kind.count, tuple(kind.features), column, {**params, **kind.params}, repair)
            for (code, column, repair), kind in self.kinds.items()
        ]
        return tuple(sorted(found, key=lambda finding: _ORDER.index(finding.severity)))

    def refusal(self, params: Mapping[str, object]) -> RefusedInput:
        """Make the one error of all faults: of its own kind when there is only one kind.

        Parameters
        ----------
        params
            What the words of any kind may need: ``declared``, ``box``.
        """
        counts: dict[AnyCode, int] = defaultdict(int)
        faults: dict[AnyCode, list[Fault]] = defaultdict(list)
        told: dict[str, object] = {}
        for finding in self.findings(params):
            if finding.severity is Severity.ERROR:
                counts[finding.code] += finding.count
                told.update(finding.params)
                faults[finding.code] += [_fault(finding, feature) for feature in finding.features[:SHOWN]]
        listed = [fault for kind in faults.values() for fault in kind[:SHOWN]]
        if len(counts) == 1:
            ((code, count),) = counts.items()
            return RefusedInput(code, listed, **(told | {"count": count}))
        summary = ", ".join(f"{code.value} {count}" for code, count in counts.items())
        return RefusedInput(ErrorCode.FEATURES_REFUSED, listed, **(told | {"summary": summary}))


def _fault(finding: Finding, feature: Feature) -> Fault:
    title = message_of(finding.code).title
    words = Text(f"{title.vi}: {feature.said('vi')}", f"{title.en}: {feature.said('en')}")
    return Fault(feature.where, words)
