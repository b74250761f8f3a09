"""The formats that may be loaded, and what each needs from GDAL."""

from enum import StrEnum

WKT_NAMES = ("wkt", "geom", "geometry")
"""Columns of a table of text that hold shapes, in the order in which they are looked for."""


class Format(StrEnum):
    """A format that may be loaded; what GDAL calls its reader is :attr:`driver`."""

    GEOPACKAGE = "GPKG"
    GEOJSON = "GeoJSON"
    GEOJSON_SEQUENCE = "GeoJSONSeq"
    SHAPEFILE = "ESRI Shapefile"
    DBF = "DBF"
    FLATGEOBUF = "FlatGeobuf"
    FILE_GEODATABASE = "OpenFileGDB"
    GML = "GML"
    KML = "LIBKML"
    GPX = "GPX"
    TAB = "MapInfo TAB"
    MIF = "MapInfo MIF"
    DXF = "DXF"
    DGN = "DGN"
    OSM = "OSM"
    PARQUET = "Parquet"
    CSV = "CSV"
    XLSX = "XLSX"
    ZIP = "ZIP"
    GZIP = "GZIP"

    @property
    def suffix(self) -> str:
        """The ending our own copy of such a file gets."""
        return _SUFFIXES[self]

    @property
    def driver(self) -> str | None:
        """The GDAL driver that may open it; none for what GDAL is not asked to read."""
        if self in _READ_BY_US:
            return None
        return _DRIVERS.get(self, self.value)

    @property
    def is_markup(self) -> bool:
        """Whether it is XML."""
        return self in {Format.GML, Format.KML, Format.GPX}


_DRIVERS = {
    Format.TAB: "MapInfo File",
    Format.MIF: "MapInfo File",
    Format.DBF: "ESRI Shapefile",
}
_READ_BY_US = {Format.PARQUET, Format.CSV, Format.XLSX, Format.ZIP, Format.GZIP}
_SUFFIXES = {
    Format.GEOPACKAGE: ".gpkg",
    Format.GEOJSON: ".geojson",
    Format.GEOJSON_SEQUENCE: ".geojsonl",
    Format.SHAPEFILE: ".shp",
    Format.DBF: ".dbf",
    Format.FLATGEOBUF: ".fgb",
    Format.FILE_GEODATABASE: ".gdb",
    Format.GML: ".gml",
    Format.KML: ".kml",
    Format.GPX: ".gpx",
    Format.TAB: ".tab",
    Format.MIF: ".mif",
    Format.DXF: ".dxf",
    Format.DGN: ".dgn",
    Format.OSM: ".osm.pbf",
    Format.PARQUET: ".parquet",
    Format.CSV: ".csv",
    Format.XLSX: ".xlsx",
    Format.ZIP: ".zip",
    Format.GZIP: ".gz",
}
PARTS = {
    Format.SHAPEFILE: (".shp", ".shx", ".dbf", ".prj", ".cpg"),
    Format.DBF: (".dbf", ".cpg"),
    Format.TAB: (".tab", ".dat", ".map", ".id", ".dbf"),
    Format.MIF: (".mif", ".mid"),
    Format.GML: (".gml", ".xsd"),
}
"""Files of one stem that are read together, the main one first."""
