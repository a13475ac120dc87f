"""Messages about tables: what is wrong, and what to do about it."""

from movieclassifier.corpora.readers.contract import as_shown

HEADER_AGAIN = (
    "this is the header again, as where files are joined; take the row out, or pass "
    "ReadingOptions(skip_bad_rows=N), or pass the files one by one."
)
OTHER_DELIMITERS = (";", "\t", "|", ",")
# How files begin that a download brings in place of a table, case folded.
NO_TABLES = dict.fromkeys(("<!doctype html", "<html"), "a web page; download the file itself") | {
    "version https://git-lfs": "a pointer of Git LFS; `git lfs pull` brings the file itself"
}


def refuse_downloads(field: str, where: str) -> None:
    """Refuse a file that a download brings in place of a table."""
    for start, what in NO_TABLES.items():
        if field.lstrip("\ufeff").casefold().startswith(start):
            raise ValueError(f"{where}: this is {what}.")


def one_column(field: str, delimiter: str) -> str:
    """Return the message for a row of one field, with advice."""
    other = next((character for character in OTHER_DELIMITERS if character != delimiter and character in field), None)
    if other is None:
        return f"one column only, {as_shown(field)}; expected text and label, such as review,sentiment."
    return (
        f"one column only, {as_shown(field)}; pass ReadingOptions(delimiter={other!r}), which seems to part this file."
    )


def wrong_length(row: list[str], n_fields: int) -> str:
    """Return the message for a row of too few or too many fields, with advice."""
    return (
        f"expected {n_fields} fields, got {len(row)}. Put quotes around texts that hold the delimiter, "
        "pass ReadingOptions(delimiter=…) of this file, or ReadingOptions(skip_bad_rows=N)."
    )
