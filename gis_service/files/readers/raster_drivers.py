"""The environment in which GDAL knows GeoTIFF and nothing else, or plain pictures for a file of those.

A raster of another format may name other files or addresses (VRT, GTI, WMS, MRF …), and GDAL looks beside any
raster for further files (overviews, masks, world files, ``.aux.xml``).
"""

from gis_service.files.readers.drivers import VECTOR_DRIVERS

KEPT = frozenset({"GTiff", "COG"})
"""COG only writes."""
_NAMES = (
    "AAIGrid,ACE2,ADRG,AIG,AVIF,AirSAR,BAG,BIGGIF,BLX,BMP,BSB,BT,BYN,CAD,CALS,CEOS,COASP,COSAR,CPG,CTG,CTable2,"
    "DAAS,DDS,DERIVED,DIMAP,DIPEx,DOQ1,DOQ2,DTED,ECRGTOC,ECW,EEDA,EEDAI,EHdr,EIR,ELAS,ENVI,ERS,ESAT,ESRIC,EXR,"
    "FAST,FIT,FITS,GDALG,GFF,GIF,GNMDatabase,GNMFile,GPKG,GRASSASCIIGrid,GRIB,GS7BG,GSAG,GSBG,GSC,GTI,GTX,GXF,"
    "GenBin,HDF4,HDF4Image,HDF5,HDF5Image,HEIF,HF2,HFA,HTTP,ILWIS,IRIS,ISCE,ISG,ISIS2,ISIS3,JAXAPALSAR,JDEM,"
    "JP2ECW,JP2KAK,JP2Lura,JP2MrSID,JP2OpenJPEG,JPEG,JPEGXL,JPIPKAK,KEA,KMLSUPEROVERLAY,KRO,L1B,LAN,LCP,LIBERTIFF,"
    "LOSLAS,Leveller,MAP,MBTiles,MEM,MFF,MFF2,MRF,MSGN,MiraMonRaster,MrSID,NDF,NGSGEOID,NITF,NOAA_B,NSIDCbin,NTv2,"
    "NWT_GRC,NWT_GRD,OGCAPI,OPENFILEGDB,OZI,PAux,PCIDSK,PCRaster,PDF,PDS,PDS4,PLMOSAIC,PNG,PNM,PRF,"
    "PostGISRaster,R,RCM,RIK,RMF,ROI_PAC,RPFTOC,RRASTER,RS2,RST,Rasterlite,S102,S104,S111,SAFE,SAGA,SAR_CEOS,"
    "SDTS,SENTINEL2,SGI,SIGDEM,SNAP_TIFF,SNODAS,SQLite,SRP,SRTMHGT,STACIT,STACTA,TGA,TIL,TSX,Terragen,TileDB,"
    "USGSDEM,VICAR,VRT,WCS,WEBP,WMS,WMTS,XPM,XYZ,ZMap,Zarr,netCDF"
)
RASTER_DRIVERS = tuple(_NAMES.split(","))
"""Every further driver of rasters GDAL is known with, whether or not this build has it."""


def kept_drivers(task: str, *, pictures: bool = False) -> frozenset[str]:
    """Name the drivers that a task needs; to warp, which only our own files are, takes two more.

    Parameters
    ----------
    task
        What the process does.
    pictures
        Whether the file holds pictures, each of which is unpacked by itself, from memory.
    """
    further = {"MEM", "VRT"} if task == "warp" else {"PNG", "JPEG", "WEBP"} if pictures else set()
    return KEPT | further


def raster_environment(
    task: str, also_skip: tuple[str, ...] = (), *, pictures: bool = False
) -> dict[str, str]:
    """Give the environment of a process that reads and writes GeoTIFF alone, and nothing beside the file.

    Parameters
    ----------
    task, pictures
        As of :func:`kept_drivers`.
    also_skip
        Drivers of this GDAL that are not named here yet.
    """
    skipped = dict.fromkeys((*RASTER_DRIVERS, *VECTOR_DRIVERS, *also_skip))
    skipped = {name: None for name in skipped if name not in kept_drivers(task, pictures=pictures)}
    return {
        "GDAL_SKIP": ",".join(skipped),
        "OGR_SKIP": ",".join(skipped),
        "GDAL_DRIVER_PATH": "disable",
        "GDAL_VRT_ENABLE_PYTHON": "NO",
        "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
        "GDAL_PAM_ENABLED": "NO",
        "GDAL_TIFF_INTERNAL_MASK": "YES",
        "GDAL_NUM_THREADS": "1",
        "GDAL_CACHEMAX": "128",
        "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": "{none}",
        "CPL_CURL_ENABLE_VSIMEM": "NO",
        "PROJ_NETWORK": "OFF",
        # Libraries that count the processors must not start a crowd of threads in a closed-in process.
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
    }
