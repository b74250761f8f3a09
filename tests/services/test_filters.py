"""Filters in CQL2: what is read, what is refused, and that no text of a caller becomes SQL."""

import json
from datetime import UTC, date, datetime

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis_service.db.filters import (
    Absent,
    Always,
    Among,
    Between,
    Comparison,
    Condition,
    Joined,
    Like,
    Meets,
    Not,
)
from gis_service.errors import ErrorCode, GisError, WrongUse
from gis_service.services.filters import DEEPEST, LONGEST, LONGEST_JSON, parse_filter
from tests.small_city import field, layer

CLINIC = layer("clinic")
TABLE = layer("list", "None", [field("code"), field("people", "integer")])
BOX = shapely.to_wkb(shapely.box(106.1, 20.2, 106.7, 20.8))


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("name = 'Trạm ''A'''", Comparison("name", "=", "Trạm 'A'")),
        ("beds >= 5", Comparison("beds", ">=", 5)),
        ("beds < 2.5", Comparison("beds", "<", 2.5)),
        ("fid IN (1, 2)", Among("fid", (1, 2))),
        ("area_km2 <> -1e3", Comparison("area_km2", "<>", -1000.0)),
        ("open", Comparison("open", "=", True)),
        ("open = false", Comparison("open", "=", False)),
        ("built > DATE('2025-07-01')", Comparison("built", ">", date(2025, 7, 1))),
        ("built = '2025-07-01'", Comparison("built", "=", date(2025, 7, 1))),
        (
            "seen > TIMESTAMP('2025-07-01T08:00:00Z')",
            Comparison("seen", ">", datetime(2025, 7, 1, 8, tzinfo=UTC)),
        ),
        ("seen < DATE('2025-07-01')", Comparison("seen", "<", datetime(2025, 7, 1, tzinfo=UTC))),
        ("beds BETWEEN 1 AND 3", Between("beds", 1, 3)),
        ("name LIKE 'Trạm%'", Like("name", "Trạm%")),
        ("name NOT LIKE '%x'", Not(Like("name", "%x"))),
        ("name IS NULL", Absent("name")),
        ("name IS NOT NULL", Not(Absent("name"))),
        (
            "beds = 1 OR beds = 2 AND NOT open",
            Joined(
                "OR",
                (
                    Comparison("beds", "=", 1),
                    Joined("AND", (Comparison("beds", "=", 2), Not(Comparison("open", "=", True)))),
                ),
            ),
        ),
        ("S_INTERSECTS(geom, BBOX(106.1, 20.2, 106.7, 20.8))", Meets(BOX)),
        ("NOT true", Not(Always(value=True))),
        ("s_intersects(geom, POINT(106 20))", Meets(shapely.to_wkb(shapely.Point(106, 20)))),
    ],
)
def test_a_filter_is_read_and_its_values_have_the_types_of_their_fields(
    text: str, condition: Condition
) -> None:
    assert parse_filter(text, CLINIC) == condition


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("beds =", ErrorCode.FILTER_UNREADABLE, "7"),
        ("beds = 1; DROP TABLE layer.clinic", ErrorCode.FILTER_UNREADABLE, "9"),
        ("", ErrorCode.FILTER_UNREADABLE, "1"),
        ("a" * (LONGEST + 1), ErrorCode.FILTER_UNREADABLE, str(LONGEST)),
        ("(" * (DEEPEST + 1), ErrorCode.FILTER_UNREADABLE, str(DEEPEST + 1)),
        ("name = '\x00'", ErrorCode.FILTER_UNREADABLE, "1000"),
        ("bed = 1", ErrorCode.FILTER_FIELD_UNKNOWN, "beds"),
        ("5 < beds", ErrorCode.FILTER_FIELD_UNKNOWN, "5"),
        ("geom IS NULL", ErrorCode.FILTER_FIELD_UNKNOWN, "geom"),
        ("xmin = 1", ErrorCode.FILTER_FIELD_UNKNOWN, "xmin"),
        ("S_INTERSECTS(name, POINT(106 20))", ErrorCode.FILTER_FIELD_UNKNOWN, "name"),
        ("pg_sleep(9)", ErrorCode.FILTER_OPERATION_UNKNOWN, "pg_sleep"),
        ("CASEI(name) = CASEI('a')", ErrorCode.FILTER_FIELD_UNKNOWN, "casei"),
        ("open > true", ErrorCode.FILTER_OPERATION_UNKNOWN, ">"),
        ("S_WITHIN(geom, POINT(106 20))", ErrorCode.FILTER_OPERATION_UNKNOWN, "s_within"),
        ("name", ErrorCode.FILTER_VALUE_UNFIT, "name"),
        ("name = 5", ErrorCode.FILTER_VALUE_UNFIT, "text"),
        ("name = NULL", ErrorCode.FILTER_VALUE_UNFIT, "IS NULL"),
        ("beds = '5'", ErrorCode.FILTER_VALUE_UNFIT, "integer"),
        ("beds = true", ErrorCode.FILTER_VALUE_UNFIT, "True"),
        ("beds = 9007199254740994", ErrorCode.FILTER_VALUE_UNFIT, "beds"),
        ("area_km2 = 1e400", ErrorCode.FILTER_VALUE_UNFIT, "inf"),
        ("beds = fid", ErrorCode.FILTER_VALUE_UNFIT, "fid"),
        ("built = DATE('2025-02-30')", ErrorCode.FILTER_VALUE_UNFIT, "2025-02-30"),
        ("seen = 'noon'", ErrorCode.FILTER_VALUE_UNFIT, "noon"),
        ("beds LIKE '5%'", ErrorCode.FILTER_VALUE_UNFIT, "beds"),
        ("name LIKE 'a\\'", ErrorCode.FILTER_VALUE_UNFIT, "name"),
        ("S_INTERSECTS(geom, POINT(500 20))", ErrorCode.FILTER_VALUE_UNFIT, "geom"),
        ("S_INTERSECTS(geom, POLYGON EMPTY)", ErrorCode.FILTER_VALUE_UNFIT, "geom"),
        ("S_INTERSECTS(geom, POLYGON((0 0, 1 1, 1 0, 0 1, 0 0)))", ErrorCode.FILTER_VALUE_UNFIT, "geom"),
        ("S_INTERSECTS(geom, BBOX(1, 2, 3, 4, 5, 6))", ErrorCode.FILTER_VALUE_UNFIT, "geom"),
    ],
)
def test_what_is_no_filter_of_the_layer_is_refused_with_what_would_be(
    text: str, code: ErrorCode, said: str
) -> None:
    with pytest.raises(GisError) as caught:
        parse_filter(text, CLINIC)
    assert caught.value.code == code
    for language in ("vi", "en"):
        words = (
            caught.value.detail(language) + caught.value.expected(language) + caught.value.remedy(language)
        )
        assert said in words
        assert "{" not in words


IN_JSON: list[tuple[str, ErrorCode, str]] = [
    ("", ErrorCode.FILTER_JSON_UNREADABLE, "filter-lang"),
    ("beds = 1", ErrorCode.FILTER_JSON_UNREADABLE, "column 1"),
    ('{"op": "not"}', ErrorCode.FILTER_JSON_UNREADABLE, "not"),
    ("[" * 200, ErrorCode.FILTER_JSON_UNREADABLE, "recursion"),
    ('"\x00"', ErrorCode.FILTER_JSON_UNREADABLE, str(LONGEST_JSON)),
    (" " * LONGEST_JSON + "true", ErrorCode.FILTER_JSON_UNREADABLE, str(LONGEST_JSON)),
    ("[]", ErrorCode.FILTER_OPERATION_UNKNOWN, "[]"),
    ("5", ErrorCode.FILTER_OPERATION_UNKNOWN, "5"),
    ('{"op": "not", "args": []}', ErrorCode.FILTER_OPERATION_UNKNOWN, "not(0)"),
    ('{"op": "and", "args": []}', ErrorCode.FILTER_OPERATION_UNKNOWN, "and(0)"),
    ('{"op": "=", "args": [{"property": "beds"}]}', ErrorCode.FILTER_OPERATION_UNKNOWN, "=(1)"),
    ('{"op": "in", "args": [{"property": "beds"}]}', ErrorCode.FILTER_OPERATION_UNKNOWN, "in(1)"),
    ('{"op": "between", "args": [{"property": "beds"}, 1]}', ErrorCode.FILTER_OPERATION_UNKNOWN, "(2)"),
    ('{"op": "isNull", "args": [{"property": "bed"}]}', ErrorCode.FILTER_FIELD_UNKNOWN, "beds"),
    ('{"op": "=", "args": [{"property": "beds"}, "5"]}', ErrorCode.FILTER_VALUE_UNFIT, "integer"),
]


@pytest.mark.parametrize(("text", "code", "said"), IN_JSON)
def test_what_is_no_filter_in_json_is_refused_with_what_would_be(
    text: str, code: ErrorCode, said: str
) -> None:
    with pytest.raises(WrongUse) as caught:
        parse_filter(text, CLINIC, language="cql2-json")
    assert caught.value.code == code
    for language in ("vi", "en"):
        words = (
            caught.value.detail(language) + caught.value.expected(language) + caught.value.remedy(language)
        )
        assert said in words


def test_nothing_is_among_no_values() -> None:
    asked = '{"op": "in", "args": [{"property": "beds"}, []]}'
    assert parse_filter(asked, CLINIC, language="cql2-json") == Always(value=False)


def test_a_table_without_geometry_is_not_asked_where_it_lies() -> None:
    with pytest.raises(WrongUse) as caught:
        parse_filter("S_INTERSECTS(geom, POINT(106 20))", TABLE)
    assert caught.value.code == ErrorCode.FILTER_FIELD_UNKNOWN


@pytest.mark.parametrize("part", ["(", "[", "(beds = 1 OR ", "NOT (", "-(", "beds IN ((", "casei("])
def test_brackets_that_stay_open_are_refused_before_they_are_read(part: str) -> None:
    # The parser takes twice as long for each more: a thousand would never end.
    with pytest.raises(GisError) as caught:
        parse_filter((part * LONGEST)[:LONGEST], CLINIC)
    assert caught.value.code == ErrorCode.FILTER_UNREADABLE


# fmt: off
WORDS = st.sampled_from([
    "beds", "name", "geom", "fid", "x", "AND", "OR", "NOT", "IN", "LIKE", "BETWEEN", "IS", "NULL",
    "=", "<", "(", ")", ",",
    "'a'", "'%", "1", "-2.5", "true", "+", "'", "S_INTERSECTS", "CASEI", "POINT(", "DATE('2025-07-01')",
])
# fmt: on


@given(st.lists(WORDS, max_size=12).map(" ".join) | st.text(max_size=40))
def test_any_text_is_a_condition_or_a_refusal(text: str) -> None:
    refused, composed = None, ""
    try:
        composed = parse_filter(text, CLINIC).sql().as_string(None)
    except WrongUse as error:
        refused = error.code
    assert composed or str(refused).startswith("filter_")


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from(["beds", "a", "2025-07-01"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.fixed_dictionaries(
            {"op": st.sampled_from(["=", "and", "in", "not", "like", "x"]), "args": inner}
        )
        | st.fixed_dictionaries({"property": st.sampled_from(["beds", "name", "open", "geom"])})
    ),
    max_leaves=8,
)


@given(JSON_VALUES.map(json.dumps) | st.text(max_size=20))
def test_any_json_is_a_condition_or_a_refusal(text: str) -> None:
    refused, composed = None, ""
    try:
        composed = parse_filter(text, CLINIC, language="cql2-json").sql().as_string(None)
    except WrongUse as error:
        refused = error.code
    assert composed or str(refused).startswith("filter_")
