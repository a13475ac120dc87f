"""What a statement of the hot paths writes, another one reads."""

from movieclassifier.feedback.log.raw_statements import (
    PredictionRow,
    add_counts,
    forget_counts,
    insert_predictions,
    read_counts,
    read_last_vote,
    read_prediction,
)
from movieclassifier.feedback.log.store import FeedbackStore


def test_a_row_that_was_written_is_read_again(tmp_path, database_url):
    store = FeedbackStore(database_url)
    made = PredictionRow("x" * 22, "ada", "so 100% good?", "d", "1", "{}", "1+0", b"\x01\x00", 5)
    with store.raw.using() as raw:
        insert_predictions(raw, [made])
        assert read_prediction(raw, made.id, "ada") == made
        assert read_prediction(raw, made.id, "bob") is read_last_vote(raw, made.id) is None
    store.close()


def test_counts_add_up_and_earlier_windows_are_forgotten(database_url):
    store = FeedbackStore(database_url)
    with store.raw.using() as raw:
        for n in (2, 3):
            add_counts(raw, "ada", {"votes": 8, "texts": 8}, {"votes": n, "texts": 10 * n})
        assert read_counts(raw, "ada", {"votes": 8, "texts": 8}) == {"votes": 5, "texts": 50}
        add_counts(raw, "ada", {"votes": 9}, {"votes": 1})
        forget_counts(raw, "votes", 9)
        found = [read_counts(raw, "ada", {"votes": window, "texts": 8}) for window in (7, 8, 9)]
        assert found == [{"texts": 50}, {"texts": 50}, {"texts": 50, "votes": 1}]
        assert read_counts(raw, "bob", {"votes": 9}) == {}
    store.close()
