"""A layer that a user makes, for tests over HTTP."""

from typing import Any

PATH = "/api/collections"


def both(vi: str, en: str) -> dict[str, str]:
    return {"vi": vi, "en": en}


def wells(id_: str = "wells", **others: object) -> dict[str, Any]:
    return {
        "id": id_,
        "title": both("Giếng khoan", "Wells"),
        "description": both("Giếng của hộ dân", "Wells of households"),
        "category": "environment",
        "geometry": "Point",
        "key": "code",
        "fields": [
            {"name": "code", "type": "text", "required": True, "label": both("Mã", "Code")},
            {"name": "depth", "type": "integer", "unit": "m", "label": both("Độ sâu", "Depth")},
        ],
        "source": both("Sở Nông nghiệp và Môi trường", "Department of Environment"),
        "licence": "CC-BY-4.0",
        "visibility": "public",
        "generated": False,
        "contact": {"organisation": both("Sở NNMT", "Department"), "email": "a@example.vn"},
        "lineage": both("Khảo sát", "Survey"),
        "frequency": "annually",
        "quality": both("Đủ", "Complete"),
        **others,
    }


def well(code: str) -> dict[str, Any]:
    point = {"type": "Point", "coordinates": [106.35, 20.45]}
    return {"type": "Feature", "geometry": point, "properties": {"code": code, "depth": 12}}
