"""Decision values of a model over many documents, computed on an engine; the same bits as in one process."""

import copy
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from movieclassifier.corpora.pieces import Excerpt, small_file
from movieclassifier.corpora.readers.contract import Document
from movieclassifier.models.classifier import Classifier
from movieclassifier.models.record import load_record
from movieclassifier.models.scoring import score_documents
from movieclassifier.models.writing import record_bytes
from movieclassifier.system.progress import telling
from movieclassifier.training.engines.tasks import Engine, Task, n_bundles_for

Scored = tuple[NDArray[np.unsignedinteger], NDArray[np.float64]]


def score_on(engine: Engine, classifier: Classifier, documents: Excerpt | Sequence[Document]) -> Scored:
    """Return the true classes and the decision values, as :func:`movieclassifier.models.scoring.score_documents`.

    The value of a document depends on no other document, and the parts are put together in their order.

    Parameters
    ----------
    engine : Engine
    classifier : Classifier
    documents : Excerpt or sequence of Document
        An excerpt is read by all workers; a sequence travels to one of them, who scores it.

    Raises
    ------
    ValueError
        If there are no documents.
    OSError
        If a worker cannot read the documents.
    ChildProcessError
        If the workers of the engine have gone.
    """
    if not len(documents):
        raise ValueError("there are no documents to evaluate on.")
    bare = copy.copy(classifier)
    bare.metadata = {}
    parts = documents.split(n_bundles_for(engine.n_workers)) if isinstance(documents, Excerpt) else [documents]
    record = engine.share(np.frombuffer(record_bytes(bare), np.uint8))
    tasks = [Task(score_part, (record, part)) for part in parts]
    found = dict(telling(engine.run(tasks), "Evaluating", "parts"))
    engine.drop(record)
    scored = [found[number] for number in range(len(parts))]
    return np.concatenate([y for y, _ in scored]), np.concatenate([values for _, values in scored])


def score_part(record: NDArray[np.uint8], documents: Excerpt | Sequence[Document]) -> Scored:
    """Score documents by the bytes of a record."""
    with small_file(record.data) as path:
        classifier, _ = load_record(path, with_guard=False)
    return score_documents(classifier, documents.stream() if isinstance(documents, Excerpt) else documents)
