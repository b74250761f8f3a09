"""Writes the layers of the demo city as files that a load takes: equal input gives equal bytes."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio

_STAMP = "OGR_CURRENT_DATE"
_DAY = "2025-07-01T00:00:00.000Z"
"""GeoPackage notes when it was written; a fixed day keeps the bytes equal."""


@contextmanager
def _fixed_day() -> Iterator[None]:
    before = pyogrio.get_gdal_config_option(_STAMP)
    pyogrio.set_gdal_config_options({_STAMP: _DAY})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({_STAMP: before})


def write_features(frame: gpd.GeoDataFrame, path: Path, about: Mapping[str, str]) -> None:
    """Write a layer with geometry as GeoPackage, in the CRS of the frame; an older file is replaced.

    Parameters
    ----------
    frame
        Columns of text, whole numbers, numbers and ``datetime.date``; missing values are ``None``.
    path
        Ends in ``.gpkg``; the layer in it is named as the file.
    about
        What the file says of itself, as that of an exported layer does: ``TITLE``, ``DESCRIPTION``,
        ``SOURCE``, ``LICENCE``, ``GENERATED``.
    """
    unfinished = path.with_name(f"{path.stem}.part.gpkg")
    unfinished.unlink(missing_ok=True)
    with _fixed_day():
        pyogrio.write_dataframe(
            frame,
            unfinished,
            layer=path.stem,
            driver="GPKG",
            use_arrow=True,
            layer_options={"IDENTIFIER": about["TITLE"], "DESCRIPTION": about["DESCRIPTION"]},
            layer_metadata=dict(about),
        )
    unfinished.replace(path)


def write_table(frame: pd.DataFrame, path: Path) -> None:
    """Write a layer without geometry as CSV in UTF-8; an older file is replaced."""
    unfinished = path.with_name(f"{path.name}.part")
    frame.to_csv(unfinished, index=False, encoding="utf-8", lineterminator="\n")
    unfinished.replace(path)
