"""One model and one report for many tests."""

import numpy as np
import pytest

from movieclassifier.models.classifier import Classifier
from movieclassifier.models.persistence import load_classifier
from movieclassifier.recipes.names import make_recipe
from movieclassifier.training.fit import fit
from movieclassifier.training.plan import Plan
from tests.support.reports import SAMPLE, SETTINGS, run


@pytest.fixture(scope="session")
def trained(tmp_path_factory):
    model_dir = tmp_path_factory.mktemp("model")
    run("train", SAMPLE, "--model", model_dir, *SETTINGS)
    return model_dir


@pytest.fixture(scope="session")
def folder(trained, tmp_path_factory):
    """Make one report for many tests."""
    output = tmp_path_factory.mktemp("report")
    result = run("report", SAMPLE, "--model", trained, "--output", output)
    assert result.stdout.strip() == str(output / "report.html")
    return output


@pytest.fixture(scope="session")
def page(folder):
    return (folder / "report.html").read_text("utf-8")


@pytest.fixture(scope="session")
def three_classes():
    """Train on texts of three classes whose words tell them apart."""
    rng = np.random.default_rng(0)
    words = {"art": ["paint", "music"], "law": ["court", "judge"], "war": ["tank", "army"]}
    documents = []
    for _ in range(300):
        label = str(rng.choice(list(words)))
        tokens = [*rng.choice(words[label], 4), *rng.choice(["the", "of", "and"], 4)]
        documents.append((" ".join(rng.permutation(tokens)), label))
    recipe = make_recipe("default", n_features=2**12)
    labels = [label for _, label in documents]
    plan = Plan(recipe, tuple(words), tuple(map(labels.count, words)), 200, minibatch_size=50)
    return fit(iter(documents), plan), documents


@pytest.fixture
def classifier(trained) -> Classifier:
    return load_classifier(trained)
