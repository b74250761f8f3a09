"""Writes a map that is taken along as one zip: an archive of tiles, a style, fonts, and a page that draws it.

A page that is opened from disk may read no file but scripts and styles, so the archive lies in the package
twice: as it is, for other programs, and as a script of base64 for the page. Nothing in it names another host,
and the page's own policy forbids every request.
"""

import base64
import json
import shutil
import zipfile
from collections.abc import Iterator, Mapping
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any

from gis_service.errors import ErrorCode, Temporary
from gis_service.files.fonts import FONTS, font_faces

_ASSETS = files("gis_service.files") / "assets"
_CLIENT = files("gis_service") / "static" / "offline"
_PIECE = 3 << 18
"""Bytes that become one string of the script; a multiple of three, so that the pieces are whole."""
_THEN = 1980, 1, 1, 0, 0, 0
"""Time of all files: the same map is the same bytes."""
_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' 'self' file:; style-src 'unsafe-inline';"
    " font-src data:; img-src data: blob:; worker-src data: blob:; connect-src data: blob:"
)
Json = Mapping[str, Any]


def write_package(
    path: Path, archive: Path, style: Json, facts: Json, further: Mapping[str, str] | None = None
) -> None:
    """Write a package.

    Parameters
    ----------
    path
        Of the zip; one that is there is replaced.
    archive
        The tiles, as PMTiles.
    style
        MapLibre style whose source is ``pmtiles://map.pmtiles``.
    facts
        ``language``, ``title`` and what else the page says (``src/offline/main.ts``).
    further
        Other files, by their name.

    Raises
    ------
    Temporary
        ``client_not_built`` when the page's script is not there.
    """
    page = _page(style, facts)
    folder = path.stem
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:

        def put(name: str, content: str | bytes, kind: int = zipfile.ZIP_DEFLATED) -> None:
            package.writestr(_entry(f"{folder}/{name}", kind), content)

        put("index.html", page)
        put("style.json", json.dumps(style, ensure_ascii=False, indent=1))
        put("LICENCES.txt", _licences(facts))
        for name, content in (further or {}).items():
            put(name, content)
        for name in FONTS:
            put(f"fonts/{name}", (_ASSETS / name).read_bytes(), zipfile.ZIP_STORED)
        whole = _entry(f"{folder}/map.pmtiles", zipfile.ZIP_STORED)
        with archive.open("rb") as tiles, package.open(whole, "w") as out:
            shutil.copyfileobj(tiles, out)
        with package.open(_entry(f"{folder}/map.js"), "w") as out:
            out.writelines(_script(archive))


def _entry(name: str, kind: int = zipfile.ZIP_DEFLATED) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _THEN)
    entry.compress_type = kind
    entry.external_attr = 0o644 << 16
    return entry


def _script(archive: Path) -> Iterator[bytes]:
    yield b"window.gisTiles=["
    with archive.open("rb") as tiles:
        while piece := tiles.read(_PIECE):
            yield b'\n"' + base64.b64encode(piece) + b'",'
    yield b"\n];\n"


def _page(style: Json, facts: Json) -> str:
    # What a text of a layer holds must not end the script that it stands in.
    told = json.dumps({**facts, "style": style}, ensure_ascii=False).replace("<", "\\u003c")
    script = _client("offline.js").replace("</script", "<\\/script")
    title, language = escape(str(facts["title"])), escape(str(facts["language"]))
    return (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width,initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{font_faces(for_maps=True)}{_client('offline.css')}</style></head>\n"
        f'<body><section id="panel"><h1>{title}</h1></section><main id="map"></main>\n'
        f'<script id="facts" type="application/json">{told}</script>\n'
        f'<script src="map.js"></script>\n<script type="module">{script}</script>\n</body></html>\n'
    )


def _client(name: str) -> str:
    try:
        return (_CLIENT / name).read_text("utf-8")
    except FileNotFoundError as error:
        raise Temporary(ErrorCode.CLIENT_NOT_BUILT) from error


def _licences(facts: Json) -> str:
    """Give the terms of what is in the package: of each layer, of the fonts, of the program that draws."""
    layers = [f"{one['title']}: {one['source']}. {one['licence']}" for one in facts["layers"]]
    fonts = (_ASSETS / "be-vietnam-pro.LICENSE.txt").read_text("utf-8")
    maplibre = (_ASSETS / "maplibre.LICENSE.txt").read_text("utf-8")
    return "\n\n".join(["\n".join(layers), "Be Vietnam Pro", fonts, "MapLibre GL JS", maplibre])
