"""A recipe: the settings of the n-grams and of the linear layer over them. A recipe is data, stored in every model."""

from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from movieclassifier.features.ngrams import NGrams


@dataclass(frozen=True)
class Recipe:
    """Settings by which texts become features, and features become weights.

    Parameters
    ----------
    name : str
        The name that people know it by.
    ngrams : NGrams
        How texts become features.
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

    Raises
    ------
    ValueError
        If a setting is out of range.

    References
    ----------
    Wang and Manning, *Baselines and Bigrams: Simple, Good Sentiment and Topic Classification*, ACL 2012.

    Examples
    --------
    >>> Recipe(name="mine", ngrams=NGrams(ngram_range=(1, 2)), passes=3).ngrams.ngram_range
    (1, 2)
    """

    name: str = "default"
    ngrams: NGrams = field(default_factory=NGrams)
    log_count_ratio: bool = True
    min_df: int | None = None
    alpha: float = 1e-6
    passes: int = 1
    calibrate: bool = True

    def __post_init__(self) -> None:
        checks = [
            (self.min_df is None or self.min_df >= 1, "min_df", "at least 1", self.min_df),
            (0 < self.alpha < float("inf"), "alpha", "a positive number", self.alpha),
            (self.passes >= 1, "passes", "at least 1", self.passes),
            (
                not (self.log_count_ratio and self.ngrams.alternate_sign),
                "alternate_sign",
                "False with a log-count ratio",
                self.ngrams.alternate_sign,
            ),
        ]
        for holds, setting, expected, value in checks:
            if not holds:
                raise ValueError(f"recipe {self.name!r}: {setting} must be {expected}; got {value!r}.")

    def with_settings(self, **settings: Any) -> "Recipe":
        """Return a recipe with some settings replaced, those of the n-grams included.

        Parameters
        ----------
        **settings
            Names of :meth:`to_dict` and their values.

        Raises
        ------
        TypeError
            If a setting is unknown.
        ValueError
            If a setting is out of range.

        Examples
        --------
        >>> Recipe().with_settings(n_features=2**10, passes=3).ngrams.n_features
        1024
        """
        ngrams = {name: settings.pop(name) for name in _NGRAMS if name in settings}
        try:
            return replace(self, ngrams=replace(self.ngrams, **ngrams), **settings)
        except ValueError as error:
            prefix = f"recipe {settings.get('name', self.name)!r}: "
            raise ValueError(prefix + str(error).removeprefix(prefix)) from None

    def to_dict(self) -> dict[str, Any]:
        """Return all settings by name, side by side, as JSON can hold them."""
        linear = dict(vars(self))
        return {"name": linear.pop("name")} | asdict(linear.pop("ngrams")) | linear


_NGRAMS = tuple(setting.name for setting in fields(NGrams))


# Types of settings in JSON beside that of the default.
ALSO = {"ngram_range": (list,), "stop_words": (list,), "min_df": (int,), "norm": (type(None),), "alpha": (int,)}


def recipe_from_dict(settings: dict[str, Any]) -> Recipe:
    """Rebuild a recipe from the settings that :meth:`Recipe.to_dict` returned.

    Raises
    ------
    ValueError
        If a setting is unknown, missing or out of range.
    """
    expected = Recipe().to_dict().keys()
    if not isinstance(settings, dict) or set(settings) != expected:
        raise ValueError(f"a recipe must have the settings {', '.join(sorted(expected))}; got {settings!r:.200}.")
    defaults = Recipe().to_dict()
    for name, value in settings.items():
        if type(value) not in (type(defaults[name]), *ALSO.get(name, ())):
            raise ValueError(f"{name} of a recipe must not be of type {type(value).__name__}; got {value!r:.80}.")
    shortest, longest = settings["ngram_range"]
    return Recipe().with_settings(
        **settings | {"ngram_range": (shortest, longest), "stop_words": tuple(settings["stop_words"])}
    )
