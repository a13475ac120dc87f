"""Fits of the sample reviews by shards."""

import hashlib
from pathlib import Path

from movieclassifier import Plan, make_recipe, open_corpus, survey
from movieclassifier.corpora.survey import count_labels
from movieclassifier.models.writing import record_bytes
from movieclassifier.training.shards.driver import fit_shards

SAMPLE = Path(__file__).parents[2] / "movieclassifier/bundled/sample_reviews.csv"
SETTINGS = {"n_features": 2**14, "passes": 2, "calibrate": False}


def read_sample():
    corpus = open_corpus(SAMPLE)
    return corpus, survey(corpus)


def plan_of(sample, **overrides):
    found = sample[1]
    recipe = make_recipe(overrides.pop("recipe", "default"), **SETTINGS | overrides.pop("settings", {}))
    values = {"minibatch_size": 20, "allow_sorted": True, "n_shards": 4, "sha256": found.sha256} | overrides
    return Plan(recipe, found.classes, count_labels(found), 400, **values)


def digest_of(sample, folder, engine, resume=False, documents=None, **overrides):
    folder.mkdir(exist_ok=True)
    documents = iter(sample[0]) if documents is None else documents
    classifier = fit_shards(documents, plan_of(sample, **overrides), engine, model_dir=folder, resume=resume)
    return hashlib.sha256(record_bytes(classifier)).hexdigest()
