import pytest

from movieclassifier.system.printable import as_printable, one_line


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (ValueError("two\nlines  of\ttext"), "two lines of text"),
        (ValueError(), "ValueError"),
        (KeyError(), "KeyError"),
        (FileNotFoundError(2, "No such file or directory", "a.csv"), "a.csv: No such file or directory"),
        (OSError("the disk is gone"), "the disk is gone"),
        (ValueError("\x1b[2Jcleared"), r"\x1b[2Jcleared"),
    ],
)
def test_an_error_is_one_line_without_control_characters(error, line):
    assert one_line(error) == line


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Ünser Film 电影 🎬", "Ünser Film 电影 🎬"),
        ("a\tb\n", r"a\tb\n"),
        ("\u202egnp.exe", r"\u202egnp.exe"),
        ("", ""),
    ],
)
def test_only_what_does_not_print_is_escaped(text, shown):
    assert as_printable(text) == shown
