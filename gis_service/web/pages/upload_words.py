"""What the pages of uploads say about repairs, reasons and states, in both languages."""

from gis_service.analysis.checks.findings import Repair
from gis_service.messages.plural import plural
from gis_service.text import number
from gis_service.types import Language, Text

REPAIRS = {
    Repair.GEOMETRY: Text(
        "Sửa hình học không hợp lệ: khép vòng, gỡ chỗ tự cắt; diện tích đổi hơn 1 % thì hỏi lại.",
        "Make invalid geometries valid: rings are closed, crossings untied; over 1 % of area is asked about.",
    ),
    Repair.AREA: Text(
        "Chấp nhận các sửa chữa làm diện tích đổi hơn 1 %.",
        "Accept repairs that change an area by more than 1 %.",
    ),
    Repair.AXES: Text(
        "Đổi chỗ x và y của các đối tượng chỉ nằm trong thành phố khi đổi.",
        "Exchange x and y of the features that lie in the city only then.",
    ),
    Repair.PARTS: Text(
        "Tách hình nhiều phần thành từng đối tượng; gộp tập hợp thành một loại.",
        "Divide geometries of several parts into features; make collections one type.",
    ),
    Repair.EMPTY: Text("Bỏ các đối tượng không có vị trí.", "Leave out features without a place."),
    Repair.DUPLICATES: Text(
        "Trong các đối tượng giống hệt nhau chỉ giữ đối tượng đầu.",
        "Of features that are equal in everything keep the first.",
    ),
    Repair.OUTSIDE: Text("Bỏ các đối tượng nằm ngoài thành phố.", "Leave out features outside the city."),
    Repair.LINEAR: Text("Đổi cung tròn thành các đoạn thẳng ngắn.", "Make short straight pieces of arcs."),
    Repair.SLIVERS: Text(
        "Khép chỗ chồng lấn và khe hẹp giữa các vùng kề nhau.",
        "Close overlaps and narrow gaps between neighbouring areas.",
    ),
    Repair.INDEX: Text(
        "Dựng lại tệp .shx còn thiếu từ chính các hình.",
        "Make the missing .shx anew from the shapes themselves.",
    ),
    Repair.KINDS: Text(
        "Bỏ các đối tượng khác loại với lớp; tải lại cùng tệp cho lớp khác để lấy chúng.",
        "Leave out features of another type than the layer's; bring the same file to another layer for them.",
    ),
    Repair.FEWER: Text(
        "Đúng, lớp sẽ còn ít hơn nhiều đối tượng (giảm hơn 30 %).",
        "Yes, the layer is to have far fewer features (more than 30 % fewer).",
    ),
}
"""What a tick beside each repair does; text and coordinate systems are chosen elsewhere on the page."""

SEVERITIES = {
    "error": Text("Phải sửa trước khi công bố", "To be mended before it can be published"),
    "warning": Text("Nên xem lại", "Worth a look"),
    "note": Text("Cho biết thêm", "Good to know"),
}
WHY_CRS = {
    "declared": Text("tệp ghi như vậy", "as the file says"),
    "city_system": Text("hệ thường dùng ở đây", "the usual one here"),
    "all_inside": Text("tất cả nằm trong thành phố", "all of it lies in the city"),
    "some_inside": Text("một phần nằm trong thành phố", "some of it lies in the city"),
    "none_inside": Text("nằm ngoài thành phố", "lies outside the city"),
    "axes_swapped": Text("x và y đổi chỗ", "x and y exchanged"),
    "neighbour": Text(
        "kinh tuyến bên cạnh cũng vừa: hãy so trên bản đồ",
        "a neighbouring meridian fits as well: compare on the map",
    ),
}
MEASURES = {
    "degrees": Text("kinh độ, vĩ độ quanh thành phố", "longitude, latitude around the city"),
    "metres": Text("mét, cùng vĩ độ với thành phố", "metres, at the latitude of the city"),
    "wkt": Text("hình dạng WKT", "shapes as WKT"),
}
"""What columns seem to hold."""
REASONS = {
    "chosen": Text("bạn đã chọn", "as you chose"),
    "same": Text("cùng tên", "same name"),
    "folded": Text("cùng tên, khác dấu", "same name but for accents"),
    "cut": Text("tên bị cắt ngắn", "name cut short"),
    "label": Text("đề xuất theo nhãn", "suggested by its label"),
    "kind": Text("đề xuất theo kiểu", "suggested by its type"),
    "several": Text("nhiều cột cùng vừa: hãy chọn một", "several columns fit: choose one"),
}
STATES = {
    "receiving": Text("đang nhận", "being received"),
    "received": Text("đang kiểm tra", "being looked through"),
    "inspecting": Text("đang kiểm tra", "being looked through"),
    "ready": Text("chờ bạn xem", "waits for you"),
    "refused": Text("không nhận được", "could not be taken"),
    "committing": Text("đang công bố", "being published"),
    "committed": Text("đã công bố", "published"),
    "dropped": Text("đã bỏ", "given up"),
}
TYPES = {
    "text": Text("chữ", "text"),
    "integer": Text("số nguyên", "whole number"),
    "number": Text("số", "number"),
    "boolean": Text("có/không", "yes/no"),
    "date": Text("ngày", "date"),
    "timestamp": Text("thời điểm", "time"),
}
"""Types of fields."""
KINDS = {
    "Point": Text("điểm", "points"),
    "MultiPoint": Text("nhiều điểm", "multipoints"),
    "LineString": Text("đường", "lines"),
    "MultiLineString": Text("nhiều đường", "multilines"),
    "Polygon": Text("vùng", "areas"),
    "MultiPolygon": Text("nhiều vùng", "multi-areas"),
    "GeometryCollection": Text("tập hợp", "collections"),
    "Raster": Text("ảnh (raster)", "raster"),
}
VISIBILITIES = {
    "draft": Text("bản nháp: chỉ cán bộ GIS", "draft: GIS staff only"),
    "internal": Text("nội bộ: ai có tài khoản", "internal: everybody with an account"),
    "public": Text("công khai", "public"),
    "personal": Text("dữ liệu cá nhân", "personal detail"),
}
ENCODINGS = ("utf-8", "windows-1252", "iso-8859-1")
"""Encodings that text may be told to be in; those of before Unicode are mended after reading instead."""
BYTES = ("byte", "KB", "MB", "GB")
_STEP = 1000


def features(count: int, language: Language, *, least: bool = False) -> str:
    """Say how many features: ``214 đối tượng``, ``at least 3 features``."""
    told = number(count, language)
    if language == "vi":
        return f"{'ít nhất ' if least else ''}{told} đối tượng"
    return f"{'at least ' if least else ''}{told} {plural(count, 'feature', 'features')}"


def size(count: int | None, language: Language) -> str:
    """Say how large a file is: ``12,4 MB``; nothing when nobody knows.

    Examples
    --------
    >>> size(12_400_000, "vi"), size(999, "en"), size(1, "en"), size(999, "vi"), size(None, "en")
    ('12,4 MB', '999 bytes', '1 byte', '999 byte', '')
    """
    if count is None:
        return ""
    value, unit = float(count), 0
    while value >= _STEP and unit < len(BYTES) - 1:
        value, unit = value / _STEP, unit + 1
    name = plural(count, "byte", "bytes") if language == "en" and not unit else BYTES[unit]
    return f"{number(value, language, 1 if unit else 0)} {name}"
