"""A file that was downloaded in part, and a note beside it that names the whole file."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from movieclassifier.system.atomic import replace_file


@dataclass(frozen=True)
class Note:
    """The known facts about the whole file; the rest is asked of the same version of it.

    Parameters
    ----------
    url : str
        Where the bytes come from; empty if nothing is known.
    n_bytes : int, optional
        How many the whole has.
    validator : str, optional
        The strong ETag or the modification date that the server gave.
    """

    url: str = ""
    n_bytes: int | None = None
    validator: str | None = None

    def __post_init__(self) -> None:
        if not (
            isinstance(self.url, str)
            and isinstance(self.n_bytes, int | None)
            and isinstance(self.validator, str | None)
        ):
            raise TypeError(f"expected a URL, a number of bytes and a validator; got {self!r}.")


def note_path(path: Path) -> Path:
    """Tell where the note about the partial file `path` is kept."""
    return path.with_name(path.name + ".json")


def read_note(path: Path) -> Note:
    """Read the note about `path`; if it is missing or damaged, nothing is known."""
    try:
        return Note(**json.loads(note_path(path).read_bytes()))
    except (FileNotFoundError, ValueError, TypeError, RecursionError):
        return Note()


def begin(path: Path, note: Note) -> None:
    """Start over with no bytes and a new note."""
    # The old bytes belong to the old note: removed first, no crash can pair them with the new one.
    forget(path)
    with replace_file(note_path(path), "w") as file:
        json.dump(asdict(note), file)


def forget(path: Path) -> None:
    """Remove the partial file and its note."""
    path.unlink(missing_ok=True)
    note_path(path).unlink(missing_ok=True)


def n_bytes_of(path: Path) -> int:
    """Count the bytes that have come; 0 if there is no file."""
    return path.stat().st_size if path.exists() else 0
