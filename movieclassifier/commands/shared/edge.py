"""The edge of every command: a user's mistake is one line on stderr and exit status 2, Ctrl-C is 130, SIGTERM 143."""

import _thread
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
from types import FrameType
from typing import Any

import click
from click.core import ParameterSource

from movieclassifier.commands.shared.help_pages import HelpPage, SuggestingGroup
from movieclassifier.commands.shared.shell_words import words_of_shell
from movieclassifier.system.printable import one_line
from movieclassifier.system.progress import counting_silence

SOON = 0.005  # seconds


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
            with interruptible(), counting_silence(ctx.params.get("show")), closing(ctx):
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
def interruptible() -> Iterator[None]:
    """Raise KeyboardInterrupt at Ctrl-C and :class:`Terminated` at SIGTERM, if nobody else has said what they do.

    A second SIGTERM ends the process at once.
    """
    errors = {signal.SIGINT: KeyboardInterrupt, signal.SIGTERM: Terminated}
    usual: dict[signal.Signals, Any] = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: signal.SIG_DFL}
    is_main = threading.current_thread() is threading.main_thread()
    own = [number for number in usual if is_main and signal.getsignal(number) == usual[number]]
    for number in own:
        signal.signal(number, _raise_outside_imports(errors[number], usual[number]))
    try:
        yield
    finally:
        for number in own:
            signal.signal(number, usual[number])


def _raise_outside_imports(error: type[KeyboardInterrupt], after: Any) -> Callable[[int, FrameType | None], None]:
    """Return a handler that raises an error when Python's own code for imports has been left.

    There, the error could come between a lock and its release. Every thread that imports would then wait for ever.
    """

    def handle(number: int, frame: FrameType | None) -> None:
        if frame is not None and frame.f_code.co_filename.startswith("<frozen importlib"):
            again = threading.Timer(SOON, _send_again, [number])
            again.daemon = True
            again.start()
            return
        signal.signal(number, after)
        raise error

    return handle


def _send_again(number: int) -> None:
    """Send the signal to the main thread, which may sleep."""
    if sys.platform == "win32":
        _thread.interrupt_main(number)
    else:
        signal.pthread_kill(threading.main_thread().ident or 0, number)


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


def is_given(name: str) -> bool:
    """Tell whether an option of the command that runs stands on the command line, or in the environment."""
    source = click.get_current_context().get_parameter_source(name)
    return source not in (None, ParameterSource.DEFAULT)


def add_options(options: Sequence[Callable[..., Any]]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return a decorator that adds options to a command; --help lists them in their order."""

    def add(command: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(options):
            command = option(command)
        return command

    return add
