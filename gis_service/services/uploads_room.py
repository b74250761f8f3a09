"""The room that uploads have: where their bytes lie, for how long, and how large a file may be.

It stands apart from the use cases of uploads, so that whoever only keeps house, as the worker does, loads
neither the definitions of the city nor the engine.
"""

from datetime import timedelta

from gis_service.errors import ErrorCode, RefusedInput
from gis_service.files.upload_store import UploadStore
from gis_service.settings import Settings

_MIB = 1 << 20


def store_of(settings: Settings) -> UploadStore:
    """Give the folder of uploads; workers on other machines must see the same one."""
    return UploadStore(settings.data_dir / "uploads", settings.upload_free_mb * _MIB)


def lives(settings: Settings) -> timedelta:
    """Tell how long an upload is kept after its last change."""
    return timedelta(hours=settings.upload_hours)


def most_bytes(settings: Settings) -> int:
    """Tell how large a file may be, in bytes."""
    return settings.upload_max_mb * _MIB


def require_size(settings: Settings, size: int) -> None:
    """Refuse a file that is too large, or for which there is no room, before its first byte.

    Raises
    ------
    RefusedInput
        ``upload_too_large``.
    Temporary
        ``upload_disk_full``.
    """
    if size > most_bytes(settings):
        raise RefusedInput(ErrorCode.UPLOAD_TOO_LARGE, size=size, most=most_bytes(settings))
    store_of(settings).require_room(size)
