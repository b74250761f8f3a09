"""Layers that bad files are meant for."""

from typing import Any

from tests.web.made_layers import wells


def new_layer(id_: str, geometry: str, *fields: str, **members: Any) -> dict[str, Any]:  # noqa: ANN401 any JSON
    """Define a layer of texts, without a key, that nobody but its makers reads."""
    listed = [
        {"name": name, "type": "text", "required": False, "label": {"vi": name, "en": name}}
        for name in fields or ("code",)
    ]
    return wells(
        id_, **{"fields": listed, "geometry": geometry, "key": None, "visibility": "draft", **members}
    )
