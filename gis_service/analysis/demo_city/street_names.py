"""Names of streets in the towns of the demo city: people of history, as everywhere in the country."""

from collections import defaultdict
from collections.abc import Sequence

_PEOPLE = (
    "Lê Lợi", "Trần Hưng Đạo", "Lý Thường Kiệt", "Quang Trung", "Hai Bà Trưng", "Lê Quý Đôn", "Nguyễn Du",
    "Trần Nhân Tông", "Lý Thái Tổ", "Ngô Quyền", "Đinh Tiên Hoàng", "Lê Thánh Tông",
    "Nguyễn Trãi", "Phan Bội Châu", "Phan Chu Trinh", "Hoàng Diệu", "Trần Thủ Độ", "Trần Quang Khải",
    "Trần Khánh Dư", "Trần Bình Trọng", "Phạm Ngũ Lão", "Yết Kiêu", "Dã Tượng", "Chu Văn An", "Đoàn Thị Điểm",
    "Hồ Xuân Hương", "Bà Triệu", "Nguyễn Công Trứ", "Phan Đình Phùng", "Nguyễn Thái Học", "Hoàng Hoa Thám",
    "Đề Thám", "Mai Hắc Đế", "Phùng Hưng", "Lê Đại Hành", "Lý Nam Đế", "Bùi Thị Xuân",
    "Nguyễn Bỉnh Khiêm", "Lương Thế Vinh", "Nguyễn Khuyến", "Tú Xương", "Cao Bá Quát", "Phạm Hồng Thái",
    "Kỳ Đồng", "Bùi Quang Dũng", "Ngô Thì Nhậm", "Ngô Gia Khảm", "Nguyễn Đình Chiểu", "Trương Định",
    "Nguyễn Tri Phương", "Tôn Thất Thuyết", "Đặng Dung", "Đặng Tất", "Lê Lai", "Nguyễn Xí", "Đinh Lễ",
    "Trần Nguyên Hãn", "Lê Phụng Hiểu", "Tô Hiến Thành", "Lương Văn Can", "Phạm Đình Hổ", "Lê Hữu Trác",
    "Tuệ Tĩnh", "Trương Hán Siêu", "Mạc Đĩnh Chi", "Nguyễn Hiền", "Đào Duy Từ", "Võ Thị Sáu", "Tô Vĩnh Diện",
    "Bế Văn Đàn", "Phan Đình Giót", "Nguyễn Viết Xuân", "Lý Tự Trọng", "Kim Đồng",
)  # fmt: skip


def street_names(towns: Sequence[str]) -> list[str]:
    """Name streets in their order.

    Parameters
    ----------
    towns
        ``(n,)`` town of each street: no name comes twice within one.

    Returns
    -------
    list
        ``Phố Lê Lợi``; empty when the names have run out.
    """
    used: defaultdict[str, int] = defaultdict(int)
    names = []
    for town in towns:
        number = used[town]
        names.append(f"Phố {_PEOPLE[number]}" if number < len(_PEOPLE) else "")
        used[town] += 1
    return names
