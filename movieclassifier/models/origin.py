"""Where a model came from, in words: the corpora that it was trained and evaluated on."""

import json
import math
import os
from collections.abc import Iterator
from pathlib import Path

from movieclassifier.models.classifier import Classifier
from movieclassifier.models.metadata import Provenance, RecordFacts, first_misfit
from movieclassifier.models.record import MAX_FACTS_BYTES
from movieclassifier.system.npz import NPZ_ERRORS, open_npz

UNKNOWN = "an unknown corpus"


def trained_on(metadata: Provenance) -> str:
    """Return the corpora that a model was trained on, those before ``--continue`` included.

    Examples
    --------
    >>> trained_on({"n_train": 2000, "corpus": ["b.csv"], "earlier": [["5e4f", 22500, ["a.csv"]]]})
    '2,000 documents of b.csv, after 22,500 of a.csv'
    """
    seed = metadata.get("shuffle_seed")
    last = f"{metadata.get('n_train', 0):,} documents of {_corpus(metadata)}"
    shuffled = "" if seed is None else f", shuffled with the seed {seed}"
    shards = f", in {metadata['n_shards']} shards" if "n_shards" in metadata else ""
    before = " and ".join(f"{n:,} of {', '.join(names) or UNKNOWN}" for _, n, names in earlier(metadata))
    return last + shuffled + shards + (f", after {before}" if before else "")


def evaluated_on(metadata: Provenance) -> str:
    """Return the name of the documents that a model was evaluated on."""
    name = str(metadata.get("evaluated_on", ""))
    return f"{name} of {_corpus(metadata)}" if name == "the holdout" else name


def earlier(metadata: Provenance) -> Iterator[tuple[str, int, list[str]]]:
    """Yield digest, number of documents and names of each corpus before the last; early records have no names."""
    for sha256, n, *names in metadata.get("earlier", []):
        yield sha256, n, list(*names)


def seen(metadata: Provenance) -> dict[str, int]:
    """Return the digest of each corpus that a model was trained on, with its number of documents."""
    documents: dict[str, int] = {metadata.get("sha256", ""): metadata.get("n_train", 0)}
    for sha256, n, _ in earlier(metadata):
        documents[sha256] = max(n, documents.get(sha256, 0))
    return documents


def load_record_facts(model_dir: str | os.PathLike[str]) -> RecordFacts | None:
    """Return the facts of the record in a folder, without its weights; None if it cannot be read."""
    try:
        with open_npz(Path(model_dir, "classifier.npz")) as arrays:
            facts: RecordFacts = json.loads(arrays.read("facts", MAX_FACTS_BYTES).tobytes())
            return facts if {"recipe", "metadata"} <= facts.keys() else None
    except (OSError, *NPZ_ERRORS):
        return None


def replacement_note(before: RecordFacts | None, after: RecordFacts | None) -> str:
    """Return ", in place of …" if a different model was overwritten, and nothing otherwise."""
    if before is None or before == after or first_misfit(before["metadata"]):
        return ""
    return f", in place of {described(before)}"


def described(facts: RecordFacts) -> str:
    """Return a model's recipe and how good it was, from the facts of its record.

    Examples
    --------
    >>> metadata = {"metrics": {"accuracy": 0.9276}, "evaluated_on": "the holdout", "corpus": ["movie_data.csv"]}
    >>> described({"recipe": {"name": "default"}, "metadata": metadata})
    'one of recipe default that had 0.9276 on the holdout of movie_data.csv'
    """
    metadata = facts["metadata"]
    metrics = metadata.get("metrics")
    name = f"one of recipe {facts['recipe']['name']}"
    if not metrics:
        return f"{name}, trained on {trained_on(metadata)}"
    return f"{name} that had {metrics['accuracy']:.4f} on {evaluated_on(metadata)}"


def _corpus(metadata: Provenance) -> str:
    return ", ".join(metadata.get("corpus", [UNKNOWN]))


def prequential(classifier: Classifier) -> list[tuple[int, float]]:
    """Return the part of the learning curve in which all documents were new: the first pass.

    After a counting pass, which has seen all labels, the list is empty.
    """
    recipe = classifier.recipe
    if recipe.log_count_ratio and recipe.passes > 1:
        return []
    n_train = classifier.metadata.get("n_train", math.inf)
    return [(n, accuracy) for n, accuracy in classifier.metadata.get("learning_curve", []) if n <= n_train]
