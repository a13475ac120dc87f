"""Predictions as rows of the log, which wait some time for the vote of their owner."""

import json
from datetime import timedelta

from sqlalchemy import Connection, insert

from movieclassifier.feedback.log.appending import now
from movieclassifier.feedback.log.entities import Client, Prediction
from movieclassifier.feedback.log.errors import NotFound
from movieclassifier.feedback.log.raw_connections import Raw
from movieclassifier.feedback.log.raw_statements import PredictionRow, read_prediction
from movieclassifier.feedback.log.schema import predictions
from movieclassifier.feedback.log.texts import text_digest


def prediction_row(prediction: Prediction, client: Client) -> PredictionRow:
    """Return a prediction as it is stored."""
    return PredictionRow(
        id=str(prediction.id),
        owner=client.owner,
        text=prediction.text,
        digest=text_digest(prediction.text),
        label=prediction.label,
        probabilities=json.dumps(prediction.probabilities),
        model_version=prediction.model_version,
        explanation=prediction.evidence,
        created_at=round(prediction.created_at.timestamp() * 1000),
    )


def insert_prediction(connection: Connection, row: PredictionRow) -> None:
    """Store a prediction, in a transaction of SQLAlchemy's."""
    connection.execute(insert(predictions).values(**row._asdict()))


def owned_prediction(raw: Raw, prediction_id: str, owner: str, lifetime: timedelta) -> PredictionRow:
    """Return the row of a prediction that an owner may still vote on, or raise NotFound."""
    row = read_prediction(raw, prediction_id, owner)
    if row is None or row.created_at < oldest(lifetime):
        raise NotFound("There is no such prediction, or it has expired.")
    return row


def oldest(lifetime: timedelta) -> int:
    """Return the time before which a prediction has expired, in milliseconds since 1970, UTC."""
    return now() - int(lifetime.total_seconds() * 1000)
