import pytest

from movieclassifier.evaluation.caveats import NOTHING_MEASURED, find_caveats


def metrics(accuracy, *sizes):
    per_class = {f"class {i}": {"n_documents": n} for i, n in enumerate(sizes)}
    return {"n_documents": sum(sizes), "accuracy": accuracy, "per_class": per_class}


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (None, NOTHING_MEASURED),
        (metrics(1.0, 1, 0), "1 document tells next to nothing"),
        (metrics(1.0, 6, 3), "all 9 documents are right, but so few leave room for an accuracy of 0.70"),
        (metrics(0.9, 90, 10), "no better than always answering 'class 0', which is right in 0.9000"),
        (metrics(0.5, 10, 90), "no better than always answering 'class 1'"),
    ],
)
def test_reason_to_doubt_is_told(found, expected):
    (sentence,) = find_caveats(found)
    assert expected in sentence


def test_most_figures_are_taken_at_their_word():
    assert find_caveats(metrics(0.91, 90, 10)) == []
    assert (
        find_caveats(metrics(0.9, 500, 0)) == find_caveats(metrics(1.0, 500, 0)) == []
    )  # of one class alone, nothing else could be answered
