"""What the page of an upload asks about, and where it asks nothing."""

import pytest

from gis_service.errors import ErrorCode
from tests.web.pages.browser import Reader
from tests.web.pages.made_uploads import column, finding, kept, seen
from tests.web.uploaded import Desk


def test_what_points_in_numbers_mean_is_chosen_on_the_page(staff: Reader, desk: Desk) -> None:
    doubt = finding(
        ErrorCode.THOUSANDS_SUSPECT, "warning", (1, 2), "numbers", column="area", params={"source": "Số m²"}
    )
    id_ = kept(desk, seen(column("Số m²", "area")), doubt, numbers={"Giá": "thousands"})
    page = staff.see(f"/uploads/{id_}").text
    assert 'name="thousands" value="Số m²" data-now>' in page
    assert 'name="thousands" value="Giá" data-now checked>' in page


def test_of_columns_that_fit_one_field_one_is_taken_on_the_page(staff: Reader, desk: Desk) -> None:
    several = [column(name, "name", reason="several", taken=False) for name in ("tên", "tªn")]
    params = {"field": "name", "columns": "tên, tªn", "first": "tên"}
    asked = finding(ErrorCode.COLUMNS_FIT_ONE_FIELD, column="name", params=params)
    id_ = kept(desk, seen(column("ma", "code"), *several), asked, layer="market")
    page = staff.see(f"/uploads/{id_}?lang=en").text
    assert 'name="take" value="2">Take tªn: một, hai</button>' in page
    assert 'name="take" value="none:name"' in page
    assert 'name="do" value="suggested"' not in page


def test_enter_sends_what_was_typed_and_takes_no_column(staff: Reader, desk: Desk) -> None:
    several = [column(name, "name", reason="several", taken=False) for name in ("tên", "tªn")]
    params = {"field": "name", "columns": "tên, tªn", "first": "tên"}
    asked = finding(ErrorCode.COLUMNS_FIT_ONE_FIELD, column="name", params=params)
    page = staff.see(f"/uploads/{kept(desk, seen(*several), asked, layer='market')}?lang=en").text
    form = page.partition('id="choices"')[2].partition("</form>")[0]
    assert form.index('name="at" value=""') < form.index('name="take"')
    assert form.index("<button") < form.index('name="at" value=""') < form.index("</button>")


def test_a_system_that_was_chosen_is_named_where_nothing_could_be_read(staff: Reader, desk: Desk) -> None:
    asked = finding(ErrorCode.FILE_LAYER_CHOICE, params={"layers": "a, b", "asked": "–"})
    id_ = kept(desk, {"name": "a", "features": None, "columns": []}, asked, crs="EPSG:9210")
    assert "<summary>EPSG:9210 · choose another</summary>" in staff.see(f"/uploads/{id_}?lang=en").text


@pytest.mark.parametrize(("found", "open_"), [(ErrorCode.OUTSIDE_CITY, False), (ErrorCode.CRS_SUSPECT, True)])
def test_the_systems_are_open_only_while_there_is_a_doubt(
    staff: Reader,
    desk: Desk,
    found: ErrorCode,
    open_: bool,  # noqa: FBT001
) -> None:
    params = {"crs": "EPSG:9209", "fits": "EPSG:9210", "box": "–"}
    id_ = kept(desk, seen(column("ma", "code")), finding(found, "warning", params=params), crs="EPSG:9209")
    page = staff.see(f"/uploads/{id_}?lang=en").text
    section = page.partition('<section id="crs">')[2].partition("</section>")[0]
    assert 'value="EPSG:9209" data-now checked' in section
    assert ("<details" in section) is not open_


@pytest.mark.parametrize("names", [("hide",), ("numbers.shown", "thousands")])
def test_a_name_that_nothing_can_have_is_refused_on_the_page(
    staff: Reader, desk: Desk, names: tuple[str, ...]
) -> None:
    id_ = kept(desk, seen(column("ma", "code")))
    sent = staff.send(f"/uploads/{id_}", **dict.fromkeys(names, "a\x00b"))
    assert sent.status_code == 422
    assert "U+0000" in sent.text
    assert desk.get(id_).get_json()["state"] == "ready"
