import pytest

from gis_service.errors import ErrorCode, Fault, RefusedInput
from gis_service.messages.terminal import language_of, words_of
from gis_service.types import Language, Text


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "vi_VN.UTF-8"}, "vi"),
        ({"LANG": "vi_VN.UTF-8", "LC_ALL": "en_GB.UTF-8"}, "en"),
        ({"LANG": "en_GB.UTF-8", "LC_MESSAGES": "vi"}, "vi"),
        ({"LANG": "VI_vn", "LC_ALL": ""}, "vi"),
    ],
)
def test_the_locale_gives_the_language(environment: dict[str, str], language: Language) -> None:
    assert language_of(environment) == language


def test_an_error_is_told_with_all_its_faults() -> None:
    error = RefusedInput(
        ErrorCode.CRS_MISSING, [Fault("row 3", "empty"), Fault("row 9", "empty")], name="a.shp"
    )
    lines = words_of(error, "en").splitlines()
    assert lines[0] == "a.shp does not say which coordinate system it is in."
    assert lines[1:3] == ["  row 3: empty", "  row 9: empty"]
    assert len(lines) == 5


def test_a_fault_is_told_in_the_language_of_the_terminal() -> None:
    fault = Fault(Text("đối tượng 3", "feature 3"), Text("thiếu tên", "has no name"))
    error = RefusedInput(ErrorCode.CRS_MISSING, [fault], name="a.shp")
    assert words_of(error, "vi").splitlines()[1] == "  đối tượng 3: thiếu tên"
    assert words_of(error, "en").splitlines()[1] == "  feature 3: has no name"
    assert str(error).splitlines()[-1] == "feature 3: has no name"
