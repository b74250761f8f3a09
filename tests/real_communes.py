"""The real communes of the province in three vintages, and how people write their names."""

import csv
import json
import unicodedata
from pathlib import Path

from gis_service.analysis.unit_match import KnownUnit

KINDS = {"Xã ": "X. ", "Phường ": "P.", "Thị trấn ": "TT "}


def real_units(facts: Path, vintage: str) -> list[KnownUnit]:
    """Give the real communes of a vintage."""
    if vintage == "2025":
        document = json.loads((facts / "communes_2025.geojson").read_text(encoding="utf-8"))
        told = [one["properties"] for one in document["features"]]
        return [KnownUnit(one["code"], (one["fullName"], one["name"], one["fullNameEn"])) for one in told]
    with (facts / "communes_2019_2024_2025.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    end = {"2019": "2019", "2024": "nov2024"}[vintage]
    units = {one[f"gso_code_{end}"]: (one[f"name_{end}"], one["district"]) for one in rows}
    return [
        KnownUnit(code, (" ".join(name.split()),), parent_name=district)
        for code, (name, district) in units.items()
    ]


def bare(text: str) -> str:
    """Take all marks away."""
    parted = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(sign for sign in parted if not unicodedata.combining(sign))


def shortened(name: str) -> str:
    """Write the kind in short: ``P.Bồ Xuyên``."""
    kind = next(one for one in KINDS if name.startswith(one))
    return KINDS[kind] + name.removeprefix(kind)


def without_kind(name: str) -> str:
    """Leave the kind away."""
    return name.removeprefix(next(one for one in KINDS if name.startswith(one)))
