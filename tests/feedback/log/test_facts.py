from dataclasses import replace

import pytest

from movieclassifier.feedback.log.facts import FeedbackStats

EMPTY = FeedbackStats(0, 0, 0, 0, [], {}, [])


@pytest.mark.parametrize(("n_votes", "n_correct", "accuracy"), [(0, 0, None), (4, 3, 0.75), (2, 0, 0.0)])
def test_accuracy_is_the_share_of_votes_for_the_answer(n_votes, n_correct, accuracy):
    assert replace(EMPTY, n_votes=n_votes, n_correct=n_correct).accuracy == accuracy


@pytest.mark.parametrize(("corpus", "is_sample"), [(["sample_reviews.csv"], True), (["a.csv"], False), (None, False)])
def test_a_model_of_the_sample_reviews_is_recognized(service, corpus, is_sample):
    metadata = {} if corpus is None else {"corpus": corpus}
    assert replace(service.facts(), metadata=metadata).is_sample == is_sample
