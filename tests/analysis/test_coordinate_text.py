"""Places as people write them: what is read, what is none, and that writing and reading agree."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis_service.analysis.coordinate_text import written_place

HOME = (106.34, 20.46)
METRES = (580_456.2, 2_263_123.5)


@pytest.mark.parametrize(
    "text",
    [
        "20.46, 106.34",
        "20,46; 106,34",
        "20.46 106.34",
        "106.34, 20.46",
        "20.46,106.34",
        "N20.46 E106.34",
        "20°27'36\"N 106°20'24\"E",
        "20°27′36″B, 106°20′24″Đ",
        "106°20'24\"E 20°27'36\"N",
        "20°27.6' 106°20.4'",
        "20º27'36'' Bắc; 106º20'24'' Đông",
        "vĩ độ 20.46, kinh độ 106.34",
    ],
)
def test_degrees_are_longitude_and_latitude_however_they_are_written(text: str) -> None:
    written = written_place(text)
    assert written is not None
    assert written.unit == "degrees"
    assert written.pair == pytest.approx(HOME, abs=1e-9)


@pytest.mark.parametrize(
    "text",
    [
        "2263123.5 580456.2",
        "580456,2; 2263123,5",
        "580456.2, 2263123.5",
        "2.263.123,5; 580.456,2",
        "2,263,123.5, 580,456.2",
        "2 263 123,5; 580 456,2",
        "X=2263123.5 Y=580456.2",
        "bắc 2.263.123,5; đông 580.456,2",
        "N 2263123.5 E 580456.2",
        "x: 2263123,5 m; y: 580456,2 m",
    ],
)
def test_metres_are_easting_and_northing_in_either_order(text: str) -> None:
    written = written_place(text)
    assert written is not None
    assert (written.unit, written.pair) == ("metres", METRES)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Thôn 5",
        "QL10",
        "20.46",
        "20.46, x",
        "95, 190",
        "999, 999",
        "12 13 14",
        "20°75' 106°",
        "20°27'36\"N",
        "20.46N 106.34N",
        "xã 3, thôn 4",
        "1" * 200,
    ],
)
def test_anything_else_is_no_place(text: str) -> None:
    assert written_place(text) is None


@given(st.floats(-180, 180), st.floats(-90, 90))
def test_degrees_minutes_and_seconds_are_read_as_they_were_written(longitude: float, latitude: float) -> None:
    def angle(value: float, sides: str) -> str:
        thousandths = round(abs(value) * 3_600_000)
        minutes, seconds = divmod(thousandths, 60_000)
        return f"{minutes // 60}°{minutes % 60}'{seconds / 1000:.3f}\"{sides[value < 0]}"

    written = written_place(f"{angle(latitude, 'NS')} {angle(longitude, 'EW')}")
    assert written is not None
    assert written.pair == pytest.approx((longitude, latitude), abs=2e-7)


@settings(max_examples=50)
@given(st.text(max_size=40) | st.text("0123456789.,;°'\" NSEWBĐT-+", max_size=40))
def test_whatever_is_typed_is_answered(text: str) -> None:
    written = written_place(text)
    if written is not None and written.unit == "degrees":
        assert abs(written.pair[0]) <= 180
        assert abs(written.pair[1]) <= 90
