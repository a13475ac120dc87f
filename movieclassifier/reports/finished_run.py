"""A training run and the documents that it was made of and tested on, found again."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

from movieclassifier.corpora.corpus import Corpus
from movieclassifier.corpora.parts import Part, Slice
from movieclassifier.corpora.readers.contract import Document
from movieclassifier.corpora.reading import as_options, same_reading
from movieclassifier.corpora.survey import count_labels, survey
from movieclassifier.models.classifier import Classifier
from movieclassifier.models.origin import prequential
from movieclassifier.reports.learning_curve import LearningCurve, repeat_run, sizes
from movieclassifier.reports.scored_documents import TestPart, read_test_part
from movieclassifier.reports.training_report import Report, make_report
from movieclassifier.training.plan import Plan

# About 200 MB of hashed features.
MAX_WORDS = 8_000_000


@dataclass(frozen=True)
class Run:
    """A training run.

    Attributes
    ----------
    classifier : Classifier
    train, test : Part
        The documents it was trained and tested on.
    plan : Plan
    """

    classifier: Classifier
    train: Part
    test: Part
    plan: Plan

    @property
    def n_to_repeat(self) -> int:
        """Documents in all runs of the learning curve; 0 if the run went on from a model or was a distillation."""
        metadata = self.classifier.metadata
        return 0 if metadata.get("earlier") or "distilled" in metadata else sum(sizes(self.plan.n_train))

    def report(self, with_curve: bool = True) -> Report:
        """Return the run's report; the curve takes as long as two trainings."""
        test = self.read_test()
        return self.draw(test, self.learning_curve(test, with_curve))

    def read_test(self) -> TestPart:
        """Return what is found in the test documents."""
        return read_test_part(self.classifier, self.test)

    def learning_curve(
        self, test: TestPart, with_curve: bool = True, tell: Callable[[int], None] = lambda n: None
    ) -> LearningCurve:
        """Repeat the run on more and more documents, whose numbers are told; or return what the record knows."""
        if with_curve and self.n_to_repeat:
            return repeat_run(self.classifier, self.plan, lambda: self.train, self._sample(test), tell)
        return LearningCurve(prequential(self.classifier), [])

    def draw(self, test: TestPart, curve: LearningCurve) -> Report:
        """Return the report of what was found."""
        return make_report(self.classifier, lambda: self.train, test, curve)

    def _sample(self, test: TestPart) -> list[Document]:
        """Return all test documents, or every k-th of many: a test corpus may be sorted by label."""
        step = int(test.n_words.sum()) // MAX_WORDS + 1
        return list(islice(iter(self.test), 0, None, step))


def open_run(classifier: Classifier, corpus: Corpus, other: Corpus | None = None) -> Run:
    """Return the run that a classifier comes from.

    Parameters
    ----------
    classifier : Classifier
    corpus : Corpus
        What it was trained on.
    other : Corpus, optional
        What it was evaluated on, if not on the holdout.

    Raises
    ------
    ValueError
        If the corpus is not the one that the classifier was trained on, or is read in a different way, or the test
        corpus is missing.
    """
    metadata = classifier.metadata
    if "sha256" not in metadata or "n_train" not in metadata:
        raise ValueError("the model does not say what it was trained on; report on one that train has written.")
    found = survey(corpus)
    if (found.sha256, found.shuffle_seed) != (metadata["sha256"], metadata.get("shuffle_seed")):
        raise ValueError(
            f"{', '.join(corpus.names)} is not what the model was trained on: its SHA-256 is "
            f"{_told(found.sha256, found.shuffle_seed)}; the model's corpus {', '.join(metadata['corpus'])} has "
            f"{_told(metadata['sha256'], metadata.get('shuffle_seed'))}. Pass that one, read in the same order."
        )
    trained, reading = metadata.get("reading", {}), corpus.reading.chosen()
    if not same_reading(reading, trained):
        raise ValueError(
            f"{', '.join(corpus.names)} was read with {as_options(trained)} for the training, and is now read with "
            f"{as_options(reading)}; these are other documents. Pass the options of the training."
        )
    n_train, n_holdout = metadata["n_train"], metadata["n_holdout"]
    documents = Slice(corpus, found.labels)
    test: Iterator[Document] | Part = replace(documents, start=n_train, stop=n_train + n_holdout)
    if other is not None:
        test = Slice(other, found.labels)
    elif metadata["evaluated_on"] != "the holdout":
        raise ValueError(f"the model was evaluated on {metadata['evaluated_on']}; pass it with --test.")
    plan = Plan(
        classifier.recipe,
        tuple(classifier.classes_.tolist()),
        count_labels(found),
        n_train,
        sha256=found.sha256,
        minibatch_size=metadata.get("minibatch_size", 1000),
        seed=metadata["seed"],
        n_keep=metadata.get("n_keep"),
        allow_sorted=True,
    )
    return Run(classifier, replace(documents, stop=n_train), test, plan)


def _told(sha256: str, shuffle_seed: int | None) -> str:
    """Say which corpus it is, and in which order."""
    order = "in its own order" if shuffle_seed is None else f"read with --shuffle --shuffle-seed {shuffle_seed}"
    return f"{sha256[:12]}…, {order}"
