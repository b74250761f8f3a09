"""Every ugly file of the shared data ends in rows or in a clear refusal."""

from pathlib import Path

import pytest

from gis_service.errors import ErrorCode, GisError
from gis_service.files.readers import inspect_file, open_vector
from tests.foreign_files import zipped

PARTS = {".shx", ".dbf", ".prj", ".cpg", ".dat", ".id", ".map"}
ENDS: dict[str, int | ErrorCode] = {
    "gdal/all_geoms.mif": 16,
    "gdal/billionlaugh.osm": ErrorCode.XML_FORBIDDEN_CONSTRUCT,
    "gdal/csv_with_utf8_bom.csv": ErrorCode.FILE_CORRUPT,
    "gdal/extentnan.shp": ErrorCode.SHAPEFILE_INCOMPLETE,
    "gdal/first_geometry_null.gpkg": 2,
    "gdal/huge_feature_count.gpkg": ErrorCode.FILE_LAYER_CHOICE,
    "gdal/insert-recursive-pair.dxf": 1,
    "gdal/point_with_utf8bom.json": 1,
    "gdal/samples.kml": ErrorCode.FILE_LAYER_CHOICE,
    "gdal/srs_name.geojson": 1,
    "gdal/tab-win1251.TAB": 3,
    "gdal/truncated.kml": ErrorCode.FILE_CORRUPT,
    "gdal/utf-8.dxf": 1,
    # Prose with a comma in it is a table that has a header and no rows.
    "pyshp/ATTRIBUTION": 0,
    "pyshp/REL.zip": 1,
    "pyshp/blockgroups_multishapefile.zip": ErrorCode.FILE_LAYER_CHOICE,
    "pyshp/empty_zipfile.zip": ErrorCode.NO_FEATURES,
    "pyshp/latin1.shp": ErrorCode.SHAPEFILE_INCOMPLETE,
}
SHAPEFILES = {
    "gdal/mixed_shape_type_non_conformant": (6, "cp1252", False),
    "gdal/multipolygon_as_invalid_polygon": (2, "cp1252", False),
    "gdal/pointnan": (2, "cp1252", False),
    "gdal/prjwithutf8bom": (1, "cp1252", False),
    "gdal/slightly_overlapping_polygons": (1, "cp1252", False),
    "pyshp/corrupt_too_long": (10, None, False),
    "vietnamese/cp1258_raw": (8, None, True),
    "vietnamese/tcvn3_mojibake_utf8_noprj": (8, "UTF-8", False),
    "vietnamese/tcvn3_raw": (8, None, True),
    "vietnamese/viscii_raw": (8, None, True),
}
"""Features, the encoding that the file names, and whether its text is given byte by byte."""


@pytest.mark.parametrize("name", ENDS)
def test_an_ugly_file_ends_in_rows_or_in_a_clear_refusal(shared_data: Path, name: str) -> None:
    path, expected = shared_data / "ugly" / name, ENDS[name]
    if isinstance(expected, int):
        with open_vector(path, strict_text=False) as source:
            assert sum(batch.num_rows for batch in source.batches()) == expected
        return
    with pytest.raises(GisError) as caught, open_vector(path, strict_text=False) as source:
        list(source.batches())
    assert caught.value.code == expected
    assert str(path.parent) not in caught.value.detail("vi")


def test_ugly_shapefiles_are_looked_at_together(shared_data: Path, tmp_path: Path) -> None:
    home = shared_data / "ugly"
    parts = [part for stem in SHAPEFILES for part in home.glob(f"{stem}.*")]
    layers = inspect_file(zipped(tmp_path / "all.zip", parts, home)).layers
    told = {layer.name: (layer.features, layer.encoding, layer.as_bytes) for layer in layers}
    assert told == {Path(stem).name: expected for stem, expected in SHAPEFILES.items()}


def test_no_ugly_file_is_left_out(shared_data: Path) -> None:
    home = shared_data / "ugly"
    there = {str(each.relative_to(home)) for each in home.rglob("*") if each.is_file()}
    main = {name for name in there if Path(name).suffix.lower() not in PARTS}
    assert main == ENDS.keys() | {f"{stem}.shp" for stem in SHAPEFILES}


def test_names_of_columns_are_decoded_as_values_are(shared_data: Path) -> None:
    with open_vector(shared_data / "ugly" / "gdal" / "tab-win1251.TAB") as source:
        (batch,) = source.batches()
    assert source.header.encoding == "WindowsCyrillic"
    assert (source.names[0], batch.column(1)[0].as_py()) == ("Поле_А", "Значение А")
