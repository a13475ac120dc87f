"""A model of many classes, whose weights are kept by column, goes through training, files, pages, votes and updates."""

import random

import pytest
from scipy.sparse import csr_matrix

from movieclassifier import load_classifier, load_pickled, save_model, train
from movieclassifier.features.hashing import hash_texts
from movieclassifier.models.column_coef import ColumnCoef
from movieclassifier.web import create_app

N_CLASSES = 20


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A model of twenty topics, whose weights would take 335 MB at all columns."""
    words = random.Random(1)
    texts = [
        (
            " ".join([*(f"w{words.randrange(200)}" for _ in range(8)), f"topic{n % N_CLASSES}"]),
            f"label {n % N_CLASSES:02}",
        )
        for n in range(800)
    ]
    classifier = train(texts)
    assert isinstance(classifier.coef_, ColumnCoef)
    folder = tmp_path_factory.mktemp("many")
    save_model(folder, classifier, classifier.guard[1], pickles=True)
    return folder


def test_its_files_are_small_and_say_the_same(folder):
    assert sum(path.stat().st_size for path in folder.iterdir()) < 30 * 2**20
    classifier, estimator = load_classifier(folder), load_pickled(folder / "classifier.pkl")
    assert isinstance(classifier.coef_, ColumnCoef)
    texts = ["w1 w2 topic3", "w7 topic19 w8"]
    rows = hash_texts(texts, classifier.recipe.ngrams)
    X = csr_matrix((rows.data, rows.columns, rows.indptr), shape=rows.shape)
    assert estimator.predict(X).tolist() == classifier.predict(texts).tolist() == ["label 03", "label 19"]
    assert {part.ngram: part.value for part in classifier.explain(texts[0]).contributions}["topic3"] > 0


def test_it_is_served_voted_on_and_updated(folder, tmp_path):
    config = {
        "MODEL": str(folder),
        "DATABASE_URL": f"sqlite:///{tmp_path}/f.db",
        "SECRET_KEY": "test",
        "TESTING": True,
        "VOTE_SHARE": 1,
        "CAP": 9,
    }
    app = create_app(config)
    client, owner = app.test_client(), app.extensions["movieclassifier owner"]
    assert {client.get(path).status_code for path in ("/", "/about", "/model", "/api/v1/model", "/metrics")} == {200}
    assert "topic3" in client.get("/model").text
    made = client.post("/api/v1/predictions", json={"text": "w1 w2 topic3"}).json
    assert (made["label"], len(made["probabilities"])) == ("label 03", N_CLASSES)
    vote = client.put(f"/api/v1/predictions/{made['id']}/feedback", json={"label": "label 07"}).json
    assert (vote["status"], max(vote["after"], key=vote["after"].get)) == ("applied", "label 07")
    with app.extensions["movieclassifier"].model() as served:
        digest, is_sparse = served.weights_sha256(), isinstance(served.coef_, ColumnCoef)
    owner.update("owner", tolerance=1)
    other = create_app(config)
    with other.extensions["movieclassifier"].model() as served:
        assert (served.weights_sha256(), is_sparse) == (digest, True)
    owner.rollback(1, "owner")
    assert client.post("/api/v1/predictions", json={"text": "w1 w2 topic3"}).json["label"] == "label 03"
    for each in (app, other):
        each.extensions["movieclassifier"].close()
