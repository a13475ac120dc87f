"""The steps of distilling on the command line: read, teach, label, train the student, compare, and save."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from movieclassifier.commands.shared.corpus_options import chosen_corpus, corpus_to_test_on, report_bad_rows
from movieclassifier.commands.shared.training_options import Count, NGramRange
from movieclassifier.corpora.reading import ReadingOptions
from movieclassifier.features.tokenizers import TOKENIZERS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from movieclassifier.corpora.corpus import Corpus
    from movieclassifier.corpora.readers.contract import Document, Label
    from movieclassifier.corpora.survey import Survey
    from movieclassifier.corpora.unlabelled import Unlabelled
    from movieclassifier.models.classifier import Classifier
    from movieclassifier.training.distilling import Student
    from movieclassifier.training.teachers.lessons import Lessons, Probabilities, Stages
    from movieclassifier.training.teachers.soft_labels import SoftLabels


class TeacherName(click.ParamType):
    """A name in TEACHERS, which is imported only when one is given."""

    name = "TEACHER"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the name, if it is one."""
        from movieclassifier.training.teachers import TEACHERS

        return click.Choice(list(TEACHERS)).convert(value, param, ctx)


TEACHING_OPTIONS = [
    click.option(
        "--unlabelled",
        multiple=True,
        type=click.Path(),
        metavar="PATH",
        help="Texts without labels: a folder of texts, or any corpus; its labels are ignored. May be given several "
        "times.",
    ),
    click.option(
        "--soft-labels",
        type=click.Path(dir_okay=False),
        metavar="FILE",
        help="JSON lines of texts and their probabilities, in place of --unlabelled and a teacher.",
    ),
    click.option("--teacher", type=TeacherName(), default="vectors", show_default=True, help="Teacher to train."),
    click.option(
        "--write-soft-labels",
        type=click.Path(dir_okay=False),
        metavar="FILE",
        help="Write the teacher's probabilities as --soft-labels reads them.",
    ),
]

STUDENT_OPTIONS = [
    click.option("--passes", type=click.IntRange(1), help="Passes of SGD.  [default: 6]"),
    click.option("--tokenizer", type=click.Choice(list(TOKENIZERS)), help="Tokenizer of the student."),
    click.option("--n-features", type=Count(), help="Columns that n-grams are hashed to, such as 2**24."),
    click.option("--ngrams", "ngram_range", type=NGramRange(), help="Longest n-gram, or shortest and longest."),
    click.option("--min-df", type=click.IntRange(1), help="Fewest documents that earn a column a weight."),
    click.option("--keep", "n_keep", type=click.IntRange(1), help="Keep this many columns.  [default: all]"),
]

HOLDOUT_OPTIONS = [
    click.option(
        "--n-holdout", type=click.IntRange(1), help="Documents held out.  [default: a tenth; none with --test]"
    ),
    click.option("--test", type=click.Path(), help="Another corpus to evaluate on, read like CORPUS."),
]

DISTILL_OPTIONS = [
    *TEACHING_OPTIONS,
    *STUDENT_OPTIONS,
    *HOLDOUT_OPTIONS,
    click.option("--seed", type=click.IntRange(0, 2**32 - 1), default=1, show_default=True, help="Seed of everything."),
    click.option(
        "--model-dir",
        type=click.Path(file_okay=False),
        default="pkl_objects",
        show_default=True,
        help="Folder to write.",
    ),
    click.option("--resume", is_flag=True, help="Go on after the last stage of the same run that is complete."),
    click.option("--keep-stages", is_flag=True, help="Leave the files of the stages in the model folder."),
    click.option("--json", "as_json", is_flag=True, help="Print the result as JSON."),
]

STUDENT_SETTINGS = ("passes", "tokenizer", "n_features", "ngram_range", "min_df")


@dataclass(frozen=True)
class Texts:
    """The corpora of a run.

    Attributes
    ----------
    corpus : Corpus
    found : Survey
        Of that corpus.
    n_train : int
        Documents of it to train on; those behind are the holdout.
    test : Corpus or None
    unlabelled : Unlabelled or SoftLabels
    n_unlabelled, n_left_out : int
    sha256 : str
        Digest of the texts without labels.
    """

    corpus: "Corpus"
    found: "Survey"
    n_train: int
    test: "Corpus | None"
    unlabelled: "Unlabelled | SoftLabels"
    n_unlabelled: int
    n_left_out: int
    sha256: str

    @property
    def classes(self) -> tuple["Label", ...]:
        """The labels, ascending."""
        return self.found.classes

    def labelled(self) -> Iterator["Document"]:
        """Yield the documents to train on, with positions of classes in place of labels."""
        positions = {label: position for position, label in enumerate(self.classes)}
        for text, label in islice(self.corpus.documents(self.found.labels), self.n_train):
            yield text, positions[label]

    def unseen(self) -> Iterator["Document"]:
        """Yield the documents to evaluate on."""
        if self.test is not None:
            return self.test.documents(self.found.labels)
        return islice(self.corpus.documents(self.found.labels), self.n_train, None)


class _Again:
    """An iterable that starts anew at each iteration."""

    def __init__(self, texts: Texts):
        self._texts = texts

    def __iter__(self) -> Iterator["Document"]:
        return self._texts.labelled()


def distill(paths: tuple[str, ...], reading: ReadingOptions, options: dict[str, Any]) -> None:
    """Run the command.

    Parameters
    ----------
    paths : tuple of str
        The corpus.
    reading : ReadingOptions
    options : dict
        Those of ``DISTILL_OPTIONS``, and ``show``.

    Raises
    ------
    OSError, ValueError
        If something cannot be read or written, or does not fit together.
    """
    from movieclassifier.commands.shared.train_steps import measure_costs, say_where
    from movieclassifier.models import origin
    from movieclassifier.training import distilling

    costs = measure_costs()
    _check(options)
    texts = read_texts(paths, reading, options)
    student = make_student(texts, options)
    lock(options["model_dir"])
    plan = make_plan(texts, student, options)
    stages = distilling.open_stages(options["model_dir"], plan, options["resume"], options["show"])
    lessons = make_lessons(texts, stages, options["seed"])
    say_bound(lessons, student)
    before = origin.load_facts(options["model_dir"])
    teacher, soft = label(lessons, texts, options)
    classifier = distilling.fit_student(lessons, soft, student)
    classifier = pruned(classifier, stages, options["n_keep"])
    result = evaluate_all(classifier, teacher, lessons, texts)
    classifier.metadata |= provenance(texts, options) | {"metrics": result.pop("metrics")}
    save(classifier, texts, options["model_dir"])
    if options["write_soft_labels"]:
        write_soft_labels(options["write_soft_labels"], texts, soft, student.label_names)
    if not options["keep_stages"]:
        stages.remove()
    click.echo(show(result, options["as_json"], costs()))
    say_where(options["model_dir"], before, classifier.metadata["metrics"])


def _check(options: dict[str, Any]) -> None:
    if bool(options["unlabelled"]) == bool(options["soft_labels"]):
        raise ValueError("there must be texts without labels; pass either --unlabelled PATH or --soft-labels FILE.")
    if options["soft_labels"] and options["write_soft_labels"]:
        raise ValueError("--write-soft-labels writes the labels of a teacher; leave it out with --soft-labels.")
    if options["write_soft_labels"]:
        from movieclassifier.system.atomic import check_replaceable

        check_replaceable(options["write_soft_labels"])


def read_texts(paths: tuple[str, ...], reading: ReadingOptions, options: dict[str, Any]) -> Texts:
    """Open and survey the corpora, and count the texts without labels."""
    import hashlib

    from movieclassifier.corpora.minibatches import holdout_sizes
    from movieclassifier.corpora.survey import survey
    from movieclassifier.corpora.unlabelled import open_unlabelled, text_digests

    corpus = chosen_corpus(paths, reading)
    test = corpus_to_test_on(options["test"], reading) if options["test"] else None
    found = survey(corpus)
    report_bad_rows(found)
    if len(found.classes) < 2:
        raise ValueError(f"there must be documents of at least two classes; all are labelled {found.classes[0]!r}.")
    n_holdout = 0 if test is not None and options["n_holdout"] is None else options["n_holdout"]
    n_train, n_holdout = holdout_sizes(found.n_documents, None, n_holdout)
    tested: Iterable[Document] = () if test is None else test.documents(found.labels)
    known = text_digests(text for text, _ in chain(corpus.documents(found.labels), tested))
    unlabelled: Any
    if options["soft_labels"]:
        from movieclassifier.training.teachers.soft_labels import SoftLabels

        names = tuple((name, str(label)) for name, label in zip(_names(corpus, found), found.classes, strict=True))
        unlabelled = SoftLabels(Path(options["soft_labels"]), names, known)
    else:
        unlabelled = open_unlabelled(options["unlabelled"], known)
    n_all, n_kept, digest = 0, 0, hashlib.sha256()
    for text in unlabelled.all_texts():
        n_all += 1
        if not unlabelled.is_known(text):
            n_kept += 1
            digest.update(text.encode("utf-8", "surrogatepass") + b"\0")
    if not n_kept:
        raise ValueError("no text without a label is left; pass others than those of CORPUS and --test.")
    click.echo(
        f"{n_kept:,} texts without labels; {n_all - n_kept:,} that equal a text of the corpora left out.", err=True
    )
    return Texts(corpus, found, n_train, test, unlabelled, n_kept, n_all - n_kept, digest.hexdigest())


def _names(corpus: "Corpus", found: "Survey") -> tuple[str, ...]:
    """Return the labels as people read them."""
    from movieclassifier.training.planning import BOOK_MAPPINGS, BOOK_NAMES

    names = BOOK_NAMES if corpus.labels in BOOK_MAPPINGS else {}
    return tuple(names.get(label, str(label)) for label in found.classes)


def make_student(texts: Texts, options: dict[str, Any]) -> "Student":
    """Return the student that the options ask for."""
    from movieclassifier.recipes.names import make_recipe
    from movieclassifier.training.capacity import check_capacity
    from movieclassifier.training.distilling import Student

    recipe = make_recipe("student", **{name: options[name] for name in STUDENT_SETTINGS})
    check_capacity(recipe, len(texts.classes))
    return Student(recipe, texts.classes, _names(texts.corpus, texts.found))


def lock(model_dir: str) -> None:
    """Lock the model folder until the command ends."""
    from movieclassifier.system.locking import lock_folder

    Path(model_dir).mkdir(parents=True, exist_ok=True)
    click.get_current_context().with_resource(lock_folder(Path(model_dir)))


def make_plan(texts: Texts, student: "Student", options: dict[str, Any]) -> dict[str, Any]:
    """Return all that decides the bits of the run, as JSON holds it."""
    from movieclassifier import __version__

    return {
        "version": __version__,
        "recipe": student.recipe.to_dict(),
        "teacher": "soft labels" if options["soft_labels"] else options["teacher"],
        "corpus": texts.found.sha256,
        "reading": texts.corpus.reading.describe(texts.found),
        "n_train": texts.n_train,
        "unlabelled": texts.sha256,
        "seed": options["seed"],
    }


def make_lessons(texts: Texts, stages: "Stages", seed: int) -> "Lessons":
    """Return what the teacher is given."""
    import numpy as np

    from movieclassifier.training.teachers.lessons import Lessons

    y = np.fromiter((position for _, position in texts.labelled()), np.intp)
    return Lessons(_Again(texts), texts.unlabelled, y, texts.n_unlabelled, len(texts.classes), stages, seed)


def say_bound(lessons: "Lessons", student: "Student") -> None:
    """Say on stderr how much memory the run takes at most."""
    from movieclassifier.training.distilling import memory_bound

    bound = memory_bound(lessons, student.recipe)
    click.echo(f"This takes at most about {bound / 1e6:,.0f} MB of memory.", err=True)


def label(
    lessons: "Lessons", texts: Texts, options: dict[str, Any]
) -> "tuple[Probabilities | None, NDArray[np.float32]]":
    """Return the teacher, where there is one, and the probabilities of the texts without labels."""
    from movieclassifier.training.distilling import label_texts, read_labels
    from movieclassifier.training.teachers import TEACHERS
    from movieclassifier.training.teachers.soft_labels import SoftLabels

    if isinstance(texts.unlabelled, SoftLabels):
        return None, read_labels(lessons, texts.unlabelled.probabilities)
    teacher = TEACHERS[options["teacher"]](lessons)
    return teacher, label_texts(lessons, teacher)


def pruned(classifier: "Classifier", stages: "Stages", n_keep: int | None) -> "Classifier":
    """Return the classifier with the columns that matter most."""
    if n_keep is None:
        return classifier
    from movieclassifier.models.pruning import prune

    return prune(classifier, n_keep, stages.arrays("student", dict)["frequency"])


def evaluate_all(
    classifier: "Classifier", teacher: "Probabilities | None", lessons: "Lessons", texts: Texts
) -> dict[str, Any]:
    """Return the rows of the table, the differences, and the metrics of the student."""
    import numpy as np

    from movieclassifier.evaluation.metrics import evaluate
    from movieclassifier.evaluation.teacher_table import paired_differences, score_rows
    from movieclassifier.models.decisions import probabilities
    from movieclassifier.models.scoring import score_documents
    from movieclassifier.training.distilling import in_batches, naive_bayes

    y, values = score_documents(classifier, texts.unseen())
    by_words = naive_bayes(lessons, classifier.recipe)
    models = {"naive Bayes": by_words} | ({} if teacher is None else {"teacher": teacher})
    proba = {}
    for name, model in models.items():
        proba[name] = np.concatenate(list(in_batches((text for text, _ in texts.unseen()), model)))
    proba["student"] = probabilities(values, classifier.temperature_)
    positions = y.astype(np.intp)
    return {
        "metrics": evaluate(y, values, classifier),
        "n_documents": len(y),
        "rows": score_rows(positions, proba),
        "differences": paired_differences(positions, proba, "student"),
    }


def provenance(texts: Texts, options: dict[str, Any]) -> dict[str, Any]:
    """Return where the model came from."""
    import platform
    from importlib.metadata import version

    from movieclassifier import __version__
    from movieclassifier.training.planning import PACKAGES
    from movieclassifier.training.teachers import describe

    corpus = texts.corpus
    sources = [options["soft_labels"]] if options["soft_labels"] else options["unlabelled"]
    distilled = {
        "teacher": "soft labels" if options["soft_labels"] else options["teacher"],
        "settings": {} if options["soft_labels"] else describe(options["teacher"]),
        "unlabelled": [Path(source).name for source in sources],
        "unlabelled_sha256": texts.sha256,
        "n_unlabelled": texts.n_unlabelled,
        "n_left_out": texts.n_left_out,
    }
    chosen = {
        "shuffle_seed": corpus.shuffle_seed,
        "reading": corpus.reading.chosen() or None,
        "n_keep": options["n_keep"],
    }
    return {
        "corpus": list(corpus.names),
        "sha256": texts.found.sha256,
        **{name: value for name, value in chosen.items() if value is not None},
        "n_train": texts.n_train,
        "n_holdout": texts.found.n_documents - texts.n_train,
        "evaluated_on": "the holdout" if options["test"] is None else Path(options["test"]).name,
        "seed": options["seed"],
        "distilled": distilled,
        "versions": {"movieclassifier": __version__, "python": platform.python_version()}
        | {name: version(name) for name in PACKAGES},
    }


def save(classifier: "Classifier", texts: Texts, model_dir: str) -> None:
    """Write the model folder."""
    from movieclassifier.models.guard import N_GUARD, make_guard
    from movieclassifier.models.persistence import save_model

    save_model(model_dir, classifier, make_guard(classifier, islice(texts.unseen(), N_GUARD)))


def write_soft_labels(path: str, texts: Texts, soft: "NDArray[np.float32]", names: tuple[str, ...]) -> None:
    """Write the teacher's probabilities as JSON lines."""
    from movieclassifier.system.atomic import replace_file
    from movieclassifier.training.teachers.soft_labels import soft_label_lines

    with replace_file(path, "w") as file:
        file.writelines(soft_label_lines(texts.unlabelled, soft.tolist(), names))


def show(result: dict[str, Any], as_json: bool, costs: dict[str, float]) -> str:
    """Return the result as a table or as JSON."""
    from movieclassifier.evaluation.teacher_table import teacher_table

    if as_json:
        return json.dumps(result | costs, indent=2)
    table = teacher_table(result["rows"], result["differences"], result["n_documents"])
    return f"{table}\n\n{costs['seconds']:,.0f} s, peak {costs['peak_MB']:,.0f} MB"
