"""Shards of made-up documents."""

import json

import numpy as np

from movieclassifier import make_recipe
from movieclassifier.training.shards.document_lines import Lines
from movieclassifier.training.shards.messages import LiveColumns, PassWeights, Shard, ShardSettings

MIN_DF = 2
WORDS = ["good", "bad", "fine", "dull", "great", "awful", "film", "plot", "music", ":)", ":(", "the", "a", "of"]


def documents(n=60, seed=0):
    rng = np.random.RandomState(seed)
    return [(" ".join(rng.choice(WORDS, 12)), int(rng.randint(2))) for _ in range(n)]


def shards_of(path, *parts):
    found = []
    with open(path, "wb") as file:
        for number, part in enumerate(parts):
            start = file.tell()
            file.writelines(json.dumps(document).encode() + b"\n" for document in part)
            n_before = sum(shard.n_documents for shard in found)
            found.append(Shard(number, Lines(str(path), start, file.tell()), n_before, len(part)))
    return found


def settings_of(folder, **overrides):
    values = {
        "recipe": make_recipe("default", n_features=2**10, passes=2),
        "classes": (0, 1),
        "minibatch_size": 7,
        "seed": 1,
        "cache_name": "r",
        "cache_dir": str(folder),
    }
    return ShardSettings(**values | overrides)


def all_of(small, columns, n):
    """Return small integers at all columns, as an array."""
    sums = np.zeros((n, *small.small.shape[1:]), np.int64)
    small.add_to(sums, columns)
    return sums


def weights_after(counts, settings):
    """Return live columns with some ratio, and weights of 0."""
    frequency = all_of(counts.counts, counts.columns, settings.recipe.ngrams.n_features).sum(axis=1)
    columns = np.flatnonzero(frequency >= MIN_DF).astype(np.int32)
    rng = np.random.RandomState(3)
    shape = (len(settings.positions), len(columns))
    ratio = rng.normal(size=shape).astype(np.float32)
    return LiveColumns(columns, ratio), PassWeights(np.zeros(shape, np.float32), np.zeros(shape[0]))
