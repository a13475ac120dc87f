"""One prediction, warm and with swept caches, and a thousand at once: this package against scikit-learn.

    python benchmarks/latency.py build/bench/default data/movie_data.csv

The texts are those of a corpus, each a different one than before. Warm means that the same predictor was just at work,
as in a loop; the caches are swept by writing to more memory than they hold. scikit-learn has the same tokenizer,
settings and weights, and gives the same probabilities.
"""

import json
import statistics
import time
from collections.abc import Callable
from itertools import islice

import click
import numpy as np
from sklearn.feature_extraction.text import HashingVectorizer

from movieclassifier import load_classifier
from movieclassifier.corpora.corpus import open_corpus
from movieclassifier.vectorizer import make_vectorizer

# Bytes; more than the caches of a processor.
LARGE = 2**27
N_WARM, N_SWEPT = 300, 60


def microseconds(function: Callable[[], object]) -> float:
    """Return what one call takes."""
    start = time.perf_counter()
    function()
    return 1e6 * (time.perf_counter() - start)


@click.command(help=__doc__.split("\n")[0])
@click.argument("model", type=click.Path(exists=True))
@click.argument("csv_path", type=click.Path(exists=True))
@click.option("--runs", default=5, show_default=True, type=click.IntRange(1))
def main(model: str, csv_path: str, runs: int) -> None:
    """Measure and print."""
    classifier = load_classifier(model)
    vectorizer = HashingVectorizer(**make_vectorizer(classifier.recipe).get_params())
    estimator = classifier.estimator
    texts = [text for text, _ in islice(open_corpus(csv_path), 1000)]
    contenders = {
        "ours": classifier.predict_proba,
        "scikit_learn": lambda texts: estimator.predict_proba(vectorizer.transform(texts)),
    }
    check_equal(classifier, estimator, vectorizer.transform(texts), texts)
    swept = np.zeros(LARGE, np.uint8)
    found = {f"{name}_{what}": [] for name in contenders for what in ("one", "swept", "thousand")}
    for _ in range(runs):
        for name, predict in contenders.items():
            found[f"{name}_one"].append(median_of_one(predict, texts[:N_WARM]))
            found[f"{name}_swept"].append(median_of_one(predict, texts[:N_SWEPT], before=lambda: swept.__iadd__(1)))
            found[f"{name}_thousand"].append(microseconds(lambda predict=predict: predict(texts)))
    print(json.dumps(found))


def median_of_one(
    predict: Callable[[list[str]], object], texts: list[str], before: Callable[[], object] = lambda: None
) -> float:
    """Return the median time of a prediction; something else is done before each."""
    times = []
    for text in texts:
        before()
        times.append(microseconds(lambda text=text: predict([text])))
    return statistics.median(times)


def check_equal(classifier, estimator, X, texts) -> None:
    """Stop unless both decide alike, to the precision of float32."""
    np.testing.assert_allclose(classifier.decision_function(texts), estimator.decision_function(X), atol=1e-4)


if __name__ == "__main__":
    main()
