"""The pages for visitors: write a text, read the answer, correct it, undo the correction."""

from typing import Any

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import BooleanField, StringField, TextAreaField, ValidationError
from wtforms.validators import AnyOf

from movieclassifier.feedback.log.entities import Prediction
from movieclassifier.feedback.log.texts import clean
from movieclassifier.models.classifier import Classifier
from movieclassifier.models.explanation import Explanation
from movieclassifier.models.unknown import describe_unknown
from movieclassifier.web.clients import current_client, service, throttle
from movieclassifier.web.display.examples import examples_for
from movieclassifier.web.display.highlighting import segments
from movieclassifier.web.display.movement import moved_words
from movieclassifier.web.display.outcomes import update_words
from movieclassifier.web.display.promise import promise_of, question_of
from movieclassifier.web.display.waterfall import waterfall
from movieclassifier.web.display.wording import ShownAnswer, any_of
from movieclassifier.web.forms import PLAIN_HTTP, SecureForm, needs_https
from movieclassifier.web.guard_answers import has_guard

EXPIRED = "The form had expired, and your text is still here. Send it again."
MAX_DRAFT = 5000
HEADING = "No word of it is known to the model."  # the page has said that

blueprint = Blueprint("pages", __name__)


class ReviewForm(SecureForm):
    """A text to classify."""

    review = TextAreaField("Your text")
    forget = BooleanField("Don’t keep my text")

    def validate_review(self, field: TextAreaField) -> None:
        """Refuse a text that is too short to judge or too long to show."""
        settings, length = service().settings, len(self.text)
        if length < settings.min_length:
            raise ValidationError(
                f"A text has at least {settings.min_length} characters; this one has {length}. Write a little more."
            )
        if length > settings.max_length:
            raise ValidationError(
                f"A text has at most {settings.max_length:,} characters; this one has {length:,}. Shorten it."
            )

    @property
    def text(self) -> str:
        """The text without blanks around it; browsers send a line break as two characters."""
        return (self.review.data or "").replace("\r\n", "\n").strip()


class VoteForm(SecureForm):
    """The label that a person says is right."""

    label = StringField()

    @classmethod
    def of(cls, prediction: Prediction) -> "VoteForm":
        """Return the form of the request, which takes the labels of the model only."""
        form = cls.of_request()
        form.label.validators = [AnyOf(prediction.labels)]
        return form


@blueprint.route("/", methods=["GET", "POST"])
def index() -> Any:
    """Take a text."""
    form = ReviewForm.of_request()
    if request.method == "POST" and form.validate():
        throttle("predictions")
        prediction = service().classify(form.text, current_client(), keep=not form.forget.data)
        return see("pages.results", prediction.id) if prediction.id else show(prediction)
    status = 422 if form.errors else 200
    if request.method == "POST" and form.has_expired:
        # With the text that was written and a new token; sending it again is all there is to do.
        status, form.csrf_token.errors = 400, [PLAIN_HTTP if needs_https() else EXPIRED]
    if request.method == "GET":
        form.review.data = request.args.get("text", "")[: service().settings.max_length]
    facts = service().facts()
    return render_template(
        "pages/index.html",
        form=form,
        names=any_of(facts.labels),
        question=question_of(facts.labels),
        promise=promise_of(facts),
        examples=_examples(facts.version),
        settings=service().settings,
    ), status


def _examples(version: int) -> list[tuple[str, str]]:
    """Return the texts to try of a base; they are looked up once."""
    known: dict[int, list[tuple[str, str]]] = current_app.extensions.setdefault("movieclassifier examples", {})
    if version not in known:
        with service().model() as classifier:
            known[version] = examples_for(classifier)
    return known[version]


@blueprint.post("/draft")
def draft() -> Any:
    """Answer a text while it is written; nothing is stored or counted."""
    form = ReviewForm.of_request()
    form.checked()
    throttle("drafts")
    text = clean(form.text[:MAX_DRAFT])
    if len(text) < service().settings.min_length:
        return "", 204
    with service().model() as classifier:
        rows = classifier.rows([text])
        y_proba = classifier.predict_proba(rows)[0]
        best = int(y_proba.argmax())
        explanation = classifier.explain(text, classifier.classes_[best].item(), rows)
        names, why = classifier.label_names, explained(explanation, classifier)
    answer = ShownAnswer.of(dict(zip(names, y_proba.tolist(), strict=True)), names[best])
    return render_template("pages/draft.html", answer=answer, **why)


@blueprint.get("/results")
@blueprint.get("/thanks")
def latest() -> Response:
    """Go to the latest text of the session."""
    predictions = service().history(current_client(), limit=1)
    return see("pages.results", predictions[0].id) if predictions else redirect(url_for("pages.index"), 303)


@blueprint.get("/results/<id>")
def results(id: str) -> str:
    """Show the answer, why, and ask whether it is right."""
    return show(service().get(id, current_client()))


@blueprint.post("/results/<id>/vote")
def vote(id: str) -> Response:
    """Take a vote."""
    throttle("votes")
    service().vote(id, checked_label(id), current_client())
    return see("pages.thanks", id)


@blueprint.post("/results/<id>/change")
def change(id: str) -> Response:
    """Replace the vote by one for a different label."""
    throttle("votes")
    service().change(id, checked_label(id), current_client())
    return see("pages.thanks", id)


@blueprint.post("/results/<id>/undo")
def undo(id: str) -> Response:
    """Take a vote back."""
    SecureForm.of_request().checked()
    service().undo(id, current_client())
    flash("Your vote was taken back.")
    return see("pages.results", id)


@blueprint.get("/thanks/<id>")
def thanks(id: str) -> str | Response:
    """Show the effect of a vote."""
    prediction = service().get(id, current_client())
    vote = prediction.vote
    if vote is None:
        return see("pages.results", id)
    with service().model() as classifier:
        words = moved_words(classifier, prediction.text, vote.label) if vote.label in classifier.label_names else []
    before = ShownAnswer.of(vote.before, vote.before_label)
    return render_template(
        "pages/thanks.html",
        form=SecureForm.of_request(),
        prediction=prediction,
        before=before,
        after=ShownAnswer.of(vote.after, vote.after_label, like=before),
        words=words,
        update=update_words(vote, vote.status == "held" and has_guard(service().log, service().facts().version)),
    )


def show(prediction: Prediction) -> str:
    """Render an answer."""
    explanation = prediction.explanation or Explanation(prediction.text, prediction.label, 0.0, 0.0, ())
    now = service().answer(prediction.text) if prediction.id else None
    with service().model() as classifier:
        why = explained(explanation, classifier)
    return render_template(
        "pages/results.html",
        form=SecureForm.of_request(),
        prediction=prediction,
        choices=sorted(prediction.labels, key=lambda label: -prediction.probabilities[label]),
        answer=ShownAnswer.of(prediction.probabilities, prediction.label),
        now=ShownAnswer.of(now.probabilities, now.label) if now else None,
        **why,
    )


def explained(explanation: Explanation, classifier: Classifier) -> dict[str, Any]:
    """Return the parts of a page that say why, or why the model cannot know."""
    temperature, known = classifier.temperature_, explanation.n_known > 0
    return {
        "known": known,
        "unknown": "" if known else describe_unknown(explanation.text, classifier.recipe.ngrams).removeprefix(HEADING),
        "segments": segments(explanation, temperature),
        "picture": waterfall(explanation, temperature),
    }


def see(endpoint: str, id: str | None) -> Response:
    """Send the browser on with GET, so that a reload repeats nothing."""
    return redirect(url_for(endpoint, id=id), 303)


def checked_label(id: str) -> str:
    """Return the label voted for; only the browser's owner of a text gets this far."""
    form = VoteForm.of(service().get(id, current_client()))
    if not form.checked():
        abort(400)
    label: str = form.label.data
    return label
