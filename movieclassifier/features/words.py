"""The two definitions of a word: the book's and the default one. Everything faster must agree with them."""

import re
from functools import cache
from pkgutil import get_data

from movieclassifier.features.folding import fold, mark_class, replace_tags

EMOTICON = re.compile(r"(?::|;|=)(?:-)?(?:\)|\(|D|P)")
NON_WORD = re.compile(r"\W+")
# The first combining mark is U+0300.
MAY_BE_MARK = re.compile("[^\x00-\u02ff]")


@cache
def english_stop_words() -> frozenset[str]:
    """Return the 179 English stop words of ``nltk.corpus.stopwords`` in the book's time."""
    content = get_data("movieclassifier", "bundled/stopwords_english.txt") or b""
    return frozenset(content.decode().split())


def tokenize_book(text: str) -> list[str]:
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
    >>> tokenize_book("</a>This :) is :( a test :-)!")
    ['test', ':)', ':(', ':)']
    >>> tokenize_book("a great<br />movie :D")
    ['greatmovie']
    """
    text = replace_tags(text.lower(), "")
    emoticons = EMOTICON.findall(text)
    text = NON_WORD.sub(" ", text.lower()) + " ".join(emoticons).replace("-", "")
    stop_words = english_stop_words()
    return [word for word in text.split() if word not in stop_words]


def tokenize_default(text: str) -> list[str]:
    """Split a text into lower-case words, emoticons and punctuation marks.

    The text is folded first (:func:`movieclassifier.features.folding.fold`): tags become spaces, and typographic quotes
    ASCII ones. Contractions stay whole, combining marks belong to the word, stop words stay in, and emoticons are
    found before lower-casing.

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
    >>> tokenize_default("It isn’t great<br />but fun :D!")
    ['it', "isn't", 'great', 'but', 'fun', ':d', '!']
    """
    # Find emoticons before lower(): ":D" becomes ":d", which the pattern would miss.
    folded = fold(text)
    return [token.lower() for token in token_pattern(folded).findall(folded)]


def token_pattern(folded: str) -> re.Pattern[str]:
    """Return the pattern of the default tokens in a folded text."""
    # The pattern that knows every mark takes 20 ms to make, which most texts do not need.
    return _token_pattern(MAY_BE_MARK.search(folded) is not None)


@cache
def _token_pattern(with_marks: bool) -> re.Pattern[str]:
    # (?![A-Za-z]) keeps "Title:Director" from counting as ":D".
    return re.compile(rf"""[:;=]-?[)(DP](?![A-Za-z])|{word_pattern(with_marks)}|[!?.,;:()\"*/-]""")


def word_pattern(with_marks: bool = True) -> str:
    """Return the pattern of a word: letters with their marks, over apostrophes and the joiners of some scripts."""
    letters = rf"\w[\w{mark_class() if with_marks else ''}]*"
    return rf"{letters}(?:['\u200c\u200d]{letters})*"
