"""The pages of the documentation as tests read them: blocks, links, headings, and commands in blocks."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
FENCE = re.compile(r"^(?P<fence>`{3,}|~{3,}|:{3,})(?P<info>[^\n]*)\n(?P<text>.*?)^(?P=fence)[ \t]*$", re.M | re.S)
COMMENT = re.compile(r"<!-- (?P<key>\w+): (?P<value>[^>]*?) -->\s*$")
CODE = re.compile(r"(?P<ticks>`+)(?P<code>.+?)(?P=ticks)", re.S)
LINK = re.compile(r"\]\((?P<target>[^()\s]*(?:\([^()]*\)[^()\s]*)*)\)|\{download\}`[^`<]*<(?P<file>[^>]*)>`")
HEADING = re.compile(r"^#{1,4} +(?P<title>.+?)\s*$", re.M)
ANCHOR = re.compile(r'<a id="([^"]+)">')
OUTSIDE = re.compile(r"[a-z]+:")
PROGRAMS = {
    "movieclassifier": (),
    "train_online.py": ("train",),
    "download_data.py": ("download",),
    "build_csv.py": ("build-csv",),
}


@dataclass(frozen=True)
class Block:
    """A fenced block, and the comment that stands before it, such as ``<!-- file: x.py -->``."""

    language: str
    text: str
    key: str = ""
    value: str = ""


@cache
def page_paths() -> tuple[Path, ...]:
    """Return README and every page of docs."""
    return (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))


def blocks(text: str) -> Iterator[Block]:
    """Yield the fenced blocks of a page; directives, whose language begins with a brace, are parts of it."""
    for match in FENCE.finditer(text):
        comment = COMMENT.search(text[: match.start()])
        yield Block(match["info"].strip(), match["text"], *(comment.groups() if comment else ("", "")))


def without_blocks(text: str) -> str:
    """Return a page without its blocks of code; the text inside directives stays."""
    return FENCE.sub(lambda match: without_blocks(match["text"]) if match["info"].strip().startswith("{") else "", text)


def prose(text: str) -> str:
    """Return the text of a page without any code."""
    return CODE.sub(lambda match: "" if "\n\n" in match["code"] else "`code`", without_blocks(text))


def links(text: str) -> list[str]:
    """Return the targets of the links of a page that lead to a file of ours or to a heading."""
    found = [match["target"] or match["file"] for match in LINK.finditer(without_blocks(text))]
    return [target for target in found if target and not OUTSIDE.match(target)]


def anchors(text: str) -> set[str]:
    """Return the anchors that the headings of a page have, as GitHub and MyST make them."""
    found: dict[str, int] = {}
    made = set(ANCHOR.findall(text))
    for match in HEADING.finditer(without_blocks(text)):
        bare = re.sub(r"[^\w\- ]", "", match["title"].replace("\\", "").lower()).replace(" ", "-")
        made.add(f"{bare}-{found[bare]}" if bare in found else bare)
        found[bare] = found.get(bare, 0) + 1
    return made


def command_lines(text: str) -> Iterator[str]:
    """Yield the commands of a console block, with their continuations joined."""
    lines = iter(text.splitlines())
    for line in lines:
        if line.startswith("$ "):
            command = line[2:]
            while command.endswith("\\"):
                command = command[:-1] + next(lines).strip()
            yield command


def calls(command: str) -> Iterator[tuple[str, list[str]]]:
    """Yield each program of a command line with its arguments: those of a pipe, behind settings, without comments."""
    command = re.sub(r"\$\([^()]*(?:\([^()]*\)[^()]*)*\)", "VALUE", command)
    words = shlex.split(command, comments=True, posix=True)
    part: list[str] = []
    for word in [*words, ";"]:
        if word in ("|", ";", "&&", ">", "||"):
            while part and re.fullmatch(r"[A-Z_]+=.*", part[0], re.S):
                part = part[1:]
            if part:
                yield part[0], part[1:]
            part = []
        else:
            part.append(word)


def our_arguments(program: str, arguments: list[str]) -> list[str] | None:
    """Return what click gets of a call of ours; None for a different program."""
    if program.rsplit("/", 1)[-1] == "movieclassifier":
        return arguments
    if program.startswith("python") and arguments and arguments[0] in PROGRAMS:
        return [*PROGRAMS[arguments[0]], *arguments[1:]]
    return None
