"""The fit by shards: cut the stream, count, take passes of SGD on an engine, and mix what the shards have learned."""

import hashlib
import json
import os
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from movieclassifier.corpora.pieces import Excerpt
from movieclassifier.corpora.readers.contract import Document
from movieclassifier.models.classifier import Classifier
from movieclassifier.system.atomic import name_full_disk, replace_file
from movieclassifier.system.npz import NPZ_ERRORS, NpzFile, open_npz, write_npz
from movieclassifier.system.progress import Progress
from movieclassifier.training.calibration import fit_temperature
from movieclassifier.training.checkpoint_facts import NOT_COMPARED
from movieclassifier.training.engines.tasks import Engine, Task, bundles_of
from movieclassifier.training.learners.log_count_ratio import LogCountRatio
from movieclassifier.training.learners.trainer import Trainer
from movieclassifier.training.plan import Plan
from movieclassifier.training.scoring_tasks import score_on
from movieclassifier.training.shards.caches import drop_caches
from movieclassifier.training.shards.messages import Lines, PassWeights, Shard, ShardSettings, Steps
from movieclassifier.training.shards.numbering import SCALE
from movieclassifier.training.shards.tasks import count_shards, step_shards
from movieclassifier.training.steps import Fit

DOCUMENTS = "shards.jsonl"
CHECKPOINT = "shards.npz"
FORMAT = 2  # 1 was written before the default tokenizer folded quotes, marks and references


def _of_the_run(plan: Plan) -> dict[str, Any]:
    """Return the plan without the settings that decide no bits."""
    return {name: value for name, value in plan.to_dict().items() if name not in NOT_COMPARED}


class ShardedFit:
    """A fit by shards under way: the counts, the mixed weights, and how many passes they have taken.

    Parameters
    ----------
    plan : Plan
    folder : Path
        For the documents of the shards, which every worker must be able to read, and for the checkpoint.
    cache_dir : str
        For hashed minibatches, on a disk of each worker.

    Attributes
    ----------
    counts : LogCountRatio
    weights : PassWeights or None
        None before the counting pass has ended.
    n_passes_done : int
    curve : list of (int, float)
        Documents visited at the end of each pass, and the share that was predicted right before its step.
    """

    def __init__(self, plan: Plan, folder: Path, cache_dir: str):
        run = hashlib.blake2b(json.dumps(_of_the_run(plan), sort_keys=True).encode(), digest_size=8)
        self.plan, self.folder = plan, folder
        shares = () if plan.allow_sorted else tuple(n / sum(plan.label_counts) for n in plan.label_counts)
        self.settings = ShardSettings(
            plan.recipe,
            plan.classes,
            min_df=plan.min_df,
            minibatch_size=plan.minibatch_size,
            seed=plan.seed,
            run=run.hexdigest(),
            cache_dir=cache_dir,
            shares=shares,
            n_fit=plan.n_fit,
        )
        self.counts = LogCountRatio(len(plan.classes), plan.recipe.ngrams.n_features, plan.min_df)
        self.weights: PassWeights | None = None
        self._frequency: NDArray[np.int64] = np.empty(0, np.int64)  # documents that have each live column
        self.n_passes_done = 0
        self.curve: list[tuple[int, float]] = []

    def cut(self, documents: Iterable[Document]) -> list[Shard]:
        """Return the shards of a fit.

        Workers read the documents of an excerpt themselves. Those of a stream are written to one file.

        Raises
        ------
        OSError
            If there is no room.
        ValueError
            If the stream is shorter than planned.
        """
        ends = np.linspace(0, self.plan.n_fit, self.plan.n_shards + 1).round().astype(int).tolist()
        if isinstance(documents, Excerpt):
            parts = [documents.part(start, stop) for start, stop in pairwise(ends)]
            return [Shard(number, part, ends[number], len(part)) for number, part in enumerate(parts)]
        path = self.folder / DOCUMENTS
        shards = []
        with open(path, "wb") as file, name_full_disk(path):
            for number, (start, stop) in enumerate(pairwise(ends)):
                place = file.tell()
                n_documents = _write_lines(file, islice(documents, stop - start))
                shards.append(Shard(number, Lines(str(path.resolve()), place, file.tell()), start, n_documents))
        if sum(shard.n_documents for shard in shards) < self.plan.n_fit:
            raise ValueError(f"the stream ended before the {self.plan.n_fit:,} documents that were planned.")
        return shards

    def count(self, shards: Sequence[Shard], engine: Engine) -> Iterator[int]:
        """Count on the engine, and start from weights of 0; yields the documents of each bundle."""
        bundles = bundles_of(shards, engine.n_workers)
        for number, found in engine.run([Task(count_shards, (bundle, self.settings)) for bundle in bundles]):
            self.counts.counts_[slice(None) if found.columns is None else found.columns] += found.counts
            self.counts.totals_ += found.totals
            yield sum(shard.n_documents for shard in bundles[number])
        self._start()

    def _start(self) -> None:
        """Find the live columns and their ratio."""
        frequency = np.zeros(len(self.counts.counts_), np.int64)
        for counted in self.counts.counts_.T:  # numpy's sum() is slow over few classes
            frequency += counted
        with_ratio = self.plan.recipe.log_count_ratio
        columns = np.flatnonzero(frequency >= (self.plan.min_df if with_ratio else 1)).astype(np.int32)
        self._frequency = frequency[columns]
        shape, dtype = (len(self.settings.positions), len(columns)), self.plan.recipe.ngrams.dtype
        ratio = np.ones(shape, dtype)
        for row, position in enumerate(self.settings.positions if with_ratio else ()):
            ratio[row] = self.counts.ratio(columns, position)
        self.weights = PassWeights(columns, ratio, np.zeros(shape, dtype), np.zeros(shape[0]))

    def step(self, shards: Sequence[Shard], engine: Engine) -> Iterator[int]:
        """Take one pass on the engine and mix the weights; yields the documents of each bundle."""
        weights = self.weights
        if weights is None:
            raise ValueError("the counting pass comes first; call count().")
        bundles = bundles_of(shards, engine.n_workers)
        tasks = [Task(step_shards, (bundle, self.settings, weights, self.n_passes_done)) for bundle in bundles]
        mixed = _Mix(weights)
        for _, steps in engine.run(tasks):
            mixed.add(steps)
            yield steps.n_documents
        self.weights = mixed.weights(self._frequency)
        self.n_passes_done += 1
        self.curve.append((self.n_passes_done * mixed.n_documents, mixed.n_correct / mixed.n_documents))

    def save(self) -> None:
        """Write a checkpoint."""
        if self.weights is None:
            return
        seen = np.flatnonzero(self.counts.counts_.any(axis=1)).astype(np.int32)
        arrays: dict[str, NDArray[Any]] = {
            "facts": np.frombuffer(json.dumps(self._facts()).encode(), np.uint8),
            "columns": seen,
            "counts": self.counts.counts_[seen],
            "totals": self.counts.totals_,
            "coef": self.weights.coef,
            "intercept": self.weights.intercept,
        }
        with replace_file(self.folder / CHECKPOINT) as file:
            write_npz(file, arrays, level=1, stored=["coef"])

    def _facts(self) -> dict[str, Any]:
        run = self.settings.run
        return {"format": FORMAT, "run": run, "n_passes_done": self.n_passes_done, "curve": self.curve}

    def resume(self) -> bool:
        """Go on from the checkpoint of the same run; returns whether there was one.

        Raises
        ------
        ValueError
            If the checkpoint is damaged, or belongs to a different run.
        """
        path = self.folder / CHECKPOINT
        if not path.exists():
            return False
        try:
            with open_npz(path) as arrays:
                self._take(arrays)
        except NPZ_ERRORS as error:
            raise ValueError(f"{path} cannot be gone on from ({error}); start without --resume.") from error
        return True

    def _take(self, arrays: NpzFile) -> None:
        """Take what a checkpoint holds, once it is known to fit the plan."""
        facts = json.loads(arrays.read("facts", 2**20).tobytes())
        if facts["run"] != self.settings.run or facts["format"] != FORMAT:
            raise ValueError("it belongs to a run of a different corpus, recipe, seed or number of shards")
        counts = self.counts.counts_
        columns = arrays.read("columns", 4 * len(counts))
        if columns.dtype != np.int32 or columns.ndim != 1 or (np.diff(columns, prepend=-1) <= 0).any():
            raise ValueError("its columns do not ascend")
        if len(columns) and columns[-1] >= len(counts):
            raise ValueError(f"its columns go beyond the {len(counts):,} columns")
        counts[columns] = _read_like(arrays, "counts", counts[columns])
        self.counts.totals_ = _read_like(arrays, "totals", self.counts.totals_)
        self._start()
        assert self.weights is not None  # noqa: S101  # _start() has made them
        self.weights.coef[:] = _read_like(arrays, "coef", self.weights.coef)
        self.weights.intercept[:] = _read_like(arrays, "intercept", self.weights.intercept)
        n_passes_done, n_passes = facts["n_passes_done"], self.plan.recipe.passes
        if type(n_passes_done) is not int or not 0 <= n_passes_done <= n_passes:
            raise ValueError(f"{n_passes_done!r:.20} of its {n_passes} passes are done")
        self.n_passes_done = n_passes_done
        self.curve = [(int(n), float(accuracy)) for n, accuracy in facts["curve"]]

    def classifier(self, label_names: Iterable[str] | None) -> Classifier:
        """Return the mixed weights as a classifier, by the way of a trainer that has learned them."""
        weights = self.weights
        if weights is None:
            raise ValueError("the counting pass comes first; call count().")
        plan, state = self.plan, Fit(self.plan)
        state.trainer = trainer = Trainer(plan.recipe, len(plan.classes), plan.min_df, plan.seed)
        trainer.ratio_ = self.counts if plan.recipe.log_count_ratio else None
        t = 1.0 + self.n_passes_done * -(-plan.n_fit // plan.n_shards)
        for row, estimator in enumerate(trainer.estimators_):
            estimator.coef_ = np.zeros((1, self.plan.recipe.ngrams.n_features), weights.coef.dtype)
            estimator.coef_[0, weights.columns] = weights.coef[row]
            estimator.intercept_, estimator.t_ = weights.intercept[row : row + 1].copy(), t
        return state.classifier(label_names)


def _read_like(arrays: NpzFile, name: str, like: NDArray[Any]) -> NDArray[Any]:
    """Return an array of a checkpoint that has a known shape and type."""
    array = arrays.read(name, like.nbytes)
    if array.shape != like.shape or array.dtype != like.dtype or not np.isfinite(array).all():
        raise ValueError(f"its {name!r} is not {like.dtype} of shape {like.shape}, or not finite")
    if array.dtype.kind == "i" and array.min(initial=0) < 0:
        raise ValueError(f"its {name!r} is negative")
    return array


class _Mix:
    """Sums over shards, in integers: the order in which they are added does not matter."""

    def __init__(self, weights: PassWeights):
        self._before = weights
        self._sums = np.zeros(weights.coef.shape, np.int64)
        self._intercepts = np.zeros(len(weights.intercept), np.int64)
        self.n_documents = self.n_correct = 0

    def add(self, steps: Steps) -> None:
        self._sums[:, slice(None) if steps.places is None else steps.places] += steps.sums
        self._intercepts += steps.intercepts
        self.n_documents += steps.n_documents
        self.n_correct += steps.n_correct

    def weights(self, frequency: NDArray[np.integer]) -> PassWeights:
        """Return the mean of each column, weighted by document frequency, and the mean of the intercepts."""
        before = self._before
        coef = (self._sums / (SCALE * frequency)).astype(before.coef.dtype)
        return PassWeights(before.columns, before.ratio, coef, self._intercepts / (SCALE * self.n_documents))


def fit_shards(
    documents: Iterable[Document],
    plan: Plan,
    engine: Engine,
    *,
    model_dir: str | os.PathLike[str],
    cache_dir: str | None = None,
    label_names: Iterable[str] | None = None,
    resume: bool = False,
    show_progress: bool | None = False,
) -> Classifier:
    """Fit a classifier to a stream of documents by shards.

    The result depends on the documents and the plan, and not on the engine, its workers or their deaths.

    Parameters
    ----------
    documents : iterable of Document
        The stream from its start, of which ``plan.n_train`` documents are read; or an excerpt, which workers read
        themselves.
    plan : Plan
    engine : Engine
    model_dir : str or path-like
        Folder for the documents of the shards and the checkpoint; every worker must be able to read it.
    cache_dir : str, optional
        Folder on each worker for hashed minibatches; that of the model by default.
    label_names : iterable of str, optional
    resume : bool
        Go on from the checkpoint in model_dir, which is written after each pass.
    show_progress : bool or None
        As for :class:`movieclassifier.system.progress.Progress`.

    Returns
    -------
    Classifier

    Raises
    ------
    ValueError
        As :func:`movieclassifier.training.fit.fit`.
    OSError
        If there is no room.
    ChildProcessError
        If the workers of the engine have gone.
    """
    folder = Path(model_dir).resolve()
    stream = documents if isinstance(documents, Excerpt) else iter(documents)
    state = ShardedFit(plan, folder, cache_dir or str(folder))
    try:
        with closing(_run(state, stream, engine, resume, show_progress)) as steps:
            for _ in steps:
                pass
        classifier = state.classifier(label_names or plan.label_names or None)
    except KeyboardInterrupt as error:  # or one of its subclasses, which says what has interrupted
        advice = ["Repeat the command with --resume to go on from the last pass."]
        raise type(error)(*(advice if (folder / CHECKPOINT).exists() else [])) from None
    finally:
        engine.run_on_machines(Task(drop_caches, (state.settings,)))
        (folder / DOCUMENTS).unlink(missing_ok=True)
    classifier.metadata |= {"learning_curve": state.curve, "min_df": plan.min_df, "earlier": []}
    if plan.n_calibration:
        y, values = score_on(engine, classifier, _calibration_part(stream, plan))
        classifier.temperature_ = fit_temperature(values, y)
    (folder / CHECKPOINT).unlink(missing_ok=True)
    return classifier


def _calibration_part(documents: Excerpt | Iterator[Document], plan: Plan) -> Excerpt | list[Document]:
    if isinstance(documents, Excerpt):
        return documents.part(plan.n_fit, plan.n_train)
    return list(islice(documents, plan.n_calibration))


def _run(
    state: ShardedFit, stream: Iterable[Document], engine: Engine, resume: bool, show_progress: bool | None
) -> Generator[int, None, None]:
    """Cut, count, and take the passes that are left."""
    shards = state.cut(stream)
    counted = resume and state.resume()
    n_passes = state.plan.recipe.passes
    n_left = (n_passes - state.n_passes_done + (not counted)) * state.plan.n_fit
    title = f"Training on {state.plan.n_fit:,} documents in {state.plan.n_shards} shards"
    with Progress(n_left, title, show=show_progress) as bar:
        if not counted:
            for n_documents in state.count(shards, engine):
                bar.update(n_documents, "counting")
                yield n_documents
            state.save()
        while state.n_passes_done < n_passes:
            for n_documents in state.step(shards, engine):
                bar.update(n_documents, f"pass {state.n_passes_done + 1} of {n_passes}")
                yield n_documents
            state.save()


def _write_lines(file: Any, documents: Iterable[Document]) -> int:
    """Write documents as lines of JSON; returns how many."""
    n_documents = 0
    for document in documents:
        file.write(json.dumps(document, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n")
        n_documents += 1
    return n_documents
