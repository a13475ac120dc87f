"""A fit under way: its trainer, its progress, and its steps over the minibatches of all passes."""

import os
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from itertools import chain, count, islice
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from movieclassifier.corpora.readers.contract import Document
from movieclassifier.features.rows import Rows
from movieclassifier.models.classifier import Classifier
from movieclassifier.models.pruning import prune
from movieclassifier.system.atomic import name_full_disk
from movieclassifier.system.memory import give_back
from movieclassifier.system.spooling import spooling
from movieclassifier.training.capacity import check_capacity
from movieclassifier.training.checkpoint_facts import CheckpointFacts
from movieclassifier.training.checkpoints import CHECKPOINT, save_checkpoint
from movieclassifier.training.label_order import LabelOrder
from movieclassifier.training.learners.slot_trainer import SlotTrainer, slots_fit
from movieclassifier.training.learners.trainer import Trainer
from movieclassifier.training.minibatch_cache import MinibatchCache
from movieclassifier.training.passes import iter_first_pass, iter_later_passes, open_cache
from movieclassifier.training.plan import Corpus, Plan
from movieclassifier.training.prequential import Prequential

if TYPE_CHECKING:
    from movieclassifier.training.learners.compact_trainer import CompactTrainer

Minibatches = Iterator[tuple[Rows, NDArray[np.integer]]]


class Fit:
    """A fit under way: the trainer, how far it is, and how well it did before each step.

    Parameters
    ----------
    plan : Plan
    model_dir : str or path-like, optional
        Where checkpoints go; without it, none are written.

    Attributes
    ----------
    trainer : Trainer
    folder : Path or None
    n_steps_done : int
        Minibatches visited, over all passes.
    prequential : Prequential
        How well each minibatch was predicted before its step.
    label_order : LabelOrder
        Refuses a stream whose labels come sorted.
    """

    def __init__(self, plan: Plan, model_dir: str | os.PathLike[str] | None = None):
        check_capacity(plan.recipe, len(plan.classes))
        self.plan = plan
        self.trainer = make_trainer(plan)
        self.n_steps_done = 0
        self.prequential = Prequential(plan)
        self.folder = None if model_dir is None else Path(model_dir)
        shares = np.array(plan.label_counts) / sum(plan.label_counts)
        self.label_order = LabelOrder(shares, plan.n_fit, list(map(str, plan.classes)))

    @property
    def n_left(self) -> int:
        """Documents to visit before the end, over all passes."""
        passes, minibatches = divmod(self.plan.n_steps - self.n_steps_done, self.plan.n_minibatches)
        return passes * self.plan.n_fit + min(minibatches * self.plan.minibatch_size, self.plan.n_fit)

    def start_after(self, earlier: tuple[Corpus, ...]) -> None:
        """Take note of the corpora that were trained on before."""
        self.plan = replace(self.plan, earlier=earlier)
        self.trainer.min_df = self.plan.min_df

    def save(self, with_arrays: bool = True) -> None:
        """Write a checkpoint; without arrays, one that only says that the run was started."""
        if self.folder is not None:
            facts = CheckpointFacts(
                plan=self.plan,
                n_steps_done=self.n_steps_done,
                n_steps=self.plan.n_steps,
                curve=self.prequential.curve,
                since_point=self.prequential.since_point,
                label_run=self.label_order.runs.run,
            )
            path = self.folder / CHECKPOINT
            with name_full_disk(path), spooling(self.folder) as spool:
                arrays = (spool,) if isinstance(self.trainer, SlotTrainer) else ()
                save_checkpoint(path, facts, self.trainer.state(*arrays) if with_arrays else {})

    def run(
        self, documents: Iterable[Document], n_threads: int = 1, checkpoint_every: int = 0, keep_state: bool = True
    ) -> Generator[int, None, None]:
        """Visit the minibatches of all passes, from where the fit is; yields the documents of each."""
        stream = iter(documents)
        with open_cache(self.plan, self.folder, self.n_steps_done, keep=checkpoint_every > 0) as cache:
            for n_documents in chain(
                self._first_pass(stream, n_threads, cache, checkpoint_every), self._later_passes(cache)
            ):
                self.n_steps_done += 1
                # The last checkpoint is written while the cache is there, so that none ever lacks it.
                finished = self.n_steps_done == self.plan.n_steps
                is_due = (
                    keep_state or cache is not None if finished else self.n_steps_done % (checkpoint_every or 1) == 0
                )
                if checkpoint_every and is_due:
                    if cache is not None:
                        cache.flush()
                    self.save()
                    give_back()
                yield n_documents

    def classifier(self, label_names: Iterable[str] | None = None) -> Classifier:
        """Fold and prune what was learned; the fit cannot go on afterwards."""
        plan, trainer = self.plan, self.trainer
        # Pruning asks the trainer in how many documents columns were seen; else its memory is free for the weights.
        if isinstance(trainer, SlotTrainer) and plan.n_keep is None:
            weights = trainer.weights(in_place=True)
        else:
            weights = trainer.weights()
        classifier = Classifier(
            plan.recipe,
            np.array(plan.classes),
            weights,
            label_names=list(label_names or map(str, plan.classes)),
            seed=plan.seed,
        )
        if plan.n_keep is not None:
            classifier = prune(classifier, plan.n_keep, self.trainer.document_frequency(weights.columns))
        return classifier

    def _first_pass(
        self, stream: Iterator[Document], n_threads: int, cache: MinibatchCache | None, checkpoint_every: int
    ) -> Iterator[int]:
        """Count and learn in the only pass, or count and keep what the other passes will visit."""
        even = isinstance(self.trainer, SlotTrainer)
        with closing(iter_first_pass(self.plan, stream, self.n_steps_done, n_threads, even=even)) as minibatches:
            checked = self._check_order(minibatches)
            if cache is None:
                yield from self._learn(checked, checkpoint_every)
                return
            for rows, y in checked:
                cast("Trainer | CompactTrainer", self.trainer).count(rows, y)
                cache.append(rows, y)
                yield len(y)

    def _learn(self, minibatches: Minibatches, checkpoint_every: int) -> Iterator[int]:
        """Predict each minibatch, then learn from it; the trainer looks ahead to the next checkpoint at most."""
        while self.n_steps_done < self.plan.n_steps:
            n_ahead = self.plan.n_steps - self.n_steps_done
            if checkpoint_every:
                n_ahead = min(n_ahead, checkpoint_every - self.n_steps_done % checkpoint_every)
            n_before = self.n_steps_done
            with closing(self.trainer.iter_fitted(islice(minibatches, n_ahead))) as fitted:
                for n_correct, n_tested in fitted:
                    self.prequential.add(n_correct, n_tested, self.n_steps_done)
                    yield n_tested
            if self.n_steps_done == n_before:
                return

    def _later_passes(self, cache: MinibatchCache | None) -> Iterator[int]:
        if cache is None:
            return
        for rows, y in iter_later_passes(self.plan, cache, self.n_steps_done):
            self._test(rows, y)
            cast("Trainer | CompactTrainer", self.trainer).step(rows, y)
            yield len(y)

    def _test(self, rows: Rows, y: NDArray[np.integer]) -> None:
        """Predict before the step."""
        n_correct = int((cast("Trainer | CompactTrainer", self.trainer).predict(rows) == y).sum())
        self.prequential.add(n_correct, len(y), self.n_steps_done)

    def _check_order(self, minibatches: Minibatches) -> Minibatches:
        """Pass minibatches on, and refuse a stream that is sorted by label."""
        return map(self._checked, count(self.n_steps_done), minibatches)  # which keeps no rows, as a generator would

    def _checked(self, number: int, minibatch: tuple[Rows, NDArray[np.integer]]) -> tuple[Rows, NDArray[np.integer]]:
        if not self.plan.allow_sorted:
            self.label_order.check(minibatch[1], number * self.plan.minibatch_size + 1)
        return minibatch


def make_trainer(plan: Plan) -> "Trainer | SlotTrainer | CompactTrainer":
    """Return the trainer of a plan: the compiled one where it knows the recipe, else the definition."""
    if slots_fit(plan.recipe, len(plan.classes), plan.min_df, plan.minibatch_size):
        return SlotTrainer(plan.recipe, plan.min_df, plan.seed)
    if len(plan.classes) == 2:
        return Trainer(plan.recipe, 2, plan.min_df, plan.seed)
    from movieclassifier.training.learners.compact_trainer import CompactTrainer

    return CompactTrainer(plan.recipe, len(plan.classes), plan.min_df, plan.seed)
