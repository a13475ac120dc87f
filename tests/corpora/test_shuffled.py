"""A shuffled corpus has the same documents in a different order, and tells which one."""

import pytest

from movieclassifier.corpora.corpus import open_corpus
from movieclassifier.corpora.shuffled import shuffle_corpus
from movieclassifier.corpora.survey import survey


def written(tmp_path, content, name="x.csv"):
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return tmp_path / name


def many(tmp_path, n=500):
    return written(tmp_path, "text,label\n" + "".join(f'"text, {i}",{i % 3}\n' for i in range(n)))


def test_shuffled_corpus_has_the_same_documents_in_a_different_order(tmp_path):
    corpus = open_corpus(many(tmp_path))
    shuffled = shuffle_corpus(corpus, seed=1)
    assert list(shuffled) != list(corpus)
    assert sorted(shuffled) == sorted(corpus)
    assert list(shuffled) == list(shuffled) == list(shuffle_corpus(corpus, seed=1, memory=1000))
    assert list(shuffled) != list(shuffle_corpus(corpus, seed=2))
    assert shuffled.names == corpus.names


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_survey_of_a_shuffled_corpus_tells_which_one_and_its_order(kind, tmp_path):
    corpus = open_corpus(many(tmp_path) if kind == "file" else folders(tmp_path))
    found = [survey(corpus), *(survey(shuffle_corpus(corpus, seed)) for seed in (1, 2))]
    assert len({one.sha256 for one in found}) == 1
    assert [one.shuffle_seed for one in found] == [None, 1, 2]
    assert len({tuple(one.label_counts.items()) for one in found}) == 1


def folders(tmp_path, n=20):
    for label in ("ham", "spam"):
        for i in range(n):
            written(tmp_path, f"{label} {i}", f"corpus/{label}/{i:02}.txt")
    return tmp_path / "corpus"
