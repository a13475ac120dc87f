"""Baselines: the models that people would otherwise use, to be compared with the recipes of this package."""

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from movieclassifier.evaluation.candidates import Candidate, InMemory, Neural, PartialFit, Streaming
from movieclassifier.features.tokenizers import TOKENIZERS
from movieclassifier.features.words import english_stop_words
from movieclassifier.recipes.names import make_recipe

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from sklearn.pipeline import Pipeline

NOT_A_LETTER = re.compile("[^a-z]+")


def lemmas(text: str) -> list[str]:
    """Return the words of a text as dictionaries list them, without stop words; as they are without WordNet.

    Everything but the letters a to z is removed, as in the article that the baseline comes from.

    Parameters
    ----------
    text : str

    Returns
    -------
    list of str
    """
    words = [word for word in NOT_A_LETTER.sub(" ", text.lower()).split() if word not in english_stop_words()]
    return TOKENIZERS["lemma"](" ".join(words)) if has_wordnet() else words


@cache
def has_wordnet() -> bool:
    """Tell whether the lemmatizer finds WordNet."""
    try:
        TOKENIZERS["lemma"]("films")
    except ValueError:
        return False
    return True


def without_wordnet() -> str:
    """Return what is missing, or nothing."""
    return "" if has_wordnet() else "WordNet is not on this machine: words as they are, not lemmas"


def dense(X: Any) -> "NDArray[Any]":
    """Return a sparse matrix as an array, which GaussianNB wants."""
    array: NDArray[Any] = X.toarray()
    return array


def make_gaussian_nb(seed: int) -> "Pipeline":
    """Return tf-idf of the 2,000 most frequent lemmas, and GaussianNB on the dense matrix."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.naive_bayes import GaussianNB
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer

    vectorizer = TfidfVectorizer(tokenizer=lemmas, token_pattern=None, lowercase=False, max_features=2000)
    return make_pipeline(vectorizer, FunctionTransformer(dense, accept_sparse=True), GaussianNB())


def make_logistic_regression(seed: int) -> "Pipeline":
    """Return tf-idf of words and pairs of words, and LogisticRegression."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    return make_pipeline(_make_tfidf(), LogisticRegression(C=30, max_iter=1000, random_state=seed))


def make_linear_svm(seed: int) -> "Pipeline":
    """Return tf-idf of words and pairs of words, and a linear support vector machine."""
    from sklearn.pipeline import make_pipeline
    from sklearn.svm import LinearSVC

    return make_pipeline(_make_tfidf(), LinearSVC(random_state=seed))


def _make_tfidf() -> Any:
    # Of 1 or 2 as the shortest document frequency, C of 1, 10 or 30, and plain or sublinear frequencies, the best on a
    # part of IMDb's training half, for LogisticRegression. LinearSVC has the same tf-idf, and scikit-learn's own C = 1.
    from sklearn.feature_extraction.text import TfidfVectorizer

    return TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2)


def make_multinomial_nb(seed: int) -> "Pipeline":
    """Return the presence of words and pairs of words, and MultinomialNB."""
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.naive_bayes import MultinomialNB
    from sklearn.pipeline import make_pipeline

    return make_pipeline(CountVectorizer(ngram_range=(1, 2), binary=True), MultinomialNB())


def make_perceptron(seed: int) -> Any:
    """Return Rosenblatt's perceptron."""
    from sklearn.linear_model import Perceptron

    return Perceptron(random_state=seed)


def make_passive_aggressive(seed: int) -> Any:
    """Return the passive-aggressive classifier PA-I, with C = 1."""
    from sklearn.linear_model import SGDClassifier

    return SGDClassifier(loss="hinge", penalty=None, learning_rate="pa1", eta0=1.0, random_state=seed)


def make_hashed_multinomial_nb(seed: int) -> Any:
    """Return MultinomialNB."""
    from sklearn.naive_bayes import MultinomialNB

    return MultinomialNB()


def make_hashed_bernoulli_nb(seed: int) -> Any:
    """Return BernoulliNB, lightly smoothed."""
    from sklearn.naive_bayes import BernoulliNB

    # It counts the absence of every column, also of those that no n-gram is hashed to. With alpha = 1 these outweigh
    # all words wherever the classes are not of the same size.
    return BernoulliNB(alpha=0.1)


def make_cnn(seed: int) -> Any:
    """Return the gated convolution over word vectors, which is also the teacher ``cnn``."""
    from movieclassifier.training.teachers.networks import NetworkSettings
    from movieclassifier.training.teachers.text_network import TextNetwork

    return TextNetwork(NetworkSettings(), seed)


def make_kim_cnn(seed: int) -> Any:
    """Return Kim's network: windows of 3, 4 and 5 words."""
    from movieclassifier.training.teachers.networks import KIM
    from movieclassifier.training.teachers.text_network import TextNetwork

    return TextNetwork(KIM, seed)


# Naive Bayes touches every column at every step: fewer columns, and presence in place of normalised rows.
PAIRS = make_recipe("default", name="pairs", ngram_range=(1, 2))
PRESENCE = PAIRS.with_settings(name="presence", n_features=2**20, norm=None)
FEW_COLUMNS = PRESENCE.with_settings(name="few columns", n_features=2**18)

BASELINES: dict[str, Candidate] = {
    "book": Streaming(make_recipe("book"), "the book's SGD: words without stop words, 1 pass"),
    "default": Streaming(make_recipe("default"), "naive-Bayes ratio and SGD, 1- to 3-grams, 1 pass"),
    "3-passes": Streaming(make_recipe("default", name="3-passes", passes=3), "the same with a counting pass, 3 passes"),
    "gaussian-nb": InMemory(make_gaussian_nb, "tf-idf of 2,000 lemmas, GaussianNB", without_wordnet),
    "logistic-regression": InMemory(make_logistic_regression, "tf-idf of 1- and 2-grams, LogisticRegression"),
    "linear-svm": InMemory(make_linear_svm, "tf-idf of 1- and 2-grams, LinearSVC"),
    "multinomial-nb": InMemory(make_multinomial_nb, "presence of 1- and 2-grams, MultinomialNB"),
    "perceptron": PartialFit(make_perceptron, PAIRS, "hashed 1- and 2-grams, Perceptron"),
    "passive-aggressive": PartialFit(make_passive_aggressive, PAIRS, "hashed 1- and 2-grams, passive-aggressive"),
    "hashed-multinomial-nb": PartialFit(make_hashed_multinomial_nb, PRESENCE, "hashed 1- and 2-grams, MultinomialNB"),
    "hashed-bernoulli-nb": PartialFit(make_hashed_bernoulli_nb, FEW_COLUMNS, "hashed 1- and 2-grams, BernoulliNB"),
    "cnn": Neural(make_cnn, "word vectors, two gated convolutions, attention; in Keras"),
    "kim-cnn": Neural(make_kim_cnn, "word vectors, windows of 3, 4 and 5 words; in Keras"),
}
# Those that every installation can train, and that take no hour.
USUAL = tuple(name for name, candidate in BASELINES.items() if candidate.kind != "neural")
