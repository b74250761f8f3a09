"""Health stations and hospitals of the demo city."""

from gis_service.analysis.demo_city.features import generator
from gis_service.analysis.demo_city.ground import Ground, Place, Standing, lower_first, where

_SECOND_STATION = 13_000
"""A commune of more people has a second station."""
_CITY = "Thành phố"
_PROVINCIAL = (
    ("Bệnh viện Đa khoa tỉnh", 1_000, True),
    ("Bệnh viện Nhi tỉnh", 400, True),
    ("Bệnh viện Phụ sản tỉnh", 300, True),
    ("Bệnh viện Y học cổ truyền tỉnh", 250, False),
    ("Bệnh viện Phổi tỉnh", 200, False),
    ("Bệnh viện Mắt tỉnh", 100, False),
    ("Bệnh viện Tâm thần tỉnh", 200, False),
)
"""Name, beds and whether there is an emergency room."""
_SECOND_HOSPITALS = 5
"""Districts, the most populous first, that have a second general hospital."""


def make_health_stations(ground: Ground) -> list[Standing]:
    """Give every commune of 2024 its health station, and the most populous ones a second."""
    draws = generator("health stations")
    stations = []
    for row, unit in enumerate(ground.units):
        villages = ground.villages_of(row)
        name = f"Trạm Y tế {lower_first(unit.full_name)}"
        main = ground.somewhere(villages[0], draws, 150)
        stations.append(_station(ground, f"hs_{unit.code}_1", name, main, "main", int(draws.integers(5, 11))))
        if unit.people > _SECOND_STATION and len(villages) > 1:
            second = ground.somewhere(villages[1], draws, 150)
            stations.append(_station(ground, f"hs_{unit.code}_2", f"{name}, điểm số 2", second, "branch", 4))
    return stations


def _station(ground: Ground, code: str, name: str, place: Place, role: str, beds: int) -> Standing:
    values = {
        "role": role,
        "capacity": beds,
        "doctors": 1 + beds // 5,
        "site_area_m2": float(420 + 60 * beds),
    }
    return Standing(code, name, place, values | where(ground, place))


def make_hospitals(ground: Ground) -> list[Standing]:
    """Give the city the provincial hospitals, and every district its general one at its seat."""
    draws = generator("hospitals")
    found: list[tuple[str, Place, int, str, bool]] = []
    seats = ground.seats()
    people = {code: sum(unit.people for unit in ground.units if unit.district_code == code) for code in seats}
    second = sorted(seats, key=lambda code: (-people[code], code))[:_SECOND_HOSPITALS]
    for code, seat in seats.items():
        district = ground.units[seat].district
        heart = ground.villages_of(seat)[0]
        beds = round(people[code] / 1_000 * 1.1, -1)
        if district.startswith(_CITY):
            wards = _wards(ground, code)
            for number, (name, size, emergency) in enumerate(_PROVINCIAL):
                village = ground.villages_of(wards[number % len(wards)])[0]
                found.append((name, ground.somewhere(village, draws, 400), size, "specialised", emergency))
        kind = "Trung tâm Y tế" if district.startswith(_CITY) else "Bệnh viện Đa khoa"
        title = f"{kind} {lower_first(district)}"
        found.append((title, ground.somewhere(heart, draws, 400), max(int(beds), 100), "basic", True))
        if code in second and not district.startswith(_CITY):
            far = _far_from(ground, code, seat)
            village = ground.villages_of(far)[0]
            title = f"Bệnh viện Đa khoa khu vực {ground.units[far].name}"
            found.append((title, ground.somewhere(village, draws, 200), 150, "area", True))
    return [
        Standing(
            f"bv_{number:02d}",
            name,
            place,
            {
                "role": "main",
                "capacity": beds,
                "level": level,
                "emergency": emergency,
                "site_area_m2": float(beds * 60 + 2_000),
            }
            | where(ground, place),
        )
        for number, (name, place, beds, level, emergency) in enumerate(found, 1)
    ]


def _wards(ground: Ground, district: str) -> list[int]:
    """Give the units of the city, wards and the most populous first."""
    rows = [row for row, unit in enumerate(ground.units) if unit.district_code == district]
    return sorted(
        rows, key=lambda row: (ground.units[row].unit_type != "ward", -ground.units[row].people, row)
    )


def _far_from(ground: Ground, district: str, seat: int) -> int:
    """Give the unit of a district with the most people times distance from its seat."""
    x, y = ground.units[seat].xy

    def weight(row: int) -> float:
        unit = ground.units[row]
        return float(unit.people * ((unit.xy[0] - x) ** 2 + (unit.xy[1] - y) ** 2) ** 0.5)

    rows = [row for row, unit in enumerate(ground.units) if unit.district_code == district]
    return max(rows, key=lambda row: (weight(row), -row))
