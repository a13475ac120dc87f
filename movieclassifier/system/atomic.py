"""Replace a file as a whole: a reader sees the old bytes or the new ones, never a part of both."""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

# The errors of a write that found no room; the operating system reports them without a file name.
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@contextmanager
def replace_file(path: str | os.PathLike[str], mode: str = "wb") -> Iterator[IO[Any]]:
    r"""Open a temporary file beside `path`, and rename it to `path` when the block ends well.

    The bytes are on the disk (fsync) before the name changes. On any exception, Ctrl-C included, the temporary
    file is removed and what was at `path` stays as it was. A symbolic link is followed; permissions are kept.

    Parameters
    ----------
    path : str or path-like
        The file to write or replace. Its folder must exist.
    mode : {"wb", "w"}, default="wb"
        Bytes, or text that is written as UTF-8 with line breaks left as they are given.

    Yields
    ------
    file
        The temporary file, open for writing.

    Raises
    ------
    OSError
        Where the file cannot be written; `filename` is `path`, not the temporary name.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "labels.txt"
    >>> with replace_file(path, "w") as file:
    ...     _ = file.write("negative\npositive\n")
    >>> path.read_text()
    'negative\npositive\n'
    """
    if mode not in ("wb", "w"):
        raise ValueError(f"mode must be 'wb' or 'w', got {mode!r}")
    target = Path(os.path.realpath(path))
    permissions = _check_target(target, path)
    # Beside the target, because a rename is atomic only within one file system; 50 characters stay below the
    # A name may have 255 bytes, in any alphabet.
    temporary = target.with_name(f".{target.name[:50]}.{os.urandom(4).hex()}.tmp")
    try:
        with name_full_disk(path), _open_new(temporary, mode) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if permissions is not None:
            temporary.chmod(permissions)
        os.replace(temporary, target)
    except OSError as error:
        if error.filename == str(temporary):
            raise OSError(error.errno, error.strerror, os.fspath(path)) from error
        raise
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(target.parent)


@contextmanager
def name_full_disk(path: str | os.PathLike[str]) -> Iterator[None]:
    """Add `path` to the error of a write that found no room, which the operating system leaves unnamed."""
    try:
        yield
    except OSError as error:
        if error.filename is None and error.errno in NO_ROOM:
            raise OSError(error.errno, error.strerror, os.fspath(path)) from error
        raise


def sync_folder(folder: str | os.PathLike[str]) -> None:
    """Put the names in `folder` on the disk, so that a rename survives a power cut."""
    if not hasattr(os, "O_DIRECTORY"):  # pragma: no cover
        return  # Windows cannot open a folder.
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def folder_to_fill(path: Path) -> Iterator[None]:
    """Make a folder, and remove it again if nothing was written into it.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as temporary:
    ...     with folder_to_fill(Path(temporary, "report")):
    ...         Path(temporary, "report").exists()
    ...     Path(temporary, "report").exists()
    True
    False
    """
    was_there = path.exists()
    path.mkdir(parents=True, exist_ok=True)
    try:
        yield
    finally:
        if not was_there:
            with suppress(OSError):  # it is not empty
                path.rmdir()


def check_replaceable(path: str | os.PathLike[str]) -> None:
    """Find out before long work whether `path` can be written at its end.

    Raises
    ------
    OSError
        If a file cannot be written there.
    """
    target = Path(os.path.realpath(path))
    _check_target(target, path)
    if not os.access(target.parent, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, "the folder of this file is not writable", str(path))


def _check_target(target: Path, path: str | os.PathLike[str]) -> int | None:
    """Refuse what a rename would destroy or cannot reach; return the permissions of a file that is there."""
    if not target.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, "the folder of this file does not exist, create it first", str(path))
    if not target.exists():
        return None
    status = target.stat()
    if not stat.S_ISREG(status.st_mode):
        # Renaming a file onto /dev/null would take the device away from everybody.
        raise OSError(errno.EINVAL, "this is not a regular file, and only a regular file can be replaced", str(path))
    return stat.S_IMODE(status.st_mode)


def _open_new(temporary: Path, mode: str) -> IO[Any]:
    if mode == "w":
        return open(temporary, "x", encoding="utf-8", newline="")
    return open(temporary, "xb")
