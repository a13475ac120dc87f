"""Read texts from outside, and show them."""


def decode(content: bytes, where: str) -> str:
    """Return the text that bytes are in UTF-8."""
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise ValueError(f"{where}: not UTF-8 ({error.reason}); convert the file first.") from error


def shorten(text: str, width: int = 60) -> str:
    """Return the beginning of a text on one line, without what could steer a terminal.

    Examples
    --------
    >>> shorten("what a  waste of time", 12)
    'what a wast…'
    """
    line = "".join(character if character.isprintable() else "\ufffd" for character in " ".join(text.split()))
    return line if len(line) <= width else f"{line[: width - 1]}…"
