"""The estimator keeps scikit-learn's contract as far as texts allow, and gives the model that a fit gives."""

import copy
import pickle
import warnings

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils.estimator_checks import check_estimator
from sklearn.utils.validation import validate_data

from movieclassifier import StreamingTextClassifier, load_classifier, train

TEXTS = ["a fine film", "a dull film", "so fine", "so dull", "fine acting", "dull acting"] * 10
LABELS = ["good", "bad"] * 30
SMALL = {"n_features": 2**10, "min_df": 1}

# The checks hand over matrices of numbers. These ask for what a matrix has and a sequence of texts has not.
IMPOSSIBLE = {
    "check_n_features_in": "a text has no number of features: its n-grams are hashed to the columns of the recipe",
    "check_n_features_in_after_fitting": "a text has no number of features",
    "check_estimators_partial_fit_n_features": "texts of any length may follow each other",
    "check_classifiers_train": "wants an error where the texts to predict are longer than those of fit; the rest of "
    "the check passes below, where the adapter looks at the shape",
    "check_estimators_empty_data_messages": "an empty text is a text, and gets the answer of the intercept",
    "check_estimators_nan_inf": "a text holds no NaN; anything but a str is refused, which a test below shows",
    "check_fit1d": "a sequence of texts has one dimension",
    "check_fit2d_predict1d": "a sequence of texts has one dimension",
}


class OfNumbers(StreamingTextClassifier):
    """Takes the matrices of scikit-learn's checks: each row becomes a text with one word for each number."""

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array, tags.input_tags.one_d_array, tags.input_tags.string = True, False, False
        return tags

    def as_texts(self, X, reset):
        if hasattr(X, "toarray"):
            return X
        return [" ".join(f"c{place}v{round(float(v) * 2)}" for place, v in enumerate(row)) for row in np.asarray(X)]

    def fit(self, X, y):
        if y is None:
            raise ValueError("requires y to be passed, but the target y is None.")
        return super().fit(self.as_texts(X, True), y)

    def partial_fit(self, X, y, classes=None):
        return super().partial_fit(self.as_texts(X, not hasattr(self, "classes_")), y, classes)

    def _decide(self, X):
        self._fitted_classes()
        return super()._decide(self.as_texts(X, False))


class OfValidatedNumbers(OfNumbers):
    """Leaves to scikit-learn what concerns the matrix alone."""

    def as_texts(self, X, reset):
        return super().as_texts(validate_data(self, X, reset=reset, dtype=np.float64), reset)


def failed(estimator, expected=None):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = check_estimator(estimator, on_fail=None, on_skip=None, expected_failed_checks=expected)
    assert len(found) > 50
    return {result["check_name"]: result for result in found if result["status"] in ("failed", "xfail")}


def test_all_checks_of_scikit_learn_pass_but_those_that_ask_for_a_matrix():
    found = failed(OfNumbers(**SMALL), IMPOSSIBLE)
    assert {name: result["exception"] for name, result in found.items() if result["status"] == "failed"} == {}
    assert found.keys() == IMPOSSIBLE.keys()


def test_all_checks_pass_where_scikit_learn_looks_at_the_matrix():
    assert {name: result["exception"] for name, result in failed(OfValidatedNumbers(**SMALL)).items()} == {}


def test_of_texts_alone_scikit_learn_checks_next_to_nothing():
    with pytest.warns(match="Can't test estimator StreamingTextClassifier which requires input"):
        assert {result["status"] for result in check_estimator(StreamingTextClassifier())} == {"passed"}


def test_it_works_where_estimators_work():
    lower = make_pipeline(FunctionTransformer(lambda texts: [text.lower() for text in texts]), fresh())
    assert cross_val_score(lower, TEXTS, LABELS, cv=3).tolist() == [1.0] * 3
    search = GridSearchCV(fresh(), {"passes": [1, 2], "ngram_range": [(1, 1), (1, 2)]}, cv=2).fit(TEXTS, LABELS)
    assert search.best_score_ == 1
    assert search.predict_proba(["dull"]).shape == (1, 2)
    assert clone(search.best_estimator_).get_params() == search.best_estimator_.get_params()


def fresh(**settings):
    return StreamingTextClassifier(**SMALL | settings)


@pytest.mark.parametrize("how", ["fit", "partial_fit"])
@pytest.mark.parametrize("again", [lambda model: pickle.loads(pickle.dumps(model)), copy.deepcopy])
def test_a_copy_gives_equal_bits_and_goes_on_alike(how, again):
    model = fresh()
    if how == "fit":
        model.fit(TEXTS, LABELS)
    else:
        model.partial_fit(TEXTS[:9], LABELS[:9], classes=["bad", "good"])
    other = again(model)
    for each in (model, other):
        each.partial_fit(TEXTS[9:20], LABELS[9:20])
    assert np.array_equal(other.decision_function(TEXTS), model.decision_function(TEXTS))


def test_it_is_the_model_that_train_trains(tmp_path):
    model = fresh(shuffle=False).fit(TEXTS, LABELS)
    trained = train(zip(TEXTS, LABELS, strict=True), n_holdout=0, **SMALL)
    assert model.classifier_.weights_sha256() == trained.weights_sha256()
    assert np.array_equal(model.predict_proba(TEXTS), trained.predict_proba(TEXTS))
    model.classifier_.save(tmp_path / "model")
    loaded = load_classifier(tmp_path / "model")
    assert loaded.predict(["fine"]).tolist() == ["good"]
    assert "fine" in loaded.metadata["ngrams"] == trained.metadata["ngrams"]


def test_minibatches_in_turn_learn_as_one_pass_does():
    model = fresh(shuffle=False, recipe="book").fit(TEXTS, LABELS)
    stream = fresh(recipe="book")
    for start in range(0, 60, 1000):
        stream.partial_fit(TEXTS[start : start + 1000], LABELS[start : start + 1000], ["good", "bad"])
    fitted = model.classifier_
    # Those of fit's last documents are not learned from, but calibrate.
    assert stream.predict(TEXTS).tolist() == model.predict(TEXTS).tolist() == LABELS
    assert fitted.temperature_ > 0


@pytest.mark.parametrize(
    "classes", [[0, 1], [-1, 7], ["a", "b", "c"], [False, True], np.array([0.0, 2.0]), np.array(["x", "y"], object)]
)
def test_labels_come_back_as_they_were_given(classes):
    y = np.resize(np.asarray(classes), 60)
    texts = [f"word{place % len(classes)} film" for place in range(60)]
    for model in (fresh().fit(texts, y), fresh().partial_fit(texts, y, classes)):
        assert model.classes_.dtype == np.asarray(classes).dtype
        assert model.predict(texts).tolist() == y.tolist()
        assert model.score(texts, y) == 1
        shape = (60,) if len(classes) == 2 else (60, len(classes))
        assert model.decision_function(texts).shape == shape
        assert np.allclose(model.predict_proba(texts).sum(axis=1), 1)


def test_sorted_documents_are_shuffled():
    texts = [f"{word} film" for word in ["fine"] * 2000 + ["dull"] * 2000]
    assert (
        fresh(minibatch_size=100).fit(texts, ["good"] * 2000 + ["bad"] * 2000).score(["fine", "dull"], ["good", "bad"])
    )


def test_the_seed_may_be_a_generator():
    first, second = (fresh(random_state=np.random.RandomState(3)).fit(TEXTS, LABELS) for _ in range(2))
    assert first.classifier_.weights_sha256() == second.classifier_.weights_sha256()
    assert fresh(random_state=np.random.RandomState(3)).partial_fit(TEXTS, LABELS, ["bad", "good"]).stream_.seed > 0


@pytest.mark.parametrize(
    ("X", "y", "error", "message"),
    [
        ("a film", ["bad"], TypeError, r"got one str; pass \[text\]"),
        (["a", None], ["bad", "good"], TypeError, "got NoneType at position 1"),
        (["a", float("nan")], ["bad", "good"], TypeError, "got float at position 1"),
        (np.array([["a"], ["b"]]), ["bad", "good"], ValueError, r"an array of shape \(2, 1\)"),
        (["a"], ["bad", "good"], ValueError, "the same length; got 1 and 2"),
        ([], [], ValueError, "at least one document"),
        (["a", "b"], ["bad", "bad"], ValueError, "got 1 class, 'bad'"),
        (["a", "b"], None, ValueError, "the target y is None"),
        (["a", "b"], [0.3, 0.7], ValueError, "Unknown label type"),
    ],
)
def test_wrong_texts_and_labels_are_refused(X, y, error, message):
    with pytest.raises(error, match=message):
        fresh().fit(X, y)


def test_classes_are_named_at_first_and_stay():
    with pytest.raises(ValueError, match="classes must be passed on the first call"):
        fresh().partial_fit(["a"], ["bad"])
    with pytest.raises(ValueError, match="at least two classes"):
        fresh().partial_fit(["a"], ["bad"], classes=["bad"])
    model = fresh().partial_fit(["a"], ["bad"], classes=["good", "bad"])
    with pytest.raises(ValueError, match="must hold the labels"):
        model.partial_fit(["a"], ["ugly"])
    with pytest.raises(ValueError, match="classes must be those of the first call"):
        model.partial_fit(["a"], ["bad"], classes=["bad", "ugly"])


def test_before_the_fit_there_is_no_answer():
    with pytest.raises(NotFittedError, match="call fit or partial_fit first"):
        fresh().predict(["a"])
