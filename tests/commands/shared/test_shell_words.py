"""Messages name options on the command line, and arguments in Python."""

import pytest

from movieclassifier import ReadingOptions, open_corpus, train
from movieclassifier.commands.shared.shell_words import words_of_shell
from movieclassifier.corpora.survey import survey
from tests.support.command_line import run


@pytest.mark.parametrize(
    ("python", "shell"),
    [
        ("pass ReadingOptions(encoding='utf-16-le') or 'utf-16-be'", "pass --encoding utf-16-le or 'utf-16-be'"),
        ("pass ReadingOptions(delimiter='\\t'), which", "pass --delimiter '\\t', which"),
        ("pass ReadingOptions(no_header=True) if", "pass --no-header if"),
        ("it takes ReadingOptions(header=…, escape=…).", "it takes --no-header, --escape."),
        ("ReadingOptions(labels={\"'a'\": 'a', 'b, (c)': 'a', …})", "--labels ''\"'\"'a'\"'\"'=a,b, (c)=a'…"),
        ("seed, n_train, allow_sorted: n_train was 4, is 5", "seed, n_train, allow_sorted: n_train was 4, is 5"),
        ("n_folds does not go with test=…, n_train", "--folds does not go with --test, --n-train"),
        ("lower n_folds. n_features must be a number", "lower --folds. n_features must be a number"),
        ("the label is 'ReadingOptions(', n_training", "the label is 'ReadingOptions(', n_training"),
    ],
)
def test_arguments_become_options(python, shell):
    assert words_of_shell(python) == shell


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
