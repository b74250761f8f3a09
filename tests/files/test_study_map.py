import re
from dataclasses import replace

import pytest
import shapely

from gis_service.files.study_map import MapFacility, MapGap, MapZone, StudyMap, band_of, render_study_map
from gis_service.types import Text

EVIL = "</script><img src=x onerror=alert(1)>"


def content(west: float = 106.3, name: str = "Xã Đông Hưng", notices: tuple[Text, ...] = ()) -> StudyMap:
    square = shapely.box(west, 20.4, west + 0.1, 20.5)
    return StudyMap(
        sentence=Text("80,5 % người dân tới được", "80.5% of the people reach"),
        outside=Text("1.234 người ở ngoài.", "1,234 people are outside."),
        method=Text("bán kính", "radius"),
        sources=Text("Nguồn: a.gpkg", "Sources: a.gpkg"),
        zones=[MapZone("1", name, 6000, 4766, 1234, 56, 0.79, square)],
        gaps=[MapGap(1, Text(name, name), 1234, Text("Không có đường", "No road"), square.centroid)],
        facilities=[MapFacility(name, 4766, square.centroid)],
        notices=notices,
    )


def test_the_page_names_no_other_host_and_forbids_requests() -> None:
    page = render_study_map(content())
    fetched = re.findall(r"""(?:src|href)=["'](?!#)([^"']+)""", page)
    assert [link for link in fetched if link != "https://leafletjs.com"] == []
    assert "default-src 'none'" in page
    assert "url(http" not in page
    assert "jquery" not in page.lower().replace("leaflet", "")


def test_names_are_escaped_everywhere() -> None:
    page = render_study_map(content(name=EVIL))
    assert EVIL not in page
    assert "&lt;/script&gt;" in page


def test_numbers_are_written_for_readers_of_each_language() -> None:
    page = render_study_map(content())
    assert '<span lang="vi">6.000</span><span lang="en">6,000</span>' in page
    assert '<span lang="vi">79,0 %</span><span lang="en">79.0%</span>' in page


def test_a_gap_says_why_its_people_are_outside() -> None:
    page = render_study_map(content())
    assert "\\u003eWhy\\u003c" in page
    assert "\\u003eNo road\\u003c" in page


def test_notices_stand_on_the_page() -> None:
    page = render_study_map(content(notices=(Text("Dữ liệu minh hoạ", "Generated data"),)))
    assert page.count('class="notice"') == 1
    assert "Dữ liệu minh hoạ" in page


def test_a_map_of_viet_nam_names_the_archipelagos() -> None:
    page = render_study_map(content())
    assert "Quần đảo Hoàng Sa (Việt Nam)" in page
    assert "Quần đảo Trường Sa (Việt Nam)" in page
    assert "Trường Sa" not in render_study_map(content(west=24.9))


@pytest.mark.parametrize(("share", "band"), [(None, None), (0, 0), (0.5, 1), (0.7999, 2), (0.8, 3), (1, 4)])
def test_a_share_has_its_place_on_the_ramp(share: float | None, band: int | None) -> None:
    assert band_of(share) == band


def test_a_study_without_gaps_draws_none() -> None:
    whole = content()
    page = render_study_map(
        StudyMap(whole.sentence, whole.outside, whole.method, whole.sources, whole.zones, [], [])
    )
    assert 'class="dot gap"' not in page


def test_those_who_can_reach_no_facility_are_named_per_unit_and_in_total() -> None:
    page = render_study_map(content())
    (row,) = re.findall(r'<tr id="unreachable">.*?</tr>', page)
    assert "Không tới được điểm dịch vụ nào" in row
    assert "Cannot reach any facility" in row
    assert re.findall(r"<td>(\d+)</td>", row) == ["1", "56"]
    assert page.count("Cannot reach any facility") == 2


def test_further_lines_stand_in_the_windows_of_units_gaps_and_facilities() -> None:
    whole = content()
    old = (Text("age_60 trong chuẩn", "age_60 within"), Text("3 trong 6", "3 of 6"))
    told = replace(
        whole,
        zones=[replace(whole.zones[0], more=[old])],
        gaps=[replace(whole.gaps[0], more=[old])],
        facilities=[replace(whole.facilities[0], people=None, more=[old])],
    )
    page = render_study_map(told)
    assert page.count("3 of 6") == 3
    assert "People within the standard" in render_study_map(whole)
    assert "People within the standard" not in page
