"""Shards of made-up documents."""

import json

import numpy as np

from movieclassifier import make_recipe
from movieclassifier.training.shards.messages import Lines, PassWeights, Shard, ShardSettings

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
    recipe = make_recipe("default", n_features=2**10, passes=2)
    values = {"classes": (0, 1), "min_df": 2, "minibatch_size": 7, "seed": 1, "run": "r", "cache_dir": str(folder)}
    return ShardSettings(recipe, **values | overrides)


def weights_after(counts, settings):
    columns = counts.columns[counts.counts.sum(axis=1) >= settings.min_df]
    rng = np.random.RandomState(3)
    shape = (len(settings.positions), len(columns))
    ratio = rng.normal(size=shape).astype(np.float32)
    return PassWeights(columns, ratio, np.zeros(shape, np.float32), np.zeros(shape[0]))
