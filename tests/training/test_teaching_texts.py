"""The texts of a distillation can be read again and again, and nobody is taught with what is tested on."""

import pytest

from movieclassifier.corpora.corpus import open_corpus
from movieclassifier.corpora.survey import survey
from movieclassifier.corpora.unlabelled import open_unlabelled, text_digests
from movieclassifier.training.teaching_texts import TeachingTexts, count_texts


@pytest.fixture
def texts_of(tmp_path):
    """Return a function that opens ten documents, of which some are trained on, and three texts without labels."""
    (tmp_path / "a.csv").write_text("text,label\n" + "".join(f"text {i},{'ab'[i % 2]}\n" for i in range(10)))
    (tmp_path / "t.csv").write_text("text,label\ntest 0,a\ntest 1,b\n")
    (tmp_path / "u.txt").write_text("text 3\nnew one\nnew two\n")

    def make(n_train, with_test=False):
        corpus = open_corpus(tmp_path / "a.csv")
        unlabelled = open_unlabelled([str(tmp_path / "u.txt")], text_digests(["text 3"]))
        test = open_corpus(tmp_path / "t.csv") if with_test else None
        return TeachingTexts(corpus, survey(corpus), n_train, test, unlabelled, count_texts(unlabelled))

    return make


def test_documents_come_with_positions_again_and_again(texts_of):
    texts = texts_of(4)
    assert list(texts) == list(texts) == [(f"text {i}", i % 2) for i in range(4)]
    assert texts.classes == ("a", "b")


def test_known_texts_are_counted_and_left_out(texts_of):
    counted = texts_of(4).counted
    assert (counted.n_texts, counted.n_left_out, len(counted.sha256)) == (2, 1, 64)


def test_holdout_is_behind_what_is_trained_on(texts_of):
    texts = texts_of(7)
    assert list(texts.unseen()) == list(texts.guard()) == [(f"text {i}", "ab"[i % 2]) for i in (7, 8, 9)]


def test_test_corpus_is_evaluated_on_and_guards_where_nothing_is_held_out(texts_of):
    tested = [("test 0", "a"), ("test 1", "b")]
    assert list(texts_of(10, with_test=True).guard()) == tested
    texts = texts_of(9, with_test=True)
    assert list(texts.unseen()) == tested
    assert list(texts.guard()) == [("text 9", "b")]


def test_no_text_left_is_refused(tmp_path):
    (tmp_path / "u.txt").write_text("text 3\n")
    with pytest.raises(ValueError, match=r"pass texts that are not in the corpus or in test=…"):
        count_texts(open_unlabelled([str(tmp_path / "u.txt")], text_digests(["text 3"])))
