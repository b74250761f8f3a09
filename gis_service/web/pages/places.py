"""Where a page leads to: never away from the service."""

from urllib.parse import urlencode, urlsplit

from gis_service.types import Language

HOME = "/"
_SPACE = 0x20
_DELETE = 0x7F


def inside(asked: str | None) -> str:
    """Give the path that somebody wants to go on to, or the map when it could lead elsewhere.

    Parameters
    ----------
    asked
        As it stands in the address or the form, where anybody may have written it.

    Examples
    --------
    >>> inside("/account?lang=en"), inside("//elsewhere.example"), inside("https://elsewhere.example")
    ('/account?lang=en', '/', '/')
    """
    if not asked or not asked.startswith("/") or asked.startswith("//"):
        return HOME
    # Browsers read a backslash as a slash and pass over control signs.
    if "\\" in asked or any(ord(sign) <= _SPACE or ord(sign) == _DELETE for sign in asked):
        return HOME
    try:
        parts = urlsplit(asked)
    except ValueError:
        return HOME
    return HOME if parts.scheme or parts.netloc else asked


def sign_in_address(path: str, language: Language) -> str:
    """Give the address of the sign-in page that leads back to a path."""
    return f"/sign-in?{urlencode({'next': inside(path), 'lang': language})}"
