"""What the build of the client has made, by the names that its manifest gives it."""

import json
from pathlib import Path

from flask import current_app

_STYLE = "src/look/forms.css"
"""Name of the style sheet in the manifest that the client's build writes."""


def style_of(static: Path) -> str | None:
    """Give the style sheet of the pages that the server writes whole, as a name below ``static``.

    The pages can be used without it, so its absence is no error.

    Parameters
    ----------
    static
        Folder that the client is built into.

    Returns
    -------
    None while the client is not built.
    """
    return _built(static, _STYLE)


def script_of(entry: str) -> str | None:
    """Give a script of the built client, as a name below the static folder; None while it is not built.

    Parameters
    ----------
    entry
        Name of its source in the manifest.
    """
    return _built(Path(current_app.static_folder or ""), entry)


def _built(static: Path, entry: str) -> str | None:
    try:
        manifest = json.loads((static / "manifest.json").read_text("utf-8"))
    except FileNotFoundError:
        return None
    found = manifest.get(entry)
    return None if found is None else str(found["file"])
