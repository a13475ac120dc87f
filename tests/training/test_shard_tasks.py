import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from movieclassifier import make_recipe
from movieclassifier.features.hashing import hash_texts
from movieclassifier.training.shard_caches import LiveColumns, drop_caches, open_live
from movieclassifier.training.shard_tasks import as_integers, count_shards, step_shards
from movieclassifier.training.shards import Lines, Shard, ShardSettings, Weights

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


def start(counts, settings):
    columns = counts.columns[counts.counts.sum(axis=1) >= settings.min_df]
    rng = np.random.RandomState(3)
    shape = (len(settings.positions), len(columns))
    ratio = rng.normal(size=shape).astype(np.float32)
    return Weights(columns, ratio, np.zeros(shape, np.float32), np.zeros(shape[0]))


def test_a_shard_yields_its_documents_alone(tmp_path):
    all_documents = documents(20)
    first, second = shards_of(tmp_path / "shards.jsonl", all_documents[:12], all_documents[12:])
    assert [tuple(document) for document in first.documents] == all_documents[:12]
    assert [tuple(document) for document in second.documents] == all_documents[12:]


def test_a_file_that_was_cut_off_is_refused(tmp_path):
    (shard,) = shards_of(tmp_path / "shards.jsonl", documents(20))
    content = (tmp_path / "shards.jsonl").read_bytes()
    (tmp_path / "shards.jsonl").write_bytes(content[:-9])
    with pytest.raises(ValueError, match="is shorter than it was when it was written"):
        list(shard.documents)


def test_counts_are_those_of_the_vectorizer(tmp_path):
    shards = shards_of(tmp_path / "shards.jsonl", documents(20), documents(13, seed=1))
    settings = settings_of(tmp_path)
    found = count_shards(shards, settings)
    texts, labels = zip(*documents(20), *documents(13, seed=1), strict=True)
    X = hash_texts(texts, settings.recipe.ngrams).to_csr().toarray() > 0
    for label in (0, 1):
        expected = X[np.array(labels) == label].sum(axis=0)
        np.testing.assert_array_equal(found.counts[:, label], expected[found.columns])
        assert found.totals[label] == expected.sum()


@pytest.mark.parametrize("classes", [(0, 1), (0, 1, 2)])
def test_the_sum_over_bundles_does_not_depend_on_the_bundles(tmp_path, classes):
    shards = shards_of(tmp_path / "shards.jsonl", *(documents(15, seed) for seed in range(4)))
    settings = settings_of(tmp_path, classes=classes)
    weights = start(count_shards(shards, settings), settings)
    whole = step_shards(shards, settings, weights, 1)
    sums = np.zeros_like(weights.coef, np.int64)
    for bundle in ([shards[2]], [shards[0], shards[3]], [shards[1]]):
        part = step_shards(bundle, settings, weights, 1)
        sums[:, part.places] += part.sums
    np.testing.assert_array_equal(sums[:, whole.places], whole.sums)
    assert whole.n_documents == 60


def test_a_cache_that_is_gone_is_made_again(tmp_path):
    shards = shards_of(tmp_path / "shards.jsonl", documents(15), documents(15, 1))
    settings = settings_of(tmp_path / "cache")
    weights = start(count_shards(shards, settings), settings)
    expected = step_shards(shards, settings, weights, 0)
    drop_caches(settings)
    assert not list((tmp_path / "cache").iterdir())
    found = step_shards(shards, settings, weights, 0)
    np.testing.assert_array_equal(found.sums, expected.sums)
    np.testing.assert_array_equal(found.intercepts, expected.intercepts)


def test_the_columns_of_a_shard_are_counted_once_and_numbered_as_they_occur(tmp_path):
    (shard,) = shards_of(tmp_path / "shards.jsonl", documents(60))
    settings = settings_of(tmp_path)
    counts = count_shards([shard], settings)
    live = LiveColumns(counts.columns[::2], settings.recipe.ngrams.n_features)
    with open_live(shard, settings, live) as (cache, columns):
        found = np.concatenate([cache.read(number)[0].columns for number in range(len(cache))])
    np.testing.assert_array_equal(np.sort(columns.places), np.arange(len(live.columns)))
    np.testing.assert_array_equal(columns.frequency, counts.counts[::2].sum(axis=1)[columns.places])
    np.testing.assert_array_equal(np.bincount(found), columns.frequency)
    (tmp_path / "movieclassifier-r" / f"0-live-{live.digest}.npy").unlink()
    with open_live(shard, settings, live) as (_, again):  # a worker was killed between its two files
        np.testing.assert_array_equal(again.places, columns.places)


def test_each_pass_and_each_shard_has_an_order_of_its_own(tmp_path):
    twins = shards_of(tmp_path / "shards.jsonl", documents(60), documents(60))
    settings = settings_of(tmp_path)
    weights = start(count_shards(twins, settings), settings)
    sums = [step_shards([twin], settings, weights, number).sums.tolist() for twin in twins for number in (0, 1, 2)]
    assert sums[0] == sums[3]  # the first pass visits the documents in their order
    assert len({json.dumps(each) for each in sums}) == 5


@given(st.lists(st.floats(-1e6, 1e6), min_size=1))
def test_rounding_is_below_half_a_unit(values):
    np.testing.assert_allclose(as_integers(values) / 2.0**24, values, rtol=0, atol=2.0**-25)


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e12])
def test_weights_that_overflow_are_refused(value):
    with pytest.raises(ValueError, match="the weights have overflowed; use a larger alpha"):
        as_integers([1.0, value])
