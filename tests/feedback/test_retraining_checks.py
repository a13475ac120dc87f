"""A retrained model may lose no more than the tolerance on the holdout."""

from types import SimpleNamespace

import pytest

from movieclassifier.feedback.retraining_checks import accuracy_by_name, check_holdout, has_same_holdout
from movieclassifier.feedback.updating import UpdateRefused
from tests.support.models import random_classifier
from tests.support.services import make_texts

TEXTS = make_texts(40)
BASE = random_classifier(texts=tuple(TEXTS))


def material_of(right):
    """Return a holdout on which the base is right in a share of the texts."""
    names = [BASE.label_names[label] for label in BASE.predict(TEXTS)]
    wrong = {"0": "1", "1": "0"}
    pairs = [
        (text, name if i < 40 * right else wrong[name]) for i, (text, name) in enumerate(zip(TEXTS, names, strict=True))
    ]
    return SimpleNamespace(
        holdout=lambda: iter(pairs),
        found=SimpleNamespace(sha256="5e"),
        corpus=SimpleNamespace(shuffle_seed=None),
        n_train=360,
    )


def model(**metadata):
    found = random_classifier(texts=tuple(TEXTS))
    found.metadata |= metadata
    return found


def test_accuracy_compares_labels_by_their_names():
    assert accuracy_by_name(BASE, list(material_of(0.75).holdout())) == 0.75


def test_model_that_loses_more_than_the_tolerance_is_refused():
    worse = random_classifier(texts=tuple(TEXTS))
    worse.weights.coef[:] = -worse.weights.coef
    worse.weights.intercept[:] = -worse.weights.intercept
    assert check_holdout(material_of(0.9), BASE, BASE, 0.0) == (0.9, 0.9)
    with pytest.raises(UpdateRefused, match=r"the guard refused the retrained model: accuracy 0\.1000 on the holdout"):
        check_holdout(material_of(0.9), BASE, worse, 0.01)


@pytest.mark.parametrize(
    ("known", "before"), [({}, 0.5), ({"sha256": "5e", "n_train": 360, "shuffle_seed": None}, 0.9)]
)
def test_base_that_may_have_seen_the_holdout_is_measured_by_its_own(known, before):
    base = model(metrics={"accuracy": 0.5}, **known)
    material = material_of(0.9)
    assert has_same_holdout(material, base) is (before == 0.9)
    assert check_holdout(material, base, BASE, 0.0) == (0.9, before)
