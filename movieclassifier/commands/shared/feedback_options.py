"""Options and helpers that the commands about the log share."""

import getpass
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from movieclassifier.system.packages import check_installed

if TYPE_CHECKING:
    from movieclassifier.feedback.owner import Owner


def database_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--database``."""
    return click.option(
        "--database",
        metavar="URL",
        help="Use the log in this database.  [default: DATABASE_URL, else sqlite:///instance/feedback.db]",
    )(command)


def open_owner(database: str | None, model: str | None = None, *, is_new: bool = False) -> "Owner":
    """Return the log and the served model for their owner, as the server of this environment has them.

    They are closed when the command ends. The command takes the model that the database serves, not the model file,
    because looking at the log must change nothing. Unless `is_new`, the database has to exist: with an empty one in its
    place, all votes would seem to be lost.
    """
    check_installed("web", "sqlalchemy")
    from movieclassifier.feedback.log.database import expect_database
    from movieclassifier.feedback.owner import Owner
    from movieclassifier.feedback.served_log import ServedLog
    from movieclassifier.feedback.settings import read_settings

    settings = read_settings({"DATABASE_URL": database, "MODEL": model})
    if not is_new:
        expect_database(settings.database_url)
    log = ServedLog(settings, expect_model=False)
    click.get_current_context().call_on_close(log.close)
    return Owner(log)


def user_name() -> str:
    """Return who the log says did it."""
    try:
        return getpass.getuser()
    # No such user, as in some containers: an OSError from Python 3.13 on.
    except (KeyError, ImportError, OSError):
        return "owner"
