"""The two definitions of a word: the book's and the default one. Everything faster must agree with them."""

import re
from collections.abc import Callable
from functools import cache
from importlib.resources import files

TAG = re.compile(r"<[^>]*>")
EMOTICON = re.compile(r"(?::|;|=)(?:-)?(?:\)|\(|D|P)")
NON_WORD = re.compile(r"\W+")
# (?![A-Za-z]) keeps "Title:Director" from counting as ":D".
TOKEN = re.compile(r"""[:;=]-?[)(DP](?![A-Za-z])|\w+(?:['’]\w+)*|[!?.,;:()\"*/-]""")


def replace_tags(text: str, replacement: str | Callable[[re.Match[str]], str]) -> str:
    """Replace the tags of a text."""
    # Behind the last ">" is no tag; looking for one there would take the square of the number of "<".
    end = text.rfind(">") + 1
    return TAG.sub(replacement, text[:end]) + text[end:]


@cache
def english_stop_words() -> frozenset[str]:
    """Return the 179 English stop words of ``nltk.corpus.stopwords`` in the book's time."""
    text = files("movieclassifier").joinpath("bundled/stopwords_english.txt").read_text("utf-8")
    return frozenset(text.split())


def tokenizer(text: str) -> list[str]:
    """Split a text as the book's web app does, quirks included.

    The book's ``HashingVectorizer`` lower-cases the text before it calls the tokenizer, and so does this function.
    Quirks kept on purpose: a tag is removed to nothing and glues its neighbours; emoticons are looked for in the
    lower-cased text, so ``:D`` and ``:P`` never match; emoticons move to the end, and the first one is glued to a
    last word that reaches the end of the text.

    Parameters
    ----------
    text : str
        One document.

    Returns
    -------
    list of str
        Lower-case words that are not English stop words, then the emoticons without their noses.

    References
    ----------
    Raschka, *Python Machine Learning*, chapters 8 and 9.

    Examples
    --------
    >>> tokenizer("</a>This :) is :( a test :-)!")
    ['test', ':)', ':(', ':)']
    >>> tokenizer("a great<br />movie :D")
    ['greatmovie']
    """
    text = replace_tags(text.lower(), "")
    emoticons = EMOTICON.findall(text)
    text = NON_WORD.sub(" ", text.lower()) + " ".join(emoticons).replace("-", "")
    stop_words = english_stop_words()
    return [word for word in text.split() if word not in stop_words]


def tokenize(text: str) -> list[str]:
    """Split a text into lower-case words, emoticons and punctuation marks.

    Tags become spaces, contractions stay whole, stop words stay in, and emoticons are found before lower-casing.

    Parameters
    ----------
    text : str
        One document.

    Returns
    -------
    list of str
        The tokens, in the order of the text.

    Examples
    --------
    >>> tokenize("It isn't great<br />but fun :D!")
    ['it', "isn't", 'great', 'but', 'fun', ':d', '!']
    """
    # Find emoticons before lower(): ":D" becomes ":d", which the pattern would miss.
    return [token.lower() for token in TOKEN.findall(replace_tags(text, " "))]
