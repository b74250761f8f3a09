"""Tells pictures by their first bytes."""

_SIGNS = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}


def media_of(content: bytes) -> str | None:
    """Tell by its first bytes what kind of picture this is; None for anything else."""
    for sign, media in _SIGNS.items():
        if content.startswith(sign):
            return media
    return "image/webp" if content[:4] == b"RIFF" and content[8:12] == b"WEBP" else None
