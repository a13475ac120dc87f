import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from movieclassifier.corpora.corpus import open_corpus
from movieclassifier.corpora.parts import Fold, Slice, fold_of, make_splits, split_into_folds
from movieclassifier.corpora.reading import ReadingOptions
from movieclassifier.corpora.survey import count_labels, survey

SAMPLE = "movieclassifier/bundled/sample_reviews.csv"


@pytest.fixture(scope="module")
def sample():
    corpus = open_corpus(SAMPLE)
    found = survey(corpus)
    return Slice(corpus, found.labels), found


@given(st.lists(st.text(), min_size=20, unique=True), st.integers(2, 5), st.integers(0, 3))
def test_every_document_is_held_out_once(texts, n_folds, seed):
    documents = [(text, 0) for text in texts]
    held_out = []
    for number in range(n_folds):
        test = list(Fold(documents, number, n_folds, seed, held_out=True))
        train = list(Fold(documents, number, n_folds, seed))
        assert sorted(test + train) == sorted(documents)
        held_out += test
    assert sorted(held_out) == sorted(documents)


@given(st.lists(st.text(), min_size=1, max_size=20), st.integers(2, 9), st.integers(0, 3))
def test_a_fold_depends_on_the_text_and_the_seed_alone(texts, n_folds, seed):
    documents = [(text, 0) for text in texts]
    for order in (documents, documents[::-1]):
        for number in range(n_folds):
            held_out = {text for text, _ in Fold(order, number, n_folds, seed, held_out=True)}
            assert held_out == {text for text in texts if fold_of(text, n_folds, seed) == number}


def test_folds_are_the_same_on_every_machine():
    assert [fold_of(f"text {i}", 5, seed=3) for i in range(8)] == [1, 1, 0, 4, 4, 2, 4, 3]


def test_folds_are_of_about_the_same_size_and_differ_by_seed():
    texts = [f"text {i}" for i in range(5000)]
    folds = [fold_of(text, 5) for text in texts]
    assert all(900 < folds.count(number) < 1100 for number in range(5))
    assert folds != [fold_of(text, 5, seed=1) for text in texts]


def test_duplicates_are_never_on_both_sides(sample):
    documents = [*sample[0], *sample[0]]
    for split in split_into_folds(documents, (0, 1), 4):
        assert not {text for text, _ in split.train} & {text for text, _ in split.test}


def test_counts_of_a_split_are_those_of_its_training_part(sample):
    for split in split_into_folds(sample[0], (0, 1), 4, seed=3):
        labels = [label for _, label in split.train]
        assert (split.n_train, split.label_counts) == (len(labels), (labels.count(0), labels.count(1)))


def test_too_few_documents_for_the_folds_are_refused():
    message = (
        "2 documents are too few for 3 folds: they have 1 of the label 0, and every fold .* train on; lower n_folds"
    )
    with pytest.raises(ValueError, match=message):
        split_into_folds([("good", 1), ("bad", 0)], (0, 1), 3)
    with pytest.raises(ValueError, match="n_folds must be at least 2; got 1"):
        split_into_folds([("good", 1), ("bad", 0)], (0, 1), 1)


def test_the_holdout_is_the_end_of_the_corpus(sample):
    documents, found = sample
    (split,) = make_splits(documents, found, n_holdout=50)
    assert [*split.train, *split.test] == list(documents)
    assert (split.n_train, split.label_counts, len(list(split.test))) == (350, (200, 200), 50)


def test_with_a_test_corpus_all_is_trained_on(sample):
    documents, found = sample
    (split,) = make_splits(documents, found, test=[("good", 1)])
    assert (split.n_train, list(split.test)) == (400, [("good", 1)])
    assert list(split.train) == list(documents)


@pytest.mark.parametrize("other", [{"test": []}, {"n_train": 9}, {"n_holdout": 9}])
def test_only_one_kind_of_split_goes(sample, other):
    with pytest.raises(ValueError, match="n_folds does not go with test=…, n_train or n_holdout"):
        make_splits(*sample, n_folds=3, **other)


def test_splits_can_be_pickled(sample):
    for split in make_splits(*sample, n_folds=2):
        assert list(pickle.loads(pickle.dumps(split)).test) == list(split.test)


def test_labels_that_are_left_out_are_not_counted(tmp_path):
    path = tmp_path / "reviews.csv"
    path.write_text("text,label\nfine,a\nbad,b\nso so,c\n")
    assert count_labels(survey(open_corpus(path, reading=ReadingOptions(labels={"a": 1, "b": 0, "c": None})))) == (1, 1)
