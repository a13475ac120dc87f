"""The state of a fit by shards: counts, mixed weights, and the passes that they have taken."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from movieclassifier.corpora.pieces import Excerpt
from movieclassifier.corpora.readers.contract import Document
from movieclassifier.models.classifier import Classifier
from movieclassifier.system.npz import NPZ_ERRORS, open_npz
from movieclassifier.system.ready_memory import ReadyMemory
from movieclassifier.training.checkpoint_facts import NOT_COMPARED, check_plan
from movieclassifier.training.checkpoints import COUNTS, WEIGHTS
from movieclassifier.training.engines.tasks import Engine, Task, bundles_of
from movieclassifier.training.learners.log_count_ratio import LogCountRatio
from movieclassifier.training.learners.trainer import Trainer
from movieclassifier.training.plan import Plan
from movieclassifier.training.shards import saved_passes
from movieclassifier.training.shards.document_lines import Lines, write_parts
from movieclassifier.training.shards.live_columns import find_live
from movieclassifier.training.shards.messages import LiveColumns, PassWeights, Shard, ShardSettings
from movieclassifier.training.shards.mixing import Mix
from movieclassifier.training.shards.shard_tasks import count_shards, step_shards
from movieclassifier.training.steps import Fit

COLUMNS_PER_DOCUMENT = 200  # about as many as texts of 200 words have in the first 10,000 documents
COUNTING_FIRST = "the counting pass comes first; call count()."


def _name(value: Any) -> str:
    """Return a name that follows from a value of JSON."""
    return hashlib.blake2b(json.dumps(value, sort_keys=True).encode(), digest_size=8).hexdigest()


def _of_the_run(plan: Plan) -> dict[str, Any]:
    """Return the plan without the settings that decide no bits."""
    return {name: value for name, value in plan.to_dict().items() if name not in NOT_COMPARED}


class ShardedFit:
    """A fit by shards under way: the counts, the mixed weights, and how many passes they have taken.

    Parameters
    ----------
    plan : Plan
    folder : Path
        For the documents of the shards, which every worker must be able to read, and for the checkpoints.
    cache_dir : str
        For hashed minibatches, on a disk of each worker.

    Attributes
    ----------
    run : str
        Names the plan, without the settings that decide no bits.
    counts : LogCountRatio
    live : LiveColumns or None
        None before the counting pass has ended.
    weights : PassWeights or None
        At the live columns.
    n_passes_done : int
    curve : list of (int, float)
        Documents visited at the end of each pass, and the share that was predicted right before its step.
    """

    def __init__(self, plan: Plan, folder: Path, cache_dir: str):
        self.plan, self.folder, self.run = plan, folder, _name(_of_the_run(plan))
        shares = () if plan.allow_sorted else tuple(n / sum(plan.label_counts) for n in plan.label_counts)
        self.settings = ShardSettings(
            plan.recipe,
            plan.classes,
            minibatch_size=plan.minibatch_size,
            seed=plan.seed,
            cache_name=_name([self.run, str(folder)]),
            cache_dir=cache_dir,
            shares=shares,
            n_fit=plan.n_fit,
        )
        self.counts = LogCountRatio(len(plan.classes), plan.recipe.ngrams.n_features, plan.min_df)
        self.live: LiveColumns | None = None
        self.weights: PassWeights | None = None
        self._frequency: NDArray[np.integer] = np.empty(0, np.int32)  # documents that have each live column
        self._sums: NDArray[np.int64] = np.empty((0, 0), np.int64)
        # Each pass writes its weights over those of two passes before.
        self._spare_coef: NDArray[np.floating] = np.empty((0, 0))
        self._memory = ReadyMemory(0)
        self._shared_live: Any = None
        self.n_passes_done = 0
        self.curve: list[tuple[int, float]] = []

    def cut(self, documents: Iterable[Document]) -> list[Shard]:
        """Return the shards of a fit.

        Workers read the documents of an excerpt themselves. Those of a stream are written to one file.

        Raises
        ------
        OSError, ValueError
            As :func:`movieclassifier.training.shards.document_lines.write_parts`.
        """
        ends = np.linspace(0, self.plan.n_fit, self.plan.n_shards + 1).round().astype(int).tolist()
        parts: Sequence[Excerpt | Lines]
        if isinstance(documents, Excerpt):
            parts = [documents.part(start, stop) for start, stop in pairwise(ends)]
        else:
            parts = write_parts(documents, ends, self.folder)
        return [Shard(number, part, ends[number], ends[number + 1] - ends[number]) for number, part in enumerate(parts)]

    def count(self, shards: Sequence[Shard], engine: Engine) -> Iterator[int]:
        """Count on the engine, and start from weights of 0; yields the documents of each bundle."""
        self._expect(engine)
        bundles = bundles_of(shards, engine.n_workers)
        for number, found in engine.run([Task(count_shards, (bundle, self.settings)) for bundle in bundles]):
            found.counts.add_to(self.counts.counts_, found.columns)
            self.counts.totals_ += found.totals
            del found
            yield sum(shard.n_documents for shard in bundles[number])
        self._start()

    def _expect(self, engine: Engine) -> None:
        """Make memory ready, while the workers count, for :meth:`_start` and for the values shared after it."""
        ngrams = self.plan.recipe.ngrams
        n_live = min(ngrams.n_features, COLUMNS_PER_DOCUMENT * self.plan.n_fit)
        integer, number = np.dtype(np.int32).itemsize, np.dtype(ngrams.dtype).itemsize
        # For one row of weights: those of many classes would take too much.
        engine.expect(n_live * (integer + number))
        engine.expect(n_live * number)
        self._memory = ReadyMemory(n_live * (2 * integer + np.dtype(np.int64).itemsize + 3 * number))

    def _start(self) -> None:
        """Find the live columns, and start from weights of 0."""
        take = self._memory.take
        self.live, self._frequency = find_live(self.counts, self.plan, self.settings.positions, take)
        shape, dtype = self.live.ratio.shape, self.live.ratio.dtype
        coef, self._spare_coef, self._sums = take(shape, dtype), take(shape, dtype), take(shape, np.int64)
        coef.fill(0)
        self.weights = PassWeights(coef, np.zeros(shape[0]))

    def step(self, shards: Sequence[Shard], engine: Engine) -> Iterator[int]:
        """Take one pass on the engine and mix the weights; yields the documents of each bundle."""
        if self.live is None or self.weights is None:
            raise ValueError(COUNTING_FIRST)
        if self._shared_live is None:
            self._shared_live = engine.share(self.live)
        shared = engine.share(self.weights)
        arguments = (self.settings, self._shared_live, shared, self.n_passes_done)
        bundles = bundles_of(shards, engine.n_workers)
        tasks = [Task(step_shards, (bundle, *arguments)) for bundle in bundles]
        mix = Mix(self._sums)
        for _, steps in engine.run(tasks):
            n_documents = steps.n_documents
            mix.add(steps)
            del steps
            yield n_documents
        engine.drop(shared)
        spare, self._spare_coef = self._spare_coef, self.weights.coef
        self.weights = mix.weights(self._frequency, spare)
        self.n_passes_done += 1
        self.curve.append((self.n_passes_done * mix.n_documents, mix.n_correct / mix.n_documents))

    def checkpoint(self) -> Callable[[], None]:
        """Return a function that writes a checkpoint of this moment, in any thread, while the next pass is taken.

        It writes the counts after the counting pass, and the weights after each pass. Call it before two more passes
        have ended: the second one reuses the memory of these weights.
        """
        facts = saved_passes.PassFacts(self.run, self.plan, self.n_passes_done, list(self.curve))
        return partial(_save, self.folder, facts, self.weights, None if self.n_passes_done else self.counts)

    def resume(self) -> bool:
        """Go on from the checkpoint of the same run; returns whether there was one.

        Raises
        ------
        ValueError
            If the checkpoint is damaged, or belongs to a different run.
        """
        path = self.folder / WEIGHTS
        if not path.exists():
            return False
        before = saved_passes.load_pass_facts(self.folder)
        if before is not None and before.run != self.run:
            check_plan(path, before.plan, self.plan, without=NOT_COMPARED)
        try:
            with open_npz(path) as arrays:
                facts = saved_passes.read_facts(arrays, self.run)
                path = self.folder / COUNTS
                with open_npz(path) as counted:
                    saved_passes.read_counts(counted, self.run, self.counts)
                self._start()
                path = self.folder / WEIGHTS
                assert self.weights is not None  # noqa: S101  # _start() has made them
                saved_passes.read_weights(arrays, self.weights)
        except (FileNotFoundError, *NPZ_ERRORS) as error:
            raise ValueError(f"{path} cannot be gone on from ({error}); start without resume=True.") from error
        self.n_passes_done, self.curve = facts.n_passes_done, facts.curve
        return True

    def classifier(self, label_names: Iterable[str] | None) -> Classifier:
        """Return the mixed weights as a classifier, by the way of a trainer that has learned them."""
        if self.live is None or self.weights is None:
            raise ValueError(COUNTING_FIRST)
        plan, weights, state = self.plan, self.weights, Fit(self.plan)
        state.trainer = trainer = Trainer(plan.recipe, len(plan.classes), plan.min_df, plan.seed)
        trainer.ratio_ = self.counts if plan.recipe.log_count_ratio else None
        t = 1.0 + self.n_passes_done * -(-plan.n_fit // plan.n_shards)
        for row, estimator in enumerate(trainer.estimators_):
            estimator.coef_ = np.zeros((1, self.plan.recipe.ngrams.n_features), weights.coef.dtype)
            estimator.coef_[0, self.live.columns] = weights.coef[row]
            estimator.intercept_, estimator.t_ = weights.intercept[row : row + 1].copy(), t
        return state.classifier(label_names)


def _save(
    folder: Path, facts: saved_passes.PassFacts, weights: PassWeights | None, counts: LogCountRatio | None
) -> None:
    """Write weights, if there are some, and before them counts that are not written yet."""
    if weights is None:
        return
    if counts is not None:
        saved_passes.save_counts(folder, facts.run, counts)
    saved_passes.save_weights(folder, facts, weights)
