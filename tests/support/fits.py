"""The sample reviews, and plans of fits on small corpora."""

import csv
from collections import Counter
from importlib.resources import files

from movieclassifier.recipes.names import make_recipe
from movieclassifier.training.plan import Plan

with files("movieclassifier").joinpath("bundled/sample_reviews.csv").open(encoding="utf-8", newline="") as file:
    SAMPLE = [(text, int(label)) for text, label in list(csv.reader(file))[1:]]


def plan_for(documents, **settings) -> Plan:
    """Return a plan for documents, with settings of the recipe and of the plan."""
    counts = Counter(label for _, label in documents)
    recipe = {name: settings.pop(name) for name in ("passes", "n_features", "min_df") if name in settings}
    settings = {"minibatch_size": 50, "n_train": len(documents)} | settings
    return Plan(
        make_recipe(settings.pop("recipe", "default"), **{"n_features": 2**14} | recipe),
        tuple(sorted(counts)),
        tuple(counts[label] for label in sorted(counts)),
        **settings,
    )
