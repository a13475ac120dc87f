import pytest

from movieclassifier.system.errors import as_printable, check_installed, one_line


def test_missing_packages_are_named_with_the_command_that_installs_them():
    check_installed("report", "json", "csv")
    with pytest.raises(
        ValueError, match=r"no_such_a and no_such_b must be installed: pip install 'movieclassifier\[x\]'"
    ):
        check_installed("x", "json", "no_such_a", "no_such_b")


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
