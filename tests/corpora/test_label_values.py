"""Values become the labels that they stand for: those of a corpus, or the classes of a model."""

import pytest

from movieclassifier.corpora.label_values import find_labels, labels_of_classes


@pytest.mark.parametrize("value", ["9" * 19, "-" + "9" * 19, "9" * 5000])
def test_labels_too_large_for_numpy_are_strings(value):
    assert find_labels({value: 1, "1": 1}) == {value: value, "1": "1"}


def test_a_value_stands_for_a_class_by_number_or_by_name():
    assert labels_of_classes({"n": "negative", "p": 1}, [0, 1], ["negative", "positive"]) == {"n": 0, "p": 1}


def test_labels_that_are_no_class_are_refused_with_a_mapping_to_pass():
    with pytest.raises(
        ValueError, match=r"has the labels bad, good; the model knows no, yes\. Pass .*'0': 'no'.* Hint\."
    ):
        labels_of_classes({"0": "bad", "5": "good", "3": None}, ["no", "yes"], ["no", "yes"], " Hint.")
