import os

import pytest

from movieclassifier.web.concurrency import number_of_workers


@pytest.mark.parametrize("value", [None, "", " "])
def test_by_default_there_is_a_worker_for_each_core_up_to_four(value, monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 3)
    assert number_of_workers(value) == 3
    monkeypatch.setattr(os, "cpu_count", lambda: 64)
    assert number_of_workers(value) == 4


@pytest.mark.parametrize("value", ["513", "99999"])
def test_more_workers_than_a_machine_needs_are_refused(value):
    with pytest.raises(ValueError, match=f"^WEB_CONCURRENCY must be at most 512, the number of workers; got '{value}'"):
        number_of_workers(value)


@pytest.mark.parametrize("value", ["auto", "0", "-1", "2.5"])
def test_a_value_that_is_not_a_number_is_named_with_its_variable(value):
    with pytest.raises(ValueError, match=f"^WEB_CONCURRENCY must be a whole number above 0.*got '{value}'"):
        number_of_workers(value)
