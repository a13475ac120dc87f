"""Tokenizers: a text in, its tokens out. These functions are the definition; everything faster must agree with them."""

import re
from collections.abc import Callable
from functools import cache, lru_cache
from html import unescape

from movieclassifier.features.folding import fold, fold_characters, mark_class
from movieclassifier.features.words import tokenize_book, tokenize_default, word_pattern

Tokenizer = Callable[[str], list[str]]

# Words whose stems are remembered: finding a stem takes a hundred times as long as looking it up.
N_REMEMBERED = 2**16
# What emoji are made of, without the circled letters and digits that count as words.
PICTOGRAPH = (
    "[©®‼⁉™ℹ\u2190-\u21ff\u2300-\u23ff\u25aa-\u25fe\u2600-\u2775\u2794-\u27bf\u2900-\u297f\u2b00-\u2bff〰〽㊗㊙"
    "\U0001f000-\U0001f0ff\U0001f18e\U0001f191-\U0001f1e5\U0001f200-\U0001faff]"
)
MODIFIER = "[\ufe0f\U0001f3fb-\U0001f3ff]"
TWEET_TAG = re.compile(r"<[a-zA-Z/!][^>]*>")
RUN = re.compile(r"([^\W\d_])\1{2,}")
APOSTROPHE = re.compile(r"(?<=\w)'(?=\w)")
SPACE = re.compile(r"\s+")


def porter(text: str) -> list[str]:
    """Split a text as the default tokenizer does, and cut words to their stems with NLTK's ``PorterStemmer``.

    Parameters
    ----------
    text : str
        One document.

    Returns
    -------
    list of str
        Stems, emoticons and punctuation marks.

    References
    ----------
    Porter, *An algorithm for suffix stripping*, 1980.

    Examples
    --------
    >>> porter("Runners like running :D")
    ['runner', 'like', 'run', ':d']
    """
    return [_stem()(token) for token in tokenize_default(text)]


@cache
def _stem() -> Callable[[str], str]:
    from nltk.stem.porter import PorterStemmer

    return lru_cache(N_REMEMBERED)(PorterStemmer().stem)


def lemmas(text: str) -> list[str]:
    """Split a text as the default tokenizer does, and put nouns into the singular with NLTK's ``WordNetLemmatizer``.

    Like the lemmatizer without a part of speech, it takes every word for a noun: "films" becomes "film", and
    "watched" stays. WordNet must be on the machine; nothing is downloaded here.

    Parameters
    ----------
    text : str
        One document.

    Returns
    -------
    list of str
        Lemmas, emoticons and punctuation marks.

    Raises
    ------
    ValueError
        If WordNet is not on the machine, with the command that gets it.
    """
    return [_lemma()(token) for token in tokenize_default(text)]


@cache
def _lemma() -> Callable[[str], str]:
    from movieclassifier.features.wordnet import make_lemmatizer

    return lru_cache(N_REMEMBERED)(make_lemmatizer().lemmatize)


def tweet_tokens(text: str) -> list[str]:
    """Split a tweet: URLs, users, hashtags, emoji and emoticons are tokens, and "soooo" is "soo".

    HTML's references are decoded, tags become spaces, and typographic quotes ASCII ones. An address becomes ``URL``
    and ``@name`` becomes ``USER``; everything else but emoticons is lower-cased. Apostrophes are left out, for "don't"
    is often "dont" in a tweet.

    Parameters
    ----------
    text : str
        One document.

    Returns
    -------
    list of str
        The tokens, in the order of the text.

    References
    ----------
    Go, Bhayani and Huang, *Twitter Sentiment Classification using Distant Supervision*, 2009.

    Examples
    --------
    >>> tweet_tokens("@me Don't, I'm sooooo #Happy &lt;3 :-D http://t.co/1 👍🏽")
    ['USER', 'dont', ',', 'im', 'soo', '#happy', '<3', ':D', 'URL', '👍🏽']
    """
    text = fold_characters(TWEET_TAG.sub(" ", unescape(text)))
    return [_tweet_token(match) for match in _tweet_pattern().finditer(text)]


@cache
def _tweet_pattern() -> re.Pattern[str]:
    """Return the pattern of a tweet's tokens; made when needed, for it knows every combining mark."""
    letter = rf"[\w{mark_class()}]"
    return re.compile(
        rf"""
    (?P<url>(?:https?://|www\.)\S+)
    |(?P<user>(?<!\w)@{letter}+)
    |(?P<hashtag>\#{letter}*[^\W\d_]{letter}*)
    |(?P<emoticon>
        [<>]?[:;=8][-o*']?[)(\]\[dDpPoO3/\\|*@](?!\w)  # eyes, perhaps a nose, a mouth
        |(?<!\w)[)(\]\[dD/\\|@][-o*']?[:;=8](?!\w)     # the other way round
        |(?<!\w)[xX]D+(?!\w)|</?3+|\^[._-]?\^|(?<!\w)[oO-][._][oO-](?!\w)
    )
    |(?P<emoji>
        [\U0001f1e6-\U0001f1ff]{{2}}                                       # a flag is two letters
        |{PICTOGRAPH}{MODIFIER}*(?:\u200d{PICTOGRAPH}{MODIFIER}*)*         # joined ones are one
        |[0-9\#*]\ufe0f?\u20e3                                              # a key
    )
    |(?P<word>{word_pattern()})
    |[!?.,;:()"*/-]
    """,
        re.VERBOSE | re.IGNORECASE,
    )


def _tweet_token(match: "re.Match[str]") -> str:
    token, kind = match.group(), match.lastgroup
    if kind in ("url", "user"):
        return kind.upper()
    if kind == "emoticon":
        return token.replace("-", "") if len(token) > 2 and token[1] == "-" else token
    return RUN.sub(r"\1\1", APOSTROPHE.sub("", token.lower()))


def characters(text: str) -> list[str]:
    """Split a text into its characters; n-grams of them, say ``--ngrams 2-5``, need no words.

    The text is folded (:func:`movieclassifier.features.folding.fold`), and a run of white space becomes one ``▁``, also
    at both ends: n-grams show where words begin and end.

    Parameters
    ----------
    text : str
        One document.

    Returns
    -------
    list of str
        Lower-case characters.

    Examples
    --------
    >>> characters("So so!")
    ['▁', 's', 'o', '▁', 's', 'o', '!', '▁']
    """
    return list(SPACE.sub("▁", f" {fold(text)} ".lower()))


TOKENIZERS: dict[str, Tokenizer] = {
    "book": tokenize_book,
    "default": tokenize_default,
    "porter": porter,
    "lemma": lemmas,
    "tweet": tweet_tokens,
    "characters": characters,
}
