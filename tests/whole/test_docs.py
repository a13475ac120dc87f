"""The documentation: nothing is missing, links lead somewhere, commands exist, and the examples run."""

import doctest
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import click
import numpy as np
import pytest
from click.testing import CliRunner

import movieclassifier
from docs.extension import expand
from docs.extension.commands import iter_commands, make_context
from docs.extension.log_schema import DESCRIPTIONS as LOG_DESCRIPTIONS
from docs.extension.log_schema import find_tables
from docs.extension.settings import descriptions, find_settings, names_in
from docs.extension.tables import DEFINED_IN
from movieclassifier.cli import COMMANDS, main
from movieclassifier.commands.shared.shell_words import words_of_shell
from movieclassifier.live.sources import SOURCES
from movieclassifier.training.teachers import TEACHERS
from tests.support.pages import (
    ROOT,
    anchors,
    blocks,
    calls,
    command_lines,
    links,
    our_arguments,
    page_paths,
    without_blocks,
)

TABLES = {
    "READERS": movieclassifier.READERS,
    "TOKENIZERS": movieclassifier.TOKENIZERS,
    "RECIPES": movieclassifier.RECIPES,
    "SOURCES": SOURCES,
    "TEACHERS": TEACHERS,
}
PAGES = [pytest.param(path, id=str(path.relative_to(ROOT))) for path in page_paths()]
WITH_PYTHON = [
    pytest.param(path, id=str(path.relative_to(ROOT)))
    for path in page_paths()
    if "```python\n" in path.read_text("utf-8")
]


@cache
def page(path: Path) -> str:
    """Return a page with the parts that are generated."""
    return expand(path.read_text("utf-8"))


def reference(name: str) -> str:
    return page(ROOT / "docs/reference" / name)


# Nothing is missing.


def missing_options(text: str, words: tuple[str, ...], command: click.Command) -> list[str]:
    """Return the options of a command that a page lacks."""
    _, _, part = text.partition(f"```{{program}} movieclassifier {' '.join(words)}\n")
    part = part.partition("```{program}")[0]
    signatures = " ".join(re.findall(r"^`+\{option\} (.*)$", part, re.M))
    options = [param for param in command.params if isinstance(param, click.Option)]  # all but --help
    names = [name for option in options if not option.hidden for name in option.opts if name.startswith("--")]
    return [name for name in names if not re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", signatures)]


@pytest.mark.parametrize("words", [words for words, _ in iter_commands()], ids=" ".join)
def test_every_option_of_every_command_is_in_the_reference(words):
    text = reference(f"commands/{words[0]}.md")
    command = dict(iter_commands())[words]
    assert missing_options(text, words, command) == []
    if any(isinstance(param, click.Option) for param in command.params):
        assert missing_options(text.replace("{option}", "{}"), words, command)  # the test can fail


def test_every_command_has_a_page_and_every_page_a_command():
    pages = {path.stem for path in (ROOT / "docs/reference/commands").glob("*.md")}
    assert pages == set(COMMANDS)
    assert all(f"[`{name}`](commands/{name}.md)" in reference("commands.md") for name in COMMANDS)


def test_every_setting_is_described_once():
    described = [name for section in descriptions().values() for name in section]
    assert sorted(set(find_settings()) - set(described)) == []
    assert len(described) == len(set(described))
    assert all(f"{{envvar}} {name}\n" in reference("settings.md") for name in described)


def test_a_new_setting_would_be_found():
    assert names_in('x = os.environ.get("BRAND_NEW"); y = _setting("NEWER")') == {"BRAND_NEW", "MOVIECLASSIFIER_NEWER"}


def missing_entries(entries: Iterable[str], text: str) -> list[str]:
    """Return the entries that a page does not name."""
    return [entry for entry in entries if f"`{entry}`" not in text]


@pytest.mark.parametrize("name", TABLES)
def test_every_entry_of_a_table_is_in_the_reference(name):
    text = reference("tables.md")
    assert missing_entries([*TABLES[name], "brand-new"], text) == ["brand-new"]
    assert name in (ROOT / DEFINED_IN[name]).read_text("utf-8")


@pytest.mark.parametrize(("how_to", "table"), [("formats", "READERS"), ("distil", "TEACHERS"), ("recipes", "RECIPES")])
def test_a_guide_names_every_entry(how_to, table):
    text = page(ROOT / f"docs/how-to/{how_to}.md")
    assert missing_entries([*TABLES[table], "brand-new"], text) == ["brand-new"]


def test_every_public_name_is_in_the_reference():
    text = reference("python.md")
    names = [*movieclassifier.__all__, "brand_new"]
    assert [name for name in names if f"movieclassifier.{name}\n" not in text] == ["brand_new"]


def test_every_page_is_in_the_reference(empty_folder):
    from movieclassifier.web import create_app

    app = create_app({"DATABASE_URL": "sqlite:///log.db", "SECRET_KEY": "only for this test"})
    rules = [rule.rule for rule in app.url_map.iter_rules() if "GET" in rule.methods]
    addresses = {f"/{rule.split('/')[1].split('.')[0]}" for rule in rules} - {"/static"}
    text = reference("pages.md")
    assert [a for a in sorted({*addresses, "/brand-new"}) if f"`{a}`" not in text] == ["/brand-new"]


def test_every_column_of_the_database_is_described():
    described = {
        table: {column for column in columns if column}
        for part in tomllib.loads(LOG_DESCRIPTIONS.read_text("utf-8")).values()
        for table, columns in part.items()
    }
    assert described == {table: {column["name"] for column in columns} for table, columns in find_tables().items()}


def test_every_array_of_a_record_is_described():
    with np.load(ROOT / "movieclassifier/bundled/imdb.npz") as record:
        names = record.files
    text = reference("record.md")
    assert {"facts", "column_steps", "guard_counts"} <= set(names)
    assert [name for name in names if f"| `{name}` |" not in text] == []


@pytest.mark.parametrize("name", sorted(path.stem for path in (ROOT / "docs/extension").glob("[a-z]*.py")))
def test_examples_of_the_extension_hold(name):
    assert doctest.testmod(import_module(f"docs.extension.{name}")).failed == 0


# Links lead somewhere.


def dead_links(path: Path, text: str) -> list[str]:
    """Return the links of a page that lead nowhere."""
    dead = []
    for target in links(text):
        file, _, anchor = target.partition("#")
        there = (path.parent / file).resolve() if file else path
        if not there.exists() or (
            anchor and there.suffix == ".md" and anchor not in anchors(page(there) if file else text)
        ):
            dead.append(target)
    return dead


@pytest.mark.parametrize("path", PAGES)
def test_links_lead_somewhere(path):
    assert dead_links(path, page(path)) == []


@pytest.mark.parametrize(
    "link", ["[x](docs/missing.md)", "[x](docs/index.md#nowhere)", "[x](#nowhere)", "![x](no.png)"]
)
def test_a_dead_link_is_found(link):
    assert len(dead_links(ROOT / "README.md", f"# Title\n\n{link}\n")) == 1


def unlisted(index: str, names: Iterable[str]) -> list[str]:
    """Return the pages of a folder that its index does not lead to, in the navigation and in its text."""
    toctree = re.search(r"^```\{toctree\}\n(.*?)^```", index, re.M | re.S)
    listed = toctree[1].split() if toctree else []
    return sorted(name for name in names if name not in listed or f"]({name}.md)" not in index)


@pytest.mark.parametrize("folder", ["tutorials", "how-to", "reference", "explanation", "contributing"])
def test_an_index_leads_to_every_page(folder):
    names = {path.stem for path in (ROOT / "docs" / folder).glob("*.md")} - {"index"}
    assert unlisted(page(ROOT / "docs" / folder / "index.md"), {*names, "brand-new"}) == ["brand-new"]


def test_the_readme_is_short_and_has_a_picture_of_each_kind_of_page():
    text = (ROOT / "README.md").read_text("utf-8")
    assert len(text.splitlines()) <= 150
    assert text.count("![") == 2  # a text that is classified, and the news


# Commands exist.


def faults_of(command: str) -> list[str]:
    """Return what a command line names that does not exist."""
    return [fault for program, arguments in calls(command) for fault in _faults(program, arguments)]


def _faults(program: str, arguments: list[str]) -> list[str]:
    ours = our_arguments(program, arguments)
    if ours is not None:
        return _faults_of_ours(ours)
    if program == "make":
        targets = [word for word in arguments if "=" not in word]
        return [f"make {target}" for target in targets if not re.search(rf"^{target}:", _makefile(), re.M)]
    if program.startswith("python") and arguments[:1] == ["-m"] and arguments[1].startswith("tests."):
        return [] if (ROOT / f"{arguments[1].replace('.', '/')}.py").exists() else [arguments[1]]
    if program.startswith("python") and arguments and arguments[0].endswith(".py"):
        return [] if (ROOT / arguments[0]).exists() else [arguments[0]]
    if program.rsplit("/", 1)[-1] in ("pip", "pipx"):
        return _unknown_extras(arguments)
    return []


def _faults_of_ours(arguments: list[str]) -> list[str]:
    """Parse arguments as click would, without calling anything."""
    command: click.Command = main
    words: tuple[str, ...] = ()
    while isinstance(command, click.Group) and arguments and not arguments[0].startswith("-"):
        found = command.get_command(click.Context(command), arguments[0])
        if found is None:
            return [f"movieclassifier {' '.join((*words, arguments[0]))}"]
        command, words, arguments = found, (*words, arguments[0]), arguments[1:]
    ctx = make_context(words, command) if words else click.Context(main, info_name="movieclassifier")
    try:
        given, _, _ = command.make_parser(ctx).parse_args(list(arguments))
    except click.UsageError as error:
        # A sentence may name an option without its argument.
        return [] if "requires an argument" in error.format_message() else [error.format_message()]
    return [fault for param in command.params for fault in _wrong_choice(param, given.get(param.name))]


def _wrong_choice(param: click.Parameter, value: object) -> list[str]:
    values = value if isinstance(value, list | tuple) else [value]
    if not isinstance(param.type, click.Choice):
        return []
    return [f"{param.name} {word}" for word in values if isinstance(word, str) and word not in param.type.choices]


@cache
def _makefile() -> str:
    return (ROOT / "Makefile").read_text("utf-8")


def _unknown_extras(arguments: list[str]) -> list[str]:
    setup = (ROOT / "setup.cfg").read_text("utf-8")
    known = set(
        re.findall(r"^(\w+) =$", setup.partition("[options.extras_require]")[2].partition("[options.e")[0], re.M)
    )
    named = {extra for word in arguments for extras in re.findall(r"\[([\w,]+)\]", word) for extra in extras.split(",")}
    return sorted(named - known)


def commands_of(text: str) -> list[str]:
    """Return the commands of a page: those of its console blocks, and those of ours in its sentences."""
    found = [line for block in blocks(text) if block.language == "console" for line in command_lines(block.text)]
    inline = re.findall(r"(?<!`)`((?:movieclassifier|python) [^`]+|make [a-z-]+)`(?!`)", without_blocks(text))
    return found + [re.sub(r" \|.*", "", line) for line in inline]


@pytest.mark.parametrize("path", PAGES)
def test_commands_and_options_exist(path):
    commands = commands_of(page(path))
    assert [(command, faults) for command in commands if (faults := faults_of(command))] == []


@pytest.mark.parametrize(
    "command",
    [
        "movieclassifier learn x.csv",
        "movieclassifier train x.csv --epochs 3",
        "movieclassifier train x.csv --tokenizer none",
        "zcat x | movieclassifier feedback forget 3",
        "A=1 .venv/bin/movieclassifier predict --models x",
        "python train_online.py x.csv --quiet",
        "make everything",
        "python benchmarks/missing.py",
        "python -m tests.scripts.missing",
        "pip install 'movieclassifier[webs]'",
    ],
)
def test_a_command_that_does_not_exist_is_found(command):
    assert faults_of(command)
    assert commands_of(f"```console\n$ {command}\n```\n") == [command]


# Examples run.


@pytest.fixture
def empty_folder(tmp_path, monkeypatch):
    """A folder without a model and an environment without settings; tables get their entries back."""
    for name in find_settings():
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    before, tables = set(sys.modules), {name: dict(table) for name, table in TABLES.items()}
    yield tmp_path
    for name, table in TABLES.items():
        table.clear()
        table.update(tables[name])
    for name in set(sys.modules) - before:
        if getattr(sys.modules[name], "__file__", None) and str(tmp_path) in str(sys.modules[name].__file__):
            del sys.modules[name]


def write_files(text: str, folder: Path) -> None:
    """Write the files that a page shows."""
    for block in blocks(text):
        if block.key == "file":
            (folder / block.value).parent.mkdir(parents=True, exist_ok=True)
            (folder / block.value).write_text(block.text, "utf-8")


def run_python(text: str, folder: Path) -> int:
    """Run the Python blocks of a page one after the other, with the files that it shows; return their number."""
    write_files(text, folder)
    names: dict[str, object] = {}
    n_run = 0
    for block in blocks(text):
        if block.language != "python" or block.key == "file":
            continue
        code = compile(block.text, "<page>", "exec")
        if block.key != "needs":
            exec(code, names)
            n_run += 1
    return n_run


def run_console(text: str, folder: Path) -> int:
    """Run the blocks that are marked to be run, and compare what they print; return the number of commands."""
    write_files(text, folder)
    n_run = 0
    for block in blocks(text):
        for command, expected in prompts(block.text) if block.key == "run" else ():
            (program, arguments), *_ = calls(command)
            ours = our_arguments(program, arguments)
            if ours is None or ours[0] == "serve":
                continue
            done = CliRunner().invoke(main, ours, catch_exceptions=False)
            printed = (done.stdout, done.output)  # without and with what goes to standard error
            assert any(is_printed(expected, said) for said in printed), f"$ {command}\n{done.output}"
            n_run += 1
    return n_run


def prompts(text: str) -> list[tuple[str, str]]:
    """Return each command of a console block with the lines below it."""
    parts = re.split(r"^\$ ", text, flags=re.M)[1:]
    return [
        (command.replace("\\\n", " "), printed)
        for command, _, printed in (re.split(r"(?<!\\)(\n|$)", part, maxsplit=1) for part in parts)
    ]


def is_printed(expected: str, printed: str) -> bool:
    """Tell whether lines were printed; … is the rest of a line, or any lines, and columns may be wider or narrower."""
    lines = [" ".join(line.split()) for line in expected.strip().splitlines()]
    pattern = "".join(
        r"([^\n]*\n)*" if line == "…" else re.escape(line).replace("…", r"[^\n]*") + r"\n" for line in lines
    )
    said = "".join(" ".join(line.split()) + "\n" for line in printed.strip().splitlines())
    return re.fullmatch(pattern, said) is not None


@pytest.mark.parametrize("path", WITH_PYTHON)
def test_python_blocks_run(path, empty_folder, capsys):
    text = path.read_text("utf-8")
    if path.name == "own-texts.md":
        shutil.copy(ROOT / "docs/tutorials/shop.csv", empty_folder)
        assert run_console(text, empty_folder) >= 4
        assert (empty_folder / "answers.csv").read_text("utf-8").startswith("message,from,")
    n_blocks = sum(block.language == "python" for block in blocks(text))
    assert run_python(text, empty_folder) > 0 or n_blocks == sum(block.key == "needs" for block in blocks(text))


@pytest.mark.parametrize("name", ["README.md", "docs/index.md"])
def test_quick_commands_print_what_a_page_says(name, empty_folder):
    assert run_console((ROOT / name).read_text("utf-8"), empty_folder) >= 1


def test_examples_can_fail(empty_folder):
    with pytest.raises(ZeroDivisionError):
        run_python("```python\n1 / 0\n```\n", empty_folder)
    with pytest.raises(SyntaxError):
        run_python("<!-- needs: x -->\n```python\n1 +\n```\n", empty_folder)
    with pytest.raises(AssertionError, match="0"):
        run_console('<!-- run: x -->\n```console\n$ movieclassifier predict "Dull."\nnothing\n```\n', empty_folder)
    assert is_printed("a …\n…\nb", "a 1  2\nx\ny\nb\n")
    assert not is_printed("a\n…\nb", "a\nx\ny\n")


# Contributing and troubleshooting.


def lost_files(text: str) -> list[str]:
    """Return the files and names that a page says are in the package and that are not."""
    package = ROOT / "movieclassifier"
    lost = []
    for path, names in re.findall(r"`([\w/.]+\.pyx?)`(?:: ((?:`\w+`(?:, )?)+))?", text):
        found = [file for file in [*package.rglob(Path(path).name), *ROOT.glob(path)] if str(file).endswith(f"/{path}")]
        defined = "".join(file.read_text("utf-8") for file in found)
        words = re.findall(r"`(\w+)`", names)
        lost += [path] if not found else [f"{path}: {word}" for word in words if not _is_defined(word, defined)]
    return lost


def _is_defined(word: str, source: str) -> bool:
    return re.search(rf"^(def|class) {word}\b|^{word}\b.* = ", source, re.M) is not None


@pytest.mark.parametrize("name", ["contributing/house.md", "explanation/how-it-works.md"])
def test_files_are_where_a_page_says(name):
    assert lost_files(page(ROOT / "docs" / name)) == []
    assert lost_files("`models/recording.py`, `models/record.py`: `save_all`") == [
        "models/recording.py",
        "models/record.py: save_all",
    ]


@pytest.mark.parametrize("name", ["reader", "tokenizer", "recipe", "source", "page"])
def test_an_addition_takes_under_40_lines(name):
    shown = [block for block in blocks(page(ROOT / f"docs/contributing/{name}.md")) if block.key == "file"]
    lines = sum(block.text.count("\n") for block in shown)
    assert lines < 40


@cache
def said_in_the_code() -> str:
    """Return all that the code can say, with strings over several lines joined."""
    sources = [
        *(ROOT / "movieclassifier").rglob("*.py"),
        *(ROOT / "movieclassifier").rglob("*.html"),
        *ROOT.glob("*.py"),
    ]
    text = "\n".join(path.read_text("utf-8") for path in [*sources, ROOT / "Makefile", ROOT / "bin/set_up.py"])
    text = re.sub(r'"\s*\\?\n\s*f?"', "", text)
    return f"{text}\n{words_of_shell(text)}"


def unsaid(text: str) -> list[str]:
    """Return the messages of a page of troubleshooting that nothing says."""
    rows = re.findall(r"^\| ([^|]+) \|", text, re.M)
    messages = [message for row in rows for message in re.findall(r"`([^`]+)`", row)]
    return [m for m in messages if not all(part.strip() in said_in_the_code() for part in m.split("…"))]


def test_messages_of_the_troubleshooting_are_real():
    text = page(ROOT / "docs/troubleshooting.md")
    assert unsaid(text) == []
    assert unsaid("| `a message that nobody wrote` | x |\n") == ["a message that nobody wrote"]


# The site.


@pytest.mark.slow
@pytest.mark.skipif(find_spec("sphinx") is None, reason="the documentation's tools are not installed: make docs")
def test_the_site_is_built_without_a_warning(tmp_path):
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-n", "-q", "-d", tmp_path / "doctrees"]
    done = subprocess.run([*command, ROOT / "docs", tmp_path / "html"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    text = (tmp_path / "html/reference/commands/train.html").read_text("utf-8")
    assert "--recipe" in text
    assert not re.search(r'(src|href)="https?://[^"]*\.(js|css|woff2?)"', text)


# What is written lies where git does not see it.


def written_by(command: str) -> list[str]:
    """Return the paths that a command line writes to."""
    found = re.findall(r">>? *([^\s&|>]+)", re.sub(r"'[^']*'", "", command))
    for program, arguments in calls(command):
        ours = our_arguments(program, arguments)
        words = tuple(ours[: 2 if ours[:1] in (["feedback"], ["live"]) else 1]) if ours else ()
        inner = dict(iter_commands()).get(words)
        if inner is not None:
            try:
                given, rest, _ = inner.make_parser(make_context(words, inner)).parse_args(list(ours[len(words) :]))
            except click.UsageError:  # a sentence may name an option without its argument
                continue
            names = ("output", "model_dir", "write_soft_labels", *(["paths"] if words == ("shuffle",) else []))
            found += [str(given[name]) for name in names if given.get(name)]
            found += rest[1:] if words == ("shuffle",) else []
    return [path for path in found if not re.match(r"[/~$]|\w+://", path) and path != "-"]


def not_ignored(paths: Iterable[str]) -> list[str]:
    """Return the paths that git would offer to commit."""
    ignored = subprocess.run(
        ["git", "check-ignore", "--no-index", "--stdin"],
        input="\n".join(paths),
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert ignored.returncode in (0, 1), ignored.stderr
    return sorted(set(paths) - set(ignored.stdout.split("\n")))


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="this is not a checkout")
def test_examples_write_to_nothing_that_git_sees():
    lines = [line for path in page_paths() for line in commands_of(page(path))]
    lines += [line for _, command in iter_commands() for _, line in getattr(command, "examples", ())]
    saved = [path for page_ in page_paths() for path in re.findall(r'\.save\("([^"]+)"\)', page_.read_text("utf-8"))]
    paths = [path for line in lines for path in written_by(line)]
    assert {"models/team", "answers.csv"} <= set(paths)
    assert not_ignored([*paths, *saved]) == []
    assert not_ignored(["mine/x.npz", "answers.csv"]) == ["mine/x.npz"]
