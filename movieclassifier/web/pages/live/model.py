"""The served model as the live pages name it."""

from movieclassifier.web.clients import service

# Corpora whose texts are posts.
POSTS_CORPORA = ("sentiment140", "tweet", "post", "toot")


def model_labels() -> tuple[str, ...]:
    """Return the labels of the served model."""
    return service().facts().labels


def voted_for() -> tuple[str, ...]:
    """Return the labels that may be voted for: the model's, and those that may become new classes."""
    return service().votable_labels()


def model_name() -> str:
    """Return the served model as people know it."""
    facts = service().facts()
    return f"{facts.name} (version {facts.model_version})"


def other_texts() -> str:
    """Return a warning where the served model was trained on other texts than posts."""
    corpus = ", ".join(service().facts().metadata.get("corpus", []))
    if any(name in corpus.lower() for name in POSTS_CORPORA):
        return ""
    return (
        f"The model was trained on {corpus or 'texts that its record does not name'}, not on posts: take these scores "
        "with caution."
    )
