"""The filters that the templates use."""

from flask import Flask

from movieclassifier.web.display.colours import colour_in
from movieclassifier.web.display.outcomes import cap_words, outcome_of, state_of
from movieclassifier.web.display.wording import count_of, excerpt, out_of_100, sentence, signed, when


def register(app: Flask) -> None:
    """Give the templates their filters."""
    for function in (
        excerpt,
        when,
        sentence,
        count_of,
        signed,
        out_of_100,
        outcome_of,
        state_of,
        cap_words,
        colour_in,
    ):
        app.add_template_filter(function)
