from sklearn.linear_model import SGDClassifier

from movieclassifier.corpora.corpus import open_corpus
from movieclassifier.evaluation.baselines import BASELINES
from movieclassifier.evaluation.candidates import Outline, PartialFit, Streaming
from movieclassifier.recipes.names import make_recipe
from movieclassifier.training.fit import fit
from movieclassifier.training.plan import Plan
from movieclassifier.vectorizer import make_vectorizer

SAMPLE = list(open_corpus("movieclassifier/bundled/sample_reviews.csv"))
TRAIN, TEST = SAMPLE[:300], SAMPLE[300:]
OUTLINE = Outline((0, 1), (200, 200), len(TRAIN))


def test_streaming_baseline_is_what_train_makes():
    recipe = make_recipe("default", n_features=2**12)
    classifier = fit(iter(TRAIN), Plan(recipe, (0, 1), (200, 200), 300))
    y_pred, y_proba = Streaming(recipe).fit(iter(TRAIN), OUTLINE).predict(iter(TEST))
    texts = [text for text, _ in TEST]
    assert y_pred.tolist() == classifier.predict(texts).tolist()
    assert y_proba.tolist() == classifier.predict_proba(texts).tolist()


def test_partial_fit_peer_learns_from_minibatches_in_their_order():
    recipe = make_recipe("default", n_features=2**10)
    documents = SAMPLE * 4  # a minibatch of 1,000 and one of 600
    peer = PartialFit(lambda seed: SGDClassifier(random_state=seed), recipe, "SGD")
    estimator, vectorizer = SGDClassifier(random_state=1), make_vectorizer(recipe)
    for part in (documents[:1000], documents[1000:]):
        texts, labels = zip(*part, strict=True)
        estimator.partial_fit(vectorizer.transform(texts), labels, classes=[0, 1])
    texts = [text for text, _ in TEST]
    fitted = peer.fit(iter(documents), OUTLINE)
    assert fitted.predict(iter(TEST))[0].tolist() == estimator.predict(vectorizer.transform(texts)).tolist()


def test_labels_may_be_strings():
    names = {0: "bad", 1: "good"}
    outline = Outline(("bad", "good"), (200, 200), len(TRAIN))
    named = BASELINES["multinomial-nb"].fit(iter([(text, names[label]) for text, label in TRAIN]), outline)
    plain = BASELINES["multinomial-nb"].fit(iter(TRAIN), OUTLINE)
    assert named.predict(iter(TEST))[0].tolist() == plain.predict(iter(TEST))[0].tolist()
