"""``SlotTrainer``: the compiled twin of ``Trainer`` for two classes and one pass, faster and smaller.

It is taken for a recipe with a log-count ratio and float32 features. ``Trainer`` stays the definition: a test compares
both after every minibatch.
"""

import math
from collections.abc import Callable, Generator, Iterable
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from movieclassifier.features.rows import EvenRows, Rows
from movieclassifier.models.decisions import predicted_positions
from movieclassifier.models.weights import Weights
from movieclassifier.recipes.linear import Recipe
from movieclassifier.system.ahead import read_ahead
from movieclassifier.system.compiled import training_twin
from movieclassifier.system.spooling import Spool
from movieclassifier.training.learners.log_count_ratio import LOG_2, LOG_TABLE, log_total_ratio
from movieclassifier.training.learners.packing import pack, parts_of
from movieclassifier.training.learners.sgd import CompiledSGD
from movieclassifier.training.learners.slot_state import pack_slots

Arrays = dict[str, Any]
LIVE = np.uint32(0x80000000)
SLOT = np.dtype([("word", "u4"), ("weight", "f4")])
# In place of counts that have more than 15 bits there is this, and their place among the large ones.
LARGE = np.uint32(0x80000000)
MAX_COUNT = 2**15 - 1
MAX_MIN_DF = 2**14
MAX_MINIBATCH = 2**15


def slots_fit(recipe: Recipe, n_classes: int, min_df: int, minibatch_size: int) -> bool:
    """Tell whether a ``SlotTrainer`` can train a recipe, and the extension is there."""
    return (
        training_twin() is not None
        and n_classes == 2
        and recipe.passes == 1
        and recipe.log_count_ratio
        and recipe.ngrams.dtype == "float32"
        and min_df <= MAX_MIN_DF
        and minibatch_size <= MAX_MINIBATCH
    )


@dataclass(frozen=True, eq=False)
class _Counted:
    """A minibatch whose documents are counted: the entries of the columns that have a slot.

    `data` holds a value for each of them, or for each row of even ones.
    """

    data: NDArray[np.float32]
    even: bool
    slots: NDArray[np.uint32]
    indptr: NDArray[np.int32]
    lengths: NDArray[np.int32]
    y: NDArray[np.uint8]
    n_slots: int


class SlotTrainer:
    """Naive-Bayes log-count ratio and SGD over it, for two classes and one pass.

    Parameters
    ----------
    recipe : Recipe
    min_df : int
        Columns seen in fewer documents have ratio 0.
    seed : int
        Seed of the order of documents inside a minibatch.

    Attributes
    ----------
    min_df : int
    t : float
        One more than the number of steps of SGD.
    """

    def __init__(self, recipe: Recipe, min_df: int, seed: int = 1):
        n_features = recipe.ngrams.n_features
        self.recipe, self.min_df = recipe, min_df
        self._twin = import_module("movieclassifier.training.learners._slots")
        self._table = np.zeros(n_features, np.uint32)
        # As many as there can be; the operating system gives memory to those that are written.
        self._slots = np.zeros(n_features + 1, SLOT)
        self._large = np.zeros((n_features + 1, 2), np.uint32)
        self._n_slots = self._n_large = 0
        self._totals = np.zeros(2, np.int64)
        self._sgd = CompiledSGD(0, recipe.ngrams.dtype, recipe.alpha, seed)

    @property
    def t(self) -> float:
        """One more than the number of steps of SGD."""
        return self._sgd.t_

    def iter_fitted(
        self, minibatches: Iterable[tuple[Rows, NDArray[np.integer]]]
    ) -> Generator[tuple[int, int], None, None]:
        """Predict each minibatch, then learn from it; yields how many predictions were right, of how many.

        Counting is a minibatch or two ahead, in a thread of its own: it needs no weights. Once all minibatches are
        visited, the state is that of a trainer that took one after the other. The arrays of the rows are written over.

        Raises
        ------
        ValueError
            If the weights overflow.
        """
        with closing(read_ahead(self._iter_counted(minibatches), size=1)) as counted:
            for minibatch in counted:
                n_correct, n_tested = self._step(minibatch), len(minibatch.y)
                del minibatch  # this one is not kept while waiting for the next one
                yield n_correct, n_tested

    def _iter_counted(self, minibatches: Iterable[tuple[Rows, NDArray[np.integer]]]) -> Generator[_Counted, None, None]:
        for rows, y in minibatches:
            minibatch = self._count(rows, y)
            del rows  # its memory is for the next ones
            yield minibatch
            del minibatch

    def _count(self, rows: Rows, y: NDArray[np.integer]) -> _Counted:
        even = isinstance(rows, EvenRows)
        values = rows.values if isinstance(rows, EvenRows) else rows.data
        indptr, labels = np.empty(len(y) + 1, np.int32), y.astype(np.uint8)
        arrays = (values, even, rows.columns, rows.indptr, labels, self._table, self._words())
        self._n_slots = self._twin.count(*arrays, self._n_slots, self.min_df, indptr)
        n = indptr[-1]
        return _Counted(
            data=values if even else values[:n],
            even=even,
            slots=rows.columns.view(np.uint32)[:n],
            indptr=indptr,
            lengths=rows.lengths,
            y=labels,
            n_slots=self._n_slots,
        )

    def _step(self, minibatch: _Counted) -> int:
        slots, indptr, y = minibatch.slots, minibatch.indptr, minibatch.y
        data = (minibatch.data, minibatch.even)
        values, scratch = np.empty(len(y), np.float32), np.empty(max(1, np.diff(indptr).max(initial=0)), np.float32)
        words, sgd = self._words(), self._sgd
        self._twin.decide(*data, slots, indptr, words, *self._ratios(), values)
        self._n_large = self._twin.add(slots, indptr, y, words, self._large, self._n_large)
        np.add.at(self._totals, y, minibatch.lengths)
        n_correct = int((predicted_positions((values + sgd.intercept_)[:, None]) == y).sum())
        arrays = (*data, slots, indptr, words, minibatch.n_slots)
        intercept = self._twin.step(
            *arrays, *self._ratios(), y, sgd.order(len(y)), float(sgd.intercept_[0]), *sgd.settings, scratch
        )
        if not math.isfinite(intercept):
            raise ValueError(f"the weights have overflowed; use a different alpha than {self.recipe.alpha}.")
        sgd.intercept_, sgd.t_ = np.array([intercept]), sgd.t_ + len(y)
        return n_correct

    def _words(self) -> NDArray[np.uint32]:
        return self._slots.view(np.uint32).reshape(-1, 2)

    def _ratios(self) -> tuple[Any, ...]:
        """Return what the log-count ratio of a slot follows from."""
        constant = log_total_ratio(self._totals, 1, self.recipe.ngrams.n_features)
        return constant, self.min_df, LOG_TABLE, LOG_2, self._large

    def counts(self, columns: NDArray[np.integer] | slice) -> NDArray[np.int32]:
        """Return the documents of each class that have some columns, of shape (n, 2)."""
        words = np.array(self._table[columns])
        live = words >= LIVE
        words[live] = self._slots["word"][words[live] ^ LIVE]
        counts = np.stack([words & 0x7FFF, words >> 15], axis=1).astype(np.int32)
        large = words >= LARGE
        counts[large] = self._large[words[large] ^ LARGE]
        return counts

    def document_frequency(self, columns: NDArray[np.integer]) -> NDArray[np.integer]:
        """Return in how many documents some columns were seen, of shape (n,)."""
        result: NDArray[np.integer] = self.counts(columns).sum(axis=1)
        return result

    def weights(self, *, in_place: bool = False) -> Weights:
        """Return the weights for features that are not scaled.

        Parameters
        ----------
        in_place : bool
            Whether they take the memory of the counts. The trainer then has nothing left to go on with.
        """
        coef = self._table.view(np.float32) if in_place else np.empty(self.recipe.ngrams.n_features, np.float32)
        both, ratio = np.zeros(len(coef) // 8 + 1, np.uint8), np.empty(self._n_slots + 1, np.float32)
        n = self._twin.fold(self._table, self._words(), *self._ratios(), coef.view(np.uint32), both, ratio)
        if in_place:
            self._slots = self._slots[:0].copy()  # the columns take the memory of the slots
        columns, n_found = np.empty(n, np.int32), 0
        for part in parts_of(coef):
            found = np.flatnonzero(_unpack_bits(both[part.start // 8 : part.stop // 8]))
            columns[n_found : n_found + len(found)] = found + part.start
            n_found += len(found)
        return Weights(coef[None], self._sgd.intercept_, columns, ratio[None, :n], self.t)

    def state(self, spool: Callable[[str], Spool] | None = None) -> dict[str, Any]:
        """Return everything that training needs to go on, as the arrays of :meth:`Trainer.state`.

        Parameters
        ----------
        spool : callable, optional
            Makes a spool of a type, for arrays that would take much memory.
        """
        scalars = {"intercept_.0": self._sgd.intercept_, "t_.0": np.asarray(self.t), "totals": self._totals}
        pack_state = partial(self._twin.pack_state, self._table, self._words(), self._large)
        coef, counts = pack_slots(pack_state, len(self._table), spool) or self._packed()
        return coef | scalars | counts

    def _packed(self) -> tuple[Arrays, Arrays]:
        """Do as ``pack_slots``, with steps of any length."""
        parts = list(parts_of(self._table))
        counts = (self.counts(part).reshape(-1) for part in parts)
        return pack("coef_.0", map(self._weights, parts)), pack("counts", counts)

    def _weights(self, part: slice) -> NDArray[np.float32]:
        """Return the weights of consecutive columns, for features that are scaled by the ratio."""
        words = self._table[part]
        weights = np.zeros(len(words), np.float32)
        live = words >= LIVE
        weights[live] = self._slots["weight"][words[live] ^ LIVE]
        return weights

    def load_state(self, arrays: dict[str, NDArray[Any]]) -> None:
        """Go on from what :meth:`state`, here or of ``Trainer``, returned.

        Raises
        ------
        ValueError
            If they are not the arrays of a trainer with these settings.
        """
        from movieclassifier.training.learners.trainer import Trainer

        other = Trainer(self.recipe, 2, self.min_df)
        other.load_state(arrays)
        ratio: Any = other.ratio_
        counts, coef = ratio.counts_, other.estimators_[0].coef_[0]
        n_documents = counts.sum(axis=1)
        # A weight of an earlier training may stand where min_df is higher now.
        live = np.flatnonzero((n_documents >= self.min_df) | (coef != 0))
        self._n_slots = len(live)
        self._table[:] = counts[:, 0].astype(np.uint32) | counts[:, 1].astype(np.uint32) << np.uint32(15)
        large = np.flatnonzero((counts > MAX_COUNT).any(axis=1))
        self._n_large, self._large[: len(large)] = len(large), counts[large]
        self._table[large] = LARGE | np.arange(len(large), dtype=np.uint32)
        self._slots["word"][: len(live)] = self._table[live]
        self._table[live] = LIVE | np.arange(len(live), dtype=np.uint32)
        self._slots["weight"][: len(live)] = coef[live]
        self._totals = ratio.totals_.copy()
        self._sgd.intercept_, self._sgd.t_ = other.estimators_[0].intercept_, other.estimators_[0].t_


def _unpack_bits(bits: NDArray[np.uint8]) -> NDArray[np.bool_]:
    return np.unpackbits(bits, bitorder="little").view(np.bool_)
