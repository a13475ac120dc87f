"""Networks over the words of a text, in Keras: a gated convolution, and Kim's plain one."""

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from movieclassifier.features.tokenizers import TOKENIZERS
from movieclassifier.training.row_store import RowBlock
from movieclassifier.training.teachers.word_vectors import WordVectorSettings

PADDING, UNKNOWN = 0, 1  # numbers of no word
MISSING = "keras and a backend must be installed: pip install 'movieclassifier[neural]'."
BACKENDS = ("jax", "torch", "tensorflow")


@dataclass(frozen=True)
class NetworkSettings:
    """Settings of a network over words.

    Parameters
    ----------
    architecture : {"gated", "kim"}
    tokenizer : str
    n_words : int
        The most frequent words are told apart.
    min_count : int
        A word that occurs less often is unknown.
    word_vectors : WordVectorSettings
        Of the vectors that the network sets out from.
    n_first, n_last : int
        Of a longer text, the first and the last tokens are read.
    n_filters : int
    dropout, word_dropout : float
    batch_size : int
    rate : float
        Of AdamW; it falls to 0 in a straight line.
    passes : int
    """

    architecture: str = "gated"
    tokenizer: str = "default"
    n_words: int = 40_000
    min_count: int = 8
    word_vectors: WordVectorSettings = field(default_factory=WordVectorSettings)
    n_first: int = 96
    n_last: int = 160
    n_filters: int = 96
    dropout: float = 0.5
    word_dropout: float = 0.1
    batch_size: int = 50
    rate: float = 1.2e-3
    passes: int = 3

    @property
    def n_tokens(self) -> int:
        """Tokens that are read of a text."""
        return self.n_first + self.n_last


# The article's: windows of 3, 4 and 5 words, 100 filters each. At half of this rate it has learned too little after 3
# passes: .868 in place of .884, on a fifth of aclImdb's train half whose films the rest does not have.
KIM = NetworkSettings("kim", n_filters=100, word_dropout=0.0, rate=2.5e-3, passes=3)


def check_keras() -> None:
    """Refuse to go on where Keras or a backend is missing.

    Raises
    ------
    ValueError
        It says what to install.
    """
    if find_spec("keras") is None or not any(find_spec(name) for name in BACKENDS):
        raise ValueError(MISSING)


def import_keras() -> Any:
    """Return Keras, on the backend that ``KERAS_BACKEND`` names, else on the first that is installed.

    Raises
    ------
    ValueError
        As :func:`check_keras`.
    """
    check_keras()
    os.environ.setdefault("KERAS_BACKEND", next(name for name in BACKENDS if find_spec(name)))
    import keras

    return keras


class Vocabulary:
    """The words that a network tells apart.

    Parameters
    ----------
    words : sequence of str
        The most frequent first.
    settings : NetworkSettings
    """

    def __init__(self, words: Sequence[str], settings: NetworkSettings):
        self.words, self._settings = list(words), settings
        self._numbers = {word: number for number, word in enumerate(self.words, 2)}
        self._tokenize = TOKENIZERS[settings.tokenizer]

    def __len__(self) -> int:
        return len(self.words) + 2

    def numbers(self, texts: Iterable[str]) -> NDArray[np.int32]:
        """Return the numbers of the words of texts, of shape (n_texts, n_tokens), padded behind."""
        return np.array([self._row(text) for text in texts], np.int32).reshape(-1, self._settings.n_tokens)

    def known(self, texts: Sequence[str]) -> RowBlock:
        """Return the words of texts, those of a text in a row, as places among all words; unknown ones are left out."""
        rows = [[number for token in self._tokenize(text) if (number := self._numbers.get(token))] for text in texts]
        words = np.array([number for row in rows for number in row], np.int32) - np.int32(2)
        return RowBlock(np.arange(len(rows)), words, np.r_[0, np.cumsum([len(row) for row in rows])].astype(np.int64))

    def _row(self, text: str) -> list[int]:
        tokens = self._tokenize(text)
        if len(tokens) > self._settings.n_tokens:
            tokens = tokens[: self._settings.n_first] + tokens[-self._settings.n_last :]
        row = [self._numbers.get(token, UNKNOWN) for token in tokens]
        return row + [PADDING] * (self._settings.n_tokens - len(row))


def count_words(texts: Iterable[str], settings: NetworkSettings) -> tuple[list[str], NDArray[np.int64]]:
    """Return the words that are frequent enough, the most frequent first, and how often each occurs."""
    tokenize = TOKENIZERS[settings.tokenizer]
    counts: Counter[str] = Counter()
    n_texts = 0
    for text in texts:
        n_texts += 1
        counts.update(tokenize(text))
    # A small corpus would lose most of its words.
    fewest = settings.min_count if n_texts >= 10_000 else max(1, settings.min_count // 4)
    frequent = sorted((-n, word) for word, n in counts.items() if n >= fewest)[: settings.n_words]
    return [word for _, word in frequent], np.array([-n for n, _ in frequent], np.int64)


def build(vectors: NDArray[np.float32], n_classes: int, settings: NetworkSettings, seed: int) -> Any:
    """Return a network with these vectors of words and random weights, numbers of words in and probabilities out.

    References
    ----------
    Kim, *Convolutional Neural Networks for Sentence Classification*, EMNLP 2014; Dauphin et al., *Language Modeling
    with Gated Convolutional Networks*, ICML 2017.
    """
    keras = import_keras()
    keras.utils.set_random_seed(seed)
    layers = keras.layers
    words = keras.Input((settings.n_tokens,), dtype="int32")
    no_word = np.zeros((2, vectors.shape[1]), np.float32)
    start = keras.initializers.Constant(np.concatenate([no_word, vectors]))
    embedded = layers.Embedding(len(vectors) + 2, vectors.shape[1], embeddings_initializer=start)(words)
    if settings.word_dropout:
        embedded = layers.Dropout(settings.word_dropout, noise_shape=(None, settings.n_tokens, 1))(embedded)
    pool = _gated if settings.architecture == "gated" else _kim
    pooled = layers.Dropout(settings.dropout)(pool(layers, words, embedded, settings.n_filters))
    return keras.Model(words, layers.Dense(n_classes, activation="softmax")(pooled))


def _gated(layers: Any, words: Any, vectors: Any, n_filters: int) -> Any:
    """Two gated convolutions, the second over a wider window; pooled by four heads of attention and by the maximum."""
    keras = import_keras()
    ops = keras.ops

    def gate(x: Any, dilation: int) -> Any:
        both = layers.Conv1D(2 * n_filters, 3, padding="same", dilation_rate=dilation)(x)
        return layers.Lambda(lambda y: y[..., :n_filters] * ops.sigmoid(y[..., n_filters:]))(both)

    first = gate(vectors, 1)
    hidden = layers.Add()([first, gate(first, 2)])
    # Padding gets no attention and is never the maximum.
    absent = layers.Lambda(lambda w: ops.cast(ops.equal(w, PADDING), "float32")[..., None] * -1e4)(words)
    attention = layers.Softmax(axis=1)(layers.Add()([layers.Dense(4)(hidden), layers.Concatenate()([absent] * 4)]))
    heads = layers.Dot(axes=(1, 1))([attention, hidden])
    highest = layers.GlobalMaxPooling1D()(layers.Lambda(lambda pair: pair[0] + pair[1])([hidden, absent]))
    return layers.Concatenate()([layers.Flatten()(heads), highest])


def _kim(layers: Any, words: Any, vectors: Any, n_filters: int) -> Any:
    """Windows of 3, 4 and 5 words, and the maximum of each filter over the text."""
    pooled = [
        layers.GlobalMaxPooling1D()(layers.Conv1D(n_filters, width, activation="relu")(vectors)) for width in (3, 4, 5)
    ]
    return layers.Concatenate()(pooled)


Batches = Callable[[int], Iterator[tuple[NDArray[np.int32], NDArray[np.float32]]]]


def train(network: Any, batches: Batches, n_rows: int, settings: NetworkSettings) -> None:
    """Train a network.

    Parameters
    ----------
    network : keras.Model
        Changed in place.
    batches : callable
        The number of a pass in, some thousand rows of numbers and of targets at a time out.
    n_rows : int
        Rows in a pass.
    settings : NetworkSettings
    """
    keras = import_keras()
    n_steps = settings.passes * -(-n_rows // settings.batch_size)
    rate = keras.optimizers.schedules.PolynomialDecay(settings.rate, max(1, n_steps), 0.0)
    network.compile(keras.optimizers.AdamW(rate, weight_decay=1e-4), loss="categorical_crossentropy")
    for number in range(settings.passes):
        for numbers, targets in batches(number):
            network.fit(numbers, targets, batch_size=settings.batch_size, epochs=1, shuffle=False, verbose=0)


def weights_of(network: Any) -> list[NDArray[Any]]:
    """Return the weights of a network as arrays; its own ``get_weights`` warns with NumPy 2."""
    convert = import_keras().ops.convert_to_numpy
    return [np.asarray(convert(variable.value)) for variable in network.weights]


def predict(network: Any, numbers: NDArray[np.int32]) -> NDArray[np.float64]:
    """Return the probabilities of a network; blocks of one size spare the compiler new ones."""
    size = 500
    padded = np.pad(numbers, ((0, -len(numbers) % size), (0, 0)))
    parts = [np.asarray(network.predict_on_batch(padded[i : i + size])) for i in range(0, len(padded), size)]
    found = np.concatenate(parts)[: len(numbers)].astype(np.float64)
    # In 32 bits they add up to 1 only nearly.
    result: NDArray[np.float64] = found / found.sum(axis=1, keepdims=True)
    return result
