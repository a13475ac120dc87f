"""What the tests of the live rooms share."""

import pytest

from movieclassifier.feedback.log.store import FeedbackStore
from movieclassifier.live.fetching import Fetcher


@pytest.fixture
def fetcher_of():
    """Return a function that makes a fetcher which may ask one local server."""

    def make(server, **options):
        return Fetcher([server.place], **({"pause": 0, "seconds": 2} | options))

    return make


@pytest.fixture
def engine(tmp_path):
    store = FeedbackStore(f"sqlite:///{tmp_path}/feedback.db")
    yield store.engine
    store.close()
