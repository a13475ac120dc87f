"""What the live tables hold: items, judgements, feeds, searches, and days."""

from dataclasses import dataclass, field
from datetime import datetime

from movieclassifier.models.intervals import wilson

ARTICLE, POST = "article", "post"
# Outcomes of a judgement besides the labels of the model.
OTHER = "other"
UNTOLD = ""


@dataclass(frozen=True)
class Item:
    """An article or a post. All of it is text that was cleaned; nothing of it is markup.

    Attributes
    ----------
    source : str
        Who published it: a newspaper's name, or a source of posts.
    id : str
        Its identifier at the source; else its link, else its title.
    url : str
        A link to it, http or https; "" where there is none.
    title, text, author : str
    published : datetime or None
        In UTC; None where the source gives no date, or an impossible one.
    language : str
        As the source declares it, such as "en"; "" where it does not.
    kind : {"article", "post"}
    categories : tuple of str
        As the source files it.
    text_from : {"page", "feed", "title"}
        Where the text was taken from.
    """

    source: str
    id: str
    url: str = ""
    title: str = ""
    text: str = ""
    author: str = ""
    published: datetime | None = None
    language: str = ""
    kind: str = ARTICLE
    categories: tuple[str, ...] = field(default=())
    text_from: str = "feed"

    @property
    def document(self) -> str:
        """The text that is classified: the title and the text, where the text does not begin with it."""
        if not self.text or self.text.startswith(self.title):
            return self.text or self.title
        return f"{self.title}\n{self.text}" if self.title else self.text


@dataclass(frozen=True)
class KeptItem:
    """An item of the database.

    Attributes
    ----------
    id : int
        In the order in which items were first seen.
    item : Item
    digest : str
        What the log knows its text by.
    seen_at : datetime
    """

    id: int
    item: Item
    digest: str
    seen_at: datetime

    @property
    def shown_at(self) -> datetime:
        """When it was published, or seen where that is not known."""
        return self.item.published or self.seen_at


@dataclass(frozen=True)
class Judgement:
    """The model's judgement on a text.

    Attributes
    ----------
    outcome : str
        The label that is shown: the model's, :data:`OTHER`, or :data:`UNTOLD`.
    label : str
        The most probable one.
    probability : float
        Of that label.
    probabilities : dict of str to float
    n_known : int
        N-grams that the model knows.
    unknown_share : float
        The share of words that it does not know.
    """

    outcome: str
    label: str
    probability: float
    probabilities: dict[str, float]
    n_known: int
    unknown_share: float


@dataclass(frozen=True)
class JudgedItem:
    """An item with what the model says of it, and what people said."""

    kept: KeptItem
    judgement: Judgement
    said: str | None = None


@dataclass(frozen=True)
class FeedState:
    """A feed as a page shows it.

    Attributes
    ----------
    name, url : str
    asked_at, answered_at, next_at : datetime or None
    fault : str
        What went wrong the last time, in a sentence; "" where nothing did.
    is_gone : bool
    """

    name: str
    url: str
    asked_at: datetime | None
    answered_at: datetime | None
    next_at: datetime | None
    fault: str
    is_gone: bool


@dataclass(frozen=True)
class Search:
    """A search.

    Attributes
    ----------
    id : int
    asked_at : datetime
    answered_at : datetime or None
        None while the source is being asked for the first time.
    fault : str
        What went wrong, in a sentence.
    is_new : bool
        Whether whoever got this has to ask the source.
    """

    id: int
    asked_at: datetime
    answered_at: datetime | None
    fault: str
    is_new: bool = False


@dataclass(frozen=True)
class DayOfSource:
    """The articles that were read on a day.

    Attributes
    ----------
    day : str
        Such as "2026-03-01", in UTC.
    source : str
        "" for all of them.
    n, n_other, n_untold : int
        Articles; those below the threshold, or of the class "other"; those that nothing can be told of.
    probability, unknown_share : float
        Means over the articles.
    n_votes, n_right : int
        Articles that people voted on; those whose label was right.
    """

    day: str
    source: str
    n: int
    n_other: int
    n_untold: int
    probability: float
    unknown_share: float
    n_votes: int
    n_right: int

    @property
    def other_share(self) -> float:
        """The share of "other" among the articles that something can be told of."""
        told = self.n - self.n_untold
        return self.n_other / told if told else 0.0

    @property
    def accuracy(self) -> tuple[float, float, float] | None:
        """The share of right answers with its 95% interval; None without votes."""
        if not self.n_votes:
            return None
        share = self.n_right / self.n_votes
        return share, *wilson(share, self.n_votes)
