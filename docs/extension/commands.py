"""The commands and their options, from click itself."""

import re
from collections.abc import Iterator

import click

from docs.extension.markdown import escape, table
from movieclassifier.cli import main

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
    """Return a table of all commands, each with its page, and their place in the navigation."""
    rows = [
        [f"[`{' '.join(words)}`](commands/{words[0]}.md)", escape(_paragraphs(command)[0])]
        for words, command in iter_commands()
        if len(words) == 1
    ]
    names = [words[0] for words, _ in iter_commands() if len(words) == 1]
    pages = "\n".join(f"{name} <commands/{name}>" for name in names)
    return table(["command", "what it does"], rows) + f"\n\n```{{toctree}}\n:hidden:\n\n{pages}\n```"


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
    parts = [*map(escape, _paragraphs(command)), f"```text\n{usage}\n```"]
    parts += [f"```text\n{line}\n```" for line in [_epilog(command)] if line]
    parts.append(f"```{{program}} {ctx.command_path}\n```")
    for param in command.get_params(ctx):
        # The page of all commands tells what --help does.
        if isinstance(param, click.Option) and param.name != "help" and (record := param.get_help_record(ctx)):
            parts.append(_describe_option(param, *record))
    return "\n\n".join(parts)


def make_context(words: tuple[str, ...], command: click.Command) -> click.Context:
    """Return the context that click would have at this command."""
    ctx = click.Context(main, info_name="movieclassifier")
    for n, word in enumerate(words, 1):
        ctx = click.Context(command if n == len(words) else find_command(words[:n]), info_name=word, parent=ctx)
    return ctx


def _describe_option(param: click.Option, signature: str, text: str) -> str:
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


def _epilog(command: click.Command) -> str:
    return (command.epilog or "").replace("\b\n", "").strip("\n")
