import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_service.analysis.band_algebra import LONGEST, MOST_BANDS, read_formula
from gis_service.errors import ErrorCode, WrongUse

NUMBERS = st.floats(-1000, 1000, allow_nan=False).map(lambda value: round(value, 3))
LEAVES = st.one_of(st.sampled_from(["b1", "b2"]), st.integers(0, 99).map(str))
FORMULAS = st.recursive(
    LEAVES,
    lambda inner: st.tuples(inner, st.sampled_from("+-*/"), inner).map("({0[0]} {0[1]} {0[2]})".format),
).filter(lambda text: "b" in text and len(text) <= LONGEST and text.count(" ") // 2 <= 32)


@given(FORMULAS, NUMBERS, NUMBERS)
def test_a_formula_means_what_arithmetic_means(text: str, first: float, second: float) -> None:
    formula = read_formula(text)
    bands = {1: np.array([first, np.nan]), 2: np.array([second, np.nan])}
    found = formula.of({band: bands[band] for band in formula.bands})
    # Numbers of numpy, which divides by nought without complaint.
    plain = re.sub(r"\b\d+", r"f(\g<0>)", text)
    with np.errstate(all="ignore"):
        wanted = eval(plain, {"f": np.float64, "b1": np.float64(first), "b2": np.float64(second)})  # noqa: S307  made up above
    wanted = wanted if np.isfinite(wanted) else np.nan
    assert found == pytest.approx([wanted, np.nan], nan_ok=True, rel=1e-9)


def test_the_same_formula_has_one_way_of_writing() -> None:
    assert read_formula("b1+ (b2*3)") == read_formula("b1 + b2*3")
    assert read_formula("b1+b2*3") != read_formula("(b1+b2)*3")


def test_what_a_cell_has_no_data_for_stays_empty() -> None:
    found = read_formula("b1 ** 0 + 0 * b2").of({1: np.array([np.nan, 2.0]), 2: np.array([1.0, 1.0])})
    assert np.isnan(found[0])
    assert found[1] == 1.0


@pytest.mark.parametrize("text", ["1/b1", "(-b1) ** 0.5 / 0", "b1 ** 9999", "9**9**9**9*b1"])
def test_what_is_not_finite_is_no_data(text: str) -> None:
    bands = {1: np.array([0.0 if text == "1/b1" else 7.0])}
    assert np.isnan(read_formula(text).of(bands)).all()


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "1+1",
        "b0",
        "b100",
        "b1b2",
        "b1 b2",
        "b1+",
        "b1//2",
        "b1%2",
        "b1<2",
        "b1=2",
        "b1,b2",
        "b1[0]",
        "b1()",
        "b1.real",
        "b1.__class__.__mro__",
        "__import__('os').system('id')",
        "lambda: b1",
        "[b1 for b1 in b1]",
        "b1 if b1 else b2",
        "b1\n+b2",
        "b1#",
        "1e999*b1",
        "1j*b1",
        "0x10*b1",
        "1_0*b1",
        "ｂ1",
        "b1" + "+b1" * 40,
        "-" * 60 + "b1",
        "+".join(f"b{band}" for band in range(1, MOST_BANDS + 2)),
        "b1+" * LONGEST + "b1",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(WrongUse) as refused:
        read_formula(text)
    assert refused.value.code is ErrorCode.RASTER_EXPRESSION_UNFIT
    assert len(refused.value.detail("vi")) < 2 * LONGEST + 200
