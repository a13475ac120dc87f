"""The table of teachers: one contract for every entry."""

import json
from dataclasses import asdict
from importlib import import_module
from importlib.util import find_spec

import pytest

from movieclassifier.training.teachers import NEURAL, TEACHERS, describe, load_teacher


@pytest.mark.parametrize("name", TEACHERS)
def test_a_teacher_has_a_function_and_settings_that_a_record_can_hold(name):
    module = import_module(TEACHERS[name])
    assert callable(module.teach)
    described = json.dumps(asdict(module.DEFAULTS))
    if name not in NEURAL or find_spec("keras"):
        assert json.dumps(describe(name)) == described


def test_a_teacher_that_does_not_exist_is_refused_with_those_that_do():
    with pytest.raises(ValueError, match=r"^teacher must be one of vectors, cnn, vectors\+cnn; got 'x'\.$"):
        load_teacher("x")
