"""Write the pickle of an ``SGDClassifier`` without importing scikit-learn, which takes a second.

The bytes are those of ``pickle.dump`` of the estimator itself: a test compares them for the scikit-learn installed.
"""

import pickle
from collections.abc import Callable
from typing import IO, TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from movieclassifier.models.column_coef import ColumnCoef
from movieclassifier.system.packages import installed_version

if TYPE_CHECKING:
    from movieclassifier.models.classifier import Classifier

ESTIMATOR: tuple[str, ...] = ("sklearn.linear_model._stochastic_gradient", "SGDClassifier")
# Versions of scikit-learn whose estimators have the attributes below, in this order.
KNOWN_VERSIONS = ("1.9",)
# Arrays that are smaller go through a copy.
LARGE = 2**16


def dump_estimator(classifier: "Classifier", file: IO[bytes]) -> None:
    """Write what ``pickle.dump(classifier.estimator, file, protocol=4)`` writes.

    Parameters
    ----------
    classifier : Classifier
    file : binary file
    """
    installed = installed_version("scikit-learn")
    if not isinstance(classifier.weights.coef, ColumnCoef) and installed.rpartition(".")[0] not in KNOWN_VERSIONS:
        pickle.dump(classifier.estimator, file, protocol=4)
        return
    _Pickler(file, protocol=4).dump(_StandIn(_attributes(classifier, installed)))


def _attributes(classifier: "Classifier", sklearn_version: str) -> dict[str, Any]:
    """Return the attributes of the estimator, in the order in which scikit-learn sets them."""
    settings = {
        "loss": "log_loss",
        "penalty": "l2",
        "learning_rate": "optimal",
        "epsilon": 0.1,
        "alpha": classifier.recipe.alpha,
        "l1_ratio": 0.15,
        "fit_intercept": True,
        "shuffle": True,
        "random_state": classifier.seed,
        "verbose": 0,
        "eta0": 0.01,
        "power_t": 0.5,
        "early_stopping": False,
        "validation_fraction": 0.1,
        "n_iter_no_change": 5,
        "warm_start": False,
        "average": False,
        "max_iter": 1000,
        "tol": 1e-3,
        "class_weight": None,
        "n_jobs": None,
    }
    learned = {
        "coef_": _coef(classifier),
        "intercept_": classifier.intercept_,
        "classes_": classifier.classes_,
        "t_": classifier.weights.t,
        "n_features_in_": classifier.recipe.ngrams.n_features,
    }
    return settings | learned | {"_sklearn_version": sklearn_version}


def _coef(classifier: "Classifier") -> Any:
    """Return the weights as an array, or for many classes as the matrix that ``sparsify`` makes."""
    coef = classifier.weights.coef
    if not isinstance(coef, ColumnCoef):
        return coef
    from scipy.sparse import csr_matrix  # only many classes need it

    columns, n_rows = coef.columns, len(coef)
    indptr = np.arange(n_rows + 1, dtype=np.int32) * len(columns)
    matrix = csr_matrix((coef[:, columns].reshape(-1), np.tile(columns, n_rows), indptr), shape=coef.shape)
    matrix.eliminate_zeros()
    return matrix


class _StandIn:
    """An estimator of which only the attributes are there."""

    def __init__(self, attributes: dict[str, Any]):
        self.__dict__.update(attributes)


class _Bytes:
    """The content of a large array, which is written from where it is."""

    def __init__(self, array: NDArray[Any]):
        self.content = array.reshape(-1).view(np.uint8).data


class _Pickler(pickle._Pickler):
    """A pickler that writes the stand-in under the name of scikit-learn's class, and large arrays without a copy."""

    dispatch: ClassVar[dict[type, Callable[..., None]]] = dict(pickle._Pickler.dispatch)

    def reducer_override(self, thing: Any) -> Any:
        """Take the content of a large array from where it is."""
        if not isinstance(thing, np.ndarray) or thing.nbytes < LARGE or not thing.flags.c_contiguous:
            return NotImplemented
        # As the array reduces itself, but for the content.
        as_itself: Any = np.empty(0, thing.dtype).__reduce__()
        return *as_itself[:2], (1, thing.shape, thing.dtype, False, _Bytes(thing))

    def save_global(self, thing: Any, name: str | None = None) -> None:
        """Write the name of a class or function."""
        if thing is not _StandIn:
            super().save_global(thing, name)  # type: ignore[misc]
            return
        for part in ESTIMATOR:  # the module and the name
            self.save(part)  # type: ignore[attr-defined]
        self.write(pickle.STACK_GLOBAL)  # type: ignore[attr-defined]
        self.memoize(thing)  # type: ignore[attr-defined]

    def save_content(self, thing: _Bytes) -> None:
        """Write the content of an array as ``bytes``."""
        n_bytes = thing.content.nbytes
        long = n_bytes > 0xFFFFFFFF
        start = (pickle.BINBYTES8 if long else pickle.BINBYTES) + n_bytes.to_bytes(8 if long else 4, "little")
        self._write_large_bytes(start, thing.content)  # type: ignore[attr-defined]
        self.memoize(thing)  # type: ignore[attr-defined]

    dispatch[_Bytes] = save_content
    dispatch[type] = lambda self, thing: self.save_global(thing)
