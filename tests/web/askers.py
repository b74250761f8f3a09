"""Those who ask the service in tests."""

import zlib

from flask import Flask
from flask.testing import FlaskClient


def from_its_own_address(app: Flask, name: str) -> FlaskClient:
    """Ask from an address that other names hardly ever have: live answers are limited by address."""
    client, number = app.test_client(), zlib.crc32(name.encode())
    client.environ_base["REMOTE_ADDR"] = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
    return client
