"""A warning for tests on documents that are trained on."""

from movieclassifier.commands.shared.edge import warn
from movieclassifier.corpora.corpus import Corpus

TRAINED_ON = "is trained on, so how well the model does there says nothing about other texts."


def warn_of_trained_on(corpus: Corpus, test: Corpus) -> None:
    """Warn if a file is both trained on and tested on; the halves of aclImdb are not the same documents."""
    trained = {path.resolve() for path in corpus.paths}
    names = [name for path, name in zip(test.paths, test.names, strict=False) if path.resolve() in trained]
    if names and corpus.reading.part == test.reading.part:
        warn([f"{names[0]} {TRAINED_ON}"])
