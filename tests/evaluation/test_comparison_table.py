import re

import pytest

from movieclassifier.corpora.corpus import open_corpus
from movieclassifier.corpora.parts import Slice, make_splits
from movieclassifier.corpora.survey import survey
from movieclassifier.evaluation.comparison_table import HEADINGS, LEGEND, cells, heading, make_facts, remarks, table
from tests.support.comparisons import BEST, CLOSE, FACTS, KILLED

SAMPLE = "movieclassifier/bundled/sample_reviews.csv"


def test_every_row_is_a_line_with_its_figures_to_the_right():
    lines = table([BEST, CLOSE, KILLED], FACTS).splitlines()
    assert re.split(r"  +", lines[2]) == list(HEADINGS)
    assert re.split(r"  +", lines[3]) == [
        "default",
        "streaming",
        "0.9000 ± 0.0100",
        "0.2500",
        "0.8990",
        "1.5",
        "120",
        "2.50",
    ]
    assert re.split(r"  +", lines[4]) == [
        "svm",
        "in memory",
        "0.8900 ± 0.0200 ≈",
        "–",
        "0.8800",
        "10.2",
        "1,100",
        "30.00",
    ]
    assert lines[3].index(" 1.5") + 4 == lines[4].index("10.2") + 4


def test_a_candidate_that_was_killed_has_dashes_and_a_remark():
    assert cells(KILLED) == ["huge", "streaming", "–", "–", "–", "–", "–", "–"]
    assert remarks([KILLED]) == ["huge: killed (SIGKILL)"]


def test_the_mark_is_explained_where_it_is_used():
    assert remarks([BEST]) == []
    assert remarks([BEST, CLOSE]) == [LEGEND, "svm: without WordNet"]


@pytest.mark.parametrize(("n_train", "about"), [([300], "trained on 300"), ([299, 302], "trained on about 300")])
def test_heading_says_what_was_compared(n_train, about):
    expected = f"a.csv, b.csv: 400 documents in 2 classes; {about}, tested on the holdout"
    assert heading(FACTS | {"n_train": n_train}) == expected


def test_facts_are_those_of_corpus_and_splits():
    corpus = open_corpus(SAMPLE)
    found = survey(corpus)
    facts = make_facts(corpus, found, make_splits(Slice(corpus, found.labels), found, n_folds=2), "2 folds", seed=5)
    assert (facts["n_documents"], sum(facts["n_train"]), facts["seed"]) == (400, 400, 5)
    assert facts["corpus"] == ["sample_reviews.csv"]
    assert facts["sha256"] == found.sha256
    assert {"movieclassifier", "python", "numpy", "scikit-learn"} == set(facts["versions"])
