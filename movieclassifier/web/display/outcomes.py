"""The outcome of a vote as a sentence."""

from movieclassifier.feedback.log.entities import Vote
from movieclassifier.web.display.wording import ShownAnswer

WAITS = "It waits for approval; the model learns from it after that."
UNKNOWN = "The model knows none of these words, and could learn nothing from it."
KEPT = "It is kept until the next update."
# Reasons that an update settles, and what it does.
UNTIL_UPDATE = ("cap", "size", "client", "guard")
UPDATE = (
    "Whoever runs this page updates the model with the command “movieclassifier update”. The update takes in all votes "
    "that are kept, unless the model would then get more of its test texts wrong."
)
UPDATE_UNCHECKED = (
    "Whoever runs this page updates the model with the command “movieclassifier update --without-guard”, because the "
    "model has no test texts to check an update with. The update takes in all votes that are kept."
)
STATES = {
    ("applied", None): "The model has learned from it.",
    ("waiting", "review"): WAITS,
    ("waiting", "duplicate"): "This very text was voted on before; your vote counts once somebody has reviewed it.",
    ("held", "duplicate"): KEPT,
    ("held", "cap"): "The model has learned as much as it may before its next update; your vote is kept until then.",
    (
        "held",
        "size",
    ): "This vote alone would move the model farther than one vote may. " + KEPT,
    ("held", "client"): "Your votes have moved the model as far as one person’s may; it is kept until the next update.",
    ("held", "guard"): "With it the model would get more of its test texts wrong; it is kept until the next update.",
    ("held", "new label"): "Your label is new to the model. Your vote is kept, and counts after the next retraining.",
    ("held", "rolled back"): "The model was set back to an earlier version; your vote is kept until its next update.",
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


def update_words(vote: Vote, has_guard: bool) -> str:
    """Say who makes the update that a vote is held for, and what happens then; nothing of different votes."""
    if vote.status != "held" or vote.reason not in UNTIL_UPDATE:
        return ""
    return UPDATE if has_guard else UPDATE_UNCHECKED


def cap_words(cap_used: float) -> str:
    """Say how far votes have moved the model, of what they may before the next update.

    Examples
    --------
    >>> cap_words(0.36)
    'Votes have used 36% of what they may change before the next update.'
    """
    if cap_used > 1:
        return (
            "Votes have moved this small model farther than they may: the first ones act whatever their size. Further "
            "votes are kept until the next update."
        )
    return f"Votes have used {cap_used:.0%} of what they may change before the next update."


def was_sure(vote: Vote) -> bool:
    """Tell whether a vote that was applied at once had nothing to teach."""
    return vote.status == "applied" and vote.at_once and vote.before == vote.after and vote.after_label == vote.label
