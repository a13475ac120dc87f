"""Texts without a word that the model knows: its intercept alone decides."""

import re
from typing import TYPE_CHECKING

from movieclassifier.features.ngrams import NGrams
from movieclassifier.features.tokenizers import PICTOGRAPH, TOKENIZERS

if TYPE_CHECKING:
    from movieclassifier.models.classifier import Classifier

# Chinese, Japanese, Thai, Lao, Burmese and Khmer are written without blanks between words.
WITHOUT_BLANKS = "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\U00020000-\U0003ffff]"
# Of a text with fewer known n-grams, the known words are counted.
SHORT = 4


def describe_unknown(text: str, ngrams: NGrams) -> str:
    """Return a sentence for people about a text that the model knows no n-gram of, with a tokenizer that would help.

    Parameters
    ----------
    text : str
    ngrams : NGrams
        The model's.

    Returns
    -------
    str

    Examples
    --------
    >>> describe_unknown("xyzzy", NGrams())
    'No word of it is known to the model.'
    >>> describe_unknown("👍👍👍", NGrams())
    'There is no word in it. A model trained with --tokenizer tweet reads emoji.'
    """
    if not text.strip():
        return "There is no text."
    found = bool(TOKENIZERS[ngrams.tokenizer](text))
    said = "No word of it is known to the model." if found else "There is no word in it."
    return " ".join([said, *_advice(text, ngrams.tokenizer)])


def _advice(text: str, tokenizer: str) -> list[str]:
    if tokenizer != "characters" and re.search(WITHOUT_BLANKS, text):
        return ["A model trained with --tokenizer characters needs no blanks between words."]
    if tokenizer not in ("tweet", "characters") and re.search(PICTOGRAPH, text):
        return ["A model trained with --tokenizer tweet reads emoji."]
    return []


def describe_doubt(classifier: "Classifier", text: str, n_known: int) -> str:
    """Return a sentence about a text that is too short to trust the answer; "" where it is long enough.

    Parameters
    ----------
    classifier : Classifier
    text : str
    n_known : int
        How many of its n-grams the model knows.

    Returns
    -------
    str
    """
    ngrams = classifier.recipe.ngrams
    if not n_known:
        return describe_unknown(text, ngrams)
    if n_known >= SHORT or ngrams.ngram_range[0] > 1:
        return ""
    words = sorted(set(TOKENIZERS[ngrams.tokenizer](text)) - set(ngrams.stop_words))
    n_words = sum(classifier.n_known([word])[0] > 0 for word in words)
    return "" if n_words > 1 else "No more than 1 word of it is known to the model."
