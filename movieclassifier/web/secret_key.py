"""The key that sessions and forms are signed with."""

import os
import secrets
from pathlib import Path

from movieclassifier.feedback.settings import INSTANCE

SECRET_KEY_FILE = INSTANCE / "secret_key"
MIN_LENGTH = 16
# A random key of 16 hexadecimal digits has about ten different ones; "aaaa…" and "12121212…" have fewer than these.
MIN_DIFFERENT = 8
KNOWN_WORDS = (
    *("changeme", "change-me", "change_me", "your-secret", "your_secret", "my-secret", "my_secret", "mysecret"),
    *("django-insecure", "password", "qwerty"),
)
# Characters one after the other, as in "0123456789" and "abcdefghij"; by chance that does not happen.
MAX_RUN = 8
COMMAND = "python -c 'import secrets; print(secrets.token_hex())'"


def find_secret_key(deployed: bool, path: Path = SECRET_KEY_FILE) -> str:
    """Return the key that sessions are signed with.

    Parameters
    ----------
    deployed : bool
        Whether the key must be in the environment: a key made here would differ from machine to machine, and be lost
        with the disk.
    path : Path
        Where one's own machine keeps the key, readable for its user alone.

    Raises
    ------
    ValueError
        If it is missing on a deployed server, or can be guessed.
    OSError
        If it cannot be read or kept.
    """
    key = os.environ.get("SECRET_KEY", "")
    if not key and deployed:
        raise ValueError(f"SECRET_KEY is not set, and a deployed server needs one. Set it to the output of: {COMMAND}")
    key = key or _kept_secret_key(path)
    check_strength(key)
    return key


def check_strength(key: str) -> None:
    """Refuse a key that can be guessed.

    Raises
    ------
    ValueError

    Examples
    --------
    >>> check_strength("5e1d1c0b6f2a4c3d9e8f7a6b")
    >>> check_strength("a" * 40)
    Traceback (most recent call last):
    ValueError: SECRET_KEY can be guessed: it has 1 different character, and needs 8. Set it to the output of: ...
    """
    n_different, run = len(set(key)), _longest_run(key)
    reasons = [
        (len(key) < MIN_LENGTH, f"must have at least {MIN_LENGTH} characters; got {len(key)}"),
        (any(word in key.lower() for word in KNOWN_WORDS), "can be guessed: it contains a well-known word"),
        (
            n_different < MIN_DIFFERENT,
            f"can be guessed: it has {n_different} different character{'s' * (n_different > 1)}, and needs "
            f"{MIN_DIFFERENT}",
        ),
        (len(run) > MAX_RUN, f"can be guessed: it contains the sequence {run}"),
        (_is_repeated(key), "can be guessed: it is one short text, repeated"),
    ]
    for is_weak, reason in reasons:
        if is_weak:
            raise ValueError(f"SECRET_KEY {reason}. Set it to the output of: {COMMAND}")


def _longest_run(key: str) -> str:
    """Return the longest part in which each character is the successor of the one before."""
    longest, start = "", 0
    for end in range(1, len(key) + 1):
        if end == len(key) or ord(key[end]) != ord(key[end - 1]) + 1:
            longest, start = max(longest, key[start:end], key=len), end
    return longest


def _is_repeated(key: str) -> bool:
    """Tell whether a key is a part of itself, shorter than the least length, again and again."""
    return any(key == (key[:n] * len(key))[: len(key)] for n in range(1, min(MIN_LENGTH, len(key) // 2 + 1)))


def _kept_secret_key(path: Path) -> str:
    if path.exists():
        return path.read_text().strip()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex())
            file.flush()
            os.fsync(descriptor)  # a power cut must leave no empty key, which would be refused for good
        # A link fails where a key exists, and the first one wins: no worker sees half a key.
        os.link(temporary, path)
    except FileExistsError:
        pass
    finally:
        temporary.unlink()
    return path.read_text().strip()
