"""All settings of the service: one frozen object, read once, passed down."""

import re
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, Json, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from gis_service.errors import ErrorCode, WrongUse

ROOT = Path(__file__).resolve().parent.parent
"""The checkout: where ``layers/`` and ``tiles/`` lie unless a setting says otherwise."""


_PLACE = re.compile(r"\{(z|x|y|TileMatrix|TileCol|TileRow)\}")
"""What stands for zoom, column and row in the address of a tile: as XYZ has it, or as WMTS does."""
_ZXY = ({"z", "x", "y"}, {"TileMatrix", "TileCol", "TileRow"})


def _tile_address(address: str) -> str:
    parts = urlsplit(address)
    plain = _PLACE.sub("0", parts.path + parts.query)
    if not parts.hostname or parts.username or parts.fragment or _PLACE.search(parts.netloc):
        raise ValueError("https://host/{z}/{x}/{y}")
    if "{" in plain or set(_PLACE.findall(address)) not in _ZXY:
        raise ValueError("{z} {x} {y} | {TileMatrix} {TileCol} {TileRow}")
    return address


class ImageryTitle(BaseModel):
    """What a background is called, in both languages."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    vi: str = Field(min_length=1, max_length=100)
    en: str = Field(min_length=1, max_length=100)


class ImagerySource(BaseModel):
    """Pictures that may lie under the map: of a tile server, fetched by the service, or of an MBTiles file.

    Parameters
    ----------
    id
        Part of the address of its tiles here.
    title, credit
        What people read: in the list, and among the sources of the map.
    url
        Template of the address of a tile of WebMercatorQuad, XYZ or WMTS (REST or KVP).
    file
        MBTiles on this machine in place of it.
    minzoom, maxzoom
        Zooms that it has.
    private
        Whether it may lie in a private network, and be asked without encryption.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[a-z][a-z0-9_]{0,47}$")
    title: ImageryTitle
    url: Annotated[str, Field(max_length=500), AfterValidator(_tile_address)] | None = None
    file: Path | None = None
    credit: str = Field(min_length=1, max_length=200)
    minzoom: int = Field(0, ge=0, le=24)
    maxzoom: int = Field(19, ge=0, le=24)
    private: bool = False

    @model_validator(mode="after")
    def _one_place(self) -> "ImagerySource":
        if (self.url is None) == (self.file is None):
            raise ValueError("url | file")
        if self.url is None:
            return self
        allowed = ("https", "http") if self.private else ("https",)
        if urlsplit(self.url).scheme not in allowed:
            raise ValueError(" | ".join(f"{one}://" for one in allowed))
        return self


class Settings(BaseSettings):
    """Settings from the environment, each named ``GIS_`` and its field in capitals."""

    model_config = SettingsConfigDict(env_prefix="GIS_", frozen=True, extra="ignore")

    host: str = Field("127.0.0.1", description="Address the web service listens on.")
    port: int = Field(8000, ge=1, le=65535, description="Port the web service listens on.")
    database_url: str | None = Field(
        None, description="PostGIS to use instead of the private cluster (postgresql://…)."
    )
    data_dir: Path = Field(
        ROOT / "var", description="Folder for artefacts, logs, and the private cluster of an ordinary user."
    )
    city: str = Field(
        "thai_binh", pattern=r"^[a-z][a-z0-9_]{0,47}$", description="Folder of layers/ to serve."
    )
    layers_dir: Path = Field(ROOT / "layers", description="Folder of the layer definitions.")
    tiles_dir: Path = Field(ROOT / "tiles", description="Folder of the tileset definitions.")
    public_url: str | None = Field(
        None, description="Address that users reach the service by, when it stands behind a proxy."
    )
    cors_origins: str | None = Field(
        None,
        pattern=r"^(https?://[A-Za-z0-9.:\[\]-]+( https?://[A-Za-z0-9.:\[\]-]+)*)?$",
        description="Origins of other sites whose pages may call the API, with a blank between them.",
    )
    threads: int = Field(8, ge=1, le=64, description="Requests answered at the same time by one web process.")
    web_processes: int = Field(
        1, ge=1, le=64, description="Web processes on this machine, each with threads and tiles of its own."
    )
    workers: int = Field(
        1, ge=0, le=64, description="Jobs computed at the same time on this machine; 0 starts no worker here."
    )
    worker_dead_seconds: float = Field(
        15, ge=1, description="Seconds without a sign of life after which a worker's jobs are taken up."
    )
    live_per_minute: int = Field(
        240, ge=1, description="Questions that are computed at once, per minute and address of the asker."
    )
    proxies: int = Field(
        0, ge=0, le=9, description="Own proxies before the service; the last of them tells who asks."
    )
    session_idle_minutes: int = Field(
        120,
        ge=1,
        le=1440,
        description="Minutes without a request after which a signed-in browser is signed out.",
    )
    session_hours: int = Field(
        12, ge=1, le=720, description="Hours after which a signed-in browser is signed out in any case."
    )
    reader_seconds: int = Field(
        900, ge=1, description="Longest time that reading one file may take, in seconds."
    )
    reader_memory_mb: int = Field(
        4096, ge=512, description="Address space of the process that reads a file, in MiB."
    )
    archive_max_mb: int = Field(
        1024, ge=1, description="Most that the contents of one archive may hold, in MiB."
    )
    archive_max_ratio: int = Field(
        200, ge=1, description="Most that an archive may grow when it is unpacked, as a factor."
    )
    archive_max_entries: int = Field(10_000, ge=1, description="Most files and folders in one archive.")
    raster_max_mpix: int = Field(
        1000, ge=1, description="Most cells of a raster, width by height, in millions."
    )
    raster_max_mb: int = Field(
        8192, ge=1, description="Most that all bands of a raster may hold, unpacked, in MiB."
    )
    export_seconds: int = Field(
        120, ge=1, description="Longest time that one web process writes a file for a reader, in seconds."
    )
    export_max_mb: int = Field(
        2048, ge=1, description="Most that a file for a reader and its parts may hold, in MiB."
    )
    exports_at_once: int = Field(
        2, ge=1, le=64, description="Files written for readers at the same time by one web process."
    )
    upload_max_mb: int = Field(2048, ge=1, description="Largest file that may be uploaded, in MiB.")
    upload_hours: int = Field(
        24, ge=1, le=720, description="Hours that an upload is kept after its last change."
    )
    upload_most_open: int = Field(
        20, ge=1, description="Uploads of one person that may be open at once: neither committed nor dropped."
    )
    tile_memory_mb: int = Field(
        256, ge=1, description="Memory that tiles may take in one web process, in MiB."
    )
    tile_disk_mb: int = Field(2048, ge=1, description="Room on the disk that tiles may take, in MiB.")
    imagery: Json[tuple[ImagerySource, ...]] | None = Field(
        None,
        description="Pictures that may lie under the map, as JSON:"
        ' [{"id", "title": {"vi", "en"}, "url" or "file", "credit", "minzoom", "maxzoom", "private"}].',
    )
    imagery_disk_mb: int = Field(
        1024, ge=1, description="Room on the disk that fetched pictures may take, in MiB."
    )
    upload_free_mb: int = Field(1024, ge=0, description="Room on the disk that uploads leave free, in MiB.")


def read_settings() -> Settings:
    """Read the settings from the environment.

    Raises
    ------
    WrongUse
        ``setting_invalid``, naming the variable, its value and what is expected.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "GIS_" + "_".join(str(part) for part in first["loc"]).upper()
        field = Settings.model_fields.get(str(first["loc"][0]))
        expected = field.description if field and field.description else "?"
        raise WrongUse(
            ErrorCode.SETTING_INVALID,
            name=name,
            value=repr(first["input"]),
            reason=first["msg"],
            expected=expected,
        ) from error
