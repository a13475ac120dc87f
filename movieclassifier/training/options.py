"""The options of a training: what is learned, and how the run goes. They check themselves."""

import os
from dataclasses import dataclass

from movieclassifier.recipes.linear import Recipe

MAX_SEED = 2**32 - 1
MAX_DEFAULT_SHARDS = 16


@dataclass(frozen=True)
class TrainingOptions:
    """Options that decide which model is learned from a corpus.

    Parameters
    ----------
    recipe : Recipe
    n_train : int or None
        Documents to train on; None takes all before the holdout.
    n_holdout : int or None
        Documents held out; None takes a tenth, or 0 where there is a different corpus to evaluate on.
    minibatch_size : int
        Documents.
    seed : int
        Seed for the order of documents in SGD.
    n_keep : int or None
        Columns to keep; None keeps all.
    n_shards : int or None
        Parts that are trained side by side and mixed after each pass; None takes one, or as many as suit the corpus
        where the run has an engine.
    allow_sorted : bool
        Whether to train on a stream that is sorted by label.
    unlabelled : tuple of str
        Paths of texts without labels, from which a student is distilled; empty trains the recipe itself.
    test : str or None
        Path of a separate corpus to evaluate on.
    test_format : str or None
        Format of that corpus; None takes the format of the corpus that is trained on.

    Raises
    ------
    ValueError
        If a number is out of range.

    Examples
    --------
    >>> TrainingOptions(Recipe(), n_train=0)
    Traceback (most recent call last):
    ...
    ValueError: n_train must be at least 1; got 0.
    """

    recipe: Recipe
    n_train: int | None = None
    n_holdout: int | None = None
    minibatch_size: int = 1000
    seed: int = 1
    n_keep: int | None = None
    n_shards: int | None = None
    allow_sorted: bool = False
    unlabelled: tuple[str, ...] = ()
    test: str | None = None
    test_format: str | None = None

    def __post_init__(self) -> None:
        least_values = {"n_train": 1, "n_holdout": 0, "minibatch_size": 1, "seed": 0, "n_keep": 1, "n_shards": 1}
        for name, least in least_values.items():
            value = getattr(self, name)
            if value is not None and value < least:
                raise ValueError(f"{name} must be at least {least}; got {value}.")
        if self.seed > MAX_SEED:
            raise ValueError(f"seed must be at most {MAX_SEED}; got {self.seed}.")


@dataclass(frozen=True)
class RunOptions:
    """Options of a training run that do not change a bit of its model.

    Parameters
    ----------
    model_dir : str or path-like
        Folder to write.
    n_threads : int
        Vectorizing threads.
    checkpoint_every : int
        Minibatches between checkpoints; 0 writes none.
    resume : bool
        Whether to go on from the last checkpoint of the same run.
    on : str or None
        Engine that trains the shards: ``local``, ``dask``, ``tcp://host:port`` or the path of a scheduler file; None
        is ``local``.
    n_workers : int
        Processes of this machine that train shards.
    cache_dir : str or None
        Folder on each worker for hashed minibatches; None takes `model_dir`.
    pickles : bool or None
        Whether to write the book's pickles beside the record; None as for :func:`movieclassifier.save_model`.
    keep_state : bool
        Whether to keep the trainer's state for a later run that continues.
    continue_ : bool
        Whether to train the finished model of `model_dir` further.
    show : bool or None
        As for :class:`movieclassifier.system.progress.Progress`.
    track : bool
        Whether to log the run to MLflow.
    plot : bool or None
        Whether to draw the learning curve at the end; None draws it on a terminal.
    as_json : bool
        Whether to print the result as JSON.

    Raises
    ------
    ValueError
        If a number is out of range.
    """

    model_dir: str | os.PathLike[str] = "pkl_objects"
    n_threads: int = 1
    checkpoint_every: int = 200  # each takes as long as six minibatches: 3% of the time
    resume: bool = False
    pickles: bool | None = None
    keep_state: bool = False
    continue_: bool = False
    on: str | None = None
    n_workers: int = 1
    cache_dir: str | None = None
    show: bool | None = None
    track: bool = False
    plot: bool | None = None
    as_json: bool = False

    def __post_init__(self) -> None:
        for name, least in (("n_threads", 1), ("checkpoint_every", 0), ("n_workers", 1)):
            if getattr(self, name) < least:
                raise ValueError(f"{name} must be at least {least}; got {getattr(self, name)}.")
