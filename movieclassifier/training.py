"""The fit: minibatches in, a classifier out; it can be killed at any moment and goes on to the same bits."""

import math
import os
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import asdict, dataclass, replace
from itertools import chain, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from movieclassifier.calibration import fit_temperature
from movieclassifier.checkpoints import (
    CACHE,
    CHECKPOINT,
    NOT_COMPARED,
    check_plan,
    clear,
    finished_state,
    keep_state,
    load_checkpoint,
    resumable,
    save_checkpoint,
)
from movieclassifier.classifier import Classifier
from movieclassifier.datasets import Document, Label
from movieclassifier.evaluation import score_documents
from movieclassifier.heap import give_back
from movieclassifier.label_order import LabelRuns, check_label_order
from movieclassifier.log_count_ratio import default_min_df
from movieclassifier.minibatch_cache import MinibatchCache
from movieclassifier.minibatches import iter_minibatches
from movieclassifier.pipelining import iter_vectorized
from movieclassifier.progress import Progress
from movieclassifier.pruning import prune
from movieclassifier.recipes import Recipe
from movieclassifier.trainer import Trainer

MAX_CALIBRATION = 2000
CURVE_POINTS = 100


@dataclass(frozen=True)
class Plan:
    """All that decides the bits of a fit, the documents aside.

    Parameters
    ----------
    recipe : Recipe
    classes : tuple of labels
        Ascending.
    label_counts : tuple of int
        Documents of each class in the corpus.
    n_train : int
        Documents to train on, the calibration slice included.
    sha256 : str
        Digest of the corpus.
    reading : str
        How the corpus is read: the same bytes give other documents with another column or other labels.
    minibatch_size : int
    seed : int
    n_keep : int or None
        Number of columns to keep; None keeps all.
    allow_sorted : bool
        Whether a stream sorted by label is trained on all the same.
    earlier : tuple of (str, int)
        Digest and number of documents of each corpus that was trained on before.
    """

    recipe: Recipe
    classes: tuple[Label, ...]
    label_counts: tuple[int, ...]
    n_train: int
    sha256: str = ""
    reading: str = ""
    minibatch_size: int = 1000
    seed: int = 1
    n_keep: int | None = None
    allow_sorted: bool = False
    earlier: tuple[tuple[str, int], ...] = ()

    def __post_init__(self) -> None:
        if len(self.classes) < 2:
            raise ValueError(f"there must be documents of at least two classes; all are labelled {self.classes[0]!r}.")
        for name in ("n_train", "minibatch_size"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1; got {getattr(self, name)}.")

    @property
    def n_calibration(self) -> int:
        """Documents at the end of the training stream that only fit the temperature."""
        return min(MAX_CALIBRATION, self.n_train // 20) if self.recipe.calibrate else 0

    @property
    def n_fit(self) -> int:
        """Documents that the weights are fitted on."""
        return self.n_train - self.n_calibration

    @property
    def n_minibatches(self) -> int:
        """Minibatches in one pass."""
        return math.ceil(self.n_fit / self.minibatch_size)

    @property
    def n_steps(self) -> int:
        """Minibatches in all passes, the counting pass included."""
        return self.n_minibatches * (1 if self.recipe.passes == 1 else 1 + self.recipe.passes)

    @property
    def min_df(self) -> int:
        """Smallest document frequency that earns a column a weight."""
        return self.recipe.min_df or default_min_df(self.n_fit + sum(n for _, n in self.earlier))

    def to_dict(self) -> dict[str, Any]:
        """Return the plan as JSON holds it."""
        settings = asdict(self)
        settings["recipe"] |= {"ngram_range": list(self.recipe.ngram_range), "stop_words": list(self.recipe.stop_words)}
        earlier = [list(corpus) for corpus in self.earlier]
        return settings | {"classes": list(self.classes), "label_counts": list(self.label_counts), "earlier": earlier}


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
    curve : list of (int, float)
        Documents seen, and the prequential (test-then-train) accuracy since the point before.
    """

    def __init__(self, plan: Plan, model_dir: str | os.PathLike[str] | None = None):
        self.plan = plan
        self.trainer = Trainer(plan.recipe, len(plan.classes), plan.min_df, plan.seed)
        self.n_steps_done = 0
        self.curve: list[tuple[int, float]] = []
        self._recent: deque[tuple[int, int]] = deque(maxlen=10)
        self._since_point = [0, 0]
        self._folder = None if model_dir is None else Path(model_dir)
        self._shares = np.array(plan.label_counts) / sum(plan.label_counts)
        self._names = [str(label) for label in plan.classes]
        self._runs = LabelRuns(self._shares, plan.n_fit, self._names)

    @property
    def recent_accuracy(self) -> float:
        """Prequential accuracy over the last ten minibatches."""
        n_tested = sum(n for _, n in self._recent)
        return sum(n_correct for n_correct, _ in self._recent) / n_tested if n_tested else math.nan

    @property
    def n_left(self) -> int:
        """Documents to visit before the end, over all passes."""
        passes, minibatches = divmod(self.plan.n_steps - self.n_steps_done, self.plan.n_minibatches)
        return passes * self.plan.n_fit + min(minibatches * self.plan.minibatch_size, self.plan.n_fit)

    def resume(self) -> None:
        """Go on from the checkpoint of the same plan."""
        facts = self._load(resumable(self._own_folder(), self.plan.to_dict()), without=NOT_COMPARED)
        self._start_after(facts["plan"]["earlier"])
        self.n_steps_done, self._since_point = facts["n_steps_done"], facts["since_point"]
        self.curve = [(n, accuracy) for n, accuracy in facts["curve"]]

    def continue_from(self) -> None:
        """Start on a new corpus with what the latest finished run, of the same recipe and classes, has learned."""
        folder = self._own_folder()
        others = self.plan.to_dict().keys() - {"recipe", "classes"}
        path = finished_state(folder)
        plan = self._load(path, without=others)["plan"]
        self._start_after([*plan["earlier"], (plan["sha256"], plan["n_train"])])
        if path.name == CHECKPOINT:
            keep_state(folder)

    def save(self) -> None:
        """Write a checkpoint."""
        if self._folder is not None:
            facts = {
                "plan": self.plan.to_dict(),
                "n_steps_done": self.n_steps_done,
                "n_steps": self.plan.n_steps,
                "curve": self.curve,
                "since_point": self._since_point,
            }
            save_checkpoint(self._folder / CHECKPOINT, facts, self.trainer.state())

    def run(self, documents: Iterable[Document], n_threads: int = 1, checkpoint_every: int = 0) -> Iterator[int]:
        """Visit the minibatches of all passes, from where the fit is; yields the documents of each."""
        stream = iter(documents)
        _drop(stream, min(self.n_steps_done * self.plan.minibatch_size, self.plan.n_fit))
        with self._cache(keep=checkpoint_every > 0) as cache:
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
        coef, intercept, columns, ratio = self.trainer.weights(copy=False)
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
        plan = self.plan
        left = max(0, plan.n_fit - self.n_steps_done * plan.minibatch_size)
        minibatches = iter_minibatches(islice(stream, left), plan.minibatch_size)
        vectorized = iter_vectorized(minibatches, plan.recipe, plan.classes, n_threads)
        with closing(vectorized):  # type: ignore[type-var]  # it is a generator
            for X, y in vectorized:
                self._check_order(y)
                if cache is None:
                    self._test(X, y)
                    self.trainer.partial_fit(X, y)
                else:
                    self.trainer.count(X, y)
                    cache.append(X, y)
                yield len(y)

    def _later_passes(self, cache: MinibatchCache | None) -> Iterator[int]:
        """Visit the cached minibatches: in their order first, then in another random order for each pass."""
        if cache is None:
            return
        n = self.plan.n_minibatches
        for step in range(self.n_steps_done - n, n * self.plan.recipe.passes):
            number, place = divmod(step, n)
            order = np.random.RandomState((self.plan.seed + number) % 2**32).permutation(n) if number else range(n)
            X, y = cache.read(int(order[place]))
            self._test(X, y)
            self.trainer.step(X, y)
            yield len(y)

    def _test(self, X: csr_matrix, y: NDArray[np.integer]) -> None:
        """Predict before the step."""
        n_correct = int((self.trainer.predict(X) == y).sum())
        self._recent.append((n_correct, len(y)))
        self._since_point = [self._since_point[0] + n_correct, self._since_point[1] + len(y)]
        n_tests = self.n_steps_done + 1 - (self.plan.n_minibatches if self.plan.recipe.passes > 1 else 0)
        if n_tests % max(1, self.plan.n_minibatches // CURVE_POINTS) == 0:
            n_documents = min(n_tests * self.plan.minibatch_size, self.plan.n_fit * self.plan.recipe.passes)
            self.curve.append((n_documents, self._since_point[0] / self._since_point[1]))
            self._since_point = [0, 0]

    def _check_order(self, y: NDArray[np.integer]) -> None:
        if not self.plan.allow_sorted:
            first = self.n_steps_done * self.plan.minibatch_size + 1
            self._runs.check(y, first)
            check_label_order(np.bincount(y, minlength=len(self._shares)), self._shares, first, self._names)

    @contextmanager
    def _cache(self, keep: bool) -> Iterator[MinibatchCache | None]:
        """Open the cache of minibatches that several passes need."""
        recipe = self.plan.recipe
        if recipe.passes == 1 or self.n_steps_done == self.plan.n_steps:
            self._drop_cache()
            yield None
            return
        with ExitStack() as stack:
            folder = self._folder or Path(stack.enter_context(TemporaryDirectory()))
            n_kept = min(self.n_steps_done, self.plan.n_minibatches)
            nameless = not keep and not n_kept
            cache = MinibatchCache(
                folder / CACHE, recipe.n_features, recipe.dtype, recipe.binary, n_kept, nameless=nameless
            )
            yield stack.enter_context(cache)

    def give_up(self) -> list[str]:
        """Leave nothing that --resume cannot use; tell what it can."""
        if self._folder is not None and (self._folder / CHECKPOINT).exists():
            return ["Repeat the command with --resume to go on from the last checkpoint."]
        self._drop_cache()
        return []

    def _drop_cache(self) -> None:
        if self._folder is not None:
            (self._folder / CACHE).unlink(missing_ok=True)

    def _own_folder(self) -> Path:
        if self._folder is None:
            raise ValueError("there is no checkpoint without a model folder; pass model_dir.")
        return self._folder

    def _load(self, path: Path, without: Collection[str]) -> dict[str, Any]:
        """Load the trainer's state from a checkpoint of the same plan, some settings aside."""
        facts, arrays = load_checkpoint(path)
        found, wanted = (
            {name: value for name, value in plan.items() if name not in without}
            for plan in (facts["plan"], self.plan.to_dict())
        )
        check_plan(path, found, wanted)
        try:
            self.trainer.load_state(arrays)
        except KeyError as error:
            raise ValueError(f"{path} is damaged, it lacks {error}; start without --resume.") from error
        return facts

    def _start_after(self, earlier: Iterable[Sequence[Any]]) -> None:
        """Take note of the corpora that were trained on before."""
        self.plan = replace(self.plan, earlier=tuple((sha256, n) for sha256, n in earlier))
        if self.trainer.ratio_ is not None:
            self.trainer.ratio_.min_df = self.plan.min_df


def fit(
    documents: Iterable[Document],
    plan: Plan,
    *,
    model_dir: str | os.PathLike[str] | None = None,
    label_names: Iterable[str] | None = None,
    n_threads: int = 1,
    checkpoint_every: int = 0,
    resume: bool = False,
    go_on: bool = False,
    show_progress: bool | None = False,
) -> Classifier:
    """Fit a classifier to a stream of documents.

    Parameters
    ----------
    documents : iterable of Document
        The stream from its start; ``plan.n_train`` documents are read from it, and no more.
    plan : Plan
    model_dir : str or path-like, optional
        Where checkpoints and the cache of several passes go.
    label_names : iterable of str, optional
    n_threads : int
        Vectorizing threads; the result does not depend on it.
    checkpoint_every : int
        Minibatches between checkpoints; 0 for none.
    resume : bool
        Go on from the checkpoint in model_dir.
    go_on : bool
        Start from what the finished run in model_dir has learned.
    show_progress : bool or None
        As for :class:`movieclassifier.progress.Progress`.

    Returns
    -------
    Classifier
    """
    stream = iter(documents)
    state = Fit(plan, model_dir)
    if resume:
        state.resume()
    elif go_on:
        state.continue_from()
    if model_dir is not None:
        clear(model_dir, keep_checkpoint=resume)
    steps = state.run(stream, n_threads, checkpoint_every)
    with closing(steps), Progress(state.n_left, f"Training on {plan.n_fit:,} documents", show=show_progress) as bar:  # type: ignore[type-var]
        try:
            for n_documents in steps:
                accuracy = state.recent_accuracy
                bar.update(n_documents, "" if math.isnan(accuracy) else f"prequential accuracy {accuracy:.3f}")
        except KeyboardInterrupt:
            raise KeyboardInterrupt(*state.give_up()) from None
        except BaseException:
            state.give_up()
            raise
    classifier = state.classifier(label_names)
    classifier.metadata |= {
        "learning_curve": state.curve,
        "min_df": state.plan.min_df,
        "earlier": [list(corpus) for corpus in state.plan.earlier],
    }
    del state  # the trainer takes three times the memory of the weights
    give_back()
    if plan.n_calibration:
        y, values = score_documents(classifier, islice(stream, plan.n_calibration))
        classifier.temperature_ = fit_temperature(values, y)
    return classifier


def _drop(stream: Iterator[Any], n: int) -> None:
    deque(islice(stream, n), maxlen=0)
