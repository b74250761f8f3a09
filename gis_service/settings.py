"""All settings of the service: one frozen object, read once, passed down."""

from pathlib import Path

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from gis_service.errors import ErrorCode, WrongUse

ROOT = Path(__file__).resolve().parent.parent
"""The checkout: where ``layers/`` and ``tiles/`` lie unless a setting says otherwise."""


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
