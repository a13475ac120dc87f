"""The fit: minibatches in, a classifier out."""

import math
import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

from movieclassifier.corpora.readers.contract import Document
from movieclassifier.features.hashing import free_buffers
from movieclassifier.models.classifier import Classifier
from movieclassifier.models.scoring import iter_rows, score_rows
from movieclassifier.system.memory import give_back, share_heap
from movieclassifier.system.progress import Progress
from movieclassifier.training.calibration import fit_temperature
from movieclassifier.training.checkpoints import CACHE, CHECKPOINT, clear
from movieclassifier.training.plan import Plan
from movieclassifier.training.resuming import continue_from_state, give_up
from movieclassifier.training.resuming import resume as resume_fit
from movieclassifier.training.steps import Fit


def fit(
    documents: Iterable[Document],
    plan: Plan,
    *,
    model_dir: str | os.PathLike[str] | None = None,
    label_names: Iterable[str] | None = None,
    n_threads: int = 1,
    checkpoint_every: int = 0,
    keep_state: bool = True,
    resume: bool = False,
    continue_: bool = False,
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
        The labels as people read them; those of the plan by default.
    n_threads : int
        Vectorizing threads; the result does not depend on it.
    checkpoint_every : int
        Minibatches between checkpoints; 0 for none.
    keep_state : bool
        Whether to write a checkpoint after the last step of one pass, too, as ``--continue`` needs it.
    resume : bool
        Go on from the checkpoint in model_dir, which must be of the same run.
    continue_ : bool
        Start from what the finished run in model_dir has learned; with resume, the run to go on with did so.
    show_progress : bool or None
        As for :class:`movieclassifier.system.progress.Progress`.

    Returns
    -------
    Classifier

    Raises
    ------
    ValueError
        If the stream is sorted by label or holds a label that is not in the plan, if the checkpoint to go on from is
        missing, damaged or of a different run, if the model does not fit in memory, or if the weights overflow.
    OSError
        If there is no room for a checkpoint or the cache.
    """
    share_heap()
    stream = iter(documents)
    state = Fit(plan, model_dir)
    if resume:
        resume_fit(state, continue_)
    elif continue_:
        continue_from_state(state)
    if model_dir is not None:
        clear(model_dir, keep=(CHECKPOINT, CACHE) if resume else (CHECKPOINT,) if continue_ else ())
    steps = state.run(stream, n_threads, checkpoint_every, keep_state)
    with closing(steps), Progress(state.n_left, f"Training on {plan.documents_in_words}", show=show_progress) as bar:
        try:
            for n_documents in steps:
                accuracy = state.prequential.recent_accuracy
                bar.update(n_documents, "" if math.isnan(accuracy) else f"prequential accuracy {accuracy:.3f}")
        except KeyboardInterrupt as error:  # or one of its subclasses, which says what has interrupted
            raise type(error)(*give_up(state)) from None
        except BaseException:
            give_up(state)
            raise
    free_buffers()
    give_back()  # the minibatches: the weights are made beside the memory of the trainer
    with ThreadPoolExecutor(1, "calibration") as pool:  # hashing documents needs no weights
        held = iter_rows(stream, plan.recipe.ngrams, plan.classes, n_threads, plan.n_calibration)
        hashed = pool.submit(list, held)
        classifier = state.classifier(label_names or plan.label_names or None)
    classifier.metadata |= {
        "learning_curve": state.prequential.curve,
        "min_df": state.plan.min_df,
        "earlier": [list(corpus) for corpus in state.plan.earlier],
    }
    del state  # the trainer takes three times the memory of the weights
    give_back()
    if plan.n_calibration:
        y, values = score_rows(classifier, hashed.result())
        classifier.temperature_ = fit_temperature(values, y)
    return classifier
