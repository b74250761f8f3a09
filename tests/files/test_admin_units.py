from gis_service.files.admin_units import units_since_2025, units_until_2025


def test_a_unit_of_2024_has_its_names_place_district_and_box() -> None:
    unit = units_until_2025(["12433"])["12433"]
    assert (unit.full_name, unit.unit_type, unit.district) == (
        "Phường Lê Hồng Phong",
        "ward",
        "Thành phố Thái Bình",
    )
    assert (unit.longitude, unit.latitude) == (106.345643, 20.451534)
    assert unit.box == (106.34167, 20.446436, 106.351991, 20.457997)


def test_units_of_2025_have_neither_district_nor_box() -> None:
    unit = units_since_2025(["12452"])["12452"]
    assert (unit.district, unit.box) == ("", None)


def test_unknown_codes_are_absent() -> None:
    assert units_until_2025(["99999", "12433"]).keys() == {"12433"}
