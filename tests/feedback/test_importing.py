"""Corrections from a file become accepted votes, once each."""

import pytest

from movieclassifier.feedback.importing import import_votes, iter_corrections
from movieclassifier.feedback.log.export import COLUMNS, csv_lines
from tests.support.services import ADA, TEXTS, contradict, digest, open_service, write_model

NAMES = {"0": "0", "1": "1"}


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
