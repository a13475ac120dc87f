"""The rules of the house: imports run one way, importing a module starts nothing, every module has its tests."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = "movieclassifier"
FRONT_DOOR = {PACKAGE, f"{PACKAGE}.cli", f"{PACKAGE}.vectorizer", f"{PACKAGE}.gunicorn_conf"}
# What each room may import. Above the models are two wings; commands stands over all.
BELOW = {
    "system": set(),
    "corpora": {"system"},
    "features": {"system", "corpora"},
    "recipes": {"system", "corpora", "features"},
    "models": {"system", "corpora", "features", "recipes"},
}
BELOW["training"] = {*BELOW["models"], "models"}
BELOW["evaluation"] = {*BELOW["training"], "training"}
BELOW["reports"] = {*BELOW["evaluation"], "evaluation"}
BELOW["feedback"] = {*BELOW["models"], "models"}
BELOW["live"] = {*BELOW["feedback"], "feedback"}
BELOW["web"] = {*BELOW["live"], "live"}
BELOW["commands"] = {*BELOW["reports"], "reports", *BELOW["web"], "web"}
# The one place where the wings meet: it trains on corpus and votes.
MEETING_PLACE = f"{PACKAGE}.feedback.retraining"
MAX_POSITIONAL = 5
MAX_BODY = 40
VAGUE = {"options", "facts", "metadata", "metrics", "plan"}
# Functions that read JSON, whose types they check.
READS_JSON = {f"{PACKAGE}.models.record._read_model", f"{PACKAGE}.models.record._rebuild"}
# The version and the vectorizer of the front door may be used inside.
INSIDE_TOO = {PACKAGE, f"{PACKAGE}.vectorizer"}


@cache
def sources() -> dict[str, str]:
    """Return the source of every module of the package."""
    found = {}
    for path in sorted((ROOT / PACKAGE).rglob("*.py")):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        found[name.removesuffix(".__init__")] = path.read_text("utf-8")
    return found


def imports(module: str, modules: Mapping[str, str]) -> set[str]:
    """Return the modules that one imports, inside its functions too; imports for type checkers do not count."""
    return {name if name in modules else source for name, source in _imported(modules[module])} - {module}


@cache
def _imported(source: str) -> set[tuple[str, str]]:
    """Return each imported name in full, and the module that it is imported from."""
    tree = ast.parse(source)
    only_types = {
        id(node)
        for branch in ast.walk(tree)
        if isinstance(branch, ast.If) and "TYPE_CHECKING" in ast.unparse(branch.test)
        for node in ast.walk(branch)
    }
    found = set()
    for node in ast.walk(tree):
        if id(node) in only_types:
            continue
        if isinstance(node, ast.Import):
            found.update((alias.name, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            found.update((f"{node.module}.{alias.name}", node.module or "") for alias in node.names)
    return found


def room_of(module: str) -> str:
    """Return the folder below the package that a module lies in; the front door is a room of its own."""
    return "front door" if module in FRONT_DOOR else module.split(".")[1]


def upward_imports(modules: Mapping[str, str]) -> list[str]:
    """Return the imports that a room may not have."""
    offences = []
    for module in modules:
        room = room_of(module)
        if room == "front door" or module == MEETING_PLACE:
            continue
        for target in sorted(imports(module, modules) & modules.keys() - INSIDE_TOO):
            if room_of(target) != room and room_of(target) not in BELOW[room]:
                offences.append(f"{module} imports {target}")
    return offences


def click_outside_commands(modules: Mapping[str, str]) -> list[str]:
    """Return the modules outside ``commands`` and the front door that import click."""
    return [
        module
        for module in modules
        if room_of(module) not in ("commands", "front door")
        and any(name.split(".")[0] == "click" for name in imports(module, modules))
    ]


def circles(graph: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """Return the strongly connected components of more than one node (Tarjan, 1972)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found = []

    def visit(node: str) -> None:
        index[node] = low[node] = len(index)
        stack.append(node)
        for target in graph[node]:
            if target not in index:
                visit(target)
            if target in stack:
                low[node] = min(low[node], low[target])
        if low[node] == index[node]:
            component = stack[stack.index(node) :]
            del stack[stack.index(node) :]
            if len(component) > 1:
                found.append(sorted(component))

    for node in graph:
        if node not in index:
            visit(node)
    return found


def module_circles(modules: Mapping[str, str]) -> list[list[str]]:
    """Return the circles between modules."""
    return circles({module: imports(module, modules) & modules.keys() for module in modules})


def room_circles(modules: Mapping[str, str]) -> list[list[str]]:
    """Return the circles between rooms, with the front door, whose table names every room, left out."""
    graph: dict[str, set[str]] = {room_of(module): set() for module in modules if module not in FRONT_DOOR}
    for module in modules:
        targets = {room_of(target) for target in imports(module, modules) & modules.keys() - FRONT_DOOR}
        if module not in FRONT_DOOR and module != MEETING_PLACE:
            graph[room_of(module)] |= targets - {room_of(module)}
    return circles(graph)


def floors(modules: Mapping[str, str]) -> int:
    """Return the length of the longest chain of imports, in modules."""
    graph = {module: imports(module, modules) & modules.keys() for module in modules}

    @cache
    def height(module: str) -> int:
        return 1 + max((height(target) for target in graph[module]), default=0)

    return max(map(height, graph))


def modules_without_tests(modules: Mapping[str, str]) -> list[str]:
    """Return the modules that have no file of tests of their own name, in the folder that mirrors theirs."""
    return [module for module in modules if module not in _folders() and not _has_tests(module)]


@cache
def _folders() -> set[str]:
    paths = (ROOT / PACKAGE).rglob("__init__.py")
    return {".".join(path.parent.relative_to(ROOT).parts) for path in paths}


def _has_tests(module: str) -> bool:
    *rooms, name = module.split(".")[1:]
    path = ROOT.joinpath("tests", *rooms, f"test_{name}.py")
    return path.is_file() and re.search(r"^ *def test_", path.read_text("utf-8"), re.M) is not None


# Functions that take any number of arguments, and those of the compiled twins and of their definitions in Python.
POSITIONAL = {"Table", "refuse", "call_apart", "select", "SLOT.pack_into"}
TWINS = {"fold", "step", "train", "walk.find"}


def long_calls(modules: Mapping[str, str]) -> list[str]:
    """Return the calls with more than five positional arguments, whose meaning a reader cannot see."""
    return [
        f"{module}, line {node.lineno}: {callee}"
        for module, source in modules.items()
        for node in ast.walk(_tree(source))
        if isinstance(node, ast.Call)
        and len(node.args) > MAX_POSITIONAL
        and (callee := ast.unparse(node.func)) not in POSITIONAL | TWINS
        and "twin" not in callee
    ]


def untyped_facts(modules: Mapping[str, str]) -> list[str]:
    """Return the parameters outside of ``commands`` that hold anything under a name that says nothing of it."""
    return [
        f"{module}.{node.name}({parameter.arg})"
        for module, source in modules.items()
        if room_of(module) != "commands"
        for node in ast.walk(_tree(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for parameter in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
        if parameter.arg in VAGUE and parameter.annotation is not None
        if "[str, Any]" in ast.unparse(parameter.annotation) and f"{module}.{node.name}" not in READS_JSON
    ]


@cache
def _tree(source: str) -> ast.Module:
    return ast.parse(source)


def long_bodies(modules: Mapping[str, str]) -> list[str]:
    """Return the functions whose bodies, without their docstrings, have more than 40 lines."""
    return [f"{name} ({n})" for n, name in body_lengths(modules) if n > MAX_BODY]


def body_lengths(modules: Mapping[str, str]) -> list[tuple[int, str]]:
    """Return the number of lines in the body of each function, without its docstring."""
    found = []
    for module, source in modules.items():
        for node in ast.walk(_tree(source)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                body = node.body[1:] if ast.get_docstring(node) is not None else node.body
                n = (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0
                found.append((n, f"{module}.{node.name}"))
    return found


def aliases(modules: Mapping[str, str]) -> list[str]:
    """Return names that a module behind the front door hands on, so that they have two homes."""
    return [
        f"{module} hands on {name}"
        for module, source in modules.items()
        if module not in FRONT_DOOR
        for name in _handed_on(_tree(source))
    ]


def _handed_on(tree: ast.Module) -> Iterator[str]:
    imported = {
        alias.asname or alias.name: alias
        for node in tree.body
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    yield from (name for name, alias in imported.items() if name == "*" or alias.asname == alias.name)
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            names = ast.literal_eval(node.value) if node.targets[0].id == "__all__" else ()
            yield from imported.keys() & set(names)
            if isinstance(node.value, ast.Name) and node.value.id in imported:
                yield f"{node.value.id} as {node.targets[0].id}"


STATEMENTS = {"select", "insert", "update", "delete", "text", "func"}


def statements_outside_the_log(modules: Mapping[str, str]) -> list[str]:
    """Return the modules that write SQL and do not lie in ``feedback.log``."""
    return [
        module
        for module, source in modules.items()
        if not module.startswith(f"{PACKAGE}.feedback.log.")
        and any(name in {f"sqlalchemy.{each}" for each in STATEMENTS} for name, _ in _imported(source))
    ]


RULES = [
    upward_imports,
    click_outside_commands,
    module_circles,
    room_circles,
    modules_without_tests,
    long_calls,
    long_bodies,
    untyped_facts,
    aliases,
    statements_outside_the_log,
]


@pytest.mark.parametrize("rule", RULES)
def test_the_house_keeps_its_rules(rule):
    assert rule(sources()) == []


@pytest.mark.parametrize(
    ("module", "line", "rule"),
    [
        ("system.atomic", "from movieclassifier.corpora.corpus import Corpus", upward_imports),
        ("features.hashing", "from movieclassifier.recipes.names import Recipe", upward_imports),
        ("web.config", "from movieclassifier.training.fit import fit", upward_imports),
        ("training.fit", "from movieclassifier.feedback.service import Service", upward_imports),
        ("feedback.service", "def f():\n    from movieclassifier.training.fit import fit", upward_imports),
        ("models.guard", "from movieclassifier.commands.predict import main", upward_imports),
        ("models.guard", "from movieclassifier.cli import main", upward_imports),
        ("reports.page", "import click", click_outside_commands),
        ("system.progress", "from click.testing import CliRunner", click_outside_commands),
        ("models.weights", "from movieclassifier.models.classifier import Classifier", module_circles),
        ("system.npz", "from movieclassifier.models.record import load_record", room_circles),
        ("system.npz", "print(1, 2, 3, 4, 5, 6)", long_calls),
        ("models.guard", "def f():\n" + "    print()\n" * 41, long_bodies),
        ("models.guard", "def f(facts: dict[str, Any]):\n    pass", untyped_facts),
        ("web.config", "def f(*, metadata: Mapping[str, Any] | None = None):\n    pass", untyped_facts),
        ("models.guard", "from movieclassifier.models.record import load_record as load_record", aliases),
        ("models.guard", "from movieclassifier.models.writing import *", aliases),
        ("models.guard", "from json import dumps\n__all__ = ['dumps']", aliases),
        ("models.guard", "from json import dumps\nwrite = dumps", aliases),
        ("live.news_and_posts", "from sqlalchemy import select", statements_outside_the_log),
    ],
)
def test_each_rule_can_fail(module, line, rule):
    name = f"{PACKAGE}.{module}"
    assert rule({**sources(), name: f"{sources()[name]}\n{line}\n"}) != []


def test_a_module_without_tests_of_its_name_is_found():
    name = f"{PACKAGE}.models.untested"
    assert modules_without_tests({**sources(), name: ""}) == [name]


def test_every_folder_says_in_one_line_what_it_holds():
    for folder in {path.parent for path in (ROOT / PACKAGE).rglob("*.py")}:
        caption = ast.get_docstring(ast.parse((folder / "__init__.py").read_text("utf-8")))
        assert caption, f"{folder.name} has no caption"
        assert len(caption.splitlines()[0]) <= 120


STARTS_NOTHING = """
import importlib, pkgutil, sys, threading
import movieclassifier
LIBRARIES = {library.split(".")[0] for library in sys.stdlib_module_names}
opened = []
def watch(event, args):
    if event == "open" and isinstance(args[0], str) and not args[0].endswith((".py", ".pyc", ".so", ".pyd")):
        frame, depth = sys._getframe(), 0
        while frame is not None:
            names = frame.f_globals.get("__name__", "")
            if names.startswith("movieclassifier") and frame.f_code.co_name == "<module>" and not depth:
                opened.append((names, args[0]))
            depth += not names.startswith(("movieclassifier", "importlib", "_frozen", "pathlib", "io", "__main__"))
            frame = frame.f_back
    elif event in ("socket.connect", "socket.bind", "subprocess.Popen", "os.fork", "os.system"):
        opened.append((event, str(args)[:80]))
folders = sys.argv[1:] or list(movieclassifier.__path__)
movieclassifier.__path__.extend(sys.argv[1:])
names = [info.name for info in pkgutil.walk_packages(folders, "movieclassifier.")]
sys.addaudithook(watch)
missing = []
for name in names:
    try:
        importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name.startswith("movieclassifier"):
            raise
        missing.append(error.name)
started = [thread.name for thread in threading.enumerate() if thread.name != "MainThread"]
print(opened, started)
"""


@pytest.mark.slow
def test_importing_a_module_reads_no_file_and_starts_nothing():
    assert started_by_importing() == "[] []"


def test_each_module_that_reads_a_file_or_starts_something_is_found(tmp_path):
    for name, source in SLIPS.items():
        (tmp_path / f"{name}.py").write_text(source)
    found = started_by_importing(tmp_path)
    assert [
        slip for slip in ("setup.cfg", "Makefile", "subprocess.Popen", "socket.bind", "late") if slip not in found
    ] == []


SLIPS = {
    "opens": "open('setup.cfg').close()",
    "reads": "from pathlib import Path\nPath('Makefile').read_text()",
    "forks": "import subprocess, sys\nsubprocess.run([sys.executable, '-V'])",
    "listens": "import socket\nsocket.create_server(('127.0.0.1', 0)).close()",
    "waits": "import threading\nthreading.Thread(target=threading.Event().wait, daemon=True, name='late').start()",
}


def started_by_importing(*folders):
    """Return, as two lists in text, the files that modules read and the threads that they leave; all modules, or those
    of the folders."""
    done = subprocess.run(
        [sys.executable, "-B", "-W", "ignore", "-c", STARTS_NOTHING, *map(str, folders)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
    return done.stdout.splitlines()[-1]


def main() -> None:
    """Print what the house measures: rooms, floors, circles, and the longest functions and files."""
    modules = sources()
    rooms = {module.rsplit(".", 1)[0] for module in modules if module not in FRONT_DOOR}
    functions = [
        (node.end_lineno - node.lineno + 1, f"{module}.{node.name}")
        for module, source in modules.items()
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    files = [(source.count("\n"), module) for module, source in modules.items()]
    print(f"{len(modules)} modules in {len(rooms)} rooms on {floors(modules)} import floors")
    print(f"circles of modules: {len(module_circles(modules))}, of rooms: {len(room_circles(modules))}")
    bodies = body_lengths(modules)
    print(f"{len(bodies)} functions, {sum(n < 15 for n, _ in bodies)} with bodies under 15 lines")
    print("longest bodies:", *(f"{name} ({n})" for n, name in sorted(bodies, reverse=True)[:5]))
    print(
        "longest functions, docstring included:", *(f"{name} ({n})" for n, name in sorted(functions, reverse=True)[:5])
    )
    print(
        f"{sum(n > 250 for n, _ in files)} of {len(files)} files above 250 lines; longest:",
        *(f"{name} ({n})" for n, name in sorted(files, reverse=True)[:5]),
    )


if __name__ == "__main__":
    main()
