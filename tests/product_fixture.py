"""The fixture of the client's tests: a product of each kind, and what it holds at each step.

``python -m tests.product_fixture`` writes it anew.
"""

import base64
import json
from typing import Any

import numpy as np

from gis_service.analysis.demand import ALL
from gis_service.services.disclosure import CLOSED
from gis_service.services.documents import plain
from gis_service.services.step_tables_closed import closed_by_steps, public_study
from gis_service.services.study_product import FORMAT, NEVER, Places, packed_points, packed_steps
from gis_service.settings import ROOT
from tests.step_people import People, people_of, study_of, table_of

FILE = ROOT / "gis_service" / "web" / "client" / "tests" / "product.fixture.json"
NAMES = ("total", "covered", "uncovered", "unreachable")


def made() -> str:
    """Give the text of the fixture."""
    town = people_of(7, 120, 3, 6, grouped=True)
    table = table_of(town)
    head = {"format": FORMAT, "vintage": "communes_2025", "generated_data": True}
    places = Places(
        degrees=np.column_stack([106.3 + town.place / 100, 20.4 + town.unit / 100]),
        row=town.unit + 1,
        costs=np.where(town.arrives, town.cost, NEVER)[None],
        cost_of=[0] * len(table.groups),
        people=np.stack([town.people[group] for group in table.groups]),
    )
    studies = [(study_of(town, int(limit)), int(limit)) for limit in town.steps]
    told = {
        "steps": _text(packed_steps({**head, "kind": "steps"}, table)),
        "points": _text(packed_points({**head, "kind": "points"}, table, places)),
        "public": [
            figures_of(public_study(study | {CLOSED: closed_by_steps(study, table, limit)}), town)
            for study, limit in studies
        ],
        "plain": [figures_of(study, town) for study, _ in studies],
    }
    return json.dumps(plain(told), indent=1) + "\n"


def figures_of(study: dict[str, Any], town: People) -> list[list[dict[str, float | None]]]:
    """Give the figures of each row and group of a study."""
    rows = [study["totals"], *({ALL: zone, **zone["groups"]} for zone in study["zones"])]
    return [[{name: row[group][name] for name in NAMES} for group in town.people] for row in rows]


def _text(file: bytes) -> str:
    return base64.b64encode(file).decode()


if __name__ == "__main__":
    FILE.write_text(made(), "utf-8")
