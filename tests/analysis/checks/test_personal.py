"""Columns of personal data are recognised by name and by what they look like, others are not."""

import pyarrow as pa
import pytest

from gis_service.analysis.checks.personal import What, looks_personal, masked, named_personal


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("cccd", "identity_number"),
        ("So_CMND", "identity_number"),
        ("so_dien_thoai", "phone"),
        ("SDT", "phone"),
        ("Số điện thoại", "phone"),
        ("phone_number", "phone"),
        ("tel", "phone"),
        ("E-mail", "email"),
        ("ho_ten", "person_name"),
        ("Họ và tên", "person_name"),
        ("TEN_CHU_HO", "person_name"),
        ("hotel", None),
        ("full_name", None),
        ("ten", None),
        ("emailed_at_all", "email"),
    ],
)
def test_names_tell(name: str, what: What | None) -> None:
    assert named_personal(name) == what


@pytest.mark.parametrize(
    ("value", "named", "found"),
    [
        ("034087001234", None, {"identity_number"}),
        ("340870012", None, set()),
        ("340870012", "identity_number", {"identity_number"}),
        ("0912 345 678", None, {"phone"}),
        ("+84912345678", None, {"phone"}),
        ("912345678", None, set()),
        ("912345678", "phone", {"phone"}),
        ("lan@thaibinh.gov.vn", None, {"email"}),
        ("Nguyễn Thị Lan", None, set()),
        ("Nguyễn Thị Lan", "person_name", {"person_name"}),
        ("12452", None, set()),
        ("2024-01-01", None, set()),
    ],
)
def test_values_tell(value: str, named: What | None, found: set[str]) -> None:
    assert set(looks_personal(pa.array([value, None]), named)) == found


def test_numbers_are_looked_at_as_they_are_written() -> None:
    assert looks_personal(pa.array([912345678]), "phone")["phone"].tolist() == [True]
    assert looks_personal(pa.array([1.5]), "phone") == {}
    decimals = pa.array([912345678.0, 2.5, None, float("nan"), float("inf"), 1e300])
    assert looks_personal(decimals, "phone")["phone"].tolist() == [True, *[False] * 5]


@pytest.mark.parametrize(
    ("value", "shown"),
    [("034087001234", "03********34"), ("Lan", "***"), (12345, "12*45"), (912345678.0, "91*****78")],
)
def test_a_report_does_not_spread_what_it_warns_of(value: object, shown: str) -> None:
    assert masked(value) == shown
