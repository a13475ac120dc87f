"""A fit under way: what it has learned and how far it is; killed at any moment, it goes on to the same bits."""

import os
from collections.abc import Collection, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from movieclassifier.corpora.readers.contract import Document
from movieclassifier.models.classifier import Classifier
from movieclassifier.models.pruning import prune
from movieclassifier.system.memory import give_back
from movieclassifier.training.capacity import check_capacity
from movieclassifier.training.checkpoints import (
    CHECKPOINT,
    NOT_COMPARED,
    STATE,
    check_finished,
    check_plan,
    is_continuation,
    keep_finished,
    load_checkpoint,
    load_facts,
    resumable,
    save_checkpoint,
)
from movieclassifier.training.label_order import LabelRuns, check_label_order
from movieclassifier.training.learners.trainer import Trainer
from movieclassifier.training.minibatch_cache import MinibatchCache
from movieclassifier.training.passes import drop_cache, iter_first_pass, iter_later_passes, open_cache
from movieclassifier.training.plan import Plan
from movieclassifier.training.prequential import Prequential


class Fit:
    """A fit under way: the trainer, how far it is, and how well it did before each step.

    Parameters
    ----------
    plan : Plan
    model_dir : str or path-like, optional
        Where checkpoints go; without it there are none.

    Attributes
    ----------
    n_steps_done : int
        Minibatches visited, over all passes.
    prequential : Prequential
        How well each minibatch was predicted before its step.
    """

    def __init__(self, plan: Plan, model_dir: str | os.PathLike[str] | None = None):
        check_capacity(plan.recipe, len(plan.classes))
        self.plan = plan
        self.trainer = Trainer(plan.recipe, len(plan.classes), plan.min_df, plan.seed)
        self.n_steps_done = 0
        self.prequential = Prequential(plan)
        self._folder = None if model_dir is None else Path(model_dir)
        self._shares = np.array(plan.label_counts) / sum(plan.label_counts)
        self._names = [str(label) for label in plan.classes]
        self._runs = LabelRuns(self._shares, plan.n_fit, self._names)

    @property
    def n_left(self) -> int:
        """Documents to visit before the end, over all passes."""
        passes, minibatches = divmod(self.plan.n_steps - self.n_steps_done, self.plan.n_minibatches)
        return passes * self.plan.n_fit + min(minibatches * self.plan.minibatch_size, self.plan.n_fit)

    def resume(self, go_on: bool = False) -> None:
        """Go on from the checkpoint of the same run.

        Parameters
        ----------
        go_on : bool
            Whether that run was started by :meth:`continue_from`.

        Raises
        ------
        ValueError
            If there is no checkpoint, or it is damaged or belongs to another run.
        """
        path = resumable(self._own_folder(), self.plan.to_dict(), go_on)
        facts, arrays = self._read(path, without=NOT_COMPARED)
        check_plan(path, {"continue": is_continuation(facts)}, {"continue": go_on})
        if facts["n_steps_done"] or not go_on:
            self._take(path, arrays)
            self._start_after(facts["plan"]["earlier"])
        else:
            self._start_from_state()
            check_plan(path, facts["plan"], self.plan.to_dict() | {"allow_sorted": facts["plan"]["allow_sorted"]})
        self.n_steps_done, self.prequential.since_point = facts["n_steps_done"], facts["since_point"]
        self.prequential.curve = [(n, accuracy) for n, accuracy in facts["curve"]]
        if not self.plan.allow_sorted:
            label, length = facts.get("label_run", self._runs.run)
            self._runs.run = (label, length)

    def continue_from(self) -> None:
        """Start on a new corpus with what the latest finished run, of the same recipe and classes, has learned.

        A first checkpoint, which holds no arrays, tells ``--resume`` that this run was started after that one.

        Raises
        ------
        ValueError
            If no run has finished, or what it left is damaged or of another recipe or other classes.
        """
        folder = self._own_folder()
        keep_finished(folder)
        check_finished(folder)
        self._start_from_state()
        self._save({})

    def _start_from_state(self) -> None:
        path = self._own_folder() / STATE
        facts, arrays = self._read(path, without=self.plan.to_dict().keys() - {"recipe", "classes"})
        self._take(path, arrays)
        plan = facts["plan"]
        self._start_after([*plan["earlier"], (plan["sha256"], plan["n_train"], plan.get("corpus", ()))])

    def save(self) -> None:
        """Write a checkpoint."""
        self._save(self.trainer.state())

    def _save(self, arrays: dict[str, NDArray[Any]]) -> None:
        if self._folder is not None:
            facts = {
                "plan": self.plan.to_dict(),
                "n_steps_done": self.n_steps_done,
                "n_steps": self.plan.n_steps,
                "curve": self.prequential.curve,
                "since_point": self.prequential.since_point,
                "label_run": self._runs.run,
            }
            save_checkpoint(self._folder / CHECKPOINT, facts, arrays)

    def run(
        self, documents: Iterable[Document], n_threads: int = 1, checkpoint_every: int = 0
    ) -> Generator[int, None, None]:
        """Visit the minibatches of all passes, from where the fit is; yields the documents of each."""
        stream = iter(documents)
        with open_cache(self.plan, self._folder, self.n_steps_done, keep=checkpoint_every > 0) as cache:
            for n_documents in chain(self._first_pass(stream, n_threads, cache), self._later_passes(cache)):
                self.n_steps_done += 1
                # The last checkpoint is written while the cache is there, so that none ever lacks it.
                finished = self.n_steps_done == self.plan.n_steps
                if checkpoint_every and (finished or self.n_steps_done % checkpoint_every == 0):
                    if cache is not None:
                        cache.flush()
                    self.save()
                    give_back()
                yield n_documents

    def classifier(self, label_names: Iterable[str] | None = None) -> Classifier:
        """Fold and prune what was learned; the fit cannot go on afterwards."""
        coef, intercept, columns, ratio = self.trainer.weights()
        plan = self.plan
        classifier = Classifier(
            plan.recipe,
            np.array(plan.classes),
            coef,
            intercept,
            columns,
            ratio,
            label_names=list(label_names or map(str, plan.classes)),
            t=float(self.trainer.estimators_[0].t_),
            seed=plan.seed,
        )
        if plan.n_keep is not None:
            counts = self.trainer.ratio_.document_frequency(columns) if self.trainer.ratio_ else None
            classifier = prune(classifier, plan.n_keep, counts)
        return classifier

    def _first_pass(self, stream: Iterator[Document], n_threads: int, cache: MinibatchCache | None) -> Iterator[int]:
        """Count and learn in the only pass, or count and keep what the other passes will visit."""
        with closing(iter_first_pass(self.plan, stream, self.n_steps_done, n_threads)) as minibatches:
            for X, y in minibatches:
                self._check_order(y)
                if cache is None:
                    self._test(X, y)
                    self.trainer.partial_fit(X, y)
                else:
                    self.trainer.count(X, y)
                    cache.append(X, y)
                yield len(y)

    def _later_passes(self, cache: MinibatchCache | None) -> Iterator[int]:
        if cache is None:
            return
        for X, y in iter_later_passes(self.plan, cache, self.n_steps_done):
            self._test(X, y)
            self.trainer.step(X, y)
            yield len(y)

    def _test(self, X: csr_matrix, y: NDArray[np.integer]) -> None:
        """Predict before the step."""
        n_correct = int((self.trainer.predict(X) == y).sum())
        self.prequential.add(n_correct, len(y), self.n_steps_done)

    def _check_order(self, y: NDArray[np.integer]) -> None:
        if not self.plan.allow_sorted:
            first = self.n_steps_done * self.plan.minibatch_size + 1
            self._runs.check(y, first)
            check_label_order(np.bincount(y, minlength=len(self._shares)), self._shares, first, self._names)

    def give_up(self) -> list[str]:
        """Leave nothing that --resume cannot use; tell what it can."""
        facts = None if self._folder is None else load_facts(self._folder / CHECKPOINT)
        if facts is not None and facts["n_steps_done"]:
            return ["Repeat the command with --resume to go on from the last checkpoint."]
        drop_cache(self._folder)
        return []

    def _own_folder(self) -> Path:
        if self._folder is None:
            raise ValueError("there is no checkpoint without a model folder; pass model_dir.")
        return self._folder

    def _read(self, path: Path, without: Collection[str]) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
        """Read a checkpoint of the same plan, some settings aside."""
        facts, arrays = load_checkpoint(path)
        check_plan(path, facts["plan"], self.plan.to_dict(), without)
        return facts, arrays

    def _take(self, path: Path, arrays: dict[str, NDArray[Any]]) -> None:
        """Load the trainer's state, which was read from a checkpoint."""
        try:
            self.trainer.load_state(arrays)
        except ValueError as error:
            raise ValueError(f"{path} is damaged: {error}; start without --resume or --continue.") from error

    def _start_after(self, earlier: Iterable[Sequence[Any]]) -> None:
        """Take note of the corpora that were trained on before."""
        self.plan = replace(self.plan, earlier=tuple((sha256, n, tuple(*names)) for sha256, n, *names in earlier))
        if self.trainer.ratio_ is not None:
            self.trainer.ratio_.min_df = self.plan.min_df
