import re

from movieclassifier.reports.comparison_page import MARGIN, WIDTH, comparison_page
from tests.support.comparisons import BEST, CLOSE, FACTS, KILLED


def test_every_row_with_figures_is_drawn_on_one_scale():
    page = comparison_page([BEST, CLOSE, KILLED], FACTS)
    points = [float(x) for x in re.findall(r'<circle[^>]* cx="([\d.]+)"', page)]
    # The scale runs from 0.89 - 2 × 0.02 to 0.89 + 2 × 0.02.
    inner = WIDTH - 2 * MARGIN
    assert points == [round(MARGIN + inner * share, 1) for share in (0.05 / 0.08, 0.04 / 0.08)]


def test_text_is_escaped_and_remarks_are_told():
    page = comparison_page([BEST, CLOSE, KILLED], FACTS)
    assert "&lt;LinearSVC&gt;" in page
    assert "<LinearSVC>" not in page
    for said in ("huge: killed (SIGKILL)", "svm: without WordNet", "bad (100), good (300)", "Linux x86_64, 2 cores"):
        assert said in page


def test_a_comparison_without_figures_is_still_a_page():
    assert "<circle" not in comparison_page([KILLED], FACTS)


def test_the_page_loads_nothing():
    page = comparison_page([BEST, CLOSE], FACTS)
    assert not re.search(r"""(src|href)=["'](?!data:)|url\(|@import""", page)
