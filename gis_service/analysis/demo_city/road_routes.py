"""The main roads of the demo city: which towns and bridges each one links, in order.

A stop is the code of a commune of 2024, whose main village the road passes, or the name of a bridge.
"""

from dataclasses import dataclass

from gis_service.analysis.network import ROAD_CLASSES

NATIONAL, PROVINCIAL, DISTRICT = (ROAD_CLASSES.index(name) for name in ("national", "provincial", "district"))

_CITY_WEST, _CITY, _CITY_NORTH, _CITY_EAST, _CITY_SOUTH = "12448", "12439", "12436", "12460", "12454"
_VU_THU, _DONG_HUNG, _HUNG_HA, _HUNG_NHAN = "13192", "12688", "12586", "12613"
_QUYNH_COI, _AN_BAI, _DIEM_DIEN = "12472", "12523", "12826"
_TIEN_HAI, _KIEN_XUONG, _VU_QUY, _VU_TIEN = "12970", "13075", "13141", "13273"


@dataclass(frozen=True, slots=True)
class Route:
    """A main road.

    Parameters
    ----------
    name
        ``QL10`` (national), ``ĐT.452`` (provincial), ``Đường Lý Bôn`` (a street of the city).
    road_class
        Index into ``ROAD_CLASSES``.
    stops
        Codes of communes and names of bridges.
    """

    name: str
    road_class: int
    stops: tuple[str, ...]


ROUTES = (
    Route(
        "QL10",
        NATIONAL,
        (
            *("Cầu Tân Đệ", _VU_THU, _CITY_WEST, _CITY, "Cầu Thái Bình"),
            *(_CITY_EAST, _DONG_HUNG, _AN_BAI, "Cầu Nghìn"),
        ),
    ),
    Route("QL39", NATIONAL, ("Cầu Triều Dương", _HUNG_NHAN, _HUNG_HA, _DONG_HUNG, "12925", _DIEM_DIEN)),
    Route("QL37B", NATIONAL, (_DIEM_DIEN, "Cầu Trà Lý", "12976", _TIEN_HAI, _KIEN_XUONG, _VU_QUY, _VU_TIEN)),
    Route("QL37", NATIONAL, (_DIEM_DIEN, "12856", "12583", _AN_BAI)),
    Route("ĐT.452", PROVINCIAL, (_HUNG_HA, _QUYNH_COI)),
    Route("ĐT.453", PROVINCIAL, (_HUNG_HA, "12685", "Cầu Tịnh Xuyên", _VU_THU)),
    Route("ĐT.454", PROVINCIAL, (_CITY_WEST, _VU_TIEN)),
    Route("ĐT.455", PROVINCIAL, (_DONG_HUNG, _QUYNH_COI, _AN_BAI)),
    Route("ĐT.456", PROVINCIAL, (_DIEM_DIEN, "12844")),
    Route("ĐT.457", PROVINCIAL, (_KIEN_XUONG, "13078", "Cầu Trà Giang", "12925")),
    Route("ĐT.458", PROVINCIAL, (_CITY, _CITY_SOUTH, _VU_QUY, _KIEN_XUONG, "13012", _TIEN_HAI, "13003")),
    Route("ĐT.462", PROVINCIAL, (_TIEN_HAI, "13072")),
    Route("ĐT.463", PROVINCIAL, (_CITY, _CITY_NORTH, "Cầu Bo", "12760", _DONG_HUNG)),
    Route("ĐT.464", PROVINCIAL, (_KIEN_XUONG, "13183", "13189")),
    Route("ĐT.468", PROVINCIAL, (_CITY_SOUTH, "13078")),
    Route("Đường Lý Bôn", DISTRICT, ("12451", "12452", "12445", "12442", _CITY_SOUTH)),
    Route("Đường Long Hưng", DISTRICT, (_CITY_WEST, "12452", _CITY_NORTH)),
    Route("Đường Trần Thái Tông", DISTRICT, ("12451", _CITY, "12442")),
)
"""In order of rank: where two run together, the first gives the road its name."""
