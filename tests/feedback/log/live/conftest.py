"""What the tests of the live tables share."""

import pytest

from movieclassifier.feedback.log.store import FeedbackStore


@pytest.fixture
def engine(tmp_path):
    store = FeedbackStore(f"sqlite:///{tmp_path}/feedback.db")
    yield store.engine
    store.close()
