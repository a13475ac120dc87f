"""The edge of every command: a user's mistake is one line on stderr and exit status 2, Ctrl-C is 130, SIGTERM 143."""

import atexit
import errno
import gc
import io
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any

import click

from movieclassifier.commands.shared.help_pages import HelpPage, SuggestingGroup
from movieclassifier.commands.shared.shell_words import words_of_shell
from movieclassifier.system.printable import one_line
from movieclassifier.system.progress import counting_silence


class ReplacesCharacters(click.Command):
    """A command, or a group of them, whose output may be a file of any encoding.

    Characters that the encoding lacks are replaced: with Windows' cp1252, a "≈" would otherwise end a command after
    all of its work.
    """

    def main(self, *arguments: Any, **options: Any) -> Any:
        """Run the command from the command line."""
        prepare_process()
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper) and stream.errors == "strict":
                stream.reconfigure(errors="replace")
        return super().main(*arguments, **options)


class Command(ReplacesCharacters, HelpPage):
    """A click command that turns ValueError, OSError and MemoryError into one line; anything else is a bug, and loud.

    The exit status is 2, or the `exit_status` of the exception if it has one. The text of a KeyboardInterrupt, such
    as how to go on, is printed. SIGTERM ends a command as Ctrl-C does, so that nothing temporary is left.
    """

    def invoke(self, ctx: click.Context) -> Any:
        """Call the function with the parameters of `ctx`."""
        if os.environ.get("NO_COLOR"):  # https://no-color.org
            ctx.color = False
        try:
            with interrupted_by_sigterm(), counting_silence(ctx.params.get("show")), closing(ctx):
                return super().invoke(ctx)  # closed here: Ctrl-C may come while an engine stops
        except (ValueError, OSError) as error:
            if isinstance(error, OSError) and error.errno == errno.EPIPE:
                raise  # `… | head` closed the pipe; click ends quietly.
            click.echo(f"Error: {words_of_shell(one_line(error))}", err=True)
            ctx.exit(getattr(error, "exit_status", 2))
        except MemoryError as error:
            click.echo(f"Error: there is not enough memory. {one_line(error) if str(error) else ''}".rstrip(), err=True)
            ctx.exit(2)
        except (KeyboardInterrupt, click.Abort) as error:
            click.echo(words_of_shell(" ".join(["\nStopped.", *map(str, error.args)])), err=True)
            ctx.exit(143 if isinstance(error, Terminated) else 130)


class Group(Command, SuggestingGroup):
    """A group of commands at the edge."""

    command_class = Command


class Terminated(KeyboardInterrupt):
    """SIGTERM has come."""


@contextmanager
def interrupted_by_sigterm() -> Iterator[None]:
    """Raise :class:`Terminated` at SIGTERM, where nobody else has said what it does; a second one ends at once."""
    if threading.current_thread() is not threading.main_thread() or signal.getsignal(signal.SIGTERM) != signal.SIG_DFL:
        yield
        return

    def interrupt(*_: object) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        raise Terminated

    signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def prepare_process() -> None:
    """Let numpy start no threads for BLAS, and collect garbage less often: imports make much that stays.

    The threads of BLAS wait actively for work that never comes. numpy reads their number when it is imported: what a
    command imports before it is called must not import numpy.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    gc.set_threshold(50_000, 20, 20)
    atexit.register(gc.freeze)  # the last collection would look at everything that the process has imported


def is_terminal() -> bool:
    """Tell whether a person reads the output."""
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def warn(sentences: Iterable[str]) -> None:
    """Write sentences to stderr as warnings, each on a line."""
    for sentence in sentences:
        click.echo(f"Warning: {words_of_shell(sentence)}", err=True)


def add_options(options: Sequence[Callable[..., Any]]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return a decorator that adds options to a command; --help lists them in their order."""

    def add(command: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(options):
            command = option(command)
        return command

    return add
