import subprocess
import sys

import pytest
from click.testing import CliRunner
from werkzeug.security import check_password_hash

from movieclassifier.cli import main


def ask(password, again=None):
    return CliRunner().invoke(main, ["hash-password"], input=f"{password}\n{again or password}\n")


def test_hash_opens_with_the_password_and_with_no_other():
    result = ask("correct horse")
    name, value = result.stdout.strip().split("=", 1)
    assert (result.exit_code, name) == (0, "MOVIECLASSIFIER_ADMIN_PASSWORD_HASH")
    assert value[0] == value[-1] == "'"
    assert check_password_hash(value.strip("'"), "correct horse")
    assert not check_password_hash(value.strip("'"), "correct hors")
    assert "correct" not in result.output


def test_the_prompt_tells_the_minimum_length_before_anything_is_typed():
    assert CliRunner().invoke(main, ["hash-password"]).stderr.startswith("Password (at least 10 characters): ")


def test_without_a_terminal_no_line_of_pythons_own_source_is_shown():
    done = subprocess.run(
        [sys.executable, "-c", "from movieclassifier.cli import main; main()", "hash-password"],
        input="correct horse\ncorrect horse\n",
        capture_output=True,
        text=True,
        start_new_session=True,  # so that there is no terminal to ask at
        check=True,
    )
    assert done.stdout.startswith("MOVIECLASSIFIER_ADMIN_PASSWORD_HASH='")
    assert "getpass.py" not in done.stderr


@pytest.mark.parametrize(
    ("password", "again", "status", "message"),
    [("short", None, 2, "at least 10 characters; got 5"), ("correct horse", "correct house", 130, "do not match")],
)
def test_password_that_is_short_or_typed_differently_is_refused(password, again, status, message):
    result = ask(password, again)
    assert result.exit_code == status
    assert message in result.output
    assert "pbkdf2" not in result.output
    assert "scrypt" not in result.output
