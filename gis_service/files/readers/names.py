"""Columns that are called the same are told apart by a number: everything after the readers goes by name."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pyarrow as pa

from gis_service.files.readers.stream import Opened
from gis_service.text import normalise

APART = "apart"
"""By this a file tells, as a JSON list, the new names of columns that were called as another before them."""


def unique_names(names: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """Give every column a name of its own, and what a file tells of that (:data:`APART`).

    Names that nobody can tell apart by looking at them are the same: those that differ by spaces at their
    ends, or by how their letters are composed. The first keeps its name.

    Parameters
    ----------
    names
        Columns, in order. Those without any name get one too, and nothing is told of them.

    Examples
    --------
    >>> unique_names(["ma", "ghi chú", "ghi chú", "ghi chú (2)"])[0]
    ['ma', 'ghi chú', 'ghi chú (3)', 'ghi chú (2)']
    """
    taken = {normalise(name) for name in names}
    there = Counter[str]()
    made: list[str] = []
    apart: list[str] = []
    for name in names:
        key = normalise(name)
        there[key] += 1
        if there[key] == 1:
            made.append(name)
            continue
        while normalise(own := f"{name.strip()} ({there[key]})".strip()) in taken:
            there[key] += 1
        taken.add(normalise(own))
        made.append(own)
        if key:
            apart.append(own)
    return made, {APART: json.dumps(apart)} if apart else {}


def told_apart(opened: Opened) -> Opened:
    """Give the columns of a layer names of their own, in any format."""
    first = opened.found.leading
    before = opened.schema.names
    own, told = unique_names(before[first:])
    names = [*before[:first], *own]
    if names == before:
        return opened
    schema = pa.schema([field.with_name(name) for field, name in zip(opened.schema, names, strict=True)])
    found = replace(opened.found, about={**opened.found.about, **told})
    batches = (pa.RecordBatch.from_arrays(batch.columns, names) for batch in opened.batches)
    return replace(opened, found=found, schema=schema, batches=batches)
