"""Texts to try, for visitors who have no text at hand."""

from movieclassifier.models.classifier import Classifier
from movieclassifier.web.display.strongest_words import strongest_words

# Beginnings of the names of corpora of film reviews.
FILM_CORPORA = ("movie_", "aclImdb", "sample_reviews")
MAX_LABELS, N_PHRASES, MIN_CHARACTERS = 8, 6, 15
# Of film reviews, by the labels of the model.
EXAMPLES: dict[tuple[str, ...], list[tuple[str, str]]] = {
    ("negative", "positive"): [
        (
            "a rave",
            "I have not laughed and cried so much in years. The two leads are wonderful together, the score is "
            "beautiful, and the ending is perfect.",
        ),
        (
            "a pan",
            "Two hours of my life that I will never get back. The plot makes no sense, the acting is wooden, and the "
            "jokes fall flat.",
        ),
        (
            "a mixed one",
            "A slow, muddled opening and a villain who is a waste of a good actor. But then the film wakes up, and the "
            "last half hour is the most moving thing I have seen this year.",
        ),
        ("a neutral one", "The film is about a man who goes home after ten years and meets his brother there."),
    ],
}


def examples_for(classifier: Classifier) -> list[tuple[str, str]]:
    """Return texts to try, each with its name.

    A model of film reviews has short reviews. A model of different texts has the phrases that speak most for each of
    its labels, where its training named them.

    Parameters
    ----------
    classifier : Classifier

    Returns
    -------
    list of (str, str)
        Empty where nothing is known of the texts.
    """
    labels, metadata = tuple(classifier.label_names), classifier.metadata
    corpus = metadata.get("corpus") or ()
    if labels in EXAMPLES and all(name.startswith(FILM_CORPORA) for name in corpus):
        return EXAMPLES[labels]
    if len(labels) > MAX_LABELS or "ngrams" not in metadata:
        return []
    found = strongest_words(classifier, N_PHRASES)
    texts = [(name, ", ".join(phrase for phrase, _ in found.get(name, []))) for name in labels]
    return [(name, text) for name, text in texts if len(text) >= MIN_CHARACTERS]
