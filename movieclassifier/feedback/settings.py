"""Settings of the log and of the model that learns from it; the web front and the commands read the same ones."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from movieclassifier.feedback.bounds import (
    DEFAULT_CAP,
    DEFAULT_CLIENT_SHARE,
    DEFAULT_TOLERANCE,
    DEFAULT_VOTE_SHARE,
    Bounds,
)
from movieclassifier.feedback.log.limits import RATES, Rate

PREFIX = "MOVIECLASSIFIER_"
INSTANCE = Path("instance")
DEFAULT_DATABASE = f"sqlite:///{INSTANCE}/feedback.db"
INSTANT, REVIEW = "instant", "review"
MODES = (INSTANT, REVIEW)
# A review of aclImdb has at most 13,704 characters.
MAX_LENGTH = 20_000
# Any of these means that other people can reach the server.
DEPLOYED_SIGNS = ("DYNO", "KUBERNETES_SERVICE_HOST")


@dataclass(frozen=True)
class Settings:
    """The owner's settings.

    Attributes
    ----------
    database_url : str
    model : str or None
        A record or its folder; None is ``pkl_objects/``, else the bundled model.
    deployed : bool
        Whether other people can reach it, rather than the owner alone on one's own machine.
    mode : {"instant", "review"}
        Whether a vote acts at once or waits for an approval.
    cap, vote_share, client_share, tolerance : float
        How far votes may move the weights between two updates, see :class:`Bounds`; the same for every process on one
        database. By default one client may use the whole cap of a server that is not deployed, and half of the others'.
    lifetime_days : int
        How long a vote can be cast or changed; a prediction that nobody voted on is deleted after a day.
    min_length, max_length : int
        Characters of a text; the minimum is the page's, the API takes any that is not empty.
    rates : mapping of str to Rate
        Per client.
    new_labels : tuple of str or None
        Labels that may be voted for before they are classes of the model; None is "other" for a model of topics.
    """

    database_url: str = DEFAULT_DATABASE
    model: str | None = None
    deployed: bool = False
    mode: str = INSTANT
    cap: float = DEFAULT_CAP
    vote_share: float = DEFAULT_VOTE_SHARE
    client_share: float = DEFAULT_CLIENT_SHARE
    tolerance: float = DEFAULT_TOLERANCE
    lifetime_days: int = 30
    min_length: int = 15
    max_length: int = MAX_LENGTH
    rates: Mapping[str, Rate] = field(default_factory=lambda: dict(RATES))
    new_labels: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        checks = [
            (self.mode in MODES, "mode", f"one of {', '.join(MODES)}"),
            (self.cap > 0, "cap", "above 0"),
            (0 < self.vote_share <= 1, "vote_share", "above 0 and at most 1"),
            (0 < self.client_share <= 1, "client_share", "above 0 and at most 1"),
            (0 <= self.tolerance <= 1, "tolerance", "between 0 and 1"),
            (self.lifetime_days >= 1, "lifetime_days", "at least 1"),
            (1 <= self.min_length <= self.max_length, "min_length", "between 1 and max_length"),
        ]
        for holds, name, expected in checks:
            if not holds:
                raise ValueError(f"MOVIECLASSIFIER_{name.upper()} must be {expected}; got {getattr(self, name)!r}.")

    def new_labels_of(self, labels: Sequence[str]) -> tuple[str, ...]:
        """Return the labels that may become classes, besides those of a model.

        Examples
        --------
        >>> Settings().new_labels_of(["tech", "sport", "politics"]), Settings().new_labels_of(["bad", "good"])
        (('other',), ())
        """
        if self.new_labels is not None:
            return self.new_labels
        return ("other",) if len(labels) > 2 else ()

    @property
    def bounds(self) -> Bounds:
        """Bounds on how far votes may move the model."""
        return Bounds(self.cap, self.vote_share, self.client_share, self.tolerance)

    @property
    def lifetime(self) -> timedelta:
        """The time in which a prediction can be voted on."""
        return timedelta(days=self.lifetime_days)


def read_settings(given: Mapping[str, Any] | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """Return the settings that are given, else those of the environment, else the defaults.

    Parameters
    ----------
    given : mapping of str to object, optional
        By the upper-case names of the attributes, such as ``{"MODE": "review"}``; None leaves a setting as it is.
        Rates are like ``{"VOTES_PER_HOUR": 60}``, see :data:`RATE_NAMES`.
    environ : mapping of str to str, optional
        ``DATABASE_URL``, and the names above behind ``MOVIECLASSIFIER_``; by default the process's own.

    Raises
    ------
    ValueError
        If a value cannot be understood or is out of range.

    Examples
    --------
    >>> read_settings({"MODE": "review"}, {"MOVIECLASSIFIER_CAP": "0.2"}).cap
    0.2
    >>> read_settings({}, {"DYNO": "web.1"}).mode
    'review'
    """
    environ = os.environ if environ is None else environ
    found: dict[str, Any] = {
        name: environ[PREFIX + name] for name in (*TYPES, *RATE_NAMES) if environ.get(PREFIX + name)
    }
    if environ.get("DATABASE_URL"):
        found.setdefault("DATABASE_URL", environ["DATABASE_URL"])
    found |= {name: value for name, value in (given or {}).items() if value is not None}
    found.setdefault("DEPLOYED", any(environ.get(sign) for sign in DEPLOYED_SIGNS))
    values = {name.lower(): _parsed(name, found[name], TYPES[name]) for name in TYPES if name in found}
    values.setdefault("mode", REVIEW if values["deployed"] else INSTANT)
    values.setdefault("client_share", DEFAULT_CLIENT_SHARE if values["deployed"] else 1.0)
    rates = dict(RATES)
    for name, kind in RATE_NAMES.items():
        if name in found:
            rates[kind] = replace(rates[kind], limit=_parsed(name, found[name], int))
    return Settings(**values, rates=rates)


def _boolean(value: Any) -> bool:
    words = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
    return words[str(value).strip().lower()]


def _names(value: Any) -> tuple[str, ...]:
    names = value.split(",") if isinstance(value, str) else list(value)
    return tuple(name.strip() for name in names if name.strip())


def _parsed(name: str, value: Any, kind: Any) -> Any:
    try:
        return kind(value)
    except (ValueError, TypeError, KeyError) as error:
        expected = {int: "a whole number", float: "a number", _boolean: "1 or 0"}.get(kind, "text")
        raise ValueError(f"{PREFIX}{name} must be {expected}; got {value!r}.") from error


TYPES: dict[str, Any] = {
    "DATABASE_URL": str,
    "MODEL": str,
    "DEPLOYED": _boolean,
    "MODE": str,
    "CAP": float,
    "VOTE_SHARE": float,
    "CLIENT_SHARE": float,
    "TOLERANCE": float,
    "LIFETIME_DAYS": int,
    "MIN_LENGTH": int,
    "MAX_LENGTH": int,
    "NEW_LABELS": _names,
}
RATE_NAMES = {
    "PREDICTIONS_PER_MINUTE": "predictions",
    "TEXTS_PER_HOUR": "texts",
    "KB_PER_HOUR": "kilobytes",
    "VOTES_PER_HOUR": "votes",
    "LOGINS_PER_10_MINUTES": "logins",
    "SEARCHES_PER_MINUTE": "searches",
}
