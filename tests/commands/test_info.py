"""The versions, the path in use and the model are told."""

import json

from movieclassifier import __version__
from tests.support.command_line import run


def test_info_tells_versions_path_and_model(small_model):
    found = json.loads(run("info", "--json", "--model", small_model).stdout)
    assert found["movieclassifier"] == __version__
    assert found["model"] == str(small_model / "classifier.npz")
    assert found["labels"] == "negative, positive"
    assert found["trained on"] == "360 documents of sample_reviews.csv"
    assert "columns" in run("info", "--model", small_model).stdout
