"""Columns that seem to hold personal data, over all batches of a source."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from gis_service.analysis.checks.findings import LISTED, Feature
from gis_service.analysis.checks.personal import ENOUGH, What, looks_personal, masked, named_personal
from gis_service.catalogue.layer_definition import FieldDefinition
from gis_service.errors import ErrorCode
from gis_service.messages.catalogue import notices
from gis_service.services.ingest_faults import FaultList
from gis_service.types import Int64s


@dataclass
class _Column:
    """What one column looked like so far."""

    name: str
    named: What | None
    there: int = 0
    counts: dict[What, int] = field(default_factory=dict)
    features: dict[What, list[Feature]] = field(default_factory=dict)


class PersonalColumns:
    """Counts values that look personal, by column.

    Parameters
    ----------
    fields
        Columns that will be read by everybody.
    """

    def __init__(self, fields: Sequence[FieldDefinition]) -> None:
        self._columns = [_Column(entry.name, named_personal(entry.name)) for entry in fields]

    def take(self, columns: Sequence[pa.Array], numbers: Int64s) -> None:
        """Look at one batch: (n,) values by column, (n,) feature numbers."""
        for seen, column in zip(self._columns, columns, strict=True):
            seen.there += len(column) - column.null_count
            for what, rows in looks_personal(column, seen.named).items():
                seen.counts[what] = seen.counts.get(what, 0) + int(rows.sum())
                shown = seen.features.setdefault(what, [])
                for row in np.flatnonzero(rows)[: LISTED - len(shown)].tolist():
                    words = f"{seen.name} = {masked(column[row].as_py())}"
                    shown.append(Feature(int(numbers[row]), words))

    def tell(self, faults: FaultList) -> None:
        """Tell of the columns that look personal by their name, or by most of their values."""
        for seen in self._columns:
            for what, count in seen.counts.items():
                if what == seen.named or count >= ENOUGH * seen.there:
                    faults.add(
                        ErrorCode.PERSONAL_COLUMN,
                        count,
                        seen.features[what],
                        column=seen.name,
                        what=notices()[f"personal_{what}"],
                    )
