"""Where in a text its tokens stand, for explanations that point at words."""

import re
from collections.abc import Callable

from movieclassifier.features.folding import TAG, Span, fold_characters, fold_with_spans, is_plain
from movieclassifier.features.tokenizers import TOKENIZERS
from movieclassifier.features.words import EMOTICON, english_stop_words, token_pattern

WORD = re.compile(r"\w+")


def token_spans(text: str, tokenizer: str = "default") -> list[tuple[str, Span | None]]:
    """Return the tokens of a text, each with its first and past-the-last character.

    Parameters
    ----------
    text : str
        One document.
    tokenizer : str
        A name in :data:`movieclassifier.features.tokenizers.TOKENIZERS`.

    Returns
    -------
    list of (str, (int, int) or None)
        The tokens as the tokenizer gives them; None for one that cannot be found in the text again.

    Examples
    --------
    >>> token_spans("So<br />good :D")
    [('so', (0, 2)), ('good', (8, 12)), (':d', (13, 15))]
    """
    if tokenizer == "default":
        return list(_default_tokens(text))
    tokens = TOKENIZERS[tokenizer](text)
    spans = SPANS.get(tokenizer, _aligned_spans)(text, tokens)
    return list(zip(tokens, spans, strict=True))


def _default_tokens(text: str) -> list[tuple[str, Span]]:
    """Find the tokens in the folded text, and carry their places back."""
    if is_plain(text):
        folded = fold_characters(text)
        return [(match.group().lower(), match.span()) for match in token_pattern(folded).finditer(folded)]
    folded, places = fold_with_spans(text)
    return [
        (match.group().lower(), (places[match.start()][0], places[match.end() - 1][1]))
        for match in token_pattern(folded).finditer(folded)
    ]


def _default_spans(text: str, tokens: list[str]) -> list[Span | None]:
    """Return where the default tokenizer finds its tokens."""
    return [span for _, span in _default_tokens(text)]


def _book_spans(text: str, tokens: list[str]) -> list[Span | None]:
    """Find words and emoticons in the text without tags, and carry their places back."""
    lowered = text.lower()
    if len(lowered) != len(text):  # U+0130 becomes two characters and moves all that follow.
        return _aligned_spans(text, tokens)
    inside_tag = {place for tag in TAG.finditer(lowered, 0, lowered.rfind(">") + 1) for place in range(*tag.span())}
    places = [place for place in range(len(lowered)) if place not in inside_tag]
    tagless = "".join(lowered[place] for place in places)
    words = list(WORD.finditer(tagless))
    emoticons = list(EMOTICON.finditer(tagless))
    glued = bool(emoticons and words and words[-1].end() == len(tagless))
    stop_words = english_stop_words()
    kept = [word for word in words if word.group() not in stop_words or (glued and word is words[-1])]
    return [(places[match.start()], places[match.end() - 1] + 1) for match in kept + emoticons[glued:]]


def _aligned_spans(text: str, tokens: list[str]) -> list[Span | None]:
    """Look for each token behind the one before it in the folded text; a stem is found by its beginning."""
    folded, places = fold_with_spans(text)
    lowered, place, spans = folded.lower(), 0, list[Span | None]()
    lowered = lowered if len(lowered) == len(folded) else folded
    for token in tokens:
        beginnings = [token] + [token[:end] for end in range(len(token) - 1, 2, -1)]
        start, length = next(
            ((found, len(part)) for part in beginnings if (found := lowered.find(part, place)) >= 0), (-1, 0)
        )
        spans.append((places[start][0], places[start + length - 1][1]) if length else None)
        place = start + length if length else place
    return spans


SPANS: dict[str, Callable[[str, list[str]], list[Span | None]]] = {
    "book": _book_spans,
    # These cut words as the default one does, and change them afterwards.
    **dict.fromkeys(("porter", "lemma"), _default_spans),
}
