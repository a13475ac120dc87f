"""Labels that differ only in how they are written are refused with the mapping that makes them one."""

import shlex

import pytest
from click.testing import CliRunner

from movieclassifier.cli import main
from movieclassifier.commands.shared.shell_words import words_of_shell
from movieclassifier.corpora.corpus import open_corpus
from movieclassifier.corpora.label_writing import check_writing, folded
from movieclassifier.corpora.reading import ReadingOptions
from movieclassifier.corpora.survey import survey

SAME = [
    ("pos", "Pos"),
    ("pos", "POS"),
    ("pos", "'pos'"),
    ("pos", "“pos”"),
    ("pos", "´pos´"),
    ("pos", "′pos′"),
    ("pos", "″pos″"),
    ("pos", "‛pos’"),
    ("pos", "＇pos＇"),
    ("pos", "「pos」"),
    ("1", "1.0"),
    ("1", "+1"),
    ("1", "1."),
    ("1", "01"),
    ("1", "1e0"),
    ("0", "-0"),
    ("é", "e\u0301"),
    ("very good", "very  good"),
    ("pos", "ｐｏｓ"),
    ("straße", "STRASSE"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_writings_of_one_label_are_refused(tmp_path, one, other):
    (tmp_path / "x.tsv").write_text(f"text\tlabel\na\t{one}\nb\t{other}\nc\t{one}\nd\tneg\n", encoding="utf-8")
    options = ReadingOptions(no_quotes=True)
    with pytest.raises(ValueError, match=r"x\.tsv: the labels .+ and .+ differ only in how they are written") as fault:
        survey(open_corpus(tmp_path / "x.tsv", reading=options))
    mapping = shlex.split(words_of_shell(str(fault.value)).split("pass --labels ")[1])[0]
    assert {f"{one}={one}", f"{other}={one}", "neg=neg"} == set(mapping.split(","))


@pytest.mark.parametrize(
    ("one", "other"), [("1", "2"), ("pos", "neg"), ("1", "1a"), ("", "0"), ("1_0", "10"), ("١", "2")]
)
def test_other_labels_differ(one, other):
    assert folded(one) != folded(other)


def test_the_mapping_in_the_message_mends_it(tmp_path):
    (tmp_path / "x.csv").write_text("text,label\na,pos\nb,Pos\nc,pos\nd,neg\n")
    arguments = ["train", str(tmp_path / "x.csv"), "--model", str(tmp_path / "model")]
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 2
    mapping = shlex.split(done.stderr.split("pass --labels ")[1])[0]
    found = survey(
        open_corpus(tmp_path / "x.csv", reading=ReadingOptions(labels=dict(p.split("=") for p in mapping.split(","))))
    )
    assert found.classes == ("neg", "pos")


def test_labels_with_a_mapping_are_those_of_the_mapping(tmp_path):
    (tmp_path / "x.csv").write_text("text,label\na,1\nb,1.0\n")
    labels = {"1": "one", "1.0": "another"}
    assert survey(open_corpus(tmp_path / "x.csv", reading=ReadingOptions(labels=labels))).classes == ("another", "one")


def test_message_is_of_bounded_length():
    counts = {f"label {i} {'x' * 500}": 1 for i in range(900)} | {"a": 1, "A": 1}
    with pytest.raises(ValueError, match="…") as fault:
        check_writing(counts, "x.csv")
    assert len(str(fault.value)) < 1000


@pytest.mark.parametrize("value", ["9" * 1000, "1e999", "1e99999", "." * 1000, "0" * 999 + "1"])
def test_long_numbers_are_written(value):
    assert folded(value)
