"""Opcodes of a pickle build plain values and notes; nothing that they name is run."""

import io
import pickle
from pathlib import Path

import numpy as np
import pytest

from movieclassifier.models.inert_pickles import DTYPE, AskedGlobal, InertUnpickler
from movieclassifier.models.pickles import load_pickled

HANG = Path(__file__).with_name("hang.pkl")
SEGFAULT = Path(__file__).with_name("seg.pkl")


def test_a_global_is_noted_and_not_called():
    note = InertUnpickler(io.BytesIO(pickle.dumps(np.dtype("<f4"), protocol=4))).load()
    assert isinstance(note, AskedGlobal)
    assert (note.name, note.arguments) == (DTYPE, ("f4", False, True))
    assert note.state[1] == "<"


def test_plain_values_are_read_as_they_were_written():
    value = [{"a": [1, 2.5, None, True]}, ("b", b"c")]
    assert InertUnpickler(io.BytesIO(pickle.dumps(value, protocol=4))).load() == value


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (SEGFAULT.read_bytes(), "holds an opcode that no pickled"),
        (HANG.read_bytes(), "holds an opcode that no pickled"),
        (b"\x80\x04]" + b"(K\x01e" * 7000 + b".", "more than 20,000 opcodes"),
        (b"\x80\x04}K\x01K\x02s.", "the key of a dictionary is not a str"),
        (b"\x80\x04})K\x02s.", "the key of a dictionary is not a str"),
        (b"\x80\x04}(K\x01K\x02u.", "the key of a dictionary is not a str"),
        (b"\x80\x04](\x8c\x01aK\x02u.", "the key of a dictionary is not a str"),
        (b"\x80\x04K\x01K\x02a.", "appends to something that is not a list"),
        (b"\x80\x04K\x01(K\x02e.", "appends to something that is not a list"),
        (b"\x80\x04K\x01)R.", "calls something that is not a type of a model"),
        (b"\x80\x04]K\x01a.", "holds only str"),
        (b"\x80\x04K\x01.", "neither an SGDClassifier nor a list"),
        (b"\x80\x04\x8c\x05numpy\x8c\x05dtype\x93.", "neither an SGDClassifier nor a list"),
    ],
)
def test_opcodes_that_no_model_needs_are_refused(content, message, tmp_path):
    (tmp_path / "forged.pkl").write_bytes(content)
    with pytest.raises(ValueError, match=message):
        load_pickled(tmp_path / "forged.pkl")
