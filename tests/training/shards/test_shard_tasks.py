"""Tasks of a training by shards: their results add up to the same, however the shards are bundled."""

import json

import numpy as np
import pytest

from movieclassifier import make_recipe
from movieclassifier.features.hashing import hash_texts
from movieclassifier.training.shards.shard_tasks import count_shards, step_shards
from tests.support.shards import all_of, documents, settings_of, shards_of, weights_after


def test_counts_are_those_of_the_vectorizer(tmp_path):
    shards = shards_of(tmp_path / "shards.jsonl", documents(20), documents(13, seed=1))
    settings = settings_of(tmp_path)
    found = count_shards(shards, settings)
    texts, labels = zip(*documents(20), *documents(13, seed=1), strict=True)
    X = hash_texts(texts, settings.recipe.ngrams).to_csr().toarray() > 0
    for label in (0, 1):
        expected = X[np.array(labels) == label].sum(axis=0)
        np.testing.assert_array_equal(all_of(found.counts, found.columns, 2**10)[:, label], expected)
        assert found.totals[label] == expected.sum()


@pytest.mark.parametrize("classes", [(0, 1), (0, 1, 2)])
def test_the_sum_over_bundles_does_not_depend_on_the_bundles(tmp_path, classes):
    shards = shards_of(tmp_path / "shards.jsonl", *(documents(15, seed) for seed in range(4)))
    settings = settings_of(tmp_path, classes=classes)
    live, weights = weights_after(count_shards(shards, settings), settings)
    whole = step_shards(shards, settings, live, weights, 1)
    n = len(live.columns)
    sums = np.zeros_like(weights.coef, np.int64)
    for bundle in ([shards[2]], [shards[0], shards[3]], [shards[1]]):
        part = step_shards(bundle, settings, live, weights, 1)
        sums += [all_of(row, part.live_positions, n) for row in part.sums]
    np.testing.assert_array_equal(sums, [all_of(row, whole.live_positions, n) for row in whole.sums])
    assert sums.any()
    assert whole.n_documents == 60


def test_few_columns_are_sent_with_their_positions_and_many_without(tmp_path):
    shards = shards_of(tmp_path / "shards.jsonl", documents(60))
    few, many = (
        settings_of(tmp_path, recipe=make_recipe("default", n_features=n, passes=2), cache_name=str(n))
        for n in (2**16, 2**4)
    )
    assert count_shards(shards, few).columns is not None
    counts = count_shards(shards, many)
    assert counts.columns is None
    assert step_shards(shards, many, *weights_after(counts, many), 0).live_positions is None


def test_each_pass_and_each_shard_has_an_order_of_its_own(tmp_path):
    twins = shards_of(tmp_path / "shards.jsonl", documents(60), documents(60))
    settings = settings_of(tmp_path)
    weights = weights_after(count_shards(twins, settings), settings)
    steps = [step_shards([twin], settings, *weights, n_passes_done) for twin in twins for n_passes_done in (0, 1, 2)]
    sums = [all_of(each.sums[0], each.live_positions, len(weights[0].columns)).tolist() for each in steps]
    assert sums[0] == sums[3]  # the first pass visits the documents in their order
    assert len({json.dumps(each) for each in sums}) == 5
