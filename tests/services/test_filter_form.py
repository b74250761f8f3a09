"""Filters in one form: the same rows, however they were written."""

import json
from typing import Any

from hypothesis import given

from gis_service.services.filter_form import normal_form
from gis_service.services.filters import Condition, parse_filter
from tests.services.test_filters_truth import CLINIC, TREES


def read(tree: Any) -> Condition:  # noqa: ANN401  JSON
    return parse_filter(json.dumps(tree), CLINIC, language="cql2-json")


def turned(tree: Any) -> Any:  # noqa: ANN401  JSON
    """Say the same in another way: parts the other way round, twice, and denied twice."""
    if not isinstance(tree, dict) or tree.get("op") not in {"and", "or", "not", "in"}:
        return tree
    operation, parts = tree["op"], tree["args"]
    if operation == "in":
        return {"op": "in", "args": [parts[0], [*reversed(parts[1]), parts[1][0]]]}
    inner = [turned(part) for part in parts]
    if operation == "not":
        return {"op": "not", "args": [{"op": "not", "args": [{"op": "not", "args": inner}]}]}
    return {"op": operation, "args": [inner[-1], {"op": operation, "args": inner[::-1]}]}


@given(tree=TREES)
def test_what_says_the_same_has_one_form(tree: Any) -> None:  # noqa: ANN401  JSON
    form = normal_form(read(tree))
    assert normal_form(read(turned(tree))) == form
    assert normal_form(form) == form
