"""The fit by shards: cut the stream, count, take passes of SGD on an engine, and mix what the shards have learned."""

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from movieclassifier.corpora.pieces import Excerpt
from movieclassifier.corpora.readers.contract import Document
from movieclassifier.models.classifier import Classifier
from movieclassifier.system.progress import Progress
from movieclassifier.training.calibration import fit_temperature
from movieclassifier.training.checkpoints import WEIGHTS, remove_saved
from movieclassifier.training.engines.tasks import Engine, Task
from movieclassifier.training.plan import Plan
from movieclassifier.training.scoring_tasks import score_on
from movieclassifier.training.shards.caches import drop_caches
from movieclassifier.training.shards.document_lines import DOCUMENTS
from movieclassifier.training.shards.sharded_fit import ShardedFit


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

    The result depends on the documents and the plan, and not on the engine, its workers or their deaths. The checkpoint
    stays until :func:`movieclassifier.training.checkpoints.remove_saved` is called: the classifier is still to
    be saved.

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
    if not resume:
        remove_saved(folder)
    state = ShardedFit(plan, folder, cache_dir or str(folder))
    with advising_to_resume(folder):
        try:
            _run(state, stream, engine, resume, show_progress)
            classifier = state.classifier(label_names or plan.label_names or None)
        finally:
            engine.run_on_machines(Task(drop_caches, (state.settings,)))
            (folder / DOCUMENTS).unlink(missing_ok=True)
        classifier.metadata |= {"learning_curve": state.curve, "min_df": plan.min_df, "earlier": []}
        if plan.n_calibration:
            y, values = score_on(engine, classifier, _calibration_part(stream, plan))
            classifier.temperature_ = fit_temperature(values, y)
    return classifier


@contextmanager
def advising_to_resume(folder: Path) -> Iterator[None]:
    """Let what ends a block say how to go on, if there is a checkpoint in the folder of the model.

    Raises
    ------
    KeyboardInterrupt, ChildProcessError
        Those of the block.
    """
    try:
        yield
    except KeyboardInterrupt as error:  # or one of its subclasses, which says what has interrupted
        raise type(error)(*_advice(folder)) from None
    except ChildProcessError as error:
        raise ChildProcessError(" ".join([str(error), *_advice(folder)])) from error


def _advice(folder: Path) -> list[str]:
    return ["Repeat it with resume=True to go on from the last pass."] if (folder / WEIGHTS).exists() else []


def _calibration_part(documents: Excerpt | Iterator[Document], plan: Plan) -> Excerpt | list[Document]:
    if isinstance(documents, Excerpt):
        return documents.part(plan.n_fit, plan.n_train)
    return list(islice(documents, plan.n_calibration))


def _run(
    state: ShardedFit, stream: Iterable[Document], engine: Engine, resume: bool, show_progress: bool | None
) -> None:
    """Cut, count, and take the passes that are left."""
    shards = state.cut(stream)
    counted = resume and state.resume()
    n_passes = state.plan.recipe.passes
    n_left = (n_passes - state.n_passes_done + (not counted)) * state.plan.n_fit
    title = f"Training on {state.plan.documents_in_words} in {state.plan.n_shards} shards"
    with Progress(n_left, title, show=show_progress) as bar, _writer() as write:
        if not counted:
            for n_documents in state.count(shards, engine):
                bar.update(n_documents, "counting")
            write(state.checkpoint())
        while state.n_passes_done < n_passes:
            for n_documents in state.step(shards, engine):
                bar.update(n_documents, f"pass {state.n_passes_done + 1} of {n_passes}")
            write(state.checkpoint())


@contextmanager
def _writer() -> Iterator[Callable[[Callable[[], None]], None]]:
    """Write checkpoints in a thread, one at a time, while the workers go on; the last one is whole at the end."""
    writing: list[Future[None]] = []

    def write(checkpoint: Callable[[], None]) -> None:
        if writing:
            writing.pop().result()
        writing.append(pool.submit(checkpoint))

    with ThreadPoolExecutor(1, "checkpoint") as pool:
        yield write
        if writing:
            writing.pop().result()
