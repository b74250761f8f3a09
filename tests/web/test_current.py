"""What belongs to the request in hand."""

import pytest
from flask import Flask

from gis_service.web import current


def test_a_proxy_that_nobody_has_told_of_is_warned_of_once(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    current._tell_of_a_proxy.cache_clear()
    with app.test_request_context(environ_base={"REMOTE_ADDR": "192.0.2.1"}):
        current.place()
    assert "GIS_PROXIES" not in caplog.text
    for _ in range(2):
        forwarded = {"X-Forwarded-For": "198.51.100.7"}
        with app.test_request_context(headers=forwarded, environ_base={"REMOTE_ADDR": "192.0.2.1"}):
            assert current.place() == "192.0.2.1"
    assert caplog.text.count("GIS_PROXIES") == 1
