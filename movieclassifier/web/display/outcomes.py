"""The outcome of a vote as a sentence."""

from movieclassifier.feedback.log.entities import Vote
from movieclassifier.web.display.wording import ShownAnswer

WAITS = "It waits for approval; the model learns from it after that."
UNKNOWN = "The model knows none of these words, and could learn nothing from it."
KEPT = "It is kept, and counts after the model’s next check."
STATES = {
    ("applied", None): "The model has learned from it.",
    ("waiting", "review"): WAITS,
    ("waiting", "duplicate"): "This very text was voted on before; your vote counts once somebody has reviewed it.",
    ("held", "duplicate"): KEPT,
    ("held", "cap"): "The model has learned as much as it may before its next check; your vote is kept until then.",
    ("held", "size"): "It would move the model farther than one vote may; it is kept for the model’s next check.",
    ("held", "client"): "Your votes have moved the model as far as one person’s may; it is kept for the next check.",
    ("held", "guard"): "With it the model would get more of its test texts wrong; it is kept for the next check.",
    ("held", "new label"): "Your label is new to the model. Your vote is kept, and counts after the next retraining.",
    ("held", "rolled back"): "The model was set back to an earlier version; your vote is kept until its next check.",
    ("rejected", None): "It was reviewed and not taken over.",
    ("undone", None): "It was taken back.",
}
BY_STATUS = {"waiting": WAITS, "held": KEPT} | {
    status: STATES[status, None] for status in ("applied", "rejected", "undone")
}


def state_of(vote: Vote) -> str:
    """Say where a vote stands."""
    if vote.status == "applied" and vote.n_known == 0:
        return UNKNOWN
    if was_sure(vote):
        return "The model was sure enough of that already, and nothing had to change."
    return STATES.get((vote.status, vote.reason), BY_STATUS[vote.status])


def outcome_of(vote: Vote) -> str:
    """Say what the model learned from a vote, or where the vote waits."""
    if vote.status != "applied":
        return f"Your vote is stored. {state_of(vote)}"
    before, after = ShownAnswer.of(vote.before, vote.before_label), ShownAnswer.of(vote.after, vote.after_label)
    if vote.n_known == 0:
        return f"Your vote is stored. {UNKNOWN}"
    if vote.before_label != vote.after_label:
        return f"The model changed its mind: it said {before.words}; now it says {after.words}."
    if was_sure(vote):
        return f"Your vote is stored. The model was sure enough that this is {after.name}, and nothing had to change."
    if vote.before == vote.after:
        return "Your vote is stored. It had to wait, and the model has learned from it since."
    return f"The model moved from {before.words} to {after.words}."


def was_sure(vote: Vote) -> bool:
    """Tell whether a vote that was applied at once had nothing to teach."""
    return vote.status == "applied" and vote.at_once and vote.before == vote.after and vote.after_label == vote.label
