"""What surrounds a distillation on the command line."""

import json

import numpy as np
import pytest

from movieclassifier.commands.shared.distill_options import DistillOptions
from movieclassifier.commands.shared.distill_steps import (
    label_names,
    make_plan,
    make_student,
    provenance,
    read_texts,
    result_json,
    result_table,
    write_soft_labels,
)
from movieclassifier.corpora.reading import ReadingOptions
from movieclassifier.evaluation.teacher_table import paired_differences, score_rows

SMALL = {"n_features": 2**10, "ngram_range": (1, 1)}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "a.csv").write_text("text,label\n" + "".join(f"text {i},{'ab'[i % 2]}\n" for i in range(20)))
    (tmp_path / "t.csv").write_text("text,label\ntest 0,a\ntest 1,b\n")
    (tmp_path / "u.txt").write_text("text 3\ntest 1\nnew one\n")
    return tmp_path


def options_in(folder, **more):
    return DistillOptions(**{"unlabelled": (str(folder / "u.txt"),), "student": SMALL} | more)


def texts_of(folder, **more):
    options = options_in(folder, **more)
    return read_texts((str(folder / "a.csv"),), ReadingOptions(), options), options


def test_texts_of_the_corpora_are_left_out_and_counted(folder, capsys):
    texts, _ = texts_of(folder, test=str(folder / "t.csv"))
    assert (texts.n_train, texts.counted.n_texts, texts.counted.n_left_out) == (20, 1, 2)
    assert "1 texts without labels; 2 are left out because CORPUS or --test has them." in capsys.readouterr().err
    assert texts_of(folder)[0].n_train == 18


def test_corpus_of_one_class_is_refused(folder):
    (folder / "a.csv").write_text("text,label\n" + "good,1\n" * 9)
    with pytest.raises(ValueError, match="at least two classes; all are labelled 1"):
        texts_of(folder)


def test_plan_holds_every_setting_that_decides_the_bits(folder):
    texts, options = texts_of(folder)
    student = make_student(texts, options)
    plan = make_plan(texts, student, options)
    assert json.loads(json.dumps(plan))["n_train"] == 18
    other = options_in(folder, seed=2, student=SMALL | {"passes": 3})
    changed = make_plan(texts, make_student(texts, other), other)
    assert {name for name in plan if plan[name] != changed[name]} == {"seed", "recipe"}
    assert (student.classes, student.label_names) == (("a", "b"), ("a", "b"))


def test_books_labels_have_names(folder):
    (folder / "a.csv").write_text("review,sentiment\n" + "good,1\nbad,0\n" * 9)
    texts, _ = texts_of(folder)
    assert label_names(texts.corpus, texts.found) == ("negative", "positive")


def test_provenance_names_files_without_their_folders(folder):
    texts, options = texts_of(folder, test=str(folder / "t.csv"), n_keep=5)
    facts = provenance(texts, options)
    assert str(folder) not in json.dumps(facts)
    assert (facts["evaluated_on"], facts["n_keep"], facts["n_holdout"]) == ("t.csv", 5, 0)
    assert facts["distilled"]["unlabelled"] == ["u.txt"]
    assert (facts["distilled"]["n_unlabelled"], facts["distilled"]["n_left_out"]) == (1, 2)


def test_written_soft_labels_are_read_again(folder):
    texts, _ = texts_of(folder)
    path = folder / "soft.jsonl"
    write_soft_labels(str(path), texts, np.array([[0.25, 0.75]] * texts.counted.n_texts, np.float32), ("a", "b"))
    again, _ = texts_of(folder, unlabelled=(), soft_labels=str(path))
    assert list(again.unlabelled.probabilities()) == [[0.25, 0.75]] * texts.counted.n_texts


def test_result_is_a_table_or_json():
    y, proba = np.array([0, 1]), {"naive Bayes": np.array([[0.9, 0.1]] * 2), "student": np.eye(2)}
    result = {
        "stages": [{"stage": "Hashing", "seconds": 1.25, "cpu_seconds": 2.5, "peak_MB": 1234}],
        "rows": score_rows(y, proba),
        "differences": paired_differences(y, proba, "student"),
        "n_documents": 2,
    }
    costs = {"seconds": 3.5, "peak_MB": 2345}
    table = result_table(result, costs)
    assert "student      1.0000" in table
    assert table.splitlines()[-2:] == [
        "Hashing       1.2          2.5           1,234",
        "in all        3.5                        2,345",
    ]
    assert json.loads(result_json(result, costs)) == json.loads(json.dumps(result | costs))
