"""A bar that shows how far a command is."""

import sys

from tqdm import tqdm


class Bar:
    """A progress bar on a terminal, nothing elsewhere: logs and pipes stay readable."""

    def __init__(self) -> None:
        self._bar = tqdm(unit=" features", unit_scale=True, leave=False, disable=not sys.stderr.isatty())

    def __call__(self, done: int, total: int | None) -> None:
        """Show how far it is."""
        self._bar.total = total
        self._bar.update(done - self._bar.n)

    def close(self) -> None:
        """Take the bar away."""
        self._bar.close()
