"""Gathers all faults of a file, so that people hear of them at once."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from gis_service.analysis.shapes import SHOWN, Found
from gis_service.errors import ErrorCode, Fault, RefusedInput
from gis_service.messages.catalogue import message_of
from gis_service.types import Text


def _place(feature: int) -> Text:
    return Text(f"đối tượng {feature}", f"feature {feature}")


@dataclass
class FaultList:
    """Faults by kind: all are counted, the first hundred of each kind are kept."""

    counts: dict[ErrorCode, int] = field(default_factory=lambda: defaultdict(int))
    shown: dict[ErrorCode, list[Fault]] = field(default_factory=lambda: defaultdict(list))

    def __bool__(self) -> bool:
        return bool(self.counts)

    def extend(self, found: Iterable[Found], first: int) -> None:
        """Add faults of one batch whose first row is feature number ``first``, counted from 1."""
        for entry in found:
            self.counts[entry.code] += int(entry.rows.size)
            room = max(SHOWN - len(self.shown[entry.code]), 0)
            title = message_of(entry.code).title
            self.shown[entry.code] += [
                Fault(_place(first + int(row)), Text(f"{title.vi}: {words}", f"{title.en}: {words}"))
                for row, words in zip(entry.rows[:room], entry.words[:room], strict=False)
            ]

    def refusal(self, params: Mapping[str, object]) -> RefusedInput:
        """Make the one error of all faults: of its own kind when there is only one kind.

        Parameters
        ----------
        params
            What the words of any kind may need: ``declared``, ``box``.
        """
        faults = [fault for kind in self.shown.values() for fault in kind]
        if len(self.counts) == 1:
            ((code, count),) = self.counts.items()
            return RefusedInput(code, faults, count=count, **params)
        summary = ", ".join(f"{code.value} {count}" for code, count in self.counts.items())
        return RefusedInput(ErrorCode.FEATURES_REFUSED, faults, summary=summary, **params)
