"""Votes on items, and why the model files an item where it does."""

from urllib.parse import parse_qsl, urlencode

from flask import abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import StringField

from movieclassifier.feedback.log.entities import Client, Prediction
from movieclassifier.feedback.log.errors import FeedbackError
from movieclassifier.feedback.log.texts import clean
from movieclassifier.web.clients import current_client, live, service
from movieclassifier.web.display.highlighting import segments, strongest_phrases
from movieclassifier.web.forms import SecureForm
from movieclassifier.web.pages.live.model import voted_for

EXCERPT = 300
MAX_BACK = 2000


class LabelForm(SecureForm):
    """The label that a person says is right."""

    label = StringField()


def vote(id: int) -> Response:
    """Take a vote on an item: it becomes a prediction of this visitor, and a vote in the one log."""
    form = LabelForm.of_request()
    if not form.checked():
        abort(400)
    kept = live().item(id)
    cast_vote(kept.item.document, form.label.data or "", current_client())
    return redirect(page_of_vote(id), 303)


def page_of_vote(id: int) -> str:
    """Return the address of the page that a vote came from, built from the fields of its form."""
    if "why" in request.args:
        return url_for("live.why", id=id)
    search = request.args.get("search", "")
    place = url_for("live.hashtag") if search else url_for("live.news")
    pairs = parse_qsl((search or request.args.get("back", ""))[:MAX_BACK])
    return f"{place}{'?' if pairs else ''}{urlencode(pairs)}#item-{id}"


def cast_vote(text: str, label: str, client: Client) -> None:
    """Vote on a text, or change the vote that this visitor has cast on it.

    Raises
    ------
    FeedbackError
        If nobody may vote for the label; then no prediction is stored.
    """
    if label not in voted_for():
        raise FeedbackError(f"the label must be one of {', '.join(voted_for())}; got {label[:40]!r}.")
    before = earlier_vote(text, client)
    if before is not None and before.vote is not None and before.id is not None:
        service().change(before.id, label, client)
        return
    prediction = service().classify(text, client)
    if prediction.id is not None:
        service().vote(prediction.id, label, client)


def earlier_vote(text: str, client: Client) -> Prediction | None:
    """Return the prediction of this visitor on a text that a vote stands on."""
    wanted = clean(text)
    return next((each for each in service().history(client) if each.vote and each.text == wanted), None)


def why(id: int) -> str:
    """Show why the model files an item where it does."""
    kept = live().item(id)
    (found,) = live().judged([kept])
    with service().model() as classifier:
        explanation = classifier.explain(kept.item.document, found.judgement.label)
        shown = classifier.explain(kept.item.document[:EXCERPT], found.judgement.label)
    phrases, rest = strongest_phrases(explanation)
    return render_template(
        "live/why.html",
        form=SecureForm.of_request(),
        found=found,
        item=kept.item,
        segments=segments(shown),
        is_cut=len(kept.item.document) > EXCERPT,
        answer={"name": found.judgement.label},
        explanation=explanation,
        phrases=phrases,
        rest=rest,
        labels=voted_for(),
        least=live().thresholds.of(found.judgement.n_known),
    )
