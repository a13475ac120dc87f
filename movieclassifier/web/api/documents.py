"""The JSON documents of the API: the members of requests and of answers."""

import json
from dataclasses import dataclass
from typing import Any

from werkzeug.exceptions import BadRequest

from movieclassifier.feedback.log.entities import Prediction, Vote
from movieclassifier.models.explanation import Explanation
from movieclassifier.web.api.schemas import MAX_EXPLAINED, MAX_EXPLAINED_CHARACTERS, MAX_TEXTS

N_CONTRIBUTIONS = 20
# The documents are made here, and none holds itself.
_ENCODER = json.JSONEncoder(separators=(",", ":"), check_circular=False)


@dataclass(frozen=True)
class Asked:
    """A request for predictions.

    Attributes
    ----------
    texts : list of str
    many : bool
        Whether it came with ``texts`` in place of ``text``.
    explain, keep : bool
    """

    texts: list[str]
    many: bool
    explain: bool
    keep: bool


def encode(document: Any) -> bytes:
    """Return a document as Flask's ``jsonify`` writes it."""
    return (_ENCODER.encode(document) + "\n").encode()


def decode(body: bytes, allowed: frozenset[str]) -> dict[str, Any]:
    """Return the object in the body of a request.

    Raises
    ------
    BadRequest
        If there is none, or it has members that are not allowed.
    """
    try:
        found = json.loads(body)
    except RecursionError as error:
        raise BadRequest("The body is nested too deeply.") from error
    except ValueError as error:
        raise BadRequest("The body is not valid JSON.") from error
    if not isinstance(found, dict):
        raise BadRequest("The body must be a JSON object.")
    unknown = sorted(set(found) - allowed)
    if unknown:
        raise BadRequest(f"The body may have {', '.join(sorted(allowed))} only; got {', '.join(unknown)[:100]!r}.")
    return found


def read_request(body: bytes, max_length: int) -> Asked:
    """Return what the body of a request for predictions asks for.

    Raises
    ------
    BadRequest
        If it is wrong.
    """
    document = decode(body, frozenset({"text", "texts", "explain", "keep"}))
    if ("text" in document) == ("texts" in document):
        raise BadRequest("The body must have either 'text' or 'texts'.")
    many = "texts" in document
    texts = document["texts"] if many else [document["text"]]
    _check_texts(texts, max_length)
    explain, keep = document.get("explain", not many), document.get("keep", not many)
    if not isinstance(explain, bool) or not isinstance(keep, bool):
        raise BadRequest("'explain' and 'keep' must be true or false.")
    if many and explain:
        _check_explained(texts)
    return Asked(texts, many, explain, keep)


def read_vote(body: bytes) -> str:
    """Return the label in the body of a vote.

    Raises
    ------
    BadRequest
        If there is none.
    """
    label = decode(body, frozenset({"label"})).get("label")
    if not isinstance(label, str):
        raise BadRequest("The body must have a 'label', a string.")
    return label


def describe_prediction(prediction: Prediction) -> dict[str, Any]:
    """Return a prediction as a document."""
    return {
        "id": prediction.id,
        "label": prediction.label,
        "probabilities": prediction.probabilities,
        "model_version": prediction.model_version,
        "created_at": prediction.created_at.isoformat(timespec="milliseconds"),
        "n_known": prediction.n_known,
        "explanation": _describe_explanation(prediction.explanation, prediction.explained_label),
    }


def describe_vote(vote: Vote | None) -> dict[str, Any] | None:
    """Return a vote as a document."""
    if vote is None:
        return None
    return {
        "label": vote.label,
        "verdict": vote.verdict,
        "status": vote.status,
        "reason": vote.reason,
        "position": vote.position,
        "before": vote.before,
        "after": vote.after,
        "voted_at": vote.voted_at.isoformat(timespec="milliseconds"),
    }


def _describe_explanation(explanation: Explanation | None, label: str) -> dict[str, Any] | None:
    """Return the strongest contributions and the sum of the rest; together they give the decision value."""
    if explanation is None:
        return None
    parts = [part for part in explanation.contributions if part.value]
    return {
        "label": label,
        "decision_value": explanation.decision,
        "intercept": explanation.intercept,
        "contributions": [
            {"ngram": part.ngram, "value": part.value, "spans": [list(span) for span in part.spans]}
            for part in parts[:N_CONTRIBUTIONS]
        ],
        "others": sum(part.value for part in parts[N_CONTRIBUTIONS:]),
    }


def _check_texts(texts: Any, limit: int) -> None:
    if not isinstance(texts, list) or not 1 <= len(texts) <= MAX_TEXTS:
        raise BadRequest(f"'texts' must be a list of 1 to {MAX_TEXTS} strings.")
    for number, text in enumerate(texts):
        if not isinstance(text, str) or not 1 <= len(text) <= limit:
            raise BadRequest(f"A text must be a string of 1 to {limit} characters; text {number} is not.")


def _check_explained(texts: list[str]) -> None:
    if len(texts) > MAX_EXPLAINED or sum(map(len, texts)) > MAX_EXPLAINED_CHARACTERS:
        raise BadRequest(
            f"With 'explain', 'texts' may be at most {MAX_EXPLAINED} of {MAX_EXPLAINED_CHARACTERS:,} characters in "
            "all; send fewer at once, or leave 'explain' out."
        )
