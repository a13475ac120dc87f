"""Documents of both parts are found and told."""

import csv

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from movieclassifier.reports.duplicates import find_duplicates
from movieclassifier.reports.scored_documents import digest
from tests.support.reports import DOCUMENTS, SAMPLE, TEXTS, run


@given(
    st.lists(st.sampled_from(["a", "b", "c", "A ", "d"])), st.lists(st.sampled_from(["a", "b", " B", "e"]), min_size=1)
)
def test_duplicates_are_what_both_sides_share(train, test):
    digests = np.array([digest(text) for text in test], dtype=np.uint64)
    found = find_duplicates([(text, 0) for text in train], digests, [1] * len(test))
    same = [text.strip().lower() for text in train], [text.strip().lower() for text in test]
    assert found.in_test.tolist() == [text in same[0] for text in same[1]]
    assert found.n_in_train == sum(text in same[1] for text in same[0])
    assert len(found.examples) == min(5, len(set(same[0]) & set(same[1])))
    assert all(labels == (0, 1) for _, *labels in found.examples for labels in [tuple(labels)])


def test_of_equal_test_documents_the_first_is_the_example():
    digests = np.array([digest(text) for text in ["a", *map(str, range(100)), *["a"] * 40]], dtype=np.uint64)
    found = find_duplicates([("a", 0)], digests, [1] + [2] * 140)
    assert found.examples == [("a", 0, 1)]


def test_duplicates_are_reported(trained, tmp_path):
    test = tmp_path / "test.csv"
    with open(test, "w", newline="") as file:
        csv.writer(file).writerows(
            [("review", "sentiment"), *DOCUMENTS[:30], ("Quite new, and dull", 0), ("New, good", 1)]
        )
    run("train", SAMPLE, "--test", test, "--model", tmp_path, "--n-features", "2**14")
    run("report", SAMPLE, "--test", test, "--model", tmp_path, "--output", tmp_path, "--no-curve")
    page = (tmp_path / "report.html").read_text()
    assert "30 of 32 test documents are also among the training documents" in page
    assert "Without them the accuracy is 100.00%" in page or "Without them the accuracy is 50.00%" in page


def test_duplicates_with_different_labels_are_listed_by_name(trained, tmp_path):
    test = tmp_path / "test.csv"
    with open(test, "w", newline="") as file:
        csv.writer(file).writerows([("review", "sentiment"), (TEXTS[0], 1 - DOCUMENTS[0][1]), *DOCUMENTS[1:9]])
    run("train", SAMPLE, "--test", test, "--model", tmp_path, "--n-features", "2**14")
    run("report", SAMPLE, "--test", test, "--model", tmp_path, "--output", tmp_path, "--no-curve")
    names = ("negative", "positive")
    said = f"{names[DOCUMENTS[0][1]]} in training, {names[1 - DOCUMENTS[0][1]]} in test"
    page = (tmp_path / "report.html").read_text()
    assert f"<strong>{said}</strong>" in page
    assert "There are too few documents for a curve unless the run is repeated." in page
