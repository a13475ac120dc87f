import pytest

from movieclassifier.training.teachers import load_teacher, networks
from movieclassifier.training.teachers.networks import (
    KIM,
    MISSING,
    PADDING,
    UNKNOWN,
    NetworkSettings,
    Vocabulary,
    count_words,
)
from movieclassifier.training.teachers.word_vectors import WordVectorSettings

SETTINGS = NetworkSettings(
    word_vectors=WordVectorSettings(size=16), n_filters=8, n_first=3, n_last=4, batch_size=10, rate=0.02, passes=6
)
TEXTS = [f"a {('dull', 'great')[i % 2]} film number {i}" for i in range(60)]


def test_words_are_counted_and_the_most_frequent_come_first():
    words, counts = count_words(TEXTS, SETTINGS)
    assert words == ["a", "film", "number", "dull", "great"]  # "7" occurs once
    assert counts.tolist() == [60, 60, 60, 30, 30]


def test_long_texts_lose_their_middle_and_short_ones_are_padded():
    words = Vocabulary(list("abcdefghij"), SETTINGS)
    numbers = words.numbers(["a b c d e f g h i j", "a z", ""])
    assert numbers.tolist() == [[2, 3, 4, 8, 9, 10, 11], [2, UNKNOWN] + [PADDING] * 5, [PADDING] * 7]
    assert words.numbers([]).shape == (0, 7)
    assert len(words) == 12
    block = words.known(["j z a", "", "b"])
    assert (block.columns.tolist(), block.indptr.tolist()) == ([9, 0, 1], [0, 2, 2, 3])


def test_kims_network_is_that_of_the_article():
    assert (KIM.architecture, KIM.n_filters, KIM.dropout) == ("kim", 100, 0.5)


@pytest.mark.parametrize("name", ["cnn", "vectors+cnn"])
def test_without_keras_it_is_said_what_to_install(monkeypatch, name):
    monkeypatch.setattr(networks, "find_spec", lambda name: None)
    with pytest.raises(ValueError, match="pip install 'movieclassifier\\[neural\\]'") as raised:
        load_teacher(name)
    assert str(raised.value) == MISSING


def test_an_unknown_teacher_is_refused_by_name():
    with pytest.raises(ValueError, match="teacher must be one of vectors, cnn, vectors\\+cnn; got 'oracle'"):
        load_teacher("oracle")
