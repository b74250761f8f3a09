"""A wrong setting stops the start and says which, what it was and what is expected."""

import pytest

from gis_service.errors import WrongUse
from gis_service.settings import Settings, read_settings


@pytest.mark.parametrize(
    ("name", "value"),
    [("GIS_PORT", "eighty"), ("GIS_PORT", "70000"), ("GIS_CITY", "../etc"), ("GIS_THREADS", "0")],
)
def test_a_wrong_value_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(WrongUse) as refused:
        read_settings()
    assert name in str(refused.value)
    assert value in str(refused.value)


def test_every_setting_explains_itself() -> None:
    assert all(field.description for field in Settings.model_fields.values())


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIS_PORT", "8123")
    assert read_settings().port == 8123
