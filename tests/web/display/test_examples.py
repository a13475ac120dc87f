from movieclassifier.models.persistence import BUNDLED, load_classifier
from movieclassifier.web.display.examples import EXAMPLES, examples_for


def test_the_bundled_model_reads_the_examples_as_they_are_called():
    classifier = load_classifier(f"movieclassifier/{BUNDLED}")
    texts = dict(examples_for(classifier.label_names))
    positive = {name: classifier.predict_proba([text])[0, 1] for name, text in texts.items()}
    assert positive["a rave"] > 0.9
    assert positive["a pan"] < 0.1
    assert 0.1 < positive["a neutral one"] < 0.9


def test_examples_are_long_enough_to_be_classified():
    assert all(15 <= len(text) <= 1000 for texts in EXAMPLES.values() for _, text in texts)
