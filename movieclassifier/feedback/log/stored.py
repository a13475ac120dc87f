"""Types of columns and rows that check what the database holds. A damaged or forged file must not look like a bug."""

import json
import math
import struct
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Dialect, Float, Integer, LargeBinary, Text
from sqlalchemy.exc import MultipleResultsFound, NoResultFound
from sqlalchemy.types import TypeDecorator

from movieclassifier.feedback.log.errors import FeedbackError, Misread

# The errors that values can raise, while they are read, if this program did not write them.
MISREAD = (
    *(ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError),
    *(NoResultFound, MultipleResultsFound, struct.error, zlib.error),
)
MAX_INFLATED = 2**24
MAX_POSITION = 2**62


class _Checked(TypeDecorator[Any]):
    """A column that refuses values of a type that it does not have."""

    impl: Any = Text
    kinds: ClassVar[tuple[type, ...]]
    name: ClassVar[str]
    least: ClassVar[float] = -math.inf
    most: ClassVar[float] = math.inf

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:
        """Return the function that a value goes through when it is read."""
        inner, kinds, name = super().result_processor(dialect, coltype), self.kinds, self.name
        least, most, is_bounded = self.least, self.most, self.least > -math.inf

        def process(value: Any) -> Any:
            if value is None:
                return None
            try:
                found = inner(value) if inner is not None else value
            except (TypeError, ValueError) as error:
                raise Misread(f"{value!r:.40} in place of {name}") from error
            if type(found) not in kinds or (is_bounded and not _is_within(found, least, most)):
                raise Misread(f"{value!r:.40} in place of {name}")
            return found

        return process


def _is_within(number: Any, least: float, most: float) -> bool:
    return bool(least <= number <= most)


class Words(_Checked):
    """Text."""

    impl = Text
    cache_ok = True
    kinds, name = (str,), "text"


class Whole(_Checked):
    """A whole number of 64 bits."""

    impl = BigInteger
    cache_ok = True
    kinds, name = (int,), "a whole number"


class Small(_Checked):
    """A whole number of 32 bits."""

    impl = Integer
    cache_ok = True
    kinds, name = (int,), "a whole number"


class Real(_Checked):
    """A number."""

    impl = Float
    cache_ok = True
    kinds, name = (float, int), "a number"


class Share(Real):
    """A number from 0 to 1."""

    cache_ok = True
    name = "a share"
    least, most = 0.0, 1.0


class Count(Small):
    """A number of things."""

    cache_ok = True
    name = "a count"
    least = 0


class Blob(_Checked):
    """Bytes."""

    impl = LargeBinary
    cache_ok = True
    kinds, name = (bytes,), "bytes"


@contextmanager
def taking_apart(what: str) -> Iterator[None]:
    """Raise :class:`Misread` where stored values cannot be taken apart; around code that does nothing else.

    Parameters
    ----------
    what : str
        The name of the values.

    Examples
    --------
    >>> with taking_apart("a vote"):
    ...     json.loads("{")
    Traceback (most recent call last):
    movieclassifier.feedback.log.errors.Misread: the database holds a vote that cannot be read
    """
    try:
        yield
    except FeedbackError:
        raise
    except MISREAD as error:
        raise Misread(f"{what} that cannot be read") from error


def read_position(value: Any) -> int:
    """Return the position of the last event.

    Examples
    --------
    >>> read_position(-1)
    Traceback (most recent call last):
    movieclassifier.feedback.log.errors.Misread: the database holds -1 in place of the number of its last event
    """
    if type(value) is not int or not 0 <= value < MAX_POSITION:
        raise Misread(f"{value!r:.40} in place of the number of its last event")
    return value


def read_probabilities(text: str) -> dict[str, float]:
    """Return the probability of each label.

    Examples
    --------
    >>> read_probabilities('{"bad": 0.25, "good": 0.75}')
    {'bad': 0.25, 'good': 0.75}
    """
    found = json.loads(text)
    values = list(found.values())
    if not values or not all(isinstance(value, int | float) and math.isfinite(value) for value in values):
        raise Misread(f"{text!r:.40} in place of probabilities")
    return {name: float(value) for name, value in found.items()}


def read_pairs(text: str) -> list[tuple[int, int]]:
    """Return pairs of whole numbers.

    Examples
    --------
    >>> read_pairs("[[3, 3], [4, 9]]")
    [(3, 3), (4, 9)]
    """
    found = [(first, second) for first, second in json.loads(text)]
    if not all(type(first) is int and type(second) is int for first, second in found):
        raise Misread(f"{text!r:.40} in place of votes")
    return found


def inflate(packed: bytes) -> bytes:
    """Return compressed bytes as they were, unless they would take more memory than any answer needs."""
    inflating = zlib.decompressobj()
    content = inflating.decompress(packed, MAX_INFLATED)
    if not inflating.eof:
        raise Misread("compressed bytes that are cut off, or too many")
    return content
