import pytest

from movieclassifier.models.metadata import first_misfit, is_sample
from movieclassifier.models.persistence import load_classifier, model_path

METRICS = {"accuracy": 0.9, "standard_error": 0.1, "log_loss": 0.3, "calibration_error": 0, "n_documents": 9}


def test_metadata_of_the_bundled_model_fits(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    metadata = load_classifier(model_path()).metadata
    assert metadata.keys() >= {"corpus", "metrics", "versions"}
    assert first_misfit(metadata) is None


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        ({"corpus": ["sample_reviews.csv"]}, True),
        ({"corpus": ["sample_reviews.csv"], "earlier": [["5e4f", 360, ["sample_reviews.csv"]]]}, True),
        ({"corpus": ["sample_reviews.csv"], "earlier": [["5e4f", 360, ["a.csv"]]]}, False),
        ({"corpus": ["sample_reviews.csv"], "earlier": [["5e4f", 360]]}, False),
        ({"corpus": ["a.csv", "sample_reviews.csv"]}, False),
        ({}, False),
    ],
)
def test_a_model_of_the_sample_reviews_alone_is_recognized(metadata, expected):
    assert first_misfit(metadata) is None
    assert is_sample(metadata) is expected


@pytest.mark.parametrize(
    "metadata",
    [
        {},
        {"metrics": METRICS},
        {"metrics": METRICS | {"roc_auc": None, "per_class": {}}},
        {"metrics": METRICS | {"per_class": {"bad": {"recall": 1.0, "n_documents": 3}}}},
        {"anything": object()},
    ],
)
def test_facts_may_be_missing_and_unknown_ones_may_be_there(metadata):
    assert first_misfit(metadata) is None


@pytest.mark.parametrize(
    ("metadata", "name"),
    [
        ([1], "metadata"),
        ({"corpus": "movie_data.csv"}, "corpus"),
        ({"corpus": [1]}, "corpus"),
        ({"sha256": 5}, "sha256"),
        ({"n_train": -5}, "n_train"),
        ({"n_train": "5"}, "n_train"),
        ({"evaluated_on": None}, "evaluated_on"),
        ({"versions": ["1.0"]}, "versions"),
        ({"versions": {"numpy": 2}}, "versions"),
        ({"learning_curve": 0.5}, "learning_curve"),
        ({"learning_curve": [[1, 2, 3]]}, "learning_curve"),
        ({"learning_curve": [[1, "high"]]}, "learning_curve"),
        ({"metrics": 0.9}, "metrics"),
        ({"metrics": {"x": 1}}, "metrics"),
        ({"metrics": METRICS | {"accuracy": "high"}}, "metrics"),
        ({"metrics": METRICS | {"accuracy": float("nan")}}, "metrics"),
        ({"metrics": METRICS | {"n_documents": 0.5}}, "metrics"),
        ({"metrics": METRICS | {"roc_auc": "high"}}, "metrics"),
        ({"metrics": METRICS | {"per_class": [1]}}, "metrics"),
        ({"metrics": METRICS | {"per_class": {"bad": 1}}}, "metrics"),
        ({"metrics": METRICS | {"per_class": {"bad": {"precision": 0.9}}}}, "metrics"),
    ],
    ids=str,
)
def test_fact_of_a_different_type_is_named(metadata, name):
    assert first_misfit(metadata) == name
