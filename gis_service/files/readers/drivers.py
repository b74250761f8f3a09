"""Which single GDAL driver may open a file, and the environment that makes it so.

pyogrio has no argument for allowed drivers; GDAL leaves drivers out only when ``OGR_SKIP`` stands in the
environment before the library is loaded.
"""

from gis_service.files.readers.formats import Format

_NAMES = (
    "ADBC,AIVector,AVCBin,AVCE00,AmigoCloud,Arrow,CAD,CSV,CSW,Carto,DGN,DWG,DXF,EDIGEO,EEDA,"
    "ESRI Shapefile,ESRIJSON,Elasticsearch,FileGDB,FlatGeobuf,GDALG,GML,GMLAS,GPKG,GPSBabel,GPX,GTFS,"
    "GeoJSON,GeoJSONSeq,GeoRSS,HANA,HTTP,Idrisi,Interlis 1,Interlis 2,JML,JSONFG,KML,LIBKML,LVBAG,"
    "MBTiles,MEM,MSSQLSpatial,MVT,MapInfo File,MapML,Memory,MiraMonVector,MongoDBv3,MySQL,NAS,NGW,"
    "netCDF,OAPIF,OCI,ODBC,ODS,OGCAPI,OGR_GMT,OGR_OGDI,OGR_PDS,OGR_VRT,OSM,OpenFileGDB,PCIDSK,PDF,"
    "PDS4,PGDUMP,PGeo,PLSCENES,PMTiles,Parquet,PostgreSQL,S57,SOSI,SQLite,SXF,Selafin,TIGER,TopoJSON,"
    "UK .NTF,VDV,VFK,VICAR,WAsP,WFS,XLS,XLSX,XODR"
)
VECTOR_DRIVERS = tuple(_NAMES.split(","))
"""Every vector driver GDAL is known with, whether or not this build has it."""

_FOREIGN_RASTERS = (
    "VRT,GTI,WMS,WCS,WMTS,HTTP,PLMOSAIC,OGCAPI,STACIT,STACTA,DAAS,EEDAI,MEM,PCIDSK,KMLSUPEROVERLAY"
)
_OF_SEVERAL_FILES = {
    Format.SHAPEFILE,
    Format.DBF,
    Format.FILE_GEODATABASE,
    Format.TAB,
    Format.MIF,
    Format.GML,
}


def environment(kept: Format, also_skip: tuple[str, ...] = ()) -> dict[str, str]:
    """Give the environment of a process in which GDAL knows one driver and no network.

    Parameters
    ----------
    kept
        Format whose driver stays; for a format that GDAL does not read, none stays.
    also_skip
        Drivers of this GDAL that :data:`VECTOR_DRIVERS` does not name yet.
    """
    skipped = [name for name in (*VECTOR_DRIVERS, *also_skip) if name != kept.driver]
    return {
        "OGR_SKIP": ",".join(skipped),
        "GDAL_SKIP": _FOREIGN_RASTERS,
        "GDAL_DRIVER_PATH": "disable",
        "GDAL_VRT_ENABLE_PYTHON": "NO",
        "GDAL_DISABLE_READDIR_ON_OPEN": "FALSE" if kept in _OF_SEVERAL_FILES else "EMPTY_DIR",
        "GML_DOWNLOAD_SCHEMA": "NO",
        "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": "{none}",
        "CPL_CURL_ENABLE_VSIMEM": "NO",
        "OGR_SQLITE_LOAD_EXTENSIONS": "",
        # Libraries that count the processors must not start a crowd of threads in a closed-in process.
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
    }
