"""The floor that ``web_load.py`` measures against: a Flask app that calls ``predict_proba`` and remembers nothing."""

import os

from flask import Flask, Response, jsonify, request

from movieclassifier import load_classifier

app = Flask(__name__)
classifier = load_classifier(os.environ["MOVIECLASSIFIER_MODEL"])
classifier.predict_proba(["a good start"])


@app.post("/api/v1/predictions")
def predict() -> tuple[Response, int]:
    """Classify a text."""
    [probabilities] = classifier.predict_proba([request.get_json()["text"]])
    return jsonify(probabilities=dict(zip(classifier.label_names, probabilities.tolist(), strict=True))), 201
