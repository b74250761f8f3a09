"""Versions of raster layers: which file each is, and what it holds."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, insert, select

from gis_service.db.engine import Connection
from gis_service.db.history import Tally, Version
from gis_service.db.models import raster, version
from gis_service.db.query import sql
from gis_service.types import BBox, LayerId, VersionId

_ALPHA = "alpha"


@dataclass(frozen=True, slots=True)
class RasterRow:
    """One version of a raster layer.

    Parameters
    ----------
    sha256, bytes
        Its file in the store.
    width, height
        Columns and rows.
    crs
        ``EPSG:9209``, or WKT where the system has no code.
    affine
        ``(a, b, c, d, e, f)`` with ``x = a col + b row + c`` and ``y = d col + e row + f``.
    bbox
        West, south, east, north in degrees of WGS 84.
    bands
        In order: ``dtype nodata min max mean known scale offset about``.
    kind
        ``values`` or ``classes``.
    """

    layer: LayerId
    version: VersionId
    sha256: str
    bytes: int
    width: int
    height: int
    crs: str
    affine: tuple[float, ...]
    bbox: BBox
    bands: Sequence[Mapping[str, Any]]
    kind: str


def add_raster(connection: Connection, row: RasterRow) -> None:
    """Say what a version of this transaction holds; the version counts as kept from here on."""
    values = {name: getattr(row, name) for name in row.__slots__}
    connection.execute(
        insert(raster),
        values | {"affine": list(row.affine), "bbox": list(row.bbox), "bands": list(row.bands)},
    )


def raster_of(connection: Connection, layer: LayerId, number: VersionId) -> RasterRow | None:
    """Give what a version of a layer holds; None for one that holds nothing."""
    asked = select(raster).where(raster.c.layer == layer, raster.c.version == number)
    row = connection.execute(asked).one_or_none()
    return None if row is None else _row(row)


def of_several_bands(connection: Connection, layers: Collection[LayerId]) -> set[LayerId]:
    """Name those of some layers of which any version holds more than one band of data."""
    asked = select(raster.c.layer, raster.c.bands).where(raster.c.layer.in_(layers))
    return {LayerId(row.layer) for row in connection.execute(asked) if len(bands_of_data(row.bands)) > 1}


def bands_of_data(bands: Sequence[Mapping[str, Any]]) -> dict[int, Mapping[str, Any]]:
    """Give the bands of a raster by number, without those that tell where there is data, not what."""
    return {number: band for number, band in enumerate(bands, 1) if band["about"].get("role") != _ALPHA}


def has_rasters(connection: Connection, layer: LayerId) -> bool:
    """Tell whether any version of a layer holds a raster."""
    asked = select(raster.c.version).where(raster.c.layer == layer).limit(1)
    return connection.execute(asked).first() is not None


def raster_layers(connection: Connection) -> list[LayerId]:
    """Name the layers whose newest version is a raster."""
    return [LayerId(name) for name in connection.execute(sql("rasters_layers")).scalars()]


def named_files(connection: Connection) -> set[str]:
    """Name the contents that versions hold."""
    return set(connection.execute(select(raster.c.sha256).distinct()).scalars())


def raster_versions(
    connection: Connection, layer: LayerId, *, before: int | None, count: int
) -> list[tuple[Version, Tally]]:
    """Give up to ``count`` versions of a raster layer, the newest first, with what each did.

    A raster counts as one thing: added by the version before which there was none, changed by one that holds
    another file, removed by one that holds nothing.

    Parameters
    ----------
    before
        Only those before this version.
    """
    found = connection.execute(sql("rasters_versions"), {"layer": layer, "before": before, "count": count})
    return [
        (
            Version(VersionId(row.id), row.author, row.message, row.committed_at, row.kept),
            Tally(
                int(row.file is not None and row.earlier is None),
                int(row.file is not None and row.earlier is not None and row.file != row.earlier),
                int(row.file is None and row.earlier is not None),
            ),
        )
        for row in found
    ]


def newest_raster(connection: Connection, layer: LayerId) -> RasterRow | None:
    """Give what a raster layer holds now."""
    newest = select(version.c.id).where(version.c.layer == layer).order_by(version.c.id.desc()).limit(1)
    number = connection.execute(newest).scalar_one_or_none()
    return None if number is None else raster_of(connection, layer, VersionId(number))


def _row(row: Row[Any]) -> RasterRow:
    west, south, east, north = row.bbox
    return RasterRow(
        LayerId(row.layer),
        VersionId(row.version),
        row.sha256,
        row.bytes,
        row.width,
        row.height,
        row.crs,
        tuple(row.affine),
        (west, south, east, north),
        row.bands,
        row.kind,
    )
