"""What the columns of a published study are called, in both languages."""

from typing import Any

from gis_service.types import Text

TEXTS = frozenset(
    {
        *("id", "name", "kind", "settlement", "zone", "zone_name", "nearest_id", "nearest_name", "group"),
        *("commune", "source"),
    }
)
"""Columns that hold words; all others hold numbers."""

_LABELS = {
    "id": Text("Mã", "Code"),
    "name": Text("Tên", "Name"),
    "total": Text("Tổng số người", "People in all"),
    "covered": Text("Người trong chuẩn", "People within the standard"),
    "uncovered": Text("Người ngoài chuẩn", "People outside the standard"),
    "unreachable": Text("Người không có đường tới", "People without a way"),
    "share": Text("Tỷ lệ trong chuẩn (0–1)", "Share within the standard (0–1)"),
    "people": Text("Số người", "People"),
    "homes": Text("Số nhà", "Homes"),
    "kind": Text("Lý do", "Reason"),
    "rank": Text("Thứ hạng", "Rank"),
    "settlement": Text("Điểm dân cư gần nhất", "Nearest settlement"),
    "zone": Text("Mã đơn vị hành chính", "Code of the unit"),
    "zone_name": Text("Đơn vị hành chính", "Unit"),
    "nearest_id": Text("Mã điểm dịch vụ gần nhất", "Code of the nearest facility"),
    "nearest_name": Text("Điểm dịch vụ gần nhất", "Nearest facility"),
    "load": Text("Người trong chuẩn gần nó nhất", "People within the standard nearest to it"),
    "only": Text("Người chỉ nó phục vụ", "People whom nothing else reaches"),
    "capacity": Text("Sức chứa", "Capacity"),
    "per_capacity": Text("Người trên một đơn vị sức chứa", "People for each unit of capacity"),
    "covered_twice": Text("Người có hai địa điểm trong chuẩn", "People within the standard of two sites"),
    "share_twice": Text(
        "Tỷ lệ có hai địa điểm trong chuẩn (0–1)", "Share with two sites in the standard (0–1)"
    ),
    "enhanced": Text("Sức chứa cho mỗi người (E2SFCA)", "Capacity for each person (E2SFCA)"),
    "balanced": Text("Sức chứa cho mỗi người (cân bằng)", "Capacity for each person (balanced)"),
    "unserved": Text("Người không có điểm nào trong giới hạn", "People with nothing within the limit"),
    "load_before": Text("Người gần nó nhất trước đó", "People nearest to it before"),
    "load_after": Text("Người gần nó nhất sau đó", "People nearest to it after"),
    "before": Text("Người trong chuẩn trước đó", "People within the standard before"),
    "after": Text("Người trong chuẩn sau đó", "People within the standard after"),
    "won": Text("Người có thêm", "People who gain"),
    "lost": Text("Người bị mất", "People who lose"),
    "commune": Text("Đơn vị hành chính", "Unit"),
    "order": Text("Thứ tự", "Order"),
    "gain": Text("Người được thêm", "People gained"),
    "cost": Text("Chi phí", "Cost"),
    "source": Text("Lấy từ lớp", "Of the layer"),
    "served": Text("Người có chỗ ở đó", "People with a place there"),
    "in_plan": Text("Giữ theo phương án (1: có)", "Kept in the plan (1: yes)"),
    "in_choice": Text("Giữ trong thực tế (1: có)", "Kept as it was made (1: yes)"),
    "share_of_draws": Text("Tỷ lệ lần rút thử được chọn (0–1)", "Share of draws in which it is chosen (0–1)"),
    "share_before": Text("Tỷ lệ trước đó (0–1)", "Share before (0–1)"),
    "share_after": Text("Tỷ lệ sau đó (0–1)", "Share after (0–1)"),
}
_QUANTILES = {
    "median": Text("Trung vị", "Median"),
    "p90": Text("Phân vị 90 %", "90th percentile"),
    "p95": Text("Phân vị 95 %", "95th percentile"),
}
_OF = {
    "s": Text("{figure} thời gian đi", "{figure} of the time of the way"),
    "m": Text("{figure} độ dài đường đi", "{figure} of the length of the way"),
}
_PARTS = {
    "arrived": Text("{label}, tính trên người đến được", "{label}, of those who arrive"),
    "added": Text("{label}, phần tăng thêm", "{label}, what is added"),
    "nearest": Text("{label}, tới điểm gần nhất", "{label}, to the nearest facility"),
}


def field_of(name: str, *, required: bool = False) -> dict[str, Any]:
    """Define a column of a published study as layers define their fields.

    Parameters
    ----------
    name
        Of a figure as it stands in a study, with the group or the part that it belongs to before it.
    required
        Whether every row has a value.
    """
    label, found = _label(name), {"name": name, "type": "text" if name in TEXTS else "number"}
    told: dict[str, Any] = found | {"label": {"vi": label.vi, "en": label.en}}
    unit = name.rpartition("_")[2]
    if unit in _OF and name not in TEXTS:
        told["unit"] = unit
    return told | ({"required": True} if required else {})


def _label(name: str) -> Text:
    plain = _plain(name)
    if plain is not None:
        return plain
    # From the longest figure to the shortest: age_60_share_before is of the group age_60.
    parts = name.split("_")
    for at in range(1, len(parts)):
        of, figure = "_".join(parts[:at]), _plain("_".join(parts[at:]))
        if figure is not None:
            words = _PARTS.get(of, Text("{label} (" + of + ")", "{label} (" + of + ")"))
            return Text(words.vi.format(label=figure.vi), words.en.format(label=figure.en))
    return Text(name, name)


def _plain(name: str) -> Text | None:
    if name in _LABELS:
        return _LABELS[name]
    figure, _, unit = name.rpartition("_")
    if figure not in _QUANTILES or unit not in _OF:
        return None
    told, words = _QUANTILES[figure], _OF[unit]
    return Text(words.vi.format(figure=told.vi), words.en.format(figure=told.en))
