"""Units of late 2024 as points, for lists that name them: two of one name, and one alone."""

import numpy as np

from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import Connection
from gis_service.services.ingest import load_rows, rows_of

CODES = ["012553", "13102", "12436"]
NAMES = ["Minh Tân", "Minh Tân", "Bồ Xuyên"]
DISTRICTS = ["Huyện Hưng Hà", "Huyện Kiến Xương", "Thành phố Thái Bình"]
PLACES = np.array([[106.2, 20.6], [106.45, 20.4], [106.34, 20.45]])


def load_units(connection: Connection, catalogue: Catalogue) -> None:
    """Load the units; (3, 2) degrees are where they stand."""
    columns = {
        "code": CODES,
        "name": NAMES,
        "full_name": [f"Xã {name}" for name in NAMES],
        "unit_type": ["commune"] * len(CODES),
        "district": DISTRICTS,
        "successor": CODES,
    }
    load_rows(connection, catalogue, rows_of(columns, PLACES, name="units"), "commune_2024", author="g")
