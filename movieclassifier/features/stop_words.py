"""Lists of stop words: the bundled English one, NLTK's for other languages, or a file."""

from collections.abc import Iterable
from io import StringIO
from pathlib import Path

from movieclassifier.features.tokenizers import TOKENIZERS
from movieclassifier.features.words import english_stop_words

ENGLISH = "english"


def load_stop_words(name: str) -> tuple[str, ...]:
    """Return a list of stop words, sorted.

    Parameters
    ----------
    name : str
        The path of a file with one word per line, or a language that NLTK has stop words of. ``english`` is the list
        of 179 words that ships with this package.

    Returns
    -------
    tuple of str

    Raises
    ------
    ValueError
        If there is no such file or language, or the words of the language are not on this machine.

    Examples
    --------
    >>> len(load_stop_words("english"))
    179
    """
    path = Path(name)
    if path.is_file():
        return _read(path)
    if name.lower() == ENGLISH:
        return tuple(sorted(english_stop_words()))
    return nltk_stop_words(name.lower())


def nltk_stop_words(language: str, download: bool = False) -> tuple[str, ...]:
    """Return NLTK's stop words of a language, sorted.

    Parameters
    ----------
    language : str
        Such as ``"german"``.
    download : bool, default=False
        Whether to get them from NLTK's server where they are not on this machine.

    Returns
    -------
    tuple of str

    Raises
    ------
    OSError
        If they cannot be downloaded.
    ValueError
        If NLTK lacks the language, or its lists are not on this machine and `download` is False.
    """
    from nltk.corpus import stopwords

    try:
        known = sorted(set(stopwords.fileids()) - {"README"})
    except LookupError:
        if not download:
            raise ValueError(
                f"stop words {language!r}: this is not a file, and NLTK's lists are not on this machine. If NLTK has "
                f"this language, get it with: movieclassifier stopwords {language} --download, or point "
                "NLTK_DATA to a folder that holds corpora/stopwords.zip. English needs neither."
            ) from None
        _download()
        return nltk_stop_words(language)
    if language not in known:
        raise ValueError(f"stop words {language!r}: this is not a file, and NLTK has {', '.join(known)}.")
    return tuple(sorted({word.strip() for word in stopwords.words(language)} - {""}))


def as_tokens(words: Iterable[str], tokenizer: str) -> tuple[str, ...]:
    """Return stop words in the form that a tokenizer gives them, sorted.

    Parameters
    ----------
    words : iterable of str
    tokenizer : str
        A name in :data:`movieclassifier.features.tokenizers.TOKENIZERS`.

    Returns
    -------
    tuple of str

    Raises
    ------
    ValueError
        If the tokenizer gives no words.

    Examples
    --------
    >>> as_tokens(["very", "Don't"], "porter"), as_tokens(["very", "Don't"], "tweet")
    (("don't", 'veri'), ('dont', 'very'))
    """
    tokens = [TOKENIZERS[tokenizer](word) for word in words]
    single = {found[0] for found in tokens if len(found) == 1}
    if not single:
        raise ValueError(
            f"the tokenizer {tokenizer!r} gives none of the stop words as a token; leave the stop words out."
        )
    return tuple(sorted(single))


def _download() -> None:
    """Get NLTK's lists, all languages at once (35 KB), into the folder where NLTK looks for them."""
    import nltk

    try:
        # What NLTK would print goes nowhere; the exception has it.
        nltk.download("stopwords", quiet=True, print_error_to=StringIO(), raise_on_error=True)
    except (ValueError, OSError) as error:
        raise OSError(
            f"NLTK's stop words cannot be downloaded: {error}. Where its server cannot be reached, get stopwords.zip "
            "elsewhere, put it into a folder called corpora, and point NLTK_DATA to the folder that holds corpora."
        ) from error


def _read(path: Path) -> tuple[str, ...]:
    try:
        words = path.read_text("utf-8-sig").split()
    except UnicodeDecodeError as error:
        raise ValueError(f"{path}: this is not UTF-8 ({error.reason}); convert the file first.") from error
    if not words:
        raise ValueError(f"{path}: there are no words in this file.")
    return tuple(sorted(set(words)))
