"""The help of every command: its options by section, two examples, and a guess where a command is misspelled."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

import click

READING = (
    "format text_columns text_column label_column no_header no_quotes delimiter escape encoding part labels "
    "skip_bad_rows shuffle shuffle_seed"
)
# An option belongs to one section in every command that has it.
SECTIONS = {
    "Recipe": "recipe passes tokenizer stop_words n_features ngram_range min_df alpha n_keep minibatch_size",
    "Evaluation": "test test_format folds n_folds n_train n_holdout",
    "Shards": "n_shards on n_workers cache_dir",
    "Reading the input": READING,
}
# Where the options of no section stand that several commands have: before and after those of one command alone.
FIRST = "path output model_dir pickles models model database"
LAST = "resume continue_ n_threads seed allow_sorted track note as_json show help _click_default_help"
# Click's names for the type of a number, and its range behind the help.
NUMBERS = {"INTEGER RANGE": "N", "FLOAT RANGE": "X", "INTEGER": "N", "FLOAT": "X"}
RANGE = re.compile(r"(?:[-\d.]+<=?)?x(?:[<>]=?[\d.]+)?|[-\d.]+<=?x")
MIN_SECTION = 3

Examples = Sequence[tuple[str, str]]


class HelpPage(click.Command):
    """A command with ``-h``, whose help shows its options by section and ends with examples.

    Parameters
    ----------
    examples : sequence of (str, str)
        A sentence each, and the command line that does what it says.
    """

    def __init__(self, *arguments: Any, examples: Examples = (), **settings: Any) -> None:
        own = settings.get("context_settings") or {}
        settings["context_settings"] = own | {"help_option_names": ["-h", "--help"]}
        super().__init__(*arguments, **settings)
        self.examples = tuple(examples)

    def make_context(self, *arguments: Any, **settings: Any) -> click.Context:
        """Read the command line; mistakes in it are told in the words of this package.

        Raises
        ------
        click.UsageError
            With the range of a number that is not one, or with the options of similar names, the best guess first.
        """
        try:
            return super().make_context(*arguments, **settings)
        except click.BadParameter as error:
            told = with_range(error.message, error.param)
            if told == error.message:
                raise
            raise click.BadParameter(told, error.ctx, error.param, error.param_hint) from None
        except click.NoSuchOption as error:
            guesses = " or ".join(similar_options(error.option_name, error.possibilities or ()))
            guess = f" Did you mean {guesses}?" if guesses else ""
            raise click.UsageError(f"No such option {error.option_name!r}.{guess}", error.ctx) from None

    def get_help_option_names(self, ctx: click.Context) -> list[str]:
        """Return the names for every context: click keeps the option that it has made for the first one."""
        return ["-h", "--help"]

    def get_short_help_str(self, limit: int = 1000) -> str:
        """Return the first sentence whole; `limit` is the width of one line, which click would cut it to."""
        return super().get_short_help_str(max(limit, 1000))

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, those of a section together."""
        for title, options in by_section(self.get_params(ctx)).items():
            records = [record for option in options if (record := option.get_help_record(ctx)) is not None]
            with formatter.section(title):
                formatter.write_dl([plain_record(*record) for record in records])
        if isinstance(self, click.Group):
            self.format_commands(ctx, formatter)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples."""
        if self.examples:
            with formatter.section("Examples"):
                for sentence, line in self.examples:
                    formatter.write_text(sentence)
                    formatter.write(shell_lines(line, formatter.width, formatter.current_indent + 2))


def with_range(message: str, option: click.Parameter | None) -> str:
    """Return click's complaint about a number, with its range.

    Examples
    --------
    >>> passes = click.Option(["--passes"], type=click.IntRange(1))
    >>> with_range("'three' is not a valid integer range.", passes)
    "'three' is not a whole number in the range x>=1."
    """
    for kind, number in ((click.IntRange, "whole number"), (click.FloatRange, "number")):
        if option is not None and isinstance(option.type, kind):
            found = option.type._describe_range()
            return message.replace(f"not a valid {option.type.name}.", f"not a {number} in the range {found}.")
    return message


def by_section(parameters: Iterable[click.Parameter]) -> dict[str, list[click.Option]]:
    """Return the options to show under each title, in the order that they have in every command.

    Examples
    --------
    >>> options = [click.Option([name]) for name in ("--seed", "--top-k", "--n-holdout", "--model")]
    >>> by_section(options)
    {'Options': [<Option model>, <Option n_holdout>, <Option top_k>, <Option seed>]}
    """
    found: dict[str, list[click.Option]] = {title: [] for title in ("Options", *SECTIONS)}
    for option in parameters:
        if isinstance(option, click.Option) and not option.hidden:
            found[_section_of(option)].append(option)
    for title in [title for title in SECTIONS if len(found[title]) < MIN_SECTION]:
        found["Options"][:0] = found.pop(title)
    return {title: sorted(options, key=_place) for title, options in found.items() if options}


def _section_of(option: click.Option) -> str:
    return next((title for title, names in SECTIONS.items() if option.name in names.split()), "Options")


def _place(option: click.Option) -> int:
    """Return the rank of an option among those that it is shown with; those of one command alone stay as they are."""
    before, after = [*FIRST.split(), *" ".join(SECTIONS.values()).split()], LAST.split()
    if option.name in before:
        return before.index(option.name) - len(before)
    return 1 + after.index(option.name) if option.name in after else 0


def plain_record(option: str, help: str) -> tuple[str, str]:
    """Return the two columns of an option without the words of click for types and ranges.

    Examples
    --------
    >>> plain_record("--seed INTEGER RANGE", "Draw it.  [default: 1; 0<=x<=4294967295]")
    ('--seed N', 'Draw it.  [default: 1]')
    >>> plain_record("--keep INTEGER RANGE", "Keep columns.  [default: all]  [x>=1]")
    ('--keep N', 'Keep columns.  [default: all]')
    """
    for name, short in NUMBERS.items():
        option = option.replace(f" {name}", f" {short}")
    return option, re.sub(r"\s*\[([^\[\]]*)\](?=\s*(?:\[[^\[\]]*\])?\s*$)", _without_range, help)


def shell_lines(line: str, width: int, indent: int) -> str:
    r"""Return a command line as it is typed, over several lines where it is too long.

    Examples
    --------
    >>> print(shell_lines("train a.csv --test b.csv", 20, 2), end="")
      $ train a.csv \
          --test b.csv
    """
    import textwrap  # only help needs it

    # An option stays with its value.
    whole = re.sub(r" (--?[a-z][\w-]*) (?!-|&)", r" \1\0", line)
    broken = textwrap.wrap(whole, width - indent - 6, break_long_words=False, break_on_hyphens=False)
    return (f"{'':{indent}}$ " + f" \\\n{'':{indent + 4}}".join(broken) + "\n").replace("\0", " ")


def _without_range(found: re.Match[str]) -> str:
    # click puts parentheses around a default in words.
    said = re.sub(r"default: \((.*)\)", r"default: \1", found[1])
    kept = [part for part in said.split("; ") if not RANGE.fullmatch(part)]
    return f"  [{'; '.join(kept)}]" if kept else ""


class SuggestingGroup(HelpPage, click.Group):
    """A group that guesses what a misspelled command was meant to be."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the name, the command and the arguments that are left.

        Raises
        ------
        click.UsageError
            If there is no such command, with those of similar names.
        """
        name = args[0]
        if name.startswith("-") or ctx.resilient_parsing or self.get_command(ctx, name) is not None:
            return super().resolve_command(ctx, args)
        raise click.UsageError(f"No such command {name!r}.{suggestion(name, self.list_commands(ctx))}", ctx)


def similar_options(name: str, known: Iterable[str]) -> list[str]:
    """Return those of some options that begin as a name does, or are spelled like it.

    Examples
    --------
    >>> similar_options("--model", ["--note", "--help"]), similar_options("--modle", ["--model", "--mode"])
    ([], ['--model', '--mode'])
    """
    from difflib import SequenceMatcher

    bare = name.lstrip("-")

    def near(option: str) -> bool:
        return option.startswith(bare) or SequenceMatcher(None, bare, option).ratio() >= 0.6

    return [option for option in known if near(option.lstrip("-"))]


def suggestion(name: str, known: Iterable[str]) -> str:
    """Return a sentence that names what may have been meant; "" where nothing is near.

    Examples
    --------
    >>> suggestion("pedict", ["predict", "train"])
    ' Did you mean predict?'
    >>> suggestion("e", ["evaluate", "explain"])
    ' Did you mean explain or evaluate?'
    >>> suggestion("clone", ["predict", "train"])
    ''
    """
    if " " in name:
        return " To classify a text: movieclassifier predict TEXT"
    from difflib import get_close_matches

    known = list(known)
    begun = [each for each in known if each.startswith(name)]
    near = get_close_matches(name, begun or known, 3, 0.0 if begun else 0.6)
    return f" Did you mean {' or '.join(near)}?" if near else ""
