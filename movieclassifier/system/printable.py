"""Messages on one line, with no character that a terminal obeys."""


def one_line(error: BaseException) -> str:
    """Return the message of an error on one line, with the file first.

    Examples
    --------
    >>> one_line(FileNotFoundError(2, "No such file or directory", "movie_data.csv"))
    'movie_data.csv: No such file or directory'
    """
    text = str(error)
    if isinstance(error, OSError) and error.filename is not None:
        text = f"{error.filename}: {error.strerror}"
    return as_printable(" ".join(text.split())) or type(error).__name__


def as_printable(text: str) -> str:
    r"""Return a text with its control and format characters written as escapes, which no terminal obeys.

    Examples
    --------
    >>> print(as_printable("news/\x1b[2J.txt"))
    news/\x1b[2J.txt
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
