"""Reports on paper: the same bytes for the same report, our own letters, and words that stay words."""

import re
from pathlib import Path

import pytest

from gis_service.files.writers.paper import Block, Curve, Grid, Heading, Paper, Report, Words
from gis_service.files.writers.pdf import round_steps, write_pdf

ROWS = [[f"Dự án {row}: Trạm Y tế <b>xã</b> & Đông Hưng", str(row)] for row in range(90)]
BLOCKS: list[Block] = [
    Words("Từ 34,0 % lên 49,4 %", "answer"),
    Words("Dữ liệu minh hoạ", "notice"),
    Heading("Các dự án"),
    Grid(("Tên", "Số"), ROWS, (5, 1), frozenset({1}), frozenset({89})),
    Curve([(1.0, 10.0), (3.5, 25.0)], "tỷ đồng", "người", [(1.0, "Giai đoạn 1")]),
]


def written(out: Path, paper: Paper = "a4", blocks: list[Block] | None = None) -> bytes:
    report = Report("Lộ trình", "Thái Bình", BLOCKS if blocks is None else blocks, "chân trang", "vi", paper)
    write_pdf(out, report)
    return out.read_bytes()


def pages_of(content: bytes) -> int:
    return len(re.findall(rb"/Type /Page\b", content))


def test_equal_reports_are_equal_files(tmp_path: Path) -> None:
    content = written(tmp_path / "a.pdf")
    assert content == written(tmp_path / "b.pdf")
    assert pages_of(content) > 2
    assert b"BeVietnamPro" in content
    assert b"Helvetica" not in content


@pytest.mark.parametrize(("paper", "width"), [("a4", 841), ("a3", 1190)])
def test_paper_has_the_size_that_was_asked_for(tmp_path: Path, paper: Paper, width: int) -> None:
    content = written(tmp_path / "a.pdf", paper, [Words("một")])
    assert pages_of(content) == 1
    box = re.search(rb"/MediaBox \[ 0 0 (\d+)", content)
    assert box is not None
    assert int(box[1]) == width


def test_a_report_without_anything_is_a_page(tmp_path: Path) -> None:
    assert pages_of(written(tmp_path / "a.pdf", blocks=[Grid(("a",), [], (1,)), Curve([], "x", "y")])) == 1


@pytest.mark.parametrize("most", [0.003, 1.0, 7.2, 995.3, 230_739.0, 1e9])
def test_axes_have_a_few_round_figures(most: float) -> None:
    steps = round_steps(most)
    assert steps[0] == 0
    assert 3 <= len(steps) <= 6
    assert steps[-1] <= most * (1 + 1e-9)
