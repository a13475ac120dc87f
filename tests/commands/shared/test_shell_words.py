"""Messages name options on the command line, and arguments in Python."""

import ast
import re

import pytest

from docs.extension.commands import iter_commands
from movieclassifier import ReadingOptions, open_corpus, train
from movieclassifier.commands.shared.shell_words import OPTIONS, words_of_shell
from movieclassifier.corpora.survey import survey
from tests.support.command_line import run
from tests.support.pages import ROOT


@pytest.mark.parametrize(
    ("python", "shell"),
    [
        ("pass ReadingOptions(encoding='utf-16-le') or 'utf-16-be'", "pass --encoding utf-16-le or 'utf-16-be'"),
        ("pass ReadingOptions(delimiter='\\t'), which", "pass --delimiter '\\t', which"),
        ("pass ReadingOptions(no_header=True) if", "pass --no-header if"),
        ("it takes ReadingOptions(header=…, escape=…).", "it takes --no-header, --escape."),
        ("ReadingOptions(labels={\"'a'\": 'a', 'b, (c)': 'a', …})", "--labels ''\"'\"'a'\"'\"'=a,b, (c)=a'…"),
        ("a different run: n_train was 4, is 5; seed was 1", "a different run: --n-train was 4, is 5; --seed was 1"),
        ("a different run: norm was none, is l2", "a different run: norm was none, is l2"),
        ("with a different n_folds, reading; remove", "with a different --folds, way of reading; remove"),
        ("start without resume=True or continue_=True.", "start without --resume or --continue."),
        ("n_folds does not go with test=…, n_train", "--folds does not go with --test, --n-train"),
        ("lower n_folds. n_features must be a number", "lower --folds. n_features must be a number"),
        ("the label is 'ReadingOptions(', n_training", "the label is 'ReadingOptions(', n_training"),
    ],
)
def test_arguments_become_options(python, shell):
    assert words_of_shell(python) == shell


def test_every_option_that_a_message_may_name_exists():
    named = {
        (param.name, option) for _, command in iter_commands() for param in command.params for option in param.opts
    }
    aliases = {"base": "recipe"}  # what a search calls its recipe
    assert [(name, flag) for name, flag in OPTIONS.items() if (aliases.get(name, name), flag) not in named] == []


def library_messages():
    """Yield file, line and text of each error and warning of the library, with X in place of its values."""
    for path in sorted((ROOT / "movieclassifier").rglob("*.py")):
        if {"commands", "web", "live"} & set(path.parts):
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and "Error" in ast.unparse(node.exc.func):
                for argument in node.exc.args:
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", text_of(argument)


def text_of(node):
    if isinstance(node, ast.JoinedStr):
        return "".join(part.value if isinstance(part, ast.Constant) else "X" for part in node.values)
    if isinstance(node, ast.BinOp):
        return text_of(node.left) + text_of(node.right)
    return str(node.value) if isinstance(node, ast.Constant) else "X"


# Only Python meets these: the command line checks the value before, or has no such argument.
ONLY_PYTHON = ("text_columns must be a tuple", "skip_bad_rows must be")


def test_no_message_shows_the_name_of_an_argument_on_the_command_line():
    argument = re.compile(rf"(?<![\w-])({'|'.join(name for name in OPTIONS if '_' in name)})\b|\w=(…|True|X)")
    found = [(place, words_of_shell(text)) for place, text in library_messages()]
    assert len(found) > 300
    assert [said for said in found if argument.search(said[1]) and not said[1].startswith(ONLY_PYTHON)] == []


def test_messages_of_python_name_no_options():
    rooms = ("corpora", "features", "recipes", "models/", "training", "vectorizer")
    found = [said for said in library_messages() if said[0].split("/", 1)[1].startswith(rooms)]
    options = re.compile(rf"(?<![\w-])({'|'.join({*OPTIONS.values()} - {'--model'})})\b")
    assert [said for said in found if options.search(said[1]) and "movieclassifier " not in said[1]] == []


FAULTS = {
    "unknown column": ("a,b\n1,2\n", {}, "text_columns", "--text-column"),
    "one column": ("text;label\na;1\n", {}, "delimiter", "--delimiter ';'"),
    "unknown label": ("review,sentiment\na,5\n", {}, "labels", "--labels"),
    "format": ("x", {"format": "jsonl", "delimiter": ";"}, "delimiter", "--delimiter"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_door_speaks_its_own_language(tmp_path, fault):
    content, options, argument, option = FAULTS[fault]
    (tmp_path / "x.csv").write_text(content)
    given = [word for name, value in options.items() for word in (f"--{name}", value)]
    with pytest.raises(ValueError, match=rf"ReadingOptions\({argument}=") as raised:
        survey(open_corpus(tmp_path / "x.csv", reading=ReadingOptions(**options)))
    assert "--" not in str(raised.value)
    shell = run("train", tmp_path / "x.csv", *given, "--model", tmp_path / "m").stderr
    assert option in shell
    assert "ReadingOptions" not in shell
    with pytest.raises(ValueError, match=rf"ReadingOptions\({argument}="):
        train(tmp_path / "x.csv", reading=ReadingOptions(**options))
