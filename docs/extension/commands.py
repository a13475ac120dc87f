"""The commands and their options, from click itself."""

import re
from collections.abc import Iterator

import click

from docs.extension.markdown import escape, table
from movieclassifier.cli import SECTIONS, main
from movieclassifier.commands.shared.help_pages import by_section, plain_record, shell_lines

# Choices that no line could hold.
CHOICES = re.compile(r"\[([^\]]{40,})\]")
EXTRAS = re.compile(r"\s{2,}\[([^\[\]]*(?:\[[^\]]*\][^\[\]]*)*)\](?=\s*$|\s{2,}\[)")


def iter_commands(
    group: click.Group = main, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Yield the path of words and the command, for every command and every command of a group."""
    ctx = click.Context(group)
    for name in group.list_commands(ctx):
        command = group.get_command(ctx, name)
        if command is None or command.hidden:
            continue
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from iter_commands(command, (*path, name))


def find_command(words: tuple[str, ...]) -> click.Command:
    """Return a command by its words, such as ``("feedback", "list")``.

    Raises
    ------
    KeyError
        If there is none.
    """
    return dict(iter_commands())[words]


def list_commands() -> str:
    """Return tables of all commands, each with its page, and their places in the navigation."""
    summaries = {words[0]: escape(_paragraphs(command)[0]) for words, command in iter_commands() if len(words) == 1}
    parts = []
    for title, names in SECTIONS.items():
        rows = [[f"[`{name}`](commands/{name}.md)", summaries[name]] for name in names]
        parts += [f"## {title}", table(["command", "what it does"], rows)]
    pages = "\n".join(f"{name} <commands/{name}>" for name in summaries)
    return "\n\n".join([*parts, f"```{{toctree}}\n:hidden:\n\n{pages}\n```"])


def describe_command(name: str) -> str:
    """Return what a command does, its usage and its options; of a group, every command in it."""
    command = find_command((name,))
    parts = [_describe((name,), command)]
    if isinstance(command, click.Group):
        for words, inner in iter_commands(command, (name,)):
            parts += [f"## {' '.join(words)}", _describe(words, inner)]
    return "\n\n".join(parts)


def _describe(words: tuple[str, ...], command: click.Command) -> str:
    ctx = make_context(words, command)
    usage = " ".join([ctx.command_path, *command.collect_usage_pieces(ctx)])
    parts = [*map(escape, _paragraphs(command)), f"```text\n{usage}\n```", *_examples(command)]
    parts.append(f"```{{program}} {ctx.command_path}\n```")
    level = "##" if len(words) == 1 else "###"
    for title, options in _by_section(command, ctx).items():
        parts += [f"{level} {title}", *options]
    return "\n\n".join(parts)


def _by_section(command: click.Command, ctx: click.Context) -> dict[str, list[str]]:
    """Return the options of each section of the help."""
    return {
        title: [
            _describe_option(*plain_record(*record)) for option in options if (record := option.get_help_record(ctx))
        ]
        for title, options in by_section(command.params).items()
    }


def _examples(command: click.Command) -> Iterator[str]:
    for sentence, line in getattr(command, "examples", ()):
        yield f"{escape(sentence.rstrip(':.'))}:"
        yield f"```console\n{shell_lines(line, 84, 0)}```"


def make_context(words: tuple[str, ...], command: click.Command) -> click.Context:
    """Return the context that click would have at this command."""
    ctx = click.Context(main, info_name="movieclassifier")
    for n, word in enumerate(words, 1):
        ctx = click.Context(command if n == len(words) else find_command(words[:n]), info_name=word, parent=ctx)
    return ctx


def _describe_option(signature: str, text: str) -> str:
    extras = "; ".join(EXTRAS.findall(f"  {text}"))
    said = escape(EXTRAS.sub("", f"  {text}").strip())
    if choices := CHOICES.search(signature):
        signature = signature.replace(choices[0], "NAME")
        said += " One of " + ", ".join(f"`{name}`" for name in choices[1].split("|")) + "."
    # "--a / --b" are two names to Sphinx when a comma parts them.
    lines = [f"````{{option}} {signature.replace(' / ', ', ')}", said]
    if extras:
        lines += ["", f"<small>{escape(extras)}</small>"]
    return "\n".join([*lines, "````"])


def _paragraphs(command: click.Command) -> list[str]:
    text = (command.help or "").split("\f")[0]
    return [" ".join(part.split()) for part in text.split("\n\n") if part.strip(" \b\n")]
