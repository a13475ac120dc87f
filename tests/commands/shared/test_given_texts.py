import pytest

from movieclassifier.commands.shared.given_texts import decode, shorten


def test_text_that_is_not_utf_8_is_refused_with_its_place():
    assert decode("naïve".encode(), "x") == "naïve"
    with pytest.raises(ValueError, match=r"texts.txt, line 3: not UTF-8 \(invalid continuation byte\)"):
        decode("naïve ".encode("latin-1"), "texts.txt, line 3")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\tb\n\nc", "a b c"),
        ("\x1b[31mred", "\ufffd[31mred"),
        ("x" * 61, "x" * 59 + "…"),
        ("x" * 60, "x" * 60),
        ("", ""),
    ],
)
def test_shown_text_is_one_line_that_steers_no_terminal(text, shown):
    assert shorten(text) == shown


def test_long_text_is_shown_on_one_short_line():
    assert shorten("spam\n" * 50) == "spam " * 11 + "spam…"
    assert len(shorten("x" * 1000)) == 60
