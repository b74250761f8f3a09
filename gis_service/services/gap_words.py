"""A gap analysis in words: what a planner reads first, the same on the map and at the terminal."""

from collections.abc import Mapping
from typing import Any

from gis_service.services.group_words import group_of, residents_words
from gis_service.services.study_words import limit_words
from gis_service.text import amount_words, number, percent
from gis_service.types import Language, Text

_REACH = Text(
    vi="{share} {who} tới được điểm dịch vụ {which} trong {limit}.",
    en="{share} of the {who} reach {which} within {limit}.",
)
_REACHED = Text(
    vi="Từ điểm dịch vụ {which} tới được {share} {who} trong {limit}.",
    en="{share} of the {who} are reached from {which} within {limit}.",
)
_WHICH = {
    "any": Text(vi="gần nhất", en="the nearest facility"),
    "own_unit": Text(vi="của đơn vị mình", en="their own unit's facility"),
    "assigned": Text(vi="được phân tuyến", en="the facility that they are assigned to"),
}
_OUTSIDE = Text(vi="{outside} người ở ngoài.", en="{outside} people are outside.")
_OUTSIDE_LOST = Text(
    vi="{outside} người ở ngoài, trong đó {lost} người không tới được điểm dịch vụ nào.",
    en="{outside} people are outside; {lost} of them cannot reach any facility.",
)
_GENERATED = Text(vi=" Tính từ dữ liệu minh hoạ.", en=" Computed from generated data.")
_MEASURES = {
    "network_time": Text(
        vi="thời gian trên mạng đường, kể cả đoạn từ nhà ra đường",
        en="time on roads, the way from home to the road included",
    ),
    "network_distance": Text(
        vi="quãng đường trên mạng đường, kể cả đoạn từ nhà ra đường",
        en="distance along roads, the way from home to the road included",
    ),
    "straight_radius": Text(vi="bán kính đường chim bay", en="straight radius"),
    "within_line": Text(vi="khoảng cách thẳng tới đối tượng gần nhất", en="straight distance to the nearest"),
    "inside_area": Text(vi="ở trong hay ngoài vùng", en="inside the areas or not"),
    "quota": Text(vi="định mức của từng đơn vị", en="quota of each unit"),
}
_ENOUGH = Text(
    vi="{share} {who} ở đơn vị đủ định mức: {quota}.",
    en="{share} of the {who} live in units that meet the quota: {quota}.",
)
_LACKING = Text(
    vi="{outside} người ở đơn vị còn thiếu.", en="{outside} people live in units where some is missing."
)
_UNIT_LACKS = Text("Đơn vị chưa đủ theo định mức", "The unit has less than the quota asks for")
_QUOTA_OF = {
    "facilities": Text("điểm dịch vụ", "facilities"),
    "site_m2": Text("m² khu đất", "m² of site"),
    "capacity": Text("chỗ", "places"),
}
_ONE_OF = _QUOTA_OF | {
    "facilities": Text("điểm dịch vụ", "facility"),
    "capacity": Text("chỗ", "place"),
}
_QUOTA_PER = {
    "person": Text("mỗi người", "for each person"),
    "1000_people": Text("mỗi 1.000 người", "for 1,000 people"),
    "unit": Text("mỗi đơn vị", "in each unit"),
}
_QUOTA_DECIMALS = 6
QUOTA_FIGURES = (
    ("have", Text("Hiện có", "There is")),
    ("needed", Text("Cần có", "Needed")),
    ("missing", Text("Còn thiếu", "Missing")),
)
"""What is told of a unit in a study of a quota, by its name in the document."""
GAP_KINDS = {
    "network": Text(vi="Xa hơn giới hạn", en="Beyond the limit"),
    "no_path": Text(
        vi="Có đường nhưng không tới được điểm dịch vụ nào",
        en="On a road from which no way leads to any facility",
    ),
    "roadless": Text(vi="Không có đường đủ gần", en="No road near enough"),
    "cluster": Text(vi="Xa hơn giới hạn", en="Beyond the limit"),
    "no_facility": Text(
        vi="Đơn vị của mình không có điểm dịch vụ nào", en="No facility in the people's own unit"
    ),
    "scattered": Text(vi="Nhà ở rải rác", en="Scattered homes"),
}
"""Why the people of a gap place are outside, by the kind of the place."""
_PLACES = Text(vi="tính tại từng điểm dân cư", en="counted at each place where people live")


def gap_kind(gap: Mapping[str, Any], document: Mapping[str, Any]) -> Text:
    """Say why the people of a gap place are outside."""
    return _UNIT_LACKS if document["parameters"]["measure"] == "quota" else GAP_KINDS[gap["kind"]]


def quota_words(quota: Mapping[str, Any], language: Language) -> str:
    """Say a quota: ``0.65 m² of site for each person``."""
    amount = amount_words(quota["amount"], language, _QUOTA_DECIMALS)
    of = (_ONE_OF if quota["amount"] == 1 else _QUOTA_OF)[quota["of"]]
    return " ".join((amount, of.in_language(language), _QUOTA_PER[quota["per"]].in_language(language)))


def answer(document: Mapping[str, Any]) -> Text:
    """Say which share of the people is within the limit."""
    return Text(vi=_answer(document, "vi"), en=_answer(document, "en"))


def answer_outside(document: Mapping[str, Any]) -> Text:
    """Say how many people are outside, and how many of them can reach no facility; generated data says so."""
    return Text(vi=_answer_outside(document, "vi"), en=_answer_outside(document, "en"))


def method(document: Mapping[str, Any]) -> Text:
    """Say in one line what was measured, and where."""
    asked = document["parameters"]
    measure = _MEASURES[asked["measure"]]
    return Text(vi=f"{measure.vi} · {_PLACES.vi}", en=f"{measure.en} · {_PLACES.en}")


def _answer(document: Mapping[str, Any], language: Language) -> str:
    asked, group = document["parameters"], group_of(document)
    share = document["totals"][group]["share"]
    told = {
        "share": "–" if share is None else percent(share, language),
        "who": residents_words(group, language),
    }
    if asked["measure"] == "quota":
        return _ENOUGH.in_language(language).format(quota=quota_words(asked["quota"], language), **told)
    words = _REACHED if asked["direction"] == "from_facility" else _REACH
    return words.in_language(language).format(
        which=_WHICH[asked["catchment"]].in_language(language),
        limit=limit_words(asked, language),
        **told,
    )


def _answer_outside(document: Mapping[str, Any], language: Language) -> str:
    told = document["totals"][group_of(document)]
    words = _OUTSIDE_LOST if told["unreachable"] else _OUTSIDE
    words = _LACKING if document["parameters"]["measure"] == "quota" else words
    said = words.in_language(language).format(
        outside=number(told["uncovered"], language), lost=number(told["unreachable"], language)
    )
    return said + (_GENERATED.in_language(language) if document["generated_data"] else "")
