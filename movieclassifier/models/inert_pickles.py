"""Read a pickle without running anything: its opcodes build plain values, and notes of the globals that it asks for."""

import io
import pickle
from collections.abc import Callable
from typing import Any, ClassVar

DTYPE = ("numpy", "dtype")
NDARRAY = ("numpy", "ndarray")
RECONSTRUCT = ("numpy._core.multiarray", "_reconstruct")
LOSS = ("sklearn._loss._loss", "CyHalfBinomialLoss")
ESTIMATOR = ("sklearn.linear_model._stochastic_gradient", "SGDClassifier")
# The weights of many classes are kept sparsely.
CSR = ("scipy.sparse._csr", "csr_matrix")
SAFE_GLOBALS = (CSR, DTYPE, NDARRAY, RECONSTRUCT, LOSS, ESTIMATOR)
# A model's pickle takes 280 opcodes, the stop words 370.
MAX_OPCODES = 20_000
OPCODE_NAMES = (
    *("PROTO", "FRAME", "STOP", "MARK", "GLOBAL", "STACK_GLOBAL", "REDUCE", "NEWOBJ", "BUILD"),
    *("NONE", "NEWTRUE", "NEWFALSE", "BININT", "BININT1", "BININT2", "LONG1", "BINFLOAT"),
    *("SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8", "SHORT_BINBYTES", "BINBYTES", "BINBYTES8"),
    *("EMPTY_TUPLE", "TUPLE", "TUPLE1", "TUPLE2", "TUPLE3", "EMPTY_LIST", "APPEND", "APPENDS"),
    *("EMPTY_DICT", "SETITEM", "SETITEMS", "MEMOIZE", "BINPUT", "LONG_BINPUT", "BINGET", "LONG_BINGET"),
)
OPCODES = {getattr(pickle, name)[0] for name in OPCODE_NAMES}


class AskedGlobal:
    """A global that a pickle asks for, with the arguments of its call and the state that it shall take."""

    def __init__(self, name: tuple[str, str], arguments: Any = None):
        self.name, self.arguments = name, arguments
        self.state: Any = None

    def __setstate__(self, state: Any) -> None:
        self.state = state


class InertUnpickler(pickle._Unpickler):
    """An unpickler that makes plain values and notes. It is the Python one, because its opcodes can be restricted."""

    dispatch: ClassVar[dict[int, Callable[..., Any]]] = {}

    def __init__(self, file: io.BytesIO):
        super().__init__(file)
        self.n_opcodes = 0

    def count(self) -> None:
        """Count an opcode, and refuse a pickle of too many."""
        self.n_opcodes += 1
        if self.n_opcodes > MAX_OPCODES:
            raise pickle.UnpicklingError(f"it has more than {MAX_OPCODES:,} opcodes")

    def find_class(self, module: str, name: str) -> Any:
        """Return a note of a global, if a model's pickle may ask for it."""
        if (module, name) not in SAFE_GLOBALS:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}, which no pickled SGDClassifier needs")
        return AskedGlobal((module, name))

    def load_call(self) -> None:
        """Take the arguments of a call, in place of calling."""
        arguments = self.stack.pop()  # type: ignore[attr-defined]
        function = self.stack[-1]  # type: ignore[attr-defined]
        if not isinstance(function, AskedGlobal) or function.arguments is not None or type(arguments) is not tuple:
            raise pickle.UnpicklingError("it calls something that is not a type of a model")
        self.stack[-1] = AskedGlobal(function.name, arguments)  # type: ignore[attr-defined]

    def load_build(self) -> None:
        """Keep the state of a note."""
        instance = self.stack[-2]  # type: ignore[attr-defined]
        if not isinstance(instance, AskedGlobal) or instance.arguments is None or instance.state is not None:
            raise pickle.UnpicklingError("it sets the state of something that is not an instance of a model's types")
        super().load_build()  # type: ignore[misc]

    def load_item(self) -> None:
        """Set an item of a dictionary whose keys are str; hashing a nested tuple can take for ever."""
        if type(self.stack[-2]) is not str or type(self.stack[-3]) is not dict:  # type: ignore[attr-defined]
            raise pickle.UnpicklingError("the key of a dictionary is not a str")
        super().load_setitem()  # type: ignore[misc]

    def load_items(self) -> None:
        """Set several items, as :meth:`load_item` does."""
        keys = self.stack[::2]  # type: ignore[attr-defined]
        if not all(type(key) is str for key in keys) or type(self.metastack[-1][-1]) is not dict:  # type: ignore[attr-defined]
            raise pickle.UnpicklingError("the key of a dictionary is not a str")
        super().load_setitems()  # type: ignore[misc]

    def load_append(self) -> None:
        """Append to a list."""
        if type(self.stack[-2]) is not list:  # type: ignore[attr-defined]
            raise pickle.UnpicklingError("it appends to something that is not a list")
        super().load_append()  # type: ignore[misc]

    def load_appends(self) -> None:
        """Append several items to a list."""
        if type(self.metastack[-1][-1]) is not list:  # type: ignore[attr-defined]
            raise pickle.UnpicklingError("it appends to something that is not a list")
        super().load_appends()  # type: ignore[misc]


def _counted(load: Callable[[Any], None]) -> Callable[[Any], None]:
    def load_counted(unpickler: Any) -> None:
        unpickler.count()
        load(unpickler)

    return load_counted


def _refuse(unpickler: Any) -> None:
    raise pickle.UnpicklingError("it holds an opcode that no pickled SGDClassifier needs")


_OWN = {
    pickle.REDUCE[0]: InertUnpickler.load_call,
    pickle.NEWOBJ[0]: InertUnpickler.load_call,
    pickle.BUILD[0]: InertUnpickler.load_build,
    pickle.SETITEM[0]: InertUnpickler.load_item,
    pickle.SETITEMS[0]: InertUnpickler.load_items,
    pickle.APPEND[0]: InertUnpickler.load_append,
    pickle.APPENDS[0]: InertUnpickler.load_appends,
}
InertUnpickler.dispatch.update(
    {
        opcode: _counted(_OWN.get(opcode, load)) if opcode in OPCODES else _refuse
        for opcode, load in pickle._Unpickler.dispatch.items()
    }
)
