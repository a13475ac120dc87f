"""Every help page fits a terminal of 80 columns, speaks in sentences, and shows examples that could be typed."""

import itertools
import re
import shlex

import click
import pytest
from click.testing import CliRunner

from movieclassifier.commands.shared.help_pages import SECTIONS, HelpPage, by_section
from tests.support.command_line import EVERY_COMMAND, run

WIDTH = 80
# click's own help for these two.
OF_CLICK = ("help", "version")


@pytest.mark.parametrize("name", EVERY_COMMAND)
def test_no_line_is_wider_than_a_terminal(name):
    lines = run(*name.split()[1:], "-h", env={"COLUMNS": str(WIDTH)}, terminal_width=WIDTH).output.splitlines()
    assert [line for line in lines if len(line) > WIDTH] == []


@pytest.mark.parametrize("name", EVERY_COMMAND)
def test_every_option_and_command_is_told_in_sentences(name):
    command = EVERY_COMMAND[name]
    texts = [option.help for option in command.params if isinstance(option, click.Option)]
    for text in (command.help, *texts):
        sentence = re.sub(r"\s+\[default: .*\]$", "", " ".join(text.split()))
        assert re.match(r"[A-Z][a-z]+,? .*\.$", sentence, re.DOTALL), text


@pytest.mark.parametrize("name", EVERY_COMMAND)
def test_every_command_has_two_examples_that_its_options_allow(name):
    examples = EVERY_COMMAND[name].examples
    assert len(examples) == 2
    for sentence, line in examples:
        assert re.match(r"[A-Z].*:$", sentence)
        # What comes behind a pipe or a redirection is the shell's.
        for part in re.split(r" && | < | >> | \| ", line):
            if part.startswith("movieclassifier "):
                check_usage(shlex.split(part))
    assert any(name in line for _, line in examples)


def check_usage(words):
    """Parse a command line as click would, down to the subcommand, without running anything."""
    name, rest = words[0], words[1:]
    while isinstance(EVERY_COMMAND[name], click.Group):
        name, rest = f"{name} {rest[0]}", rest[1:]
    command = EVERY_COMMAND[name]
    command.make_parser(click.Context(command)).parse_args(rest)


@pytest.mark.parametrize("name", EVERY_COMMAND)
def test_an_option_has_one_help_text_wherever_its_name_has_one_meaning(name):
    shared = {"model", "json", "threads", "progress", "database", "note", "format", "text_columns", "labels", "seed"}
    for option in EVERY_COMMAND[name].params:
        assert not {"--model-dir", "--out", "--file", "--html", "--last", "--top"} & set(option.opts)
        if option.name in shared:
            assert option.opts[0] == "--" + {"text_columns": "text-column"}.get(option.name, option.name)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["pedict"], "No such command 'pedict'. Did you mean predict?"),
        (["eval"], "No such command 'eval'. Did you mean evaluate?"),
        (["feedback", "lst"], "No such command 'lst'. Did you mean list?"),
        (["predict", "--modle", "x"], "No such option '--modle'. Did you mean --model?"),
        (["train", "a.csv", "--n-holdou", "x"], "Did you mean --n-holdout"),
        (["train", "a.csv", "--passes", "three"], "'three' is not a whole number in the range x>=1."),
        (["predict", "a", "--threshold", "low"], "'low' is not a number in the range 0<=x<=1."),
        (["clone"], "No such command 'clone'."),
    ],
)
def test_a_slip_of_the_finger_is_met_with_a_guess(words, said):
    result = run(*words)
    assert result.exit_code == 2
    assert said in result.stderr.splitlines()[-1]


def test_a_text_in_place_of_a_command_is_led_to_predict():
    result = run("What a film")
    assert result.stderr.endswith("No such command 'What a film'. To classify a text: movieclassifier predict TEXT\n")


@pytest.mark.parametrize("script", ["train_online", "build_csv", "download_data"])
def test_the_scripts_take_h_too(script):
    from importlib import import_module

    assert "Examples:" in CliRunner().invoke(import_module(script).main, ["-h"]).output


def test_h_is_taken_in_every_context():
    command = HelpPage("x", help="Do it.")
    command.get_params(click.Context(command))
    assert "Do it." in CliRunner().invoke(command, ["-h"]).output


def shown_options(command):
    return [
        (title, max(option.opts, key=len)) for title, shown in by_section(command.params).items() for option in shown
    ]


def test_options_of_a_section_have_one_order_in_all_commands():
    pairs = {
        name: {(one, two) for one, two in itertools.combinations(shown_options(command), 2) if one[0] == two[0]}
        for name, command in EVERY_COMMAND.items()
    }
    seen = set().union(*pairs.values())
    # Options of a section that has fewer than three of them here stand before the others.
    of_sections = {
        flag for title, flag in set().union(*map(shown_options, EVERY_COMMAND.values())) if title in SECTIONS
    }
    turned = {(one[1], two[1]) for one, two in seen if (two, one) in seen}
    assert {pair for pair in turned if not of_sections & set(pair)} == set()


def test_every_option_is_shown_once():
    for command in EVERY_COMMAND.values():
        options = [max(p.opts, key=len) for p in command.params if isinstance(p, click.Option) and not p.hidden]
        assert sorted(flag for _, flag in shown_options(command)) == sorted(options)
