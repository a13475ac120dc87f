import pytest

from movieclassifier.feedback.served_log import ServedLog
from movieclassifier.feedback.settings import read_settings
from movieclassifier.web.guard_answers import answers_on_guard, has_guard
from tests.support.services import write_model


@pytest.fixture
def open_log(tmp_path):
    """A function that opens a log over a small model."""
    logs = []

    def open_it(guard):
        model = write_model(tmp_path / "model" / "classifier.npz", guard=guard)
        logs.append(ServedLog(read_settings({"DATABASE_URL": f"sqlite:///{tmp_path}/f.db", "MODEL": str(model)}, {})))
        return logs[-1]

    yield open_it
    for log in logs:
        log.close()


def test_a_model_is_right_on_the_guard_set_that_it_was_made_with(open_log):
    claimed, right = answers_on_guard(log := open_log(True), 1)
    assert has_guard(log, 1)
    assert len(claimed) == len(right) == 500
    assert all(right)
    assert all(0.5 <= probability <= 1 for probability in claimed)


def test_without_a_guard_set_there_is_no_answer(open_log):
    assert answers_on_guard(log := open_log(False), 1) == ([], [])
    assert not has_guard(log, 1)
