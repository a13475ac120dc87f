"""The pages about the model: /about in words, /model in plots."""

from itertools import pairwise

from flask import Blueprint, current_app, render_template

from movieclassifier.feedback.bounds import FEW_GUARDS
from movieclassifier.feedback.log.facts import FeedbackStats, ModelFacts
from movieclassifier.models.abstaining import is_thresholds, thresholds_of
from movieclassifier.models.intervals import wilson
from movieclassifier.models.metadata import Metrics, Provenance
from movieclassifier.models.origin import prequential
from movieclassifier.web.clients import service
from movieclassifier.web.display.plots import Plot, accuracy_plot, calibration_plot, votes_plot
from movieclassifier.web.display.promise import MIN_MEASURED
from movieclassifier.web.display.reliability import reliability
from movieclassifier.web.display.strongest_words import strongest_words
from movieclassifier.web.display.word_plots import words_plot
from movieclassifier.web.display.wording import any_of, count_of
from movieclassifier.web.guard_answers import answers_on_guard

MODES = {
    "instant": "A vote acts at once, within bounds. One that moves the model too far is kept until the next update.",
    "review": "A vote waits until somebody has approved it.",
}

FEW = "So few texts say little about its accuracy, and nothing about its probabilities."
MIN_VOTES = 10
# With fewer held-out texts the chances from which an answer counts are those of single texts.
MIN_HELD_OUT = 200
# With more labels there are fewer words of each: the page stays small.
MAX_WORDS = 24
MAX_LABELS = 8

blueprint = Blueprint("about", __name__)


@blueprint.get("/about")
def about() -> str:
    """Tell which model answers, how good it is, and what happens to the text."""
    facts = service().facts()
    return render_template(
        "about/about.html",
        facts=facts,
        settings=service().settings,
        model_facts=model_facts(facts),
        record_facts=record_facts(facts),
        measured=measured_facts(facts.measured) if facts.measured else [],
        measured_words=measured_words(facts) if facts.measured else "",
        corpus=corpus_name(facts.metadata) or "texts that its record does not name",
        learned=learned_words(facts),
        mode=MODES[facts.mode],
    )


@blueprint.get("/model")
def model() -> str:
    """Show how the model is doing."""
    stats, facts = service().stats(), service().facts()
    return render_template(
        "about/model.html",
        lead=accuracy_words(stats),
        facts=facts,
        votes=vote_plots(stats),
        plots=[*calibration_plots(facts), *word_plots(), *training_plots()],
        guard=guard_words(facts),
    )


def model_facts(facts: ModelFacts) -> list[tuple[str, str]]:
    """Return rows about the model that is served and its origin."""
    trained_on = facts.metadata.get("n_train")
    return [
        ("Name", facts.name),
        ("Answers", any_of(facts.labels)),
        ("Trained on", f"{trained_on:,} texts of {corpus_name(facts.metadata)}" if trained_on else "unknown"),
        ("Served", f"version {facts.version} with {count_of(facts.on_top, 'vote')} on top"),
        *threshold_facts(facts),
    ]


def threshold_facts(facts: ModelFacts) -> list[tuple[str, str]]:
    """Return below which probability a text of each length counts as none of the labels, where that was measured."""
    if not is_thresholds(facts.metadata.get("threshold")) or "live.news" not in current_app.view_functions:
        return []
    found = thresholds_of(facts.metadata)
    if found.n_documents < MIN_HELD_OUT:
        return []
    headline, teaser, article = (f"{value:.2f}" for value in found.least)
    return [
        (
            "News",
            f"a headline counts as one of the labels if its chance is at least {headline}, a teaser at least {teaser}, "
            f"an article at least {article}, and as “other” below that; {found.coverage:.0%} of texts that the model "
            "had not seen reach it",
        )
    ]


def record_facts(facts: ModelFacts) -> list[tuple[str, str]]:
    """Return rows for a person who wants to train the same model again."""
    rows = [
        ("Recipe", facts.recipe),
        ("Data’s SHA-256", facts.metadata.get("sha256", "")),
        ("Weights’ SHA-256", facts.weights_sha256),
        ("Made with", ", ".join(" ".join(item) for item in facts.metadata.get("versions", {}).items())),
    ]
    return [(name, value) for name, value in rows if value]


def corpus_name(metadata: Provenance) -> str:
    """Return the names of the files that a model was trained on."""
    return ", ".join(metadata.get("corpus", []))


def measured_facts(measured: Metrics) -> list[tuple[str, str]]:
    """Return the metrics that a person can use, with their units."""
    low, high = wilson(measured["accuracy"], measured["n_documents"])
    calibration = f"{100 * measured['calibration_error']:.1f} points (expected, 15 bins)"
    rows = [
        ("Accuracy", f"{measured['accuracy']:.2%}, 95% interval {low:.1%} to {high:.1%}"),
        ("Log loss", f"{measured['log_loss']:.3f} nats per text"),
        ("Calibration error", calibration if measured["n_documents"] >= MIN_MEASURED else ""),
        ("ROC AUC", f"{measured['roc_auc']:.4f}" if measured.get("roc_auc") is not None else ""),
    ]
    recalls = [(f"Of {name} texts", row) for name, row in measured.get("per_class", {}).items()]
    rows += [(name, f"{row['recall']:.1%} recognised ({row['n_documents']:,} texts)") for name, row in recalls]
    return [(name, value) for name, value in rows if value]


def measured_words(facts: ModelFacts) -> str:
    """Return accuracy and calibration in sentences."""
    measured = facts.measured
    if measured is None:
        return ""
    n, accuracy, error = measured["n_documents"], measured["accuracy"], 100 * measured["calibration_error"]
    before = "These figures were measured before it learned from people here."
    if n < MIN_MEASURED:
        return f"It answered {round(n * accuracy)} of {count_of(n, 'text')} right that it had not seen. {FEW} {before}"
    about = f"{80 - error:.0f} to {min(80 + error, 100):.0f}" if error >= 1 else "80"
    return (
        f"On {count_of(n, 'text')} that it had not seen, {round(100 * accuracy)} of 100 answers were right. Its "
        f"probabilities are off by {error:.1f} points on average: of the answers given with “80 in 100”, about "
        f"{about} in 100 are right. {before}"
    )


def learned_words(facts: ModelFacts) -> str:
    """Return how many votes the model holds and how many wait."""
    words = f"It has taken in {count_of(facts.events_applied, 'vote')}"
    if facts.events_applied > facts.on_top:
        words += f", {facts.on_top or 'none'} of them since its last base was made"
    words += "; where it was sure enough already, nothing had to change."
    waiting = f"{count_of(facts.waiting, 'vote').capitalize()} {'waits' if facts.waiting == 1 else 'wait'} for review"
    return f"{words} {waiting}{f', {facts.held:,} for its next update' if facts.held else ''}."


def accuracy_words(stats: FeedbackStats) -> str:
    """Return how often people agreed."""
    if stats.accuracy is None:
        return f"{count_of(stats.n_predictions, 'text').capitalize()} classified; nobody has voted yet."
    return (
        f"People called {stats.accuracy:.0%} of the answers correct, in {count_of(stats.n_votes, 'vote')} on "
        f"{count_of(stats.n_predictions, 'text')}. Those who disagree vote more often: this is not the accuracy on "
        "all texts."
    )


def vote_plots(stats: FeedbackStats) -> list[Plot]:
    """Draw the votes."""
    if not stats.by_day:
        return []
    # The share of the first few votes jumps about: it says nothing, and would flatten the rest of the picture.
    settled = [point for point in stats.curve if point[0] >= MIN_VOTES]
    shares = [accuracy_plot("Correct answers over the votes so far", "vote", settled)] if settled else []
    return [*shares, votes_plot(stats.by_day)]


def word_plots() -> list[Plot]:
    """Draw the strongest words of all labels, where the phrases that the model reads are known."""
    with service().model() as classifier:
        found = strongest_words(classifier, max(3, MAX_WORDS // len(classifier.classes_)))
        labels = classifier.label_names
    shown = {name: words for name, words in list(found.items())[:MAX_LABELS] if words}
    return [words_plot(shown, labels)] if shown else []


def training_plots() -> list[Plot]:
    """Draw how the accuracy rose while the model was trained, on texts that were new to it."""
    with service().model() as classifier:
        curve = prequential(classifier)
    title = "Accuracy on new texts while it was trained"
    steps = [after - before for (before, _), (after, _) in pairwise([(0, 0.0), *curve])]
    # Before the first step the model knew nothing: one point or two are no curve.
    return [accuracy_plot(title, "text", curve, steps)] if len(curve) > 2 else []


def calibration_plots(facts: ModelFacts) -> list[Plot]:
    """Draw how far the model may be trusted when it claims to be sure, as it is served now."""
    bins = reliability(*answers_on_guard(service().log, facts.version))
    return [calibration_plot(bins)] if bins else []


def guard_words(facts: ModelFacts) -> str:
    """Say how good the served model is on the guard set now."""
    _, right = answers_on_guard(service().log, facts.version)
    if not right:
        return "This model has no guard set: nothing checks the votes before they act, or at an update."
    low, high = wilson(sum(right) / len(right), len(right))
    return (
        f"With the votes it has learned, it answers {sum(right)} of {len(right)} guard texts right now: "
        f"{sum(right) / len(right):.1%}, 95% interval {low:.1%} to {high:.1%}."
        f"{'' if len(right) >= FEW_GUARDS else ' So few texts cannot judge a single vote.'}"
    )
