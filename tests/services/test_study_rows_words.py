"""Columns of a published study are called something that people say, in both languages."""

from dataclasses import replace

import numpy as np
import pytest

from gis_service.analysis.modes import mode
from gis_service.services.coverage import CoverageParameters, run_coverage
from gis_service.services.study_rows_words import TEXTS, field_of
from tests.street import street

TABLES = ("facilities", "hexagons", "backup", "accessibility")
ASKED = CoverageParameters("clinic", "network_time", 900.0, mode("walk"), groups=("age_60",), tables=TABLES)
PLACES = {"lon", "lat", "shared"}
"""Where a row is drawn, and a word of the table that stands beside no place."""


@pytest.mark.parametrize("table", TABLES)
def test_every_column_of_a_table_has_a_label_of_its_own(table: str) -> None:
    read = replace(street(), facilities=replace(street().facilities, capacity=np.array([50.0])))
    rows = run_coverage(read, ASKED).document["tables"][table]
    columns = {name for row in rows for name in row} - PLACES - {"group"}
    labels = {name: field_of(name)["label"] for name in columns}
    assert {name for name, label in labels.items() if name in label.values()} == set()
    assert len({label["vi"] for label in labels.values()}) == len(columns)
    for name in columns - TEXTS:
        of_group = field_of(f"age_60_{name}")["label"]
        assert of_group == {language: f"{said} (age_60)" for language, said in labels[name].items()}


@pytest.mark.parametrize("name", ["enhanced", "balanced", "unserved", "covered_twice", "share_twice"])
def test_a_figure_of_more_than_the_nearest_is_a_number_with_words(name: str) -> None:
    found = field_of(name)
    assert (found["type"], "unit" in found) == ("number", False)
    assert found["label"]["vi"] != found["label"]["en"]
