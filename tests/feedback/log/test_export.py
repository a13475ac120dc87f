"""What goes out can be opened anywhere and comes back as it was."""

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from movieclassifier.feedback.importing import import_votes, iter_corrections
from movieclassifier.feedback.log.export import COLUMNS, csv_lines, jsonl_lines, original_cell, safe_cell
from tests.support.services import ADA, TEXTS, close_services, contradict, digest, open_service, write_model

NAMES = {"0": "0", "1": "1"}
FORMULAS = ['=HYPERLINK("http://x")', "+1", "-1+1", "@SUM(1)", "\t=1", "\r=1", "  =1", "＝1", "'=1", "\n+1"]


@pytest.fixture(autouse=True)
def _close_services():
    yield
    close_services()


@pytest.fixture
def service(tmp_path):
    return open_service(f"sqlite:///{tmp_path}/f.db", write_model(tmp_path / "m.npz"))


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
def test_no_cell_starts_a_formula_whatever_separator_the_spreadsheet_takes(text):
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


def test_an_export_can_be_imported_elsewhere_with_the_same_weights(service, tmp_path):
    for text in [*TEXTS[:6], "=1+1 word3", "'tis word4", 'two\nlines, "quoted" word5']:
        contradict(service, text)
    out = [entry.position for entry in service.owner.entries(per_page=100).items[2:4]]
    service.owner.reject(out, "owner")
    path = tmp_path / "export.csv"
    path.write_text("".join(csv_lines(service.owner.export_rows())), newline="")
    elsewhere = open_service(f"sqlite:///{tmp_path}/other.db", service.log.model_path)
    assert import_votes(elsewhere.log, iter_corrections(path, NAMES), "owner") == (7, 0)
    assert digest(elsewhere) == digest(service)
    assert import_votes(elsewhere.log, iter_corrections(path, NAMES), "owner") == (0, 7)
    assert elsewhere.facts().events_applied == 7


def test_any_csv_with_texts_and_labels_can_be_imported(service, tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text('review,sentiment\nword1 word2,1\n"word3, word4",0\nword1 word2,1\n')
    steps = []
    assert import_votes(service.log, iter_corrections(path, NAMES), "owner", progress=steps.append) == (2, 1)
    assert steps == [3]
    assert [(entry.text, entry.label) for entry in service.owner.entries().items][::-1] == [
        ("word1 word2", "1"),
        ("word3, word4", "0"),
    ]


def test_imported_votes_act_at_once_even_in_review_mode(tmp_path):
    model = write_model(tmp_path / "m.npz")
    service = open_service(f"sqlite:///{tmp_path}/f.db", model, MODE="review")
    import_votes(service.log, [(TEXTS[0], "0"), (TEXTS[1], "1")], "owner")
    assert service.facts().events_applied == 2


def test_an_import_of_a_label_that_the_model_lacks_is_refused(service, tmp_path):
    with pytest.raises(ValueError, match="one of 0, 1; got 'great'"):
        import_votes(service.log, [(TEXTS[0], "great")], "owner")
    path = tmp_path / "mine.csv"
    path.write_text("review,sentiment\nword1,7\n")
    with pytest.raises(ValueError, match=r"mine\.csv, line 2: sentiment must be one of 0, 1; got '7'"):
        list(iter_corrections(path, NAMES))


def test_a_damaged_export_is_refused_with_its_line(tmp_path):
    path = tmp_path / "export.csv"
    path.write_text(",".join(COLUMNS) + "\n1,2\n")
    with pytest.raises(ValueError, match="line 2: 12 fields were expected, got 2"):
        list(iter_corrections(path, NAMES))
    path.write_text(",".join(COLUMNS) + "\n1,t,text,0,0.5,great,correct,applied,,c,1+1,id\n")
    with pytest.raises(ValueError, match="line 2: label must be one of 0, 1; got 'great'"):
        list(iter_corrections(path, NAMES))


def test_a_missing_file_is_noticed_at_the_call(tmp_path):
    with pytest.raises(FileNotFoundError):
        iter_corrections(tmp_path / "no.csv", NAMES)


def test_contradicting_votes_of_an_import_are_both_kept(service):
    assert import_votes(service.log, [(TEXTS[0], "0"), (TEXTS[0], "1")], "owner") == (2, 0)
    assert service.answer(TEXTS[0]).label == "1"


def test_the_owner_may_repeat_what_a_person_said(service):
    _, vote = contradict(service, TEXTS[0], ADA)
    assert import_votes(service.log, [(TEXTS[0], vote.label)], "owner") == (0, 1)
