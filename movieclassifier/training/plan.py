"""The plan of a fit: every setting that its bits depend on, besides the documents."""

import json
import math
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from typing import Any

from movieclassifier.corpora.readers.contract import Label
from movieclassifier.recipes.linear import Recipe, recipe_from_dict
from movieclassifier.training.learners.log_count_ratio import default_min_df

MAX_CALIBRATION = 2000
# Digest, number of documents and names of a corpus.
Corpus = tuple[str, int, tuple[str, ...]]


@dataclass(frozen=True)
class Plan:
    """Every setting that the bits of a fit depend on, besides the documents.

    Parameters
    ----------
    recipe : Recipe
    classes : tuple of labels
        Ascending.
    label_counts : tuple of int
        Documents of each class in the corpus.
    n_train : int
        Documents to train on, the calibration slice included.
    sha256 : str
        Digest of the corpus.
    reading : str
        How the corpus is read, as JSON. The same bytes yield different documents if the columns, labels or order
        differ.
    minibatch_size : int
    seed : int
    n_keep : int or None
        Number of columns to keep; None keeps all.
    n_shards : int
        Parts that are trained side by side and mixed after each pass.
    allow_sorted : bool
        Whether a stream sorted by label is trained on all the same.
    earlier : tuple of (str, int, tuple of str)
        Digest, number of documents and names of each corpus that was trained on before.
    corpus, label_names : tuple of str
        What people call the corpus and the classes; these decide no bits.
    asked : str
        Options of the evaluation and of reading, as JSON, for a run that is resumed; they decide no bits.

    Raises
    ------
    ValueError
        If there are not two classes, if ``n_train``, ``minibatch_size`` or ``n_shards`` is below 1, or if there are
        more shards than documents to fit.
    """

    recipe: Recipe
    classes: tuple[Label, ...]
    label_counts: tuple[int, ...]
    n_train: int
    sha256: str = ""
    reading: str = ""
    minibatch_size: int = 1000
    seed: int = 1
    n_keep: int | None = None
    n_shards: int = 1
    allow_sorted: bool = False
    earlier: tuple[Corpus, ...] = ()
    corpus: tuple[str, ...] = ()
    label_names: tuple[str, ...] = ()
    asked: str = ""

    def __post_init__(self) -> None:
        if len(self.classes) < 2:
            raise ValueError(f"there must be documents of at least two classes; all are labelled {self.classes[0]!r}.")
        for name in ("n_train", "minibatch_size", "n_shards"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1; got {getattr(self, name)}.")
        if self.n_shards > self.n_fit:
            raise ValueError(
                f"n_shards must be at most {self.n_fit:,}, the documents to fit; got {self.n_shards:,}; lower n_shards."
            )

    @property
    def n_calibration(self) -> int:
        """Documents at the end of the training stream that only fit the temperature."""
        return min(MAX_CALIBRATION, self.n_train // 20) if self.recipe.calibrate else 0

    @property
    def n_fit(self) -> int:
        """Documents that the weights are fitted on."""
        return self.n_train - self.n_calibration

    @property
    def documents_in_words(self) -> str:
        """How many documents are trained on, and how many of them only calibrate.

        Examples
        --------
        >>> Plan(Recipe(), (0, 1), (500, 500), 1000).documents_in_words
        '1,000 documents (50 of them for calibration)'
        """
        calibrate = f" ({self.n_calibration:,} of them for calibration)" if self.n_calibration else ""
        return f"{self.n_train:,} documents{calibrate}"

    @property
    def n_minibatches(self) -> int:
        """Minibatches in one pass."""
        return math.ceil(self.n_fit / self.minibatch_size)

    @property
    def n_steps(self) -> int:
        """Minibatches in all passes, the counting pass included."""
        return self.n_counting + self.n_minibatches * self.recipe.passes

    @property
    def n_counting(self) -> int:
        """Minibatches of the pass that only counts, which comes before several of SGD."""
        return self.n_minibatches if self.recipe.passes > 1 else 0

    @property
    def min_df(self) -> int:
        """Smallest document frequency that earns a column a weight."""
        return self.recipe.min_df or default_min_df(self.n_fit + sum(n for _, n, _ in self.earlier))

    def seen(self) -> dict[str, int]:
        """Return the digests of all corpora that are trained on, earlier ones included, with numbers of documents.

        Examples
        --------
        >>> Plan(Recipe(), (0, 1), (9, 9), 18, sha256="5e4f", earlier=(("7f0a", 100, ()),)).seen()
        {'5e4f': 18, '7f0a': 100}
        """
        n_documents = {self.sha256: self.n_train}
        for sha256, n, _ in self.earlier:
            n_documents[sha256] = max(n, n_documents.get(sha256, 0))
        return n_documents

    def to_dict(self) -> dict[str, Any]:
        """Return the plan as JSON holds it."""
        lists = {name: list(getattr(self, name)) for name in ("classes", "label_counts", "corpus", "label_names")}
        earlier = [[sha256, n, list(names)] for sha256, n, names in self.earlier]
        recipe = json.loads(json.dumps(self.recipe.to_dict()))  # tuples become lists
        return asdict(self) | lists | {"earlier": earlier, "recipe": recipe}

    @classmethod
    def from_dict(cls, settings: Any) -> "Plan":
        """Rebuild a plan from what :meth:`to_dict` returned.

        Raises
        ------
        ValueError
            If it is not the plan of a fit.

        Examples
        --------
        >>> plan = Plan(Recipe(), ("bad", "good"), (9, 9), 18, earlier=(("7f0a", 100, ("a.csv",)),))
        >>> Plan.from_dict(plan.to_dict()) == plan
        True
        """
        if not isinstance(settings, dict):
            raise ValueError(f"a plan must be a mapping; got {settings!r:.80}")
        settings = {"asked": ""} | settings  # checkpoints of before do not have it
        names = {field.name for field in fields(cls)}
        if settings.keys() != names:
            raise ValueError(f"a plan has {', '.join(sorted(names))}; got {', '.join(map(str, settings))}")
        for name, holds in CHECKS.items():
            if not holds(settings[name]):
                raise ValueError(f"{name} of its plan is {settings[name]!r:.80}")
        lists = {name: tuple(settings[name]) for name in ("classes", "label_counts", "corpus", "label_names")}
        earlier = tuple((sha256, n, tuple(names)) for sha256, n, names in settings["earlier"])
        return cls(**settings | lists | {"earlier": earlier, "recipe": recipe_from_dict(settings["recipe"])})


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _are_names(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(name, str) for name in value)


def _are_classes(value: Any) -> bool:
    return isinstance(value, list) and len(value) > 1 and {type(label) for label in value} in ({int}, {str})


def _are_corpora(value: Any) -> bool:
    corpora = value if isinstance(value, list) else [None]
    return all(
        isinstance(corpus, list)
        and len(corpus) == 3
        and isinstance(corpus[0], str)
        and _is_count(corpus[1])
        and _are_names(corpus[2])
        for corpus in corpora
    )


def _is_reading(value: Any) -> bool:
    return isinstance(value, str) and (not value.startswith("{") or isinstance(json.loads(value), dict))


# Whether a value of JSON may be a setting of a plan; recipes check their settings themselves.
CHECKS: dict[str, Callable[[Any], bool]] = {
    "classes": _are_classes,
    "label_counts": lambda value: isinstance(value, list) and all(map(_is_count, value)) and sum(value) > 0,
    "n_train": _is_count,
    "sha256": lambda value: isinstance(value, str),
    "reading": _is_reading,
    "asked": _is_reading,
    "minibatch_size": _is_count,
    "seed": _is_count,
    "n_keep": lambda value: value is None or _is_count(value),
    "n_shards": _is_count,
    "allow_sorted": lambda value: isinstance(value, bool),
    "earlier": _are_corpora,
    "corpus": _are_names,
    "label_names": _are_names,
}
