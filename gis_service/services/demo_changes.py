"""The change table of the demo city: where each commune of 2019 and of 2024 went, as the census files say."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import pandas as pd

from gis_service.files.census import CensusUnit
from gis_service.services.demo_facts import Facts

_RECORD = "Danh mục thay đổi đơn vị hành chính 1/1/2019 – 10/11/2024"
_RESOLUTION = "Nghị quyết 1666/NQ-UBTVQH15"
_MERGED_ON = date(2025, 7, 1)


def change_table(facts: Facts) -> pd.DataFrame:
    """Give a row for each unit of 2019 and of 2024; none of them was split.

    Parameters
    ----------
    facts
        What census and administrative lists say.
    """
    rows = [*_to_2024(facts), *_to_2025(facts)]
    table = pd.DataFrame(rows)
    return table.assign(changed_on=pd.Series([row["changed_on"] for row in rows], dtype=object))


def _to_2024(facts: Facts) -> Iterator[dict[str, object]]:
    for unit in facts.census:
        new = facts.units_2024[unit.code_2024]
        yield _row(("communes_2019", unit.code, unit.name), ("communes_2024", new.code, new.name), [unit]) | {
            # The record holds two reforms; it does not say on which day each unit changed.
            "changed_on": None,
            "source": _RECORD,
        }


def _to_2025(facts: Facts) -> Iterator[dict[str, object]]:
    parts: Mapping[str, Sequence[CensusUnit]] = facts.parts_2024
    for code, unit in facts.units_2024.items():
        new = facts.units_2025[parts[code][0].code_2025]
        old = ("communes_2024", code, unit.name)
        yield _row(old, ("communes_2025", new.code, new.name), parts[code]) | {
            "changed_on": _MERGED_ON,
            "source": _RESOLUTION,
        }


def _row(
    old: tuple[str, str, str], new: tuple[str, str, str], parts: Sequence[CensusUnit]
) -> dict[str, object]:
    return {
        "code": f"{old[0]}:{old[1]}:{new[1]}",
        "from_vintage": old[0],
        "old_code": old[1],
        "old_name": old[2],
        "to_vintage": new[0],
        "new_code": new[1],
        "new_name": new[2],
        "kind": "whole",
        "people": sum(part.people for part in parts),
    }
