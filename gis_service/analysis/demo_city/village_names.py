"""Names for the generated villages: plausible, made of syllables common in the delta."""

import numpy as np

_FIRST = (
    "An", "Bình", "Cao", "Chính", "Cẩm", "Duyên", "Đại", "Đoài", "Đông", "Đồng", "Đức", "Gia", "Giáo", "Hà",
    "Hải", "Hậu", "Hiệp", "Hòa", "Hoàng", "Hưng", "Hữu", "Khả", "Kim", "Lạc", "Long", "Lương", "Lộc", "Mỹ",
    "Minh", "Nam", "Nghĩa", "Ngọc", "Nguyên", "Nhân", "Ninh", "Phú", "Phúc", "Phương", "Quang", "Quý", "Sơn",
    "Tân", "Thanh", "Thái", "Thọ", "Thuận", "Thượng", "Tiên", "Tiền", "Trung", "Trực", "Tràng", "Văn", "Vân",
    "Viên", "Vĩnh", "Vũ", "Xuân", "Yên",
)  # fmt: skip
_SECOND = (
    "An", "Ái", "Bái", "Bình", "Cầu", "Châu", "Cường", "Cương", "Điền", "Động", "Đình", "Đoài", "Đô", "Giang",
    "Hạ", "Hòa", "Hưng", "Khang", "Khê", "Kỳ", "Lãng", "Lập", "Lễ", "Long", "Lộc", "Mỹ", "Nội", "Ngoại",
    "Phong", "Phú", "Phương", "Quan", "Quán", "Sơn", "Tân", "Thành", "Thịnh", "Thượng", "Tiến",
    "Trạch", "Trại", "Trì", "Trung", "Vị", "Vinh", "Xá", "Xuyên", "Đông", "Nam",
)  # fmt: skip
_DIRECTIONS = {"Đông", "Đoài", "Nam", "Thượng", "Hạ", "Trung", "Nội", "Ngoại", "Hậu", "Tiền"}
"""Words for where a village lies: one of them in a name is enough."""


def village_names(count: int, unit_type: str, random: np.random.Generator) -> list[str]:
    """Name the settlements of one commune, each name once.

    Parameters
    ----------
    count
        How many.
    unit_type
        ``commune`` has villages with names of their own; ``ward`` and ``township`` number street groups.
    random
        Source of chance; the same state gives the same names.
    """
    if unit_type != "commune":
        return [f"Tổ dân phố số {number}" for number in range(1, count + 1)]
    names: list[str] = []
    while len(names) < count:
        first, second = _FIRST[random.integers(len(_FIRST))], _SECOND[random.integers(len(_SECOND))]
        name = f"Thôn {first} {second}"
        contradicts = first in _DIRECTIONS and second in _DIRECTIONS
        if first != second and not contradicts and name not in names:
            names.append(name)
    return names
