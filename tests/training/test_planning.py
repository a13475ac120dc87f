"""A plan is made of corpus and options, and says where the model comes from."""

import csv
from itertools import islice

import pytest

from movieclassifier.corpora.corpus import open_corpus
from movieclassifier.corpora.readers.formats import BOOK_LABELS
from movieclassifier.corpora.survey import survey
from movieclassifier.recipes.names import make_recipe
from movieclassifier.training.options import RunOptions, TrainingOptions
from movieclassifier.training.planning import (
    MIN_SHARD,
    default_n_shards,
    earlier_plan,
    make_plan,
    provenance,
    unseen_documents,
)

RECIPE = make_recipe("default", n_features=2**10)


@pytest.fixture
def corpus(tmp_path):
    path = tmp_path / "a.csv"
    with open(path, "w", newline="") as file:
        csv.writer(file).writerows([("text", "label"), *((f"text {i}", "ab"[i % 2]) for i in range(100))])
    return open_corpus(path)


def planned(corpus, with_test=False, **options):
    found = survey(corpus)
    return make_plan(corpus, found, TrainingOptions(RECIPE, **options), with_test), found


def test_a_tenth_is_held_out_unless_there_is_a_test_corpus(corpus):
    (plan, n_holdout), found = planned(corpus)
    assert (plan.n_train, n_holdout, plan.label_counts, plan.sha256) == (90, 10, (50, 50), found.sha256)
    assert planned(corpus, with_test=True)[0][0].n_train == 100
    assert planned(corpus, with_test=True, n_holdout=7)[0][1] == 7


def test_to_evaluate_on_nothing_has_to_be_asked_for(corpus):
    with pytest.raises(ValueError, match="there is nothing to evaluate on; lower n_train, or pass test=…"):
        planned(corpus, n_train=100)
    assert planned(corpus, n_train=100, n_holdout=0)[0][1] == 0


@pytest.mark.parametrize(("n", "n_shards"), [(1, 1), (2 * MIN_SHARD, 2), (10**9, 16)])
def test_shards_are_as_many_as_leave_each_enough(n, n_shards):
    assert default_n_shards(n) == n_shards


def test_provenance_tells_what_is_not_the_default(corpus):
    (plan, n_holdout), _ = planned(corpus, n_keep=5, n_shards=2)
    facts = provenance(corpus, plan, n_holdout, None)
    assert (facts["corpus"], facts["n_train"], facts["evaluated_on"]) == (["a.csv"], 90, "the holdout")
    assert (facts["n_keep"], facts["n_shards"]) == (5, 2)
    (plan, _), _ = planned(corpus)
    facts = provenance(corpus, plan, 0, "/somewhere/test.csv")
    assert facts["evaluated_on"] == "test.csv"
    assert not {"n_keep", "n_shards", "shuffle_seed", "reading"} & set(facts)
    assert provenance(corpus, plan, 0, None)["evaluated_on"] == "nothing"


def test_books_labels_have_names(tmp_path):
    path = tmp_path / "book.csv"
    path.write_text("review,sentiment\n" + "good,1\nbad,0\n" * 10)
    corpus = open_corpus(path)
    assert corpus.labels == BOOK_LABELS
    assert planned(corpus)[0][0].label_names == ("negative", "positive")


def test_only_a_continuation_has_an_earlier_plan(tmp_path):
    assert earlier_plan(RunOptions(model_dir=tmp_path)) is None
    assert earlier_plan(RunOptions(model_dir=tmp_path, continue_=True)) is None
    with pytest.raises(ValueError, match="there is no such folder to continue from"):
        earlier_plan(RunOptions(model_dir=tmp_path / "none", continue_=True))


def test_guard_set_is_of_the_holdout_and_all_of_it_is_evaluated_on(corpus):
    found = survey(corpus)
    holdout = islice(corpus.documents(found.labels), 90, None)
    sample, unseen = unseen_documents(holdout, 10, None)
    assert [text for text, _ in sample] == [f"text {i}" for i in range(90, 100)]
    assert list(unseen) == sample
    sample, unseen = unseen_documents(iter([("held out", "a")]), 1, corpus.documents(found.labels))
    assert sample == [("held out", "a")]
    assert len(list(unseen)) == 100
    sample, unseen = unseen_documents(iter(()), 0, corpus.documents(found.labels))
    assert len(sample) == len(list(unseen)) == 100
