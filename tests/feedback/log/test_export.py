"""What goes out can be opened anywhere and comes back as it was."""

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from movieclassifier.feedback.log.export import COLUMNS, csv_lines, jsonl_lines, original_cell, safe_cell
from tests.support.services import TEXTS, contradict

FORMULAS = ['=HYPERLINK("http://x")', "+1", "-1+1", "@SUM(1)", "\t=1", "\r=1", "  =1", "＝1", "'=1", "\n+1"]


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_spreadsheet_takes_no_text_for_a_formula(service, formula):
    contradict(service, f"{formula} word1 word2")
    [row] = csv.DictReader(io.StringIO("".join(csv_lines(service.owner.export_rows())), newline=""))
    assert row["text"].startswith("'")
    assert original_cell(row["text"]) == service.owner.entries().items[0].text


@given(st.text())
def test_every_cell_comes_back_and_none_starts_a_formula(text):
    cell = safe_cell(text)
    assert original_cell(cell) == text
    assert not cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


SPREADSHEET_CHARACTERS = list("=+-@;|\t\r\n '\ufeff\x00a1,\u00a0\u200b")


@given(st.text(st.sampled_from(SPREADSHEET_CHARACTERS), max_size=9))
def test_no_cell_starts_a_formula_with_any_separator(text):
    cell = safe_cell(text)
    assert original_cell(cell) == text
    for separator in ";|\t\r\n":
        for part in cell.split(separator):
            assert not part.lstrip(" \t\r\n\x00\ufeff\u00a0\u200b").startswith(("=", "+", "-", "@"))


def test_cells_of_blanks_alone_are_made_safe_in_linear_time():
    assert safe_cell("\t" * 50_000).count("\t") == 50_000


def test_the_export_holds_every_vote_in_the_order_of_the_log(service):
    for text in TEXTS[:5]:
        contradict(service, text)
    rows = list(csv.DictReader(io.StringIO("".join(csv_lines(service.owner.export_rows())), newline="")))
    assert tuple(rows[0]) == COLUMNS
    assert [row["text"] for row in rows] == TEXTS[:5]
    assert [int(row["position"]) for row in rows] == [2, 3, 4, 5, 6]
    assert {row["status"] for row in rows} == {"applied"}
    lines = [json.loads(line) for line in jsonl_lines(service.owner.export_rows("of3 "))]
    assert [line["text"] for line in lines] == [TEXTS[3]]
    assert tuple(lines[0]) == COLUMNS
