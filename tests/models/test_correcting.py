import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from movieclassifier.models.classifier import Classifier
from movieclassifier.models.correcting import just_far_enough
from movieclassifier.models.persistence import load_classifier
from movieclassifier.models.pickles import load_pickled
from movieclassifier.models.weights import Weights
from movieclassifier.models.writing import record_bytes, save_model
from movieclassifier.recipes.linear import Recipe
from movieclassifier.recipes.names import RECIPES
from movieclassifier.vectorizer import make_vectorizer
from tests.support.models import SMALL, random_classifier

TEXTS = ["A great movie :)", "What a waste of time", "", "so so, really; not bad"]


@pytest.mark.parametrize("n_classes", [2, 3, 5])
@given(seed=st.integers(0, 2**16), label=st.integers(0, 1))
@settings(max_examples=20)
def test_learning_makes_the_text_come_out_right_by_the_margin(n_classes, seed, label):
    text = "what a great movie, not bad"
    classifier = random_classifier(n_classes, texts=(text,), seed=seed)
    lesson = classifier.learn(text, label)
    assert classifier.predict([text])[0] == label
    values = np.atleast_2d(classifier.decision_function([text]))[0]
    targets = np.array([1 if label else -1]) if n_classes == 2 else np.where(np.arange(n_classes) == label, 1, -1)
    assert (values * targets >= 0.5 - 1e-4).all()
    assert lesson.n_known > 0
    assert lesson.after[label] >= lesson.before[label]


def test_learning_what_is_known_by_the_margin_changes_nothing():
    text = "what a great movie"
    classifier = random_classifier(texts=(text,))
    classifier.learn(text, 1)
    classifier.weights.intercept += 1
    digest = classifier.weights_sha256()
    assert not classifier.learn(text, 1).changed
    assert classifier.weights_sha256() == digest


def test_learning_is_bit_reproducible_and_order_matters():
    texts = ("what a great movie", "a great waste", "not bad")
    first, second, other = (random_classifier(texts=texts) for _ in range(3))
    for text, label in zip(texts, (0, 1, 0), strict=True):
        first.learn(text, label)
        second.learn(text, label)
    for text, label in zip(texts[::-1], (0, 1, 0), strict=True):
        other.learn(text, label)
    assert first.weights_sha256() == second.weights_sha256() != other.weights_sha256()


def test_text_without_a_known_n_gram_teaches_nothing():
    recipe = Recipe().with_settings(n_features=2**22)
    classifier = random_classifier(recipe=recipe)
    lesson = classifier.learn("zyzzyva qwertz", 1)
    assert (lesson.n_known, lesson.changed) == (0, False)
    nothing = Weights(classifier.coef_, classifier.intercept_, np.array([], np.int32), np.zeros((1, 0)))
    empty = Classifier(recipe, [0, 1], nothing)
    assert empty.learn("great movie", 1).n_known == 0


def test_recipe_without_a_ratio_learns_from_every_column():
    classifier = random_classifier(recipe=RECIPES["book"])
    lesson = classifier.learn("zyzzyva qwertz", 0)
    assert lesson.n_known == 2
    assert classifier.predict(["zyzzyva qwertz"])[0] == 0


def test_just_far_enough_is_the_passive_aggressive_step():
    x = np.array([0.5, -0.25, 2.0])
    np.testing.assert_allclose(just_far_enough(x, -1, 0.3), -0.3 * x, rtol=1e-12)


def minibatches(labels):
    """Return three minibatches of texts and labels, with words that no small model knows."""
    texts = [*TEXTS, "zyzzyva qwertz", "a fine and quiet film"]
    return [(texts[i:] + texts[:i], [labels[(i + k) % len(labels)] for k in range(len(texts))]) for i in range(3)]


@pytest.mark.parametrize("recipe", [SMALL, RECIPES["book"]], ids=["ratio", "no ratio"])
@pytest.mark.parametrize("labels", [(0, 1), ("bad", "good"), (-1, 0, 3)], ids=str)
def test_partial_fit_goes_on_as_the_pickled_estimator_does(labels, recipe, tmp_path):
    classifier = random_classifier(len(labels), recipe=recipe, texts=tuple(TEXTS))
    classifier.classes_ = np.array(labels)
    save_model(tmp_path, classifier, pickles=True)
    plain, vect = load_pickled(tmp_path / "classifier.pkl"), make_vectorizer(recipe)
    for texts, y in minibatches(labels):
        assert classifier.partial_fit(texts, y) is classifier
        plain.partial_fit(vect.transform(texts), y)
        assert classifier.coef_.tobytes() == plain.coef_.tobytes()
        assert classifier.intercept_.tolist() == plain.intercept_.tolist()
        assert classifier.weights.t == plain.t_
    values = classifier.decision_function(TEXTS)
    np.testing.assert_allclose(values, plain.decision_function(vect.transform(TEXTS)), rtol=1e-5)


@pytest.mark.parametrize("recipe", [SMALL, RECIPES["book"]], ids=["ratio", "no ratio"])
@pytest.mark.parametrize("n_classes", [2, 3])
def test_partial_fit_goes_on_after_saving_to_the_same_bits(n_classes, recipe, tmp_path):
    straight = random_classifier(n_classes, recipe=recipe, texts=tuple(TEXTS))
    saved = straight.copy()
    for texts, y in minibatches(range(n_classes)):
        straight.partial_fit(texts, y)
        saved.partial_fit(texts, y)
        save_model(tmp_path, saved, pickles=True)
        saved = load_classifier(tmp_path)
        assert saved.weights_sha256() == straight.weights_sha256()
        assert load_pickled(tmp_path / "classifier.pkl").coef_.tobytes() == straight.coef_.tobytes()
    assert record_bytes(saved) == record_bytes(straight)


def test_learn_and_partial_fit_by_turns_move_one_state():
    steps = [
        lambda classifier: classifier.learn(TEXTS[0], 0),
        lambda classifier: classifier.partial_fit(TEXTS, [1, 0, 0, 1]),
        lambda classifier: classifier.learn(TEXTS[1], 1),
        lambda classifier: classifier.partial_fit(TEXTS, [0, 0, 1, 1]),
    ]
    classifier = random_classifier(texts=tuple(TEXTS))
    copied = classifier.copy()
    classifier.estimator  # noqa: B018 (a cached estimator must notice what learn does)
    for step in steps:
        step(classifier)
        copied = copied.copy()
        step(copied)
    estimator = classifier.estimator
    assert (estimator.coef_ is classifier.coef_, estimator.intercept_ is classifier.intercept_) == (True, True)
    assert estimator.t_ == classifier.weights.t == 19.0
    assert record_bytes(classifier) == record_bytes(copied)


def test_copy_is_not_moved_by_partial_fit():
    classifier = random_classifier(3, texts=tuple(TEXTS))
    other = classifier.copy()
    digest, before = other.weights_sha256(), record_bytes(other)
    classifier.partial_fit(TEXTS, [0, 1, 2, 0])
    assert (other.weights_sha256(), record_bytes(other)) == (digest, before)


def test_columns_that_partial_fit_gave_a_weight_have_no_ratio():
    classifier = random_classifier(recipe=Recipe().with_settings(n_features=2**20))
    before = dict(zip(classifier.columns.tolist(), classifier.weights.ratio[0].tolist(), strict=True))
    classifier.partial_fit(["zyzzyva qwertz", "dull"], [1, 0])
    assert len(classifier.columns) > len(before)
    assert (np.diff(classifier.columns) > 0).all()
    ratio = [before.get(column, 0.0) for column in classifier.columns.tolist()]
    assert classifier.weights.ratio.tolist() == [ratio]
    assert classifier.weights.ratio.dtype == np.float32


def test_weights_that_the_estimator_got_on_its_own_are_saved(tmp_path):
    classifier = random_classifier(texts=tuple(TEXTS))
    classifier.estimator.partial_fit(make_vectorizer(SMALL).transform(["zyzzyva qwertz"]), [1])
    save_model(tmp_path, classifier)
    assert load_classifier(tmp_path).coef_.tobytes() == classifier.coef_.tobytes()


def test_partial_fit_takes_names_of_labels_and_no_texts():
    classifier, other = (random_classifier(texts=tuple(TEXTS)) for _ in range(2))
    classifier.label_names = ("negative", "positive")
    classifier.partial_fit(TEXTS, ["positive", "negative", "negative", "positive"]).partial_fit([], [])
    other.partial_fit(np.array(TEXTS), np.array([1, 0, 0, 1]))
    assert classifier.weights_sha256() == other.weights_sha256()


@pytest.mark.parametrize(
    ("texts", "y", "error", "message"),
    [
        ("a text", [1], TypeError, r"texts must be a list of str, got one str; pass \[text\]."),
        (["a text", None], [1, 0], TypeError, "text 1 is of type NoneType"),
        (["a text"], [1, 0], ValueError, "texts and y must have the same length; got 1 and 2."),
        (["a text"], ["good"], ValueError, "label must be one of 0, 1; got 'good'."),
    ],
)
def test_partial_fit_refuses_what_it_cannot_learn_and_changes_nothing(texts, y, error, message):
    classifier = random_classifier(texts=tuple(TEXTS))
    before = record_bytes(classifier)
    with pytest.raises(error, match=message):
        classifier.partial_fit(texts, y)
    assert record_bytes(classifier) == before
