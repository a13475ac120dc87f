import html
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from movieclassifier.models.classifier import Classifier
from movieclassifier.models.correcting import just_far_enough
from movieclassifier.models.decisions import probabilities
from movieclassifier.models.explanation import Contribution, Explanation
from movieclassifier.models.persistence import load_classifier, save_model
from movieclassifier.models.pickles import load_pickled
from movieclassifier.models.record import record_bytes
from movieclassifier.models.weights import Weights
from movieclassifier.recipes.linear import Recipe
from movieclassifier.recipes.names import RECIPES
from movieclassifier.vectorizer import make_vectorizer
from tests.support.models import SMALL, random_classifier

TEXTS = ["A great movie :)", "What a waste of time", "", "so so, really; not bad"]
WORDS = st.lists(
    st.sampled_from(["great", "bad", "movie", "of", "the", "not", "waste", "time", ":)", "!", "isn't", "<br/>"]),
    max_size=12,
).map(" ".join)


@pytest.mark.parametrize("n_classes", [2, 3])
def test_decision_values_equal_those_of_the_plain_estimator(n_classes):
    classifier = random_classifier(n_classes, texts=tuple(TEXTS))
    X = make_vectorizer(SMALL).transform(TEXTS)
    np.testing.assert_allclose(
        classifier.decision_function(TEXTS), classifier.estimator.decision_function(X), rtol=1e-5
    )
    assert classifier.predict(TEXTS).tolist() == classifier.estimator.predict(X).tolist()


@pytest.mark.parametrize("n_classes", [2, 3])
def test_probabilities_are_those_of_sklearn_at_temperature_one(n_classes):
    classifier = random_classifier(n_classes, texts=tuple(TEXTS))
    classifier.temperature_ = 1.0
    expected = classifier.to_sklearn().predict_proba(TEXTS)
    np.testing.assert_allclose(classifier.predict_proba(TEXTS), expected, rtol=1e-5)


def test_temperature_changes_probabilities_and_no_label():
    classifier = random_classifier(texts=tuple(TEXTS))
    before = classifier.predict(TEXTS).tolist(), classifier.predict_proba(TEXTS)
    classifier.temperature_ = 3.0
    assert classifier.predict(TEXTS).tolist() == before[0]
    assert not np.allclose(classifier.predict_proba(TEXTS), before[1])


def test_probabilities_of_huge_decision_values_are_finite():
    assert probabilities(np.array([[1e6], [-1e6]])).tolist() == [[0, 1], [1, 0]]
    even = probabilities(np.array([[-1e6, -1e6, -1e6]]))
    np.testing.assert_allclose(even, 1 / 3)


def test_one_text_gets_the_same_value_alone_and_among_others():
    classifier = random_classifier(texts=tuple(TEXTS))
    together = classifier.decision_function(TEXTS)
    assert [classifier.decision_function([text])[0] for text in TEXTS] == together.tolist()


def test_no_texts_give_empty_arrays():
    classifier = random_classifier()
    assert classifier.predict([]).shape == (0,)
    assert classifier.predict_proba([]).shape == (0, 2)


def test_score_is_the_accuracy():
    classifier = random_classifier(texts=tuple(TEXTS))
    y = classifier.predict(TEXTS)
    assert classifier.score(TEXTS, y) == 1.0
    assert classifier.score(TEXTS, 1 - y) == 0.0


@pytest.mark.parametrize("method", ["predict", "predict_proba", "decision_function"])
def test_one_str_in_place_of_a_list_is_refused(method):
    with pytest.raises(TypeError, match=r"texts must be a list of str, got one str; pass \[text\]."):
        getattr(random_classifier(), method)("a text")


@pytest.mark.parametrize(
    "recipe", [SMALL, RECIPES["book"], Recipe().with_settings(n_features=5, ngram_range=(1, 2), binary=False)]
)
@given(text=WORDS)
@settings(max_examples=30)
def test_explanation_sums_to_the_decision_value(recipe, text):
    classifier = random_classifier(recipe=recipe, texts=("great movie of the waste",))
    explanation = classifier.explain(text)
    total = explanation.intercept + sum(part.value for part in explanation.contributions)
    assert total == pytest.approx(classifier.decision_function([text])[0], abs=1e-6)
    assert explanation.decision == pytest.approx(total, abs=1e-6)


def test_explanation_names_n_grams_that_share_a_column():
    classifier = random_classifier(recipe=Recipe().with_settings(n_features=1, ngram_range=(1, 1)))
    parts = {part.ngram: part for part in classifier.explain("great movie").contributions}
    assert parts["great"].shares_column_with == ("movie",)
    assert parts["great"].value == parts["movie"].value


def test_explanation_points_at_the_words():
    text = "It's a <b>Great</b> movie"
    classifier = random_classifier(texts=(text,))
    spans = {part.ngram: part.spans for part in classifier.explain(text).contributions}
    assert [text[slice(*span)] for span in spans["great movie"]] == ["Great", "movie"]
    highlighted = [text[slice(*span)] for span, _ in classifier.explain(text).highlights()]
    assert highlighted == ["It's", "a", "Great", "movie"]


def test_highlights_share_out_all_contributions():
    text = "what a great great movie"
    explanation = random_classifier(texts=(text,)).explain(text)
    total = sum(value for _, value in explanation.highlights())
    assert total + explanation.intercept == pytest.approx(explanation.decision, abs=1e-6)


def test_explanation_for_the_other_label_has_the_other_sign():
    classifier = random_classifier(texts=("great movie",))
    for_second, for_first = classifier.explain("great movie"), classifier.explain("great movie", label=0)
    assert for_first.decision == -for_second.decision
    assert for_first.label == 0


def test_explanation_of_many_classes_speaks_for_the_predicted_one():
    classifier = random_classifier(4, texts=("great movie",))
    explanation = classifier.explain("great movie")
    assert explanation.label == classifier.predict(["great movie"])[0]
    assert explanation.decision == pytest.approx(classifier.decision_function(["great movie"]).max(), abs=1e-6)


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


def test_unknown_label_is_refused():
    with pytest.raises(ValueError, match="label must be one of 0, 1; got 'great'"):
        random_classifier().learn("a text", "great")


def test_copy_learns_on_its_own():
    classifier = random_classifier(texts=("great movie",))
    classifier.estimator  # noqa: B018 (a cached estimator must not be shared)
    digest = classifier.weights_sha256()
    other = classifier.copy()
    other.learn("great movie", 0)
    other.learn("great movie", 1)
    assert classifier.weights_sha256() == digest != other.weights_sha256()
    assert other.estimator.coef_ is other.coef_


def test_just_far_enough_is_the_passive_aggressive_step():
    x = np.array([0.5, -0.25, 2.0])
    np.testing.assert_allclose(just_far_enough(x, -1, 0.3), -0.3 * x, rtol=1e-12)


def test_label_may_be_given_by_its_name():
    classifier, other = (random_classifier(texts=("great movie",)) for _ in range(2))
    for each in (classifier, other):
        each.label_names = ("negative", "positive")
    lesson = classifier.learn("great movie", "negative")
    other.learn("great movie", 0)
    assert lesson.label == 0
    assert classifier.weights_sha256() == other.weights_sha256()
    assert classifier.explain("great movie", "negative") == other.explain("great movie", 0)
    with pytest.raises(ValueError, match=r"label must be one of 0 \(negative\), 1 \(positive\); got 'great'"):
        classifier.learn("great movie", "great")


def test_repr_tells_labels_recipe_size_and_accuracy():
    classifier = random_classifier()
    assert repr(classifier) == f"<Classifier of 0, 1: recipe default, {len(classifier.columns)} columns>"
    classifier.metadata = {"metrics": {"accuracy": 0.92564, "n_documents": 5000}}
    assert repr(classifier).endswith(" columns, accuracy 0.9256 on 5,000 documents>")


MARKUP = st.lists(st.sampled_from(["<script>", "great", "&amp;", '"', "movie", "'", "</div>", "\n"]), max_size=8)


@given(MARKUP.map(" ".join))
def test_html_of_an_explanation_shows_the_text_and_no_markup_of_it(text):
    explanation = random_classifier(texts=("great movie",)).explain(text)
    assert "".join(piece for piece, _ in explanation.pieces()) == text
    page = explanation._repr_html_()
    shown = re.sub(r"<span style=\"[^\"<>]*\" title=\"[^\"<>]*\">|</span>", "", page)
    assert shown.startswith(f'<div style="white-space: pre-wrap">{html.escape(text)}</div>')


def test_printed_explanation_is_short_and_adds_up():
    text = "one two three four five six seven eight nine ten"
    explanation = random_classifier(texts=(text,)).explain(text)
    head, *lines = str(explanation).splitlines()
    assert len(lines) == 9
    assert lines[-1].endswith(f"  {len(explanation.contributions) - 8} others")
    total = explanation.intercept + sum(float(line.split()[0]) for line in lines)
    assert head.startswith("decision value ")
    assert total == pytest.approx(explanation.decision, abs=1e-3)


def test_html_of_an_explanation_marks_both_sides():
    parts = (Contribution("fine", 2.0, 1, ((7, 11),)), Contribution("dull", -0.5, 2, ((0, 4),)))
    page = Explanation("dull - fine.", "positive", 1.5, 0.0, parts)._repr_html_()
    assert re.findall(r"2px (\w+) rgb.*?>(\w+)</span>", page) == [("dashed", "dull"), ("solid", "fine")]
    assert "decision value +1.500 for &#x27;positive&#x27;" in page


def minibatches(labels):
    """Return three minibatches of texts and labels, with words that no small model knows."""
    texts = [*TEXTS, "zyzzyva qwertz", "a fine and quiet film"]
    return [(texts[i:] + texts[:i], [labels[(i + k) % len(labels)] for k in range(len(texts))]) for i in range(3)]


@pytest.mark.parametrize("recipe", [SMALL, RECIPES["book"]], ids=["ratio", "no ratio"])
@pytest.mark.parametrize("labels", [(0, 1), ("bad", "good"), (-1, 0, 3)], ids=str)
def test_partial_fit_goes_on_as_the_pickled_estimator_does(labels, recipe, tmp_path):
    classifier = random_classifier(len(labels), recipe=recipe, texts=tuple(TEXTS))
    classifier.classes_ = np.array(labels)
    save_model(tmp_path, classifier)
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
        save_model(tmp_path, saved)
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
