import numpy as np
import pytest

from movieclassifier.features.ngrams import NGrams
from movieclassifier.training.row_store import hash_block
from movieclassifier.training.teachers.chosen_ngrams import ChoiceSettings, by_fold, choose_ngrams, weights_of
from movieclassifier.training.teachers.lessons import Lessons, Stages

SETTINGS = ChoiceSettings(ngrams=NGrams(ngram_range=(1, 1), n_features=2**16), n_folds=3)
WORDS = ("dull", "great")


def make_lessons(folder, n=60):
    labelled = [(f"a {WORDS[i % 2]} film {i}", i % 2) for i in range(n)]
    unlabelled = ["a film that is great", "a film that is dull"]
    return Lessons(labelled, unlabelled, np.array([label for _, label in labelled]), 2, 2, Stages(folder))


def choose(folder, settings=SETTINGS):
    lessons = make_lessons(folder)
    return choose_ngrams(lessons, lessons.rows(settings.ngrams), settings)


def column_of(word):
    return int(hash_block([word], SETTINGS.ngrams).columns[0])


def test_an_ngram_in_enough_texts_is_chosen_with_its_frequency(tmp_path):
    chosen = choose(tmp_path)
    found = dict(zip(chosen.columns.tolist(), chosen.frequency.tolist(), strict=True))
    assert found[column_of("great")] == 31
    assert found[column_of("that")] == 2
    assert column_of("59") not in found


def test_only_words_of_one_class_are_drawn(tmp_path):
    chosen = choose(tmp_path)
    chances = dict(zip(chosen.columns.tolist(), chosen.chances.tolist(), strict=True))
    assert chances[column_of("great")] == chances[column_of("dull")] == 1
    assert chances[column_of("a")] < 0.2
    assert chances[column_of("that")] == 0  # no labelled text has it


def test_a_weight_has_no_upper_limit_and_a_chance_is_at_most_1(tmp_path):
    chosen = choose(tmp_path)
    weights = dict(zip(chosen.columns.tolist(), chosen.weights[-1].tolist(), strict=True))
    # 30 texts of one class have the word, and none of the other, of which there are as many.
    assert weights[column_of("great")] == pytest.approx(np.log(31) * 30 / 35, rel=0.02)
    np.testing.assert_array_equal(chosen.chances, np.minimum(1, np.float32(1.2) * chosen.weights[-1]))


def test_a_fold_is_not_counted_for_its_own_weights(tmp_path):
    lessons, chosen = make_lessons(tmp_path), choose(tmp_path)
    folds = lessons.fold(np.arange(60), 3)
    place = chosen.columns.tolist().index(column_of("great"))
    for fold in range(3):
        counts = np.array([[0, ((folds != fold) & (lessons.y == 1)).sum()]], np.float32)
        others = np.array([[((folds != fold) & (lessons.y == 0)).sum(), 0]], np.float32)
        expected = weights_of(np.concatenate([counts, others]), SETTINGS.shrink)[0]
        assert chosen.weights[fold][place] == pytest.approx(expected, rel=0.02)


def test_every_labelled_row_is_in_one_fold(tmp_path):
    lessons = make_lessons(tmp_path)
    block = lessons.rows(SETTINGS.ngrams).read(0)
    rows = np.concatenate([part.rows for part in by_fold(lessons, block, 3)])
    assert sorted(rows.tolist()) == list(range(60))


def test_the_limit_rises_until_the_ngrams_are_few_enough(tmp_path):
    chosen = choose(tmp_path, ChoiceSettings(SETTINGS.ngrams, max_ngrams=4))
    assert sorted(chosen.columns.tolist()) == sorted(column_of(word) for word in ("a", "film", "dull", "great"))


def test_texts_without_a_frequent_ngram_are_refused(tmp_path):
    lessons = Lessons([("one", 0), ("two", 1)], ["three"], np.array([0, 1]), 1, 2, Stages(tmp_path))
    with pytest.raises(ValueError, match="no n-gram is in 2 texts; pass more unlabelled texts"):
        choose_ngrams(lessons, lessons.rows(SETTINGS.ngrams), SETTINGS)
