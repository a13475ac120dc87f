"""Recipes: a name → the vectorizer's and the trainer's settings. A recipe is data, stored in every model."""

from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from movieclassifier.features.tokenizers import TOKENIZERS

NORMS = ("l1", "l2", None)
DTYPES = ("float32", "float64")
SEVERAL_PASSES_ALPHA = 5e-7
MAX_N_FEATURES = 2**31 - 1


@dataclass(frozen=True)
class Recipe:
    """How to turn texts into features and features into weights.

    Parameters
    ----------
    name : str
        What people call it.
    tokenizer : str
        A name in :data:`movieclassifier.features.tokenizers.TOKENIZERS`.
    stop_words : tuple of str
        Words removed after tokenizing.
    ngram_range : tuple of (int, int)
        The shortest and the longest n-gram, in tokens.
    n_features : int
        Number of columns that n-grams are hashed to.
    binary : bool
        Whether an n-gram counts once per document.
    alternate_sign : bool
        Whether the hash also gives each n-gram a sign.
    norm : {"l2", "l1", None}
        Norm that each row is scaled to.
    dtype : {"float32", "float64"}
        Type of features and weights.
    log_count_ratio : bool
        Whether SGD works on features scaled by the naive-Bayes log-count ratio.
    min_df : int or None
        Columns seen in fewer documents have ratio 0; None follows the size of the corpus.
    alpha : float
        Strength of the L2 penalty.
    passes : int
        Passes of SGD. With 2 or more, a counting pass comes first and the weights are averaged.
    calibrate : bool
        Whether a temperature is fitted on a slice of the training stream.

    References
    ----------
    Wang and Manning, *Baselines and Bigrams: Simple, Good Sentiment and Topic Classification*, ACL 2012.
    """

    name: str = "default"
    tokenizer: str = "default"
    stop_words: tuple[str, ...] = ()
    ngram_range: tuple[int, int] = (1, 3)
    n_features: int = 2**22
    binary: bool = True
    alternate_sign: bool = False
    norm: str | None = "l2"
    dtype: str = "float32"
    log_count_ratio: bool = True
    min_df: int | None = None
    alpha: float = 1e-6
    passes: int = 1
    calibrate: bool = True

    def __post_init__(self) -> None:
        shortest, longest = self.ngram_range
        checks = [
            (self.tokenizer in TOKENIZERS, "tokenizer", f"one of {', '.join(TOKENIZERS)}"),
            (all(isinstance(word, str) for word in self.stop_words), "stop_words", "words"),
            (1 <= shortest <= longest, "ngram_range", "two numbers, 1 <= shortest <= longest"),
            (1 <= self.n_features <= MAX_N_FEATURES, "n_features", f"between 1 and {MAX_N_FEATURES}"),
            (self.norm in NORMS, "norm", f"one of {NORMS}"),
            (self.dtype in DTYPES, "dtype", f"one of {', '.join(DTYPES)}"),
            (self.min_df is None or self.min_df >= 1, "min_df", "at least 1"),
            (0 < self.alpha < float("inf"), "alpha", "a positive number"),
            (self.passes >= 1, "passes", "at least 1"),
            (not self.log_count_ratio or not self.alternate_sign, "alternate_sign", "False with a log-count ratio"),
        ]
        for holds, field, expected in checks:
            if not holds:
                raise ValueError(f"recipe {self.name!r}: {field} must be {expected}; got {getattr(self, field)!r}.")

    def to_dict(self) -> dict[str, Any]:
        """Return the settings as JSON can hold them."""
        return asdict(self)


RECIPES: dict[str, Recipe] = {
    "book": Recipe(
        name="book",
        tokenizer="book",
        ngram_range=(1, 1),
        n_features=2**21,
        binary=False,
        alternate_sign=True,
        dtype="float64",
        log_count_ratio=False,
        alpha=1e-4,
        calibrate=False,
    ),
    "default": Recipe(),
}


def make_recipe(recipe: str | Recipe = "default", **overrides: Any) -> Recipe:
    """Return a recipe by name, with some settings replaced.

    Parameters
    ----------
    recipe : str or Recipe
        A name in :data:`RECIPES`, or a recipe.
    **overrides
        Settings to replace; those that are None are left as they are. With several passes of a recipe for one pass over
        log-count ratios, alpha is 5e-7 unless it is given.

    Returns
    -------
    Recipe

    Raises
    ------
    ValueError
        If the name is unknown or a setting is out of range.

    Examples
    --------
    >>> make_recipe("default", n_features=2**20, min_df=None).n_features
    1048576
    """
    if isinstance(recipe, str):
        if recipe not in RECIPES:
            raise ValueError(f"recipe must be one of {', '.join(RECIPES)}; got {recipe!r}.")
        recipe = RECIPES[recipe]
    if (
        (overrides.get("passes") or 1) > recipe.passes == 1
        and recipe.log_count_ratio
        and overrides.get("alpha") is None
    ):
        overrides["alpha"] = SEVERAL_PASSES_ALPHA
    return replace(recipe, **{name: value for name, value in overrides.items() if value is not None})


def recipe_from_dict(settings: dict[str, Any]) -> Recipe:
    """Rebuild a recipe from what :meth:`Recipe.to_dict` returned.

    Raises
    ------
    ValueError
        If a setting is unknown, missing or out of range.
    """
    expected = {field.name for field in fields(Recipe)}
    if not isinstance(settings, dict) or set(settings) != expected:
        raise ValueError(f"a recipe must have the settings {', '.join(sorted(expected))}; got {settings!r:.200}.")
    shortest, longest = settings["ngram_range"]
    return Recipe(**settings | {"ngram_range": (shortest, longest), "stop_words": tuple(settings["stop_words"])})
