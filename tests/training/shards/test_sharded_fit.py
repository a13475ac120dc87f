"""The state of a fit by shards."""

from dataclasses import replace

import pytest

from movieclassifier.training.shards.sharded_fit import ShardedFit
from tests.support.engines import InProcess
from tests.support.shard_fits import plan_of, read_sample


def test_stepping_before_counting_is_refused(tmp_path):
    state = ShardedFit(plan_of(read_sample()), tmp_path, str(tmp_path))
    state.checkpoint()()
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ValueError, match=r"call count\(\)"):
        next(state.step([], InProcess()))
    with pytest.raises(ValueError, match=r"call count\(\)"):
        state.classifier(None)


def test_two_folders_have_caches_of_their_own_for_one_run(tmp_path):
    plan = plan_of(read_sample())
    first, second = (ShardedFit(plan, tmp_path / name, str(tmp_path)) for name in "ab")
    assert first.run == second.run
    assert first.settings.cache_name != second.settings.cache_name


def test_a_value_is_shared_once_for_all_passes_and_the_weights_for_one(tmp_path):
    class Engine(InProcess):
        shared, dropped = 0, 0

        def share(self, value):
            self.shared += 1
            return value

        def drop(self, shared):
            self.dropped += 1

    sample, engine = read_sample(), Engine(3)
    state = ShardedFit(plan_of(sample), tmp_path, str(tmp_path))
    shards = state.cut(iter(sample[0]))
    assert [(shard.start, shard.n_documents) for shard in shards] == [(0, 100), (100, 100), (200, 100), (300, 100)]
    assert sum(state.count(shards, engine)) == 400
    for _ in range(2):
        assert sum(state.step(shards, engine)) == 400
    assert (engine.shared, engine.dropped) == (3, 2)


def test_memory_that_is_made_ready_does_not_grow_with_the_labels(tmp_path):
    class Engine(InProcess):
        expected = 0

        def expect(self, n_bytes):
            self.expected += n_bytes

    plan, expected = plan_of(read_sample()), []
    for n_classes in (2, 40):
        engine = Engine()
        of_labels = replace(plan, classes=tuple(range(n_classes)), label_counts=(10,) * n_classes)
        list(ShardedFit(of_labels, tmp_path, str(tmp_path)).count([], engine))
        expected.append(engine.expected)
    assert expected[0] == expected[1] > 0
