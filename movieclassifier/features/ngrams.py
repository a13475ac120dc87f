"""The settings of hashing: which n-grams of a text become which columns of a row."""

from dataclasses import dataclass

from movieclassifier.features.tokenizers import TOKENIZERS

NORMS = ("l1", "l2", None)
DTYPES = ("float32", "float64")
MAX_N_FEATURES = 2**31 - 1


@dataclass(frozen=True)
class NGrams:
    """Settings by which a text becomes a row of numbered columns.

    Parameters
    ----------
    tokenizer : str
        A name in :data:`movieclassifier.features.tokenizers.TOKENIZERS`.
    stop_words : tuple of str
        Words that are removed after tokenizing.
    ngram_range : tuple of (int, int)
        The shortest and the longest n-gram, in tokens.
    n_features : int
        Number of columns that n-grams are hashed to.
    binary : bool
        Whether an n-gram counts once per document.
    alternate_sign : bool
        Whether the hash also gives each n-gram a sign.
    norm : {"l2", "l1", None}
        Norm that each row is scaled to.
    dtype : {"float32", "float64"}
        Type of the values, and of the weights that are learned from them.

    Raises
    ------
    ValueError
        If a setting is out of range.

    Examples
    --------
    >>> NGrams(tokenizer="book", ngram_range=(1, 1)).n_features
    4194304
    """

    tokenizer: str = "default"
    stop_words: tuple[str, ...] = ()
    ngram_range: tuple[int, int] = (1, 3)
    n_features: int = 2**22
    binary: bool = True
    alternate_sign: bool = False
    norm: str | None = "l2"
    dtype: str = "float32"

    def __post_init__(self) -> None:
        shortest, longest = self.ngram_range
        checks = [
            (self.tokenizer in TOKENIZERS, "tokenizer", f"one of {', '.join(TOKENIZERS)}"),
            (all(isinstance(word, str) for word in self.stop_words), "stop_words", "words"),
            (type(self.binary) is bool, "binary", "True or False"),
            (type(self.alternate_sign) is bool, "alternate_sign", "True or False"),
            (1 <= shortest <= longest, "ngram_range", "two numbers, 1 <= shortest <= longest"),
            (1 <= self.n_features <= MAX_N_FEATURES, "n_features", f"between 1 and {MAX_N_FEATURES}"),
            (self.norm in NORMS, "norm", f"one of {NORMS}"),
            (self.dtype in DTYPES, "dtype", f"one of {', '.join(DTYPES)}"),
        ]
        for holds, field, expected in checks:
            if not holds:
                raise ValueError(f"{field} must be {expected}; got {getattr(self, field)!r}.")
