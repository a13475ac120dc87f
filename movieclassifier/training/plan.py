"""The plan of a fit: all that decides its bits, the documents aside."""

import math
from dataclasses import asdict, dataclass
from typing import Any

from movieclassifier.corpora.readers.contract import Label
from movieclassifier.recipes.linear import Recipe
from movieclassifier.training.learners.log_count_ratio import default_min_df

MAX_CALIBRATION = 2000


@dataclass(frozen=True)
class Plan:
    """All that decides the bits of a fit, the documents aside.

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
        How the corpus is read: the same bytes give other documents with another column or other labels.
    minibatch_size : int
    seed : int
    n_keep : int or None
        Number of columns to keep; None keeps all.
    allow_sorted : bool
        Whether a stream sorted by label is trained on all the same.
    earlier : tuple of (str, int, tuple of str)
        Digest, number of documents and names of each corpus that was trained on before.
    corpus, label_names : tuple of str
        What people call the corpus and the classes; these decide no bits.

    Raises
    ------
    ValueError
        If there are not two classes, or ``n_train`` or ``minibatch_size`` is below 1.
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
    allow_sorted: bool = False
    earlier: tuple[tuple[str, int, tuple[str, ...]], ...] = ()
    corpus: tuple[str, ...] = ()
    label_names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if len(self.classes) < 2:
            raise ValueError(f"there must be documents of at least two classes; all are labelled {self.classes[0]!r}.")
        for name in ("n_train", "minibatch_size"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1; got {getattr(self, name)}.")

    @property
    def n_calibration(self) -> int:
        """Documents at the end of the training stream that only fit the temperature."""
        return min(MAX_CALIBRATION, self.n_train // 20) if self.recipe.calibrate else 0

    @property
    def n_fit(self) -> int:
        """Documents that the weights are fitted on."""
        return self.n_train - self.n_calibration

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

    def to_dict(self) -> dict[str, Any]:
        """Return the plan as JSON holds it."""
        settings = asdict(self)
        recipe = self.recipe.to_dict()
        settings["recipe"] = recipe | {name: list(recipe[name]) for name in ("ngram_range", "stop_words")}
        earlier = [[sha256, n, list(names)] for sha256, n, names in self.earlier]
        lists = ("classes", "label_counts", "corpus", "label_names")
        return settings | {name: list(settings[name]) for name in lists} | {"earlier": earlier}
