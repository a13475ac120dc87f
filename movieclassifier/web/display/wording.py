"""Answers as people read them: probabilities in words and out of a hundred, numbers with their nouns, times."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from movieclassifier.web.display.colours import colour_of

MAX_ROWS = 8
SURENESS = ((0.99, "almost certainly"), (0.9, "very likely"), (0.75, "likely"), (0.6, "probably"), (0.0, "perhaps"))


def sureness(probability: float) -> str:
    """Return an adverb for a probability.

    Examples
    --------
    >>> sureness(0.97), sureness(0.55)
    ('very likely', 'perhaps')
    """
    return next(adverb for least, adverb in SURENESS if probability >= least)


def out_of_100(probability: float) -> str:
    """Return a probability out of a hundred, which never claims to be certain.

    Examples
    --------
    >>> out_of_100(0.971), out_of_100(0.995), out_of_100(0.005)
    ('97 in 100', 'more than 99 in 100', 'fewer than 1 in 100')
    """
    if probability >= 0.995:
        return "more than 99 in 100"
    if probability <= 0.005:
        return "fewer than 1 in 100"
    return f"{round(100 * probability)} in 100"


def in_words(probability: float, name: str) -> str:
    """Return an answer as a phrase.

    Examples
    --------
    >>> in_words(0.97, "positive")
    'very likely positive, 97 in 100'
    """
    return f"{sureness(probability)} {name}, {out_of_100(probability)}"


def sentence(phrase: str) -> str:
    """Return a phrase with a capital letter first; Jinja's own filter would take away those of the labels.

    Examples
    --------
    >>> sentence("very likely NASA, 97 in 100")
    'Very likely NASA, 97 in 100'
    """
    return phrase[:1].upper() + phrase[1:]


def count_of(n: int, one: str, many: str = "") -> str:
    """Return a number with its noun.

    Examples
    --------
    >>> count_of(1, "vote"), count_of(1200, "vote"), count_of(0, "reply", "replies")
    ('1 vote', '1,200 votes', 'no replies')
    """
    number = f"{n:,}" if n else "no"
    return f"{number} {one if n == 1 else many or one + 's'}"


def signed(value: float, n_digits: int = 3) -> str:
    """Return a number with its sign, the minus as long as the plus.

    Examples
    --------
    >>> signed(-0.5), signed(2.25, 1)
    ('−0.500', '+2.2')
    """
    return f"{value:+.{n_digits}f}".replace("-", "−")


def any_of(names: Sequence[str]) -> str:
    """Return names as a choice.

    Examples
    --------
    >>> any_of(["negative", "positive"]), any_of(["tech", "sport", "business"])
    ('negative or positive', 'tech, sport or business')
    """
    return " or ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


@dataclass(frozen=True)
class Odds:
    """One label with its probability.

    Attributes
    ----------
    name : str
    probability : float
    is_answer : bool
    place : int
        Its place among the labels of the model, which determines its colour.
    """

    name: str
    probability: float
    is_answer: bool = False
    place: int = 0

    @property
    def colour(self) -> str:
        """The class of its colour in the style sheet."""
        return colour_of(self.place)

    @property
    def percent(self) -> float:
        """The probability as the width of a bar."""
        return round(100 * self.probability, 1)

    @property
    def out_of_100(self) -> str:
        """The probability out of a hundred."""
        return out_of_100(self.probability)


@dataclass(frozen=True)
class ShownAnswer:
    """An answer to show.

    Attributes
    ----------
    name : str
        The label.
    probability : float
    rows : tuple of Odds
        The likeliest labels.
    labels : tuple of str
        All labels, in the order of the model.
    """

    name: str
    probability: float
    rows: tuple[Odds, ...]
    labels: tuple[str, ...] = ()

    @classmethod
    def of(cls, probabilities: Mapping[str, float], label: str, like: "ShownAnswer | None" = None) -> "ShownAnswer":
        """Make an answer of probabilities by label: the answer's row first, or the rows as in a different answer."""
        order = {row.name: place for place, row in enumerate(like.rows)} if like else {label: 0}
        ranked = sorted(probabilities, key=lambda name: (order.get(name, MAX_ROWS), -probabilities[name]))
        places = {name: place for place, name in enumerate(probabilities)}
        rows = [Odds(name, probabilities[name], name == label, places[name]) for name in ranked[:MAX_ROWS]]
        return cls(label, probabilities[label], tuple(rows), tuple(probabilities))

    @property
    def colour(self) -> str:
        """The class of the answer's colour in the style sheet."""
        return colour_of(self.labels.index(self.name))

    @property
    def other_colour(self) -> str:
        """The class of the colour of what speaks against the answer: of two labels the second one's."""
        if len(self.labels) != 2:
            return "against"
        return colour_of(1 - self.labels.index(self.name))

    @property
    def balance(self) -> float:
        """Of two labels, where the answer stands between the first (-50) and the second (50)."""
        second = next(row.probability for row in self.rows if row.name == self.labels[1])
        return round(100 * second - 50, 1)

    @property
    def sureness(self) -> str:
        """The certainty of the model, in an adverb."""
        return sureness(self.probability)

    @property
    def out_of_100(self) -> str:
        """The answer's probability out of a hundred."""
        return out_of_100(self.probability)

    @property
    def words(self) -> str:
        """The answer as a phrase."""
        return in_words(self.probability, self.name)


def excerpt(text: str, length: int = 160) -> str:
    """Return the beginning of a text on one line, cut at a word.

    Examples
    --------
    >>> excerpt("A fine  film, really fine", 14)
    'A fine film, …'
    """
    line = " ".join(text[: 8 * length].split())
    return line if len(line) <= length else line[:length].rsplit(" ", 1)[0] + " …"


def day_of(moment: date) -> str:
    """Return a day as people read it.

    Examples
    --------
    >>> day_of(date(2026, 3, 1))
    '1 March 2026'
    """
    return f"{moment.day} {moment:%B %Y}"


def when(moment: datetime) -> str:
    """Return a moment as people read it.

    Examples
    --------
    >>> when(datetime(2026, 3, 1, 9, 5))
    '1 March 2026, 09:05 UTC'
    """
    return f"{day_of(moment)}, {moment:%H:%M} UTC"
