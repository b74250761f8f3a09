"""Tables on a terminal."""

from collections.abc import Sequence

import click


def print_table(rows: Sequence[Sequence[str]]) -> None:
    """Print rows under each other: figures to the right, a column of words to the left."""
    columns = [*zip(*rows, strict=True)]
    for row in rows:
        cells = [_aligned(text, column) for text, column in zip(row, columns, strict=True)]
        click.echo("  ".join(cells).rstrip())


def _aligned(text: str, column: Sequence[str]) -> str:
    width = max(map(len, column))
    has_figures = any(cell[:1].isdigit() for cell in column)
    return text.rjust(width) if has_figures else text.ljust(width)
