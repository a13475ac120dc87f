"""The pages for visitors: write a review, read the answer, correct it, undo the correction."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import BooleanField, StringField, TextAreaField, ValidationError
from wtforms.validators import AnyOf

from movieclassifier.feedback.log.entities import Prediction
from movieclassifier.models.explanation import Explanation
from movieclassifier.web.clients import current_client, service, throttle
from movieclassifier.web.display.highlighting import segments, strongest_phrases
from movieclassifier.web.display.outcomes import outcome_of, state_of
from movieclassifier.web.display.wording import (
    ShownAnswer,
    any_of,
    count_of,
    excerpt,
    out_of_100,
    sentence,
    signed,
    when,
)
from movieclassifier.web.forms import PLAIN_HTTP, SecureForm, needs_https

PER_PAGE = 25
EXPIRED = "The form had expired, and your text is still here. Send it again."

blueprint = Blueprint("pages", __name__)
blueprint.add_app_template_filter(excerpt)
blueprint.add_app_template_filter(when)
blueprint.add_app_template_filter(sentence)
blueprint.add_app_template_filter(count_of)
blueprint.add_app_template_filter(signed)
blueprint.add_app_template_filter(out_of_100)
blueprint.add_app_template_filter(outcome_of)
blueprint.add_app_template_filter(state_of)


class ReviewForm(SecureForm):
    """A review to classify."""

    review = TextAreaField("Your review")
    forget = BooleanField("Don’t keep my review")

    def validate_review(self, field: TextAreaField) -> None:
        """Refuse a text that is too short to judge or too long to show."""
        settings, length = service().settings, len(self.text)
        if length < settings.min_length:
            raise ValidationError(
                f"A review has at least {settings.min_length} characters; this one has {length}. Write a little more."
            )
        if length > settings.max_length:
            raise ValidationError(
                f"A review has at most {settings.max_length:,} characters; this one has {length:,}. Shorten it."
            )

    @property
    def text(self) -> str:
        """The review without blanks around it; browsers send a line break as two characters."""
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
    """Take a review."""
    form = ReviewForm.of_request()
    if request.method == "POST" and form.validate():
        throttle("predictions")
        prediction = service().classify(form.text, current_client(), keep=not form.forget.data)
        return see("pages.results", prediction.id) if prediction.id else show(prediction)
    status = 422 if form.errors else 200
    if request.method == "POST" and form.has_expired:
        # With the text that was written and a new token; sending it again is all there is to do.
        status, form.csrf_token.errors = 400, [PLAIN_HTTP if needs_https() else EXPIRED]
    facts, settings = service().facts(), service().settings
    names = any_of(facts.labels)
    return render_template("pages/index.html", form=form, names=names, bundled=facts.bundled, settings=settings), status


@blueprint.get("/results")
@blueprint.get("/thanks")
def latest() -> Response:
    """Go to the latest review of the session."""
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
    before = ShownAnswer.of(vote.before, vote.before_label)
    after = ShownAnswer.of(vote.after, vote.after_label, like=before)
    return render_template(
        "pages/thanks.html", form=SecureForm.of_request(), prediction=prediction, before=before, after=after
    )


@blueprint.get("/history")
def history() -> str:
    """List the reviews of the session, a page at a time."""
    predictions = service().history(current_client())
    n_pages = max(1, -(-len(predictions) // PER_PAGE))
    page = min(max(1, request.args.get("page", 1, type=int)), n_pages)
    shown = predictions[(page - 1) * PER_PAGE : page * PER_PAGE]
    rows = [(prediction, ShownAnswer.of(prediction.probabilities, prediction.label)) for prediction in shown]
    return render_template("pages/history.html", form=SecureForm.of_request(), rows=rows, page=page, n_pages=n_pages)


def show(prediction: Prediction) -> str:
    """Render an answer."""
    explanation = prediction.explanation or Explanation(prediction.text, prediction.label, 0.0, 0.0, ())
    phrases, rest = strongest_phrases(explanation)
    now = service().answer(prediction.text) if prediction.id else None
    return render_template(
        "pages/results.html",
        form=SecureForm.of_request(),
        prediction=prediction,
        choices=sorted(prediction.labels, key=lambda label: -prediction.probabilities[label]),
        answer=ShownAnswer.of(prediction.probabilities, prediction.label),
        now=ShownAnswer.of(now.probabilities, now.label) if now else None,
        segments=segments(explanation),
        explanation=explanation,
        phrases=phrases,
        rest=rest,
    )


def see(endpoint: str, id: str | None) -> Response:
    """Send the browser on with GET, so that a reload repeats nothing."""
    return redirect(url_for(endpoint, id=id), 303)


def checked_label(id: str) -> str:
    """Return the label voted for; only the browser's owner of a review gets this far."""
    form = VoteForm.of(service().get(id, current_client()))
    if not form.checked():
        abort(400)
    label: str = form.label.data
    return label
