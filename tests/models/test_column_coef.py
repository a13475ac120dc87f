import io
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from movieclassifier.models import column_coef
from movieclassifier.models.column_coef import ColumnCoef, make_coef, only
from movieclassifier.models.persistence import load_classifier
from movieclassifier.models.pickles import load_pickled
from movieclassifier.models.pickling import dump_estimator
from movieclassifier.models.pruning import prune
from movieclassifier.models.writing import save_model
from tests.support.models import random_classifier

TEXTS = ["a great film", "dull", "", "what a waste of time"]
COLUMNS = st.lists(st.integers(0, 19), max_size=8, unique=True).map(lambda found: np.array(found, np.int32))


@given(used=COLUMNS, asked=COLUMNS, assigned=COLUMNS, seed=st.integers(0, 99))
def test_it_is_looked_up_and_assigned_to_as_an_array_is(used, asked, assigned, seed):
    rng = np.random.RandomState(seed)
    used = np.sort(used)
    coef = ColumnCoef(used, rng.normal(size=(3, len(used))), 20)
    dense = coef.toarray()
    for columns in (asked, assigned, asked):
        assert coef[:, columns].tolist() == dense[:, columns].tolist()
        assert coef[1, columns].tolist() == dense[1, columns].tolist()
        assert [row[columns].tolist() for row in coef] == dense[:, columns].tolist()
        coef[2, columns] += 1.5
        dense[2, columns] += 1.5
    assert coef.any(axis=0).tolist() == dense.any(axis=0).tolist()
    assert (coef.shape, len(coef), coef.dtype) == (dense.shape, 3, dense.dtype)
    kept = np.sort(asked)
    assert only(coef, kept).toarray().tolist() == only(dense, kept).tolist()
    copy = coef.copy()
    copy[:, np.arange(20)] = 9
    assert coef.toarray().tolist() == dense.tolist()
    assert coef.sha256().hexdigest() == make(dense).sha256().hexdigest()


def make(dense):
    used = np.flatnonzero(dense.any(axis=0))
    return ColumnCoef(used, dense[:, used], dense.shape[1])


@pytest.fixture
def pair(monkeypatch):
    """Return the same classifier with weights as an array and by column."""
    monkeypatch.setattr(column_coef, "MAX_DENSE_BYTES", 2**10)
    dense, by_column = (random_classifier(4, texts=tuple(TEXTS)) for _ in range(2))
    columns = by_column.columns
    by_column.weights.coef = make_coef(columns, dense.coef_[:, columns], dense.coef_.shape[1])
    assert isinstance(by_column.coef_, ColumnCoef)
    return dense, by_column


def test_classifier_answers_explains_and_learns_alike(pair):
    found = []
    for classifier in pair:
        answers = [classifier.predict_proba(TEXTS).tolist(), classifier.explain(TEXTS[3]).contributions]
        lesson = classifier.learn(TEXTS[0], 2)
        found.append([*answers, lesson.after.tolist(), classifier.copy().decision_function(TEXTS).tolist()])
    assert found[0] == found[1]


def test_record_and_pickle_hold_the_same_weights(pair, tmp_path):
    for number, classifier in enumerate(pair):
        save_model(tmp_path / str(number), classifier, pickles=True)
    dense, by_column = tmp_path / "0", tmp_path / "1"
    assert (dense / "classifier.npz").read_bytes() == (by_column / "classifier.npz").read_bytes()
    assert isinstance(load_classifier(by_column).weights.coef, ColumnCoef)
    rows = pair[0].rows(TEXTS).to_csr()
    estimators = [load_pickled(folder / "classifier.pkl") for folder in (dense, by_column)]
    assert estimators[1].coef_.toarray().tolist() == estimators[0].coef_.tolist()
    assert estimators[1].predict(rows).tolist() == estimators[0].predict(rows).tolist()


def test_pruned_and_further_trained_weights_are_the_same(pair):
    pruned = [prune(classifier, 20).weights.coef for classifier in pair]
    assert pruned[1].toarray().tolist() == pruned[0].tolist()
    trained = [classifier.partial_fit(TEXTS[:2], [0, 3]).decision_function(TEXTS).tolist() for classifier in pair]
    assert trained[0] == trained[1]


@pytest.mark.parametrize("part", ["indices", "indptr", "data"])
def test_forged_sparse_pickle_is_refused(pair, tmp_path, part):
    file = io.BytesIO()
    dump_estimator(pair[1], file)
    estimator = pickle.loads(file.getvalue())  # just written
    array = getattr(estimator.coef_, part)
    array[len(array) // 2] = -5 if part != "data" else 0
    if part == "data":
        estimator.coef_.data = array.astype("U9")
    (tmp_path / "forged.pkl").write_bytes(pickle.dumps(estimator, protocol=4))
    with pytest.raises(ValueError, match="cannot be unpickled safely"):
        load_pickled(tmp_path / "forged.pkl")
