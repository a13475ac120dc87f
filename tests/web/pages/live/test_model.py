"""The pages name the model, and warn where it knows other texts."""

import pytest

from movieclassifier.web.pages.live.model import model_labels, model_name, other_texts, voted_for


@pytest.mark.parametrize(("corpus", "warns"), [(["tweets.csv"], False), (["news.csv"], True), ([], True)])
def test_warning_comes_where_the_corpus_held_no_posts(app, corpus, warns):
    with app.test_request_context("/live/hashtag"):
        app.extensions["movieclassifier"].facts().metadata["corpus"] = corpus
        assert bool(other_texts()) is warns
        assert voted_for() == (*model_labels(), "other")
        assert "version 1" in model_name()
