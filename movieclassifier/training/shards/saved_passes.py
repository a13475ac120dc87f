"""The checkpoints of a training by shards: its counts, which are written once, and its weights after each pass."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from movieclassifier.system.atomic import replace_file
from movieclassifier.system.npz import NPZ_ERRORS, NpzFile, open_npz, write_npz
from movieclassifier.training.checkpoints import COUNTS, WEIGHTS
from movieclassifier.training.learners.log_count_ratio import LogCountRatio
from movieclassifier.training.plan import Plan
from movieclassifier.training.shards.messages import PassWeights
from movieclassifier.training.shards.small_integers import columns_with_values

FORMAT = 3  # 2 had the counts beside the weights; 1 was written before the default tokenizer folded quotes and marks
MAX_FACTS_BYTES = 2**26


@dataclass(frozen=True)
class PassFacts:
    """The progress of a training by shards.

    Attributes
    ----------
    run : str
        Names the run.
    plan : Plan
    n_passes_done : int
    curve : list of (int, float)
        As that of :class:`movieclassifier.training.shards.sharded_fit.ShardedFit`.
    """

    run: str
    plan: Plan
    n_passes_done: int
    curve: list[tuple[int, float]]

    def to_bytes(self) -> bytes:
        """Return the facts as JSON."""
        return json.dumps({**vars(self), "plan": self.plan.to_dict(), "format": FORMAT}).encode()

    @classmethod
    def from_bytes(cls, content: bytes) -> "PassFacts":
        """Read what :meth:`to_bytes` returned.

        Raises
        ------
        ValueError
            If the format is a different one, or the number of passes is invalid.
        """
        facts = json.loads(content)
        if facts["format"] != FORMAT:
            raise ValueError(f"its format is {facts['format']!r:.80}, this version reads {FORMAT}")
        plan, n_passes_done = Plan.from_dict(facts["plan"]), facts["n_passes_done"]
        if type(n_passes_done) is not int or not 0 <= n_passes_done <= plan.recipe.passes:
            raise ValueError(f"{n_passes_done!r:.20} of its {plan.recipe.passes} passes are done")
        return cls(facts["run"], plan, n_passes_done, [(int(n), float(accuracy)) for n, accuracy in facts["curve"]])


def save_counts(folder: Path, run: str, counts: LogCountRatio) -> None:
    """Write the counts of a run."""
    seen = columns_with_values(counts.counts_.T)
    arrays: dict[str, NDArray[Any]] = {
        "run": np.frombuffer(run.encode(), np.uint8),
        "columns": seen,
        "counts": counts.counts_[seen],
        "totals": counts.totals_,
    }
    with replace_file(folder / COUNTS) as file:
        write_npz(file, arrays, level=1)


def save_weights(folder: Path, facts: PassFacts, weights: PassWeights) -> None:
    """Write the weights after a pass, in place of those of the pass before."""
    content = np.frombuffer(facts.to_bytes(), np.uint8)
    with replace_file(folder / WEIGHTS) as file:
        write_npz(file, {"facts": content, "coef": weights.coef, "intercept": weights.intercept})


def load_pass_facts(folder: Path) -> PassFacts | None:
    """Read how far a run has come; None if there is nothing to go on from, or it cannot be read."""
    try:
        with open_npz(folder / WEIGHTS) as arrays:
            return PassFacts.from_bytes(arrays.read("facts", MAX_FACTS_BYTES).tobytes())
    except (OSError, *NPZ_ERRORS):
        return None


def read_facts(arrays: NpzFile, run: str) -> PassFacts:
    """Return the facts in the checkpoint of a run.

    Raises
    ------
    ValueError
        If it belongs to a different run.
    """
    facts = PassFacts.from_bytes(arrays.read("facts", MAX_FACTS_BYTES).tobytes())
    if facts.run != run:
        raise ValueError(OF_A_DIFFERENT_RUN)
    return facts


OF_A_DIFFERENT_RUN = "it belongs to a run of a different corpus, recipe, seed or number of shards"


def read_counts(arrays: NpzFile, run: str, counts: LogCountRatio) -> None:
    """Take counts that were saved.

    Raises
    ------
    ValueError
        If they belong to a different run, or do not fit.
    """
    if arrays.read("run", MAX_FACTS_BYTES).tobytes() != run.encode():
        raise ValueError(OF_A_DIFFERENT_RUN)
    n_columns = len(counts.counts_)
    columns = arrays.read("columns", 4 * n_columns)
    if columns.dtype != np.int32 or columns.ndim != 1 or (np.diff(columns, prepend=-1) <= 0).any():
        raise ValueError("its columns do not ascend")
    if len(columns) and columns[-1] >= n_columns:
        raise ValueError(f"its columns go beyond the {n_columns:,} columns")
    counts.counts_[columns] = _read_like(arrays, "counts", counts.counts_[columns])
    counts.totals_ = _read_like(arrays, "totals", counts.totals_)


def read_weights(arrays: NpzFile, weights: PassWeights) -> None:
    """Take weights that were saved, into the arrays of weights of the same shape.

    Raises
    ------
    ValueError
        If they do not fit.
    """
    weights.coef[:] = _read_like(arrays, "coef", weights.coef)
    weights.intercept[:] = _read_like(arrays, "intercept", weights.intercept)


def _read_like(arrays: NpzFile, name: str, like: NDArray[Any]) -> NDArray[Any]:
    """Return an array of a checkpoint that has a known shape and type."""
    array = arrays.read(name, like.nbytes)
    if array.shape != like.shape or array.dtype != like.dtype or not np.isfinite(array).all():
        raise ValueError(f"its {name!r} is not {like.dtype} of shape {like.shape}, or not finite")
    if array.dtype.kind == "i" and array.min(initial=0) < 0:
        raise ValueError(f"its {name!r} is negative")
    return array
